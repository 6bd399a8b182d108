"""Lines put into an image and looked for."""

import math

import numpy as np
import pytest

from microcal_xray import Kind, Settings, SettingsError, detectability, find_lines
from microcal_xray.detectable import scenery_of
from microcal_xray.limit import LineAt, ProbeLine, place_of
from microcal_xray.probing import NOT_FOUND, inserted, least_width_px, probed, scores_of
from microcal_xray.searching import search
from test_detectable import radiograph


@pytest.fixture(scope="module")
def seen():
    image = radiograph()
    return scenery_of(image, search(image))


def line(kind: Kind = Kind.LUCENT, *, tilt: float = 0.0) -> ProbeLine:
    """Return a line across the shaft, 80 pixels long."""
    path = np.stack([np.full(41, 240.0), np.linspace(80, 160, 41)], axis=1)
    smear = 20 * math.tan(math.radians(tilt))
    at = LineAt(kind, math.pi / 2, 80.0, smear)
    return ProbeLine(at, path, 0.0 if kind is Kind.LUCENT else 4.0, tilt)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("width_px", [0.4, 2.0])
@pytest.mark.parametrize("tilt", [0.0, 20.0])
def test_an_inserted_line_integrates_to_its_width_times_the_step(seen, kind, width_px, tilt):
    probe = line(kind, tilt=tilt if kind is Kind.LUCENT else 0.0)
    changed = inserted(seen, [(probe, width_px)])
    difference = (changed.pixels - seen.radiograph.pixels).astype(float)
    # Away from the ends, which fade, the sum down a column is the integral.
    across = difference[:, 115:126].sum(axis=0).mean() / seen.unit
    sign = -1 if kind is Kind.LUCENT else 1
    assert across == pytest.approx(sign * width_px * place_of(seen.ground, probe, width_px).step, rel=0.08)
    assert changed.spacing == seen.radiograph.spacing


def test_without_spacing_a_line_is_inserted_and_none_is_invented():
    image = radiograph(None)
    seen = scenery_of(image, search(image))
    changed = inserted(seen, [(line(), 1.0)])
    assert changed.spacing is None
    assert np.abs(changed.pixels - image.pixels).max() > 10


def test_a_wide_gap_is_found_and_an_invisible_one_is_not(seen):
    clear, faint = (scores_of(inserted(seen, [(line(), width)]), [line()])[0] for width in (3.0, 0.01))
    assert clear > NOT_FOUND
    assert faint == NOT_FOUND or faint < clear


def test_probes_are_the_same_each_time(seen):
    assert probed(seen, 4, false_marks=4.0) == probed(seen, 4, false_marks=4.0)


def test_the_limit_of_a_line_falls_with_its_length(seen):
    short = ProbeLine(LineAt(Kind.LUCENT, math.pi / 2, 16.0), line().path_px[16:25])
    assert least_width_px(seen, line(), false_marks=16.0) < least_width_px(seen, short, false_marks=16.0)


def test_probing_tells_how_far_it_is_and_counts_its_lines():
    told = []
    limit = detectability(
        radiograph(), Settings(false_marks=4), probes=8, report=lambda *each: told.append(each)
    )
    assert limit.probes == 8
    assert told == [(4, 8), (8, 8)]
    assert limit.rows


def test_without_probes_it_is_what_find_lines_says():
    found = find_lines(radiograph()).limit
    assert detectability(radiograph(), probes=0).rows == found.rows


@pytest.mark.parametrize("probes", [-1, 2001, 1.5, True])
def test_a_wrong_number_of_probes_is_refused(probes):
    with pytest.raises(SettingsError, match=f"probes is {probes!r}; it must be 0 to 2000"):
        detectability(radiograph(), probes=probes)
