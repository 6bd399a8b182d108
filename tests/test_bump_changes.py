"""Bumps at two visits: heights in both pictures, and a word for their change."""

from dataclasses import replace

import pytest

from microcal_xray import Settings, Verdict, find_lines
from microcal_xray.bump_changes import bump_verdict
from microcal_xray.change_errors import LengthFactors
from microcal_xray.change_rules import length_change
from microcal_xray.comparing import compare_findings
from microcal_xray.measured import Estimate
from microcal_xray.simulation import Along, Anatomy, Detector, Position, Side, Thickening, simulate_limb

PLACE = 90.0
BUMP = Thickening(Along(PLACE, 15.0, Side.RIGHT), 2.0, mineral=0.8)
MOVED = Position(turn_deg=3.0, shift_mm=(3.0, -2.0), roll_deg=3.0)
SETTINGS = Settings(false_bumps=0.5)


STILL = Position()


def taken(bump: Thickening | None, *, visit: int, position: Position = STILL, seed: int = 4):
    radiograph = simulate_limb(
        anatomy=Anatomy.TIBIA,
        seed=seed,
        lines=[] if bump is None else [bump],
        detector=Detector(360, 320, 0.2),
        centre_mm=(0.0, -PLACE),
        position=position,
        visit=visit,
    ).radiograph
    return find_lines(radiograph, SETTINGS)


@pytest.fixture(scope="module")
def before():
    return taken(BUMP, visit=0)


@pytest.fixture(scope="module")
def none_before():
    return taken(None, visit=0)


@pytest.fixture(scope="module")
def grown():
    return taken(replace(BUMP, thickness_mm=3.5), visit=1, position=MOVED)


@pytest.fixture(scope="module")
def same_later():
    return taken(BUMP, visit=1, position=MOVED)


def the_bump(found):
    """The bump that was drawn: the highest of them."""
    assert found.registration.is_comparable, found.registration.reason
    known = [bump for bump in found.bumps if bump.height is not None]
    return max(known, key=lambda bump: max(bump.height.prior.value, bump.height.current.value))


def test_a_bump_that_stayed_is_unchanged(before, same_later):
    bump = the_bump(compare_findings(before, same_later))
    assert bump.verdict is Verdict.UNCHANGED
    assert bump.height.unit == "mm"
    assert abs(bump.height.change) < 0.3
    assert bump.height.prior.value == pytest.approx(2.0, abs=0.4)


def test_a_bump_that_grew_is_larger_and_one_that_shrank_smaller(before, grown):
    bump = the_bump(compare_findings(before, grown))
    assert bump.verdict is Verdict.LARGER
    assert bump.height.change == pytest.approx(1.5, abs=0.4)
    assert the_bump(compare_findings(grown, before)).verdict is Verdict.SMALLER


def test_a_bump_that_came_is_new_and_one_that_went_is_gone(none_before, grown):
    bump = the_bump(compare_findings(none_before, grown))
    assert bump.verdict is Verdict.NEW
    assert (bump.prior_id, bump.height.prior.value) == (None, 0.0)
    assert not len(bump.prior_outline_px)
    assert len(bump.current_outline_px)
    assert the_bump(compare_findings(grown, none_before)).verdict is Verdict.GONE


def test_a_bump_that_one_picture_does_not_list_is_measured_there_all_the_same(before, same_later):
    """The list is not the truth."""
    bump = the_bump(compare_findings(before, replace(same_later, bumps=(), clusters=())))
    assert bump.current_id is None
    assert bump.verdict is Verdict.UNCHANGED
    assert bump.height.current.value == pytest.approx(2.0, abs=0.4)


def test_bumps_of_different_bones_are_not_comparable(before):
    found = compare_findings(before, taken(None, visit=0, seed=11))
    assert not found.registration.is_comparable
    assert found.bumps
    assert {bump.verdict for bump in found.bumps} == {Verdict.NOT_COMPARABLE}
    assert {bump.reason for bump in found.bumps} == {found.registration.reason}
    assert [bump.id for bump in found.bumps] == list(range(1, len(found.bumps) + 1))


@pytest.mark.parametrize(
    ("prior", "current", "word"),
    [
        ((2.0, 0.2), (2.2, 0.2), Verdict.UNCHANGED),
        ((2.0, 0.2), (2.5, 0.2), Verdict.LARGER),
        ((2.5, 0.2), (2.0, 0.2), Verdict.SMALLER),
        ((0.0, 0.4), (1.5, 0.2), Verdict.NEW),
        ((1.5, 0.2), (0.0, 0.4), Verdict.GONE),
        ((0.0, 0.4), (0.3, 0.2), Verdict.UNCHANGED),  # lower than what could be told there
    ],
)
def test_the_words(prior, current, word):
    ends = [
        Estimate(value, max(0.0, value - reach), value + reach, "mm") for value, reach in (prior, current)
    ]
    height = length_change(*ends, registration=0.0, factors=LengthFactors(interval=1.0, relative=0.0))
    assert bump_verdict(height) is word
