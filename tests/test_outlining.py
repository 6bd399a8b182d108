"""Bumps in millimetres and pixels of the picture as stored, with their intervals."""

from dataclasses import replace

import numpy as np
import pytest

from microcal_xray.bump import Bump, BumpCaution, BumpKind
from microcal_xray.outlining import find_bumps
from microcal_xray.radiograph import Intent, Spacing, SpacingSource, radiograph_from_array
from microcal_xray.searching import looked_at, surveyed
from microcal_xray.settings import Settings
from shafts import FIRST_PX, LENGTH_PX, MIDDLE_PX, RADIUS_PX, shaft

HEIGHT_PX = 9.0


def picture(spacing_mm, height_px=HEIGHT_PX):
    air = 0.003 * np.random.default_rng(5).standard_normal((500, 30)).astype(np.float32)
    image = np.concatenate([air, shaft(height_px, sd=0.003), air[::-1]], axis=1)
    spacing = None if spacing_mm is None else Spacing(spacing_mm, spacing_mm, SpacingSource.DETECTOR)
    return replace(radiograph_from_array(image), spacing=spacing)


def found(radiograph, settings=Settings(false_bumps=2.0), *, bone=None):
    start = looked_at(radiograph, bone=bone)
    return find_bumps(replace(start, searched=start.field.body, survey=surveyed(start)), radiograph, settings)


@pytest.fixture(scope="module")
def bump() -> Bump:
    bumps, _ = found(picture(0.25))
    return bumps[0]


def test_the_truth_lies_in_the_intervals(bump):
    assert bump.height_mm.low <= HEIGHT_PX * 0.25 <= bump.height_mm.high
    assert bump.area_mm2.low <= HEIGHT_PX * LENGTH_PX * 0.5564 * 0.25**2 <= bump.area_mm2.high
    index = 1 + HEIGHT_PX / (2 * RADIUS_PX)
    assert bump.callus_index.value == pytest.approx(index, rel=0.03)
    assert bump.shaft_mm.value == pytest.approx(2 * RADIUS_PX * 0.25, rel=0.03)


def test_it_lies_where_it_was_drawn_in_pixels_of_the_stored_picture(bump):
    middle = bump.base_px.mean(axis=0)
    assert middle == pytest.approx([FIRST_PX + LENGTH_PX / 2, 30 + MIDDLE_PX + RADIUS_PX], abs=4)
    assert (bump.top_px[:, 1] >= bump.base_px[:, 1]).all()  # bone is on the left of the right outline


def test_short_and_high_is_a_bump_with_both_sides_known(bump):
    assert bump.kind is BumpKind.BUMP
    assert not bump.cautions & (BumpCaution.ONE_SIDED | BumpCaution.TURNING_OUTLINE | BumpCaution.NOT_ENDING)


def test_without_spacing_there_are_pixels_only():
    bumps, seen = found(picture(None))
    assert bumps[0].height_mm is bumps[0].area_mm2 is bumps[0].shaft_mm is None
    assert bumps[0].height_px.value == pytest.approx(HEIGHT_PX, rel=0.15)  # enlarged before it is measured
    assert seen.told_mm is None
    assert seen.told_px > 400


def test_twice_the_spacing_is_twice_the_millimetres_of_the_same_outline():
    (once, *_), _ = found(picture(0.25))
    (twice, *_), _ = found(picture(0.5))
    assert twice.height_mm.value == pytest.approx(2 * once.height_mm.value, rel=0.1)  # on another grid


def test_the_rate_is_that_of_pictures_of_its_intent(bump):
    def first(intent):
        return found(replace(picture(0.25), intent=intent))[0][0]

    real, radiograph = first(Intent.PICTURE), first(Intent.FOR_PRESENTATION)
    assert first(Intent.UNSPECIFIED).false_bumps == real.false_bumps == bump.false_bumps
    assert first(Intent.FOR_PROCESSING).false_bumps == radiograph.false_bumps
    assert radiograph.false_bumps < real.false_bumps
    assert (radiograph.base_px == real.base_px).all()


def test_the_dial_leaves_out_the_weaker():
    many, _ = found(picture(0.25), Settings(false_bumps=10))
    few, _ = found(picture(0.25), Settings(false_bumps=0.3))
    assert {bump.false_bumps <= 0.3 for bump in few} <= {True}
    assert len(few) <= len(many)
    assert [bump.id for bump in many] == list(range(1, len(many) + 1))
    assert [bump.score for bump in many] == sorted((bump.score for bump in many), reverse=True)


def test_what_was_not_searched_has_no_bumps():
    tiny = radiograph_from_array(np.zeros((8, 8)))
    assert find_bumps(looked_at(tiny), tiny, Settings()) == ((), None)


def test_a_plain_shaft_has_no_strong_bump():
    bumps, seen = found(picture(0.25, height_px=0.0), Settings(false_bumps=0.5))
    assert bumps == ()
    assert seen.told_mm > 200


def test_bumps_beside_the_bone_of_the_caller_are_left_out():
    image = np.concatenate([picture(0.25).pixels] * 2, axis=1)
    radiograph = replace(radiograph_from_array(image), spacing=Spacing(0.25, 0.25, SpacingSource.DETECTOR))
    half = image.shape[1] // 2
    both, of_both = found(radiograph)
    assert {bump.base_px[0, 1] < half for bump in both} == {True, False}
    mask = np.zeros(image.shape, bool)
    mask[:, 30 + round(MIDDLE_PX - RADIUS_PX) : 30 + round(MIDDLE_PX + RADIUS_PX)] = True
    left, of_left = found(radiograph, bone=mask)
    expected = [(bump.score, bump.height_px) for bump in both if bump.base_px[0, 1] < half]
    assert [(bump.score, bump.height_px) for bump in left] == expected
    assert of_left.told_px == pytest.approx(of_both.told_px / 2, rel=0.1)
    assert of_left.untold_px == of_both.untold_px == 0
    mask[300:] = False
    _, of_upper = found(radiograph, bone=mask)
    assert of_upper.told_px == pytest.approx(of_left.told_px * 300 / 500, rel=0.1)
    assert of_upper.untold_px == 0
    nothing, of_nothing = found(radiograph, bone=~np.ones(image.shape, bool))
    assert nothing == ()
    assert of_nothing.told_px == of_nothing.untold_px == 0
    everywhere, _ = found(radiograph, bone=np.ones(image.shape, bool))
    assert [bump.score for bump in everywhere] == [bump.score for bump in both]
