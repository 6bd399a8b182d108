import dataclasses
import io
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from PIL import Image

from microcal_xray.findings import Kind, Tier
from microcal_xray.reporting import overlay
from microcal_xray.reporting.overlay import FULL_DPI
from microcal_xray.reporting.words import KIND_COLOURS


def _texts(figure):
    return [text.get_text() for text in (*figure.texts, *figure.axes[0].texts)]


def _rails(figure):
    return [line for line in figure.axes[0].lines if line.get_color() in KIND_COLOURS.values()]


def _png(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=FULL_DPI)
    return np.asarray(Image.open(buffer).convert("RGB")).astype(int)


def test_an_overlay_says_what_it_shows(make_findings):
    texts = _texts(overlay(make_findings()))
    assert "tibia.dcm   ·   2 candidates" in texts
    assert "2 mm, at the detector" in texts
    assert any("Not a medical device" in text for text in texts)
    assert {"1", "2"} <= set(texts)


def test_unknown_spacing_gives_a_scale_in_pixels_and_a_caution(make_findings):
    texts = _texts(overlay(make_findings(spacing_mm=None)))
    assert "20 pixels, pixel spacing unknown" in texts
    assert "Caution: no pixel spacing: nothing is measured in millimetres." in texts


def test_the_callers_layout_defaults_do_not_matter(make_findings):
    plain = _png(overlay(make_findings()))
    with matplotlib.rc_context({"figure.constrained_layout.use": True}):
        figure = _png(overlay(make_findings()))
    np.testing.assert_array_equal(figure, plain)


def test_no_candidates_is_an_overlay_too(make_findings):
    figure = overlay(make_findings(candidates=0))
    assert "tibia.dcm   ·   no candidates" in _texts(figure)
    assert _rails(figure) == []


def test_rails_run_beside_the_line_solid_or_dashed(make_findings):
    findings = make_findings()
    rails = _rails(overlay(findings))
    assert len(rails) == 4
    strong, weak = findings.candidates
    assert (strong.tier, weak.tier) == (Tier.STRONG, Tier.WEAK)
    for rail, candidate in zip(rails, [strong, strong, weak, weak], strict=True):
        assert rail.get_color() == KIND_COLOURS[candidate.kind]
        assert (rail.get_linestyle() == "-") == (candidate.tier is Tier.STRONG)
        aside = np.abs(rail.get_ydata() - candidate.path_px[0, 0])
        assert (aside > candidate.width_px / 2).all()


def test_the_line_itself_stays_bare(make_findings):
    findings = make_findings(candidates=1)
    marked, bare = overlay(findings), overlay(dataclasses.replace(findings, candidates=()))
    changed = np.abs(_png(marked) - _png(bare)).max(axis=2) > 8
    axes = marked.axes[0]
    corners = axes.transData.transform(findings.candidates[0].path_px[:, ::-1]) * FULL_DPI / marked.dpi
    columns, rows = np.rint(corners).astype(int).T
    assert not changed[changed.shape[0] - rows, columns].any()
    assert changed.any()


def test_the_axes_are_in_pixels_as_stored_with_true_proportions(make_findings):
    figure = overlay(make_findings(shape=(100, 100), spacing_mm=(0.2, 0.1)))
    axes = figure.axes[0]
    assert [float(limit) for limit in (*axes.get_xlim(), *axes.get_ylim())] == [-0.5, 99.5, 99.5, -0.5]
    box = axes.get_window_extent()
    assert box.height / box.width == pytest.approx(2)


@pytest.mark.parametrize(
    "name", ["a$b$_{c}\\frac.dcm", "漢字 🦴.png", "x" * 400, "", "two\nlines\x1b[31m\udcff"]
)
def test_any_name_is_drawn_as_text(make_findings, name):
    assert _png(overlay(make_findings(name, candidates=0))).size


@pytest.mark.parametrize("shape", [(8, 8), (1, 1), (2, 600)])
def test_tiny_pictures_are_drawn(make_findings, shape):
    assert _png(overlay(make_findings(shape=shape, candidates=0))).size


def test_a_large_picture_is_drawn_about_one_to_one(make_findings):
    figure = overlay(make_findings(shape=(2500, 2048), candidates=0))
    height_px = figure.axes[0].get_window_extent().height / figure.dpi * FULL_DPI
    assert height_px == pytest.approx(2000)


def test_pyplot_is_not_used():
    code = """
import sys, numpy
from microcal_xray.findings import Findings
from microcal_xray.radiograph import radiograph_from_array
from microcal_xray.reporting import overlay
from microcal_xray.settings import Settings

assert "matplotlib" not in sys.modules
overlay(Findings(radiograph_from_array(numpy.eye(9)), Settings()))
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_two_kinds_differ_in_brightness_too():
    def luminance(colour):
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    # Both far from black and white grounds; shape of the number tells them apart in grey print.
    assert all(100 < luminance(KIND_COLOURS[kind]) < 200 for kind in Kind)
