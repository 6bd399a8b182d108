"""The page, the record and the figure of the MR companion."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest

from microcal_xray.measured import Estimate
from microcal_xray.mri import RadiographPlace, measure_mri
from microcal_xray.mri.simulated import DarkLine, Leg, Oedema, Rim, Slices, simulate_mr
from microcal_xray.reporting.mri_figure import mri_figure
from microcal_xray.reporting.mri_page import mri_html, write_mri_report
from microcal_xray.reporting.mri_record import mri_json

_HOSTILE = "<script>alert(1)</script>\x1b[31m"


@pytest.fixture(scope="module")
def found():
    leg = Leg(
        seed=2010, oedema=Oedema(80, 30), rim=Rim(80, 20), line=DarkLine(80, 8), slices=Slices(pixel_mm=1.2)
    )
    pair = simulate_mr(leg)
    place = RadiographPlace(2, Estimate(84.0, 82.0, 86.0, "mm"))
    return measure_mri([pair.t1, replace(pair.stir, name=_HOSTILE, left_out=(_HOSTILE,))], radiograph=place)


def test_the_page_runs_nothing_and_escapes_everything(found):
    page = mri_html(found, b"\x89PNG", overlay_png=b"\x89PNG")
    assert "<script" not in page
    assert "\x1b" not in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "&lt;script&gt;" in page


def test_the_page_lists_descriptors_and_no_grade(found):
    page = mri_html(found, b"\x89PNG")
    for each in found.descriptors:
        assert each.name in page
    assert "No grade is given" in page
    assert "Not a medical device" in page


def test_the_record_is_json_and_the_same_twice(found):
    record = json.loads(mri_json(found))
    assert mri_json(found) == mri_json(found)
    assert record["schema"] == "microcal-mri/1"
    assert [each["state"] for each in record["descriptors"][:2]] == ["yes", "yes"]
    assert record["marrow"]["length"]["unit"] == "mm"
    assert record["radiograph"]["may_be_same"] is True


def test_the_bare_slices_are_bare(found):
    figure = mri_figure(found)
    assert len(figure.axes) == 4
    for ax in figure.axes[:2]:
        assert not ax.collections
        assert len(ax.lines) == 1  # the scale bar
    assert figure.axes[2].collections


def test_the_figure_takes_a_radiograph_beside_it(found, make_findings):
    figure = mri_figure(found, radiograph=make_findings(), candidate=1)
    assert len(figure.axes) == 5
    assert figure.axes[0].get_title().startswith("radiograph, candidate 1")


def test_files_are_written(found, tmp_path):
    page = write_mri_report(found, tmp_path / "out")
    assert sorted(path.name for path in page.parent.iterdir()) == ["mri.html", "mri.json", "mri.png"]


def test_without_findings_the_record_says_none(found):
    bare = replace(found, oedema=None, periosteum=None, cortex=None, lines=(), normal=None, place=None)
    record = json.loads(mri_json(bare))
    assert record["marrow"] is record["periosteum"] is record["radiograph"] is None
    assert record["dark_lines"] == []
    assert np.isfinite(record["bone"]["described_mm"])


@pytest.mark.slow
def test_in_a_browser_the_radiograph_stands_beside_the_slices(found, tmp_path, browser):
    buffer = io.BytesIO()
    mri_figure(found).savefig(buffer, format="png", dpi=40)
    page_file = write_mri_report(found, tmp_path, overlay_png=buffer.getvalue())
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    messages = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(page_file.as_uri())
    radiograph, slices = (each.bounding_box() for each in page.locator("figure").all())
    assert radiograph["x"] + radiograph["width"] <= slices["x"]
    assert radiograph["y"] == slices["y"]
    assert page.locator("figure img").evaluate_all("all => all.every(each => each.naturalWidth > 0)")
    page.set_viewport_size({"width": 420, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    page.close()
    assert messages == []  # the content policy had nothing to refuse
