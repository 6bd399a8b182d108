"""The rules by which a line gets its word, and the least change that means something."""

import math
from dataclasses import replace

import numpy as np
import pytest

from microcal_xray.change_errors import (
    ChangeFactors,
    ErrorFactors,
    ErrorModel,
    LengthFactors,
    Processing,
    shipped_change_factors,
)
from microcal_xray.change_rules import LineFacts, judged, length_change
from microcal_xray.changes import LineChange, QuantityChange, Series, Verdict
from microcal_xray.findings import Kind
from microcal_xray.measured import Estimate
from microcal_xray.pairing import sites
from microcal_xray.registration import PairedHeight

DARK, BRIGHT = Kind.LUCENT, Kind.SCLEROTIC


PLAIN = ErrorFactors(beside=1.0, relative=dict.fromkeys(Processing, 0.0))
LENGTH = LengthFactors(interval=1.0, relative=0.0)
MODEL = ErrorModel(contrast=PLAIN, equivalent_width=PLAIN, length=LENGTH)
FACTORS = ChangeFactors(both=MODEL, one=MODEL)


def facts(prior, current, *, listed=(None, None), sd=0.1, lengths=None, **changed):
    ends = (None, None)
    if lengths:
        ends = tuple(Estimate(each, each - 1, each + 1, "mm") for each in lengths)
    known = {
        "paired": PairedHeight(prior, current, sd, sd, sd),
        "listed": listed,
        "lengths": ends,
        "integrals": (prior, current),
        "area": 1.0,
        "bone_contrasts": (0.5, 0.5),
        "registration": 0.0,
        "processing": Processing.RAW,
        "contrast_unit": "log mm",
    }
    return LineFacts(**known | changed)


def word(prior, current, *, listed=(None, None), lengths=None):
    return judged(facts(prior, current, listed=listed, lengths=lengths), FACTORS).verdict


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
    assert length_change(one, one, registration=0.0, factors=LENGTH).least_significant == pytest.approx(
        2.77 * 0.5, rel=1e-3
    )


def test_the_sides_of_the_intervals_that_face_each_other_count():
    short, long = Estimate(10, 9.9, 13, "mm"), Estimate(20, 16, 20.1, "mm")
    grew = length_change(short, long, registration=0.0, factors=LENGTH)
    shrank = length_change(long, short, registration=0.0, factors=LENGTH)
    assert grew.least_significant == pytest.approx(math.hypot(3, 4))
    assert shrank.least_significant == pytest.approx(5)  # the same two sides, seen from the other end


def test_the_same_relative_error_counts_for_both_visits():
    """A gain that is wrong by a tenth changes a strong line more than a weak one."""
    unsure = ErrorFactors(beside=1.0, relative={**PLAIN.relative, Processing.SHOWN: 0.1})
    factors = replace(FACTORS, one=replace(MODEL, contrast=unsure))
    least = {
        (height, processing): judged(
            facts(-height, -height, processing=processing), factors
        ).contrast.least_significant
        for height in (1.0, 4.0)
        for processing in (Processing.RAW, Processing.SHOWN)
    }
    assert least[1.0, Processing.RAW] == least[4.0, Processing.RAW] == pytest.approx(1.96 * 0.1, rel=1e-3)
    assert least[4.0, Processing.SHOWN] == pytest.approx(1.96 * math.hypot(0.1, 0.4), rel=1e-3)


def test_a_line_that_was_picked_in_one_picture_only_has_errors_of_its_own():
    wide = ErrorFactors(beside=2.0, relative=PLAIN.relative)
    factors = replace(FACTORS, one=replace(MODEL, contrast=wide))
    picked, both = (
        judged(facts(-1.0, -0.5, listed=listed), factors).contrast.least_significant
        for listed in ((DARK, None), (DARK, DARK))
    )
    assert picked == pytest.approx(2 * both)


def test_a_turned_line_may_be_told_by_either_number():
    """A wide faint band is little in the template of the narrow line that it was."""
    faint = facts(-0.1, 0.1, listed=(DARK, BRIGHT), integrals=(-0.5, 0.5))
    assert judged(faint, FACTORS).verdict is Verdict.BRIGHTER
    neither = facts(-0.1, 0.05, listed=(DARK, BRIGHT), integrals=(-0.05, 0.1))
    assert judged(neither, FACTORS).verdict is Verdict.UNCHANGED
    same_kind = facts(-0.1, -0.05, listed=(DARK, DARK), integrals=(-0.5, -0.1))
    assert judged(same_kind, FACTORS).verdict is Verdict.UNCHANGED


def test_the_equivalent_width_rests_on_one_contrast_of_the_bone():
    """What differs between two measurements of the same bone is their error, and no change of the line."""
    found = judged(
        facts(-1.0, -1.0, integrals=(-0.2, -0.2), bone_contrasts=(0.4, 0.6)), FACTORS
    ).equivalent_width
    assert (found.prior.value, found.current.value, found.unit) == (-0.4, -0.4, "mm")
    one_side = judged(facts(-1.0, -1.0, bone_contrasts=(None, 0.5)), FACTORS)
    assert one_side.equivalent_width.prior.value == -2.0
    assert judged(facts(-1.0, -1.0, bone_contrasts=(None, None)), FACTORS).equivalent_width is None


@pytest.mark.parametrize(
    ("z", "integral", "verdict"),
    [
        (6.0, 0.8, Verdict.BRIGHTER),
        (1.0, 0.8, Verdict.GONE),
        (3.0, 0.8, Verdict.GONE),
        (6.0, 0.1, Verdict.GONE),
        (-6.0, 0.8, Verdict.GONE),
    ],
)
def test_a_faint_band_where_a_dark_line_was_is_healing_and_its_remains_are_not(z, integral, verdict):
    healed = facts(-1.0, 0.05, listed=(DARK, None), turned_z=z, turned_integral=integral)
    found = judged(healed, FACTORS)
    assert found.verdict is verdict
    assert (found.seen[1].kind is BRIGHT) == (verdict is Verdict.BRIGHTER)
    expected = integral / 0.5 if verdict is Verdict.BRIGHTER else 0.05 / 0.5
    assert found.equivalent_width.current.value == pytest.approx(expected)


def test_the_shipped_errors_are_no_smaller_for_processed_pictures():
    shipped = shipped_change_factors()
    models = (shipped.both, shipped.one)
    for factors in [each for model in models for each in (model.contrast, model.equivalent_width)]:
        assert 0 < factors.relative[Processing.RAW] <= factors.relative[Processing.OTHER]
        assert factors.beside > 0


def test_the_registration_adds_to_the_error():
    one = Estimate(10.0, 9.0, 11.0, "mm")
    still = length_change(one, one, registration=0.0, factors=LENGTH)
    moved = length_change(one, one, registration=1.0, factors=LENGTH)
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


def test_the_strongest_line_keeps_its_partner():
    """Beside a strong line there is often a fainter one of the other polarity, here nearer to its place."""
    line = np.array([[0.0, 0.0], [0.0, 20.0]])
    strong, faint = line + np.array([1.5, 0]), line
    found = sites([strong, faint], [line], tolerance_px=4)
    assert [(site.prior, site.current) for site in found] == [(0, 0), (1, None)]
