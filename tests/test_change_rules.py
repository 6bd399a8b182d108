"""The rules by which a line gets its word, and the least change that means something."""

import math

import numpy as np
import pytest

from microcal_xray.change_rules import height_change, length_change, sights, verdict_of
from microcal_xray.changes import LineChange, QuantityChange, Series, Verdict
from microcal_xray.findings import Kind
from microcal_xray.measured import Estimate
from microcal_xray.pairing import sites
from microcal_xray.registration import PairedHeight

DARK, BRIGHT = Kind.LUCENT, Kind.SCLEROTIC


def word(prior, current, *, listed=(None, None), sd=0.1, lengths=None):
    paired = PairedHeight(prior, current, sd, sd, sd)
    height = height_change(paired, per_height=1.0, unit="log mm", factor=1.0)
    length = None
    if lengths:
        ends = [Estimate(each, each - 1, each + 1, "mm") for each in lengths]
        length = length_change(*ends, registration_px=0.0, factor=1.0)
    return verdict_of(sights(paired, prior=listed[0], current=listed[1]), height=height, length=length)


@pytest.mark.parametrize(
    ("prior", "current", "listed", "lengths", "verdict"),
    [
        (-1.0, -1.0, (DARK, DARK), (10, 10), Verdict.UNCHANGED),
        (-1.0, 0.8, (DARK, BRIGHT), None, Verdict.BRIGHTER),
        (0.8, -1.0, (BRIGHT, DARK), None, Verdict.NEW),
        (-1.0, -0.5, (DARK, DARK), (10, 10), Verdict.BRIGHTER),
        (-0.5, -1.0, (DARK, DARK), (10, 10), Verdict.LARGER),
        (0.5, 1.0, (BRIGHT, BRIGHT), (10, 10), Verdict.LARGER),
        (1.0, 0.5, (BRIGHT, BRIGHT), (10, 10), Verdict.SMALLER),
        (-1.0, -1.0, (DARK, DARK), (10, 14), Verdict.LARGER),
        (-1.0, -0.5, (DARK, DARK), (14, 10), Verdict.SMALLER),  # the length comes first
        (0.0, -1.0, (None, DARK), None, Verdict.NEW),
        (-1.0, 0.05, (DARK, None), None, Verdict.GONE),
        (-0.12, -0.25, (None, DARK), None, Verdict.UNCHANGED),  # weak, and no more than the error
        (-1.0, -0.95, (DARK, None), (10, 10), Verdict.UNCHANGED),  # not listed, and there all the same
        (0.1, 0.05, (None, None), None, Verdict.UNCHANGED),
    ],
)
def test_each_rule(prior, current, listed, lengths, verdict):
    assert word(prior, current, listed=listed, lengths=lengths) is verdict


def test_the_least_significant_change_of_equal_errors_is_that_of_the_literature():
    """1.96 sqrt(2) standard errors, 2.77 of them (Glüer 1999)."""
    one = Estimate(10.0, 10 - 1.96 * 0.5, 10 + 1.96 * 0.5, "mm")
    assert length_change(one, one, registration_px=0.0, factor=1.0).least_significant == pytest.approx(
        2.77 * 0.5, rel=1e-3
    )


def test_the_sides_of_the_intervals_that_face_each_other_count():
    short, long = Estimate(10, 9.9, 13, "mm"), Estimate(20, 16, 20.1, "mm")
    grew = length_change(short, long, registration_px=0.0, factor=1.0)
    shrank = length_change(long, short, registration_px=0.0, factor=1.0)
    assert grew.least_significant == pytest.approx(math.hypot(3, 4))
    assert shrank.least_significant == pytest.approx(5)  # the same two sides, seen from the other end


def test_the_registration_adds_to_the_error():
    one = Estimate(10.0, 9.0, 11.0, "mm")
    still = length_change(one, one, registration_px=0.0, factor=1.0)
    moved = length_change(one, one, registration_px=1.0, factor=1.0)
    assert moved.least_significant > still.least_significant


def test_a_change_in_two_units_is_refused():
    with pytest.raises(ValueError, match="must be the same"):
        QuantityChange(Estimate(1, 0, 2, "mm"), Estimate(1, 0, 2, "px"), 0.0, 1.0)


def test_a_reason_belongs_to_what_is_not_comparable():
    with pytest.raises(ValueError, match="give both or neither"):
        LineChange(1, Verdict.NEW, "why", None, 1, None, DARK, [[0, 0]], [[0, 0]])


def test_a_series_has_a_week_for_each_picture():
    with pytest.raises(ValueError, match="at least one"):
        Series((), None)


def test_polarity_does_not_part_a_line_but_distance_does():
    line = np.array([[0.0, 0.0], [0.0, 20.0]])
    near, far = (
        sites([line], [line + np.array([2, 3])], tolerance_px=4),
        sites([line], [line + np.array([9, 0])], tolerance_px=4),
    )
    assert [(site.prior, site.current) for site in near] == [(0, 0)]
    assert [(site.prior, site.current) for site in far] == [(None, 0), (0, None)]
