"""From a drawn shaft to its bump: found where it is, as high as it is, and nowhere else."""

import numpy as np
import pytest

from microcal_xray.contour import look_along_outlines, opposite_px, shipped_bump_model
from shafts import FIRST_PX, LENGTH_PX, MIDDLE_PX, RADIUS_PX, SHAPE, shaft

EVERYWHERE = np.ones(SHAPE, bool)
NOWHERE = np.zeros(SHAPE, bool)


def look(image, *, body=EVERYWHERE, metal=NOWHERE):
    return look_along_outlines(image, usable=EVERYWHERE, body=body, metal=metal, blur_px=0.9)


def shapes(image):
    return [shape for outline in look(image)[0] for shape in outline.shapes]


@pytest.mark.parametrize("height_px", [5.0, 9.0, 14.0])
@pytest.mark.parametrize("mineral", [0.4, 0.8])
def test_a_bump_is_as_high_as_it_was_drawn(height_px, mineral):
    (shape,) = shapes(shaft(height_px, mineral=mineral, sd=0.004))
    assert shape.height_px == pytest.approx(height_px, abs=1.2)  # 0.3 mm at the size lines are looked for
    area = height_px * LENGTH_PX * 0.5564  # mean of cos**1.5
    assert shape.area_px2 == pytest.approx(area, rel=0.2)  # edge pixels of a bump of 5 px
    middle = shape.base_px.mean(axis=0)
    assert middle == pytest.approx([FIRST_PX + LENGTH_PX / 2, MIDDLE_PX + RADIUS_PX], abs=4)
    assert shape.outward[1] > 0.99


def test_the_mirrored_picture_has_the_mirrored_bump():
    (right,) = shapes(shaft(9.0))
    (left,) = shapes(shaft(9.0, side=-1))
    assert left.height_px == pytest.approx(right.height_px, abs=0.3)  # the grid is not mirrored about a pixel
    assert left.outward[1] < -0.99


def test_a_turned_picture_has_the_turned_bump():
    image = shaft(9.0)
    everywhere, nowhere = EVERYWHERE.T.copy(), NOWHERE.T.copy()
    outlines, _ = look_along_outlines(
        image.T.copy(), usable=everywhere, body=everywhere, metal=nowhere, blur_px=0.9
    )
    (turned,) = [shape for outline in outlines for shape in outline.shapes]
    (upright,) = shapes(image)
    assert turned.height_px == pytest.approx(upright.height_px, abs=0.3)
    assert turned.outward[0] > 0.99


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_plain_shaft_has_none(seed):
    assert shapes(shaft(0.0, sd=0.01, seed=seed)) == []


def test_gain_and_offset_of_the_range_move_nothing_but_brightness():
    (before,) = shapes(shaft(9.0))
    (after,) = shapes(1.4 * shaft(9.0) - 0.1)
    assert after.height_px == pytest.approx(before.height_px, abs=0.05)  # the least slope is absolute
    assert after.contrast == pytest.approx(before.contrast, rel=0.02)


def test_the_opposite_outline_is_a_diameter_away():
    outlines, _ = look(shaft(9.0))
    (shape,) = [shape for outline in outlines for shape in outline.shapes]
    distance, height = opposite_px(shape.base_px[len(shape.base_px) // 2], shape.outward, outlines)
    assert distance + shape.foot_px == pytest.approx(2 * RADIUS_PX, rel=0.02)
    assert abs(height) < 1


def test_without_an_opposite_outline_there_is_no_diameter():
    assert opposite_px(np.array([10.0, 10.0]), np.array([0.0, 1.0]), ()) is None


def test_an_edge_beside_air_is_not_judged():
    image = shaft(9.0)
    body = image > 0.35  # nothing beside the bone: as the skin is, an edge with air outside
    outlines, left_out_px = look(image, body=body)
    assert not [shape for outline in outlines for shape in outline.shapes]
    assert left_out_px > SHAPE[0]


@pytest.mark.parametrize(("share", "is_judged"), [(1.0, True), (0.35, False)])
def test_an_edge_beside_air_is_judged_where_it_is_as_clear_as_other_bone(share, is_judged):
    clear, other = shaft(0.0), 0.3 + share * (shaft(9.0) - 0.3)
    image = np.concatenate([clear, other], axis=1)
    body = np.concatenate([EVERYWHERE, other > 0.3 + 0.05 * share], axis=1)
    usable = np.ones(image.shape, bool)
    outlines, _ = look_along_outlines(image, usable=usable, body=body, metal=~usable, blur_px=0.9)
    beside_air = [one for one in outlines if (one.course.smooth_px[:, 1] > SHAPE[1] + 20).mean() > 0.9]
    assert bool([shape for outline in beside_air for shape in outline.shapes]) is is_judged


def test_nothing_is_said_of_a_bump_under_metal():
    image = shaft(9.0)
    metal = NOWHERE.copy()
    metal[180:280, 150:220] = True
    assert not [shape for outline in look(image, metal=metal)[0] for shape in outline.shapes]


@pytest.mark.parametrize(
    "image",
    [np.zeros((40, 40), np.float32), np.full((5, 200), 0.4, np.float32), np.eye(64, dtype=np.float32)],
)
def test_pictures_without_outlines_give_nothing(image):
    everywhere = np.ones(image.shape, bool)
    outlines, _ = look_along_outlines(
        image, usable=everywhere, body=everywhere, metal=~everywhere, blur_px=0.9
    )
    assert not [shape for outline in outlines for shape in outline.shapes]


@pytest.mark.parametrize("of_pictures", [False, True])
def test_stronger_means_fewer_false_ones(of_pictures):
    model = shipped_bump_model(of_pictures=of_pictures)
    assert (np.diff(model.strengths) > 0).all()
    assert (np.diff(model.false_bumps) < 0).all()
    rates = [model.false_bumps_at(strength) for strength in np.linspace(-40, 40, 200)]
    assert (np.diff(rates) <= 0).all()
    assert rates[0] == pytest.approx(model.false_bumps[0])
    assert rates[-1] > 0


def test_real_pictures_have_more_false_ones_of_the_same_strength():
    simulated, real = shipped_bump_model(), shipped_bump_model(of_pictures=True)
    assert (simulated.weights == real.weights).all()
    for rate in (1.0, 0.5, 0.25, 0.1):
        strength = np.interp(-rate, -simulated.false_bumps, simulated.strengths)
        assert real.false_bumps_at(strength) > rate


def test_a_clear_bump_is_listed_at_half_a_false_one():
    (shape,) = shapes(shaft(9.0, sd=0.004))
    model = shipped_bump_model()
    assert model.false_bumps_at(model.strength(shape)) < 0.5
