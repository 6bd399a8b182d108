"""The long axis of drawn shafts whose outlines, and so whose middle lines, are known."""

import numpy as np
import pytest

from microcal_xray.measurement.shaft import shaft_axis

SHAPE = (520, 520)
CENTRE = np.array([260.0, 260.0])
HALF = 45.0
ROWS, COLUMNS = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)


def own_coordinates(degrees):
    """Return (along, across) of all pixels for a bone that runs at an angle to the rows."""
    along = np.array([np.sin(np.radians(degrees)), np.cos(np.radians(degrees))])
    down, right = ROWS - CENTRE[0], COLUMNS - CENTRE[1]
    return down * along[0] + right * along[1], down * along[1] - right * along[0]


def step(distance):
    return 1 / (1 + np.exp(-np.clip(distance / 1.5, -50, 50)))


def bone(degrees, *, left=0.0, right=0.0, bow=0.0, half=HALF, brightness=500.0):
    """Return a hollow bone that flares by these slopes beyond 30 pixels from its middle, and its mask."""
    along, across = own_coordinates(degrees)
    beyond = np.maximum(0, along - 30)
    middle = bow * along**2
    inside = np.minimum(across - middle + half + left * beyond, half + right * beyond - across + middle)
    return brightness * (step(inside) - 0.4 * step(inside - 12)), inside > 0


def picture(*bones, noise=8.0, seed=1):
    grain = np.random.default_rng(seed).normal(0, noise, SHAPE)
    return (300 + sum(bones) + grain).astype(np.float32)


def line(degrees, to_axis, length=40.0):
    angle = np.radians(degrees + to_axis)
    return CENTRE + np.linspace(-0.5, 0.5, 41)[:, None] * length * np.array([np.sin(angle), np.cos(angle)])


def error_deg(found, degrees):
    return (np.degrees(found.value) - degrees + 90) % 180 - 90


@pytest.mark.parametrize("degrees", [0, 40, 90, 155])
@pytest.mark.parametrize("off", [-7, 7])
def test_a_straight_shaft_has_the_axis_of_its_drawing(degrees, off):
    image, mask = bone(degrees)
    found = shaft_axis(
        line(degrees, 80), np.radians(degrees + off), picture(image), mask, ends=(-HALF - 6, HALF + 6)
    )
    assert error_deg(found, degrees) == pytest.approx(0, abs=0.5)
    assert 0 < found.sd < np.radians(4)


@pytest.mark.parametrize("bow", [-3e-4, 3e-4])
def test_the_axis_of_a_bowed_shaft_is_its_tangent_at_the_line(bow):
    image, mask = bone(90, bow=bow)
    found = shaft_axis(line(90, 80), np.radians(93), picture(image), mask, ends=(-HALF, HALF))
    assert error_deg(found, 90) == pytest.approx(0, abs=1)


def test_an_end_that_flares_to_one_side_draws_the_axis_by_less_than_its_middle_line():
    image, mask = bone(90, right=0.5)
    found = shaft_axis(line(90, 80), np.radians(90), picture(image), mask, ends=(-HALF, HALF))
    # The middle line of the flaring part itself leans by atan(0.25), 14 degrees.
    assert abs(error_deg(found, 90)) < 4
    both, mask = bone(90, left=0.5, right=0.5)
    found = shaft_axis(line(90, 80), np.radians(90), picture(both), mask, ends=(-HALF, HALF))
    assert error_deg(found, 90) == pytest.approx(0, abs=0.7)


def test_a_bone_that_lies_over_it_does_not_turn_its_axis():
    own, mask = bone(90)
    along, across = own_coordinates(90)
    lean = np.tan(np.radians(12))
    over = step(15 - np.abs(across - 46 - lean * along / 2)) * 260
    joined = mask | (over > 130)
    found = shaft_axis(line(90, 80, 30), np.radians(92), picture(own, over), joined, ends=(-HALF, 46.0 + 15))
    union = np.flatnonzero(joined[100]).mean() - np.flatnonzero(joined[420]).mean()
    assert abs(np.degrees(np.arctan(union / 320))) > 2  # what the middle of the mask would say
    assert abs(error_deg(found, 90)) < 1


def test_another_bone_beside_it_does_not_turn_its_axis():
    own, mask = bone(90)
    along, across = own_coordinates(90)
    lean = np.tan(np.radians(8))
    beside = step(20 - np.abs(across - 95 - lean * along)) * 500
    found = shaft_axis(
        line(90, 80, 30), np.radians(93), picture(own, beside), mask | (beside > 250), ends=(-HALF, 115.0)
    )
    assert abs(error_deg(found, 90)) < 1


def test_the_bone_beyond_a_joint_does_not_turn_the_axis():
    own, mask = bone(90)
    along, _ = own_coordinates(90)
    other, other_mask = bone(75, half=60)
    is_other = along > 70
    gap = (along > 55) & (along < 70)
    image = picture(np.where(gap, 0, np.where(is_other, other, own)))
    joined = np.where(is_other, other_mask, mask)
    found = shaft_axis(line(90, 80), np.radians(92), image, joined, ends=(-HALF, HALF))
    assert abs(error_deg(found, 90)) < 1


def test_the_axis_of_a_flaring_end_is_that_of_its_shaft_and_less_sure_than_in_it():
    # The line lies where the bone flares to one side; 30 pixels up begins the even shaft.
    image, mask = bone(90, right=0.5)
    shifted = line(90, 80) + np.array([100.0, 10.0])
    ends = (-HALF - 20, HALF + 40)
    flaring = shaft_axis(shifted, np.radians(90), picture(image), mask, ends=ends)
    assert abs(error_deg(flaring, 90)) < 6  # the middle line itself leans by 14 degrees there
    assert abs(error_deg(flaring, 90)) < 2 * np.degrees(flaring.sd)
    shaft = shaft_axis(line(90, 80) - [100.0, 0.0], np.radians(90), picture(image), mask, ends=ends)
    assert flaring.sd > shaft.sd


def test_two_likely_pairs_of_outlines_make_the_axis_uncertain():
    along, across = own_coordinates(90)
    lean = np.tan(np.radians(10))
    one = step(45 - np.abs(across)) * 300
    image = picture(one + step(np.minimum(across + 70 - lean * along, 60 - across + lean * along)) * 300)
    doubtful = shaft_axis(line(90, 80, 30), np.radians(90), image, one > 150, ends=(-70.0, 60.0))
    alone = shaft_axis(line(90, 80, 30), np.radians(90), picture(2 * one), one > 150, ends=(-70.0, 60.0))
    assert doubtful.sd > 1.3 * alone.sd


def test_a_coarse_mask_turns_it_little():
    image, mask = bone(90)
    ragged = np.repeat(np.repeat(mask[::7, ::7], 7, axis=0), 7, axis=1)[: SHAPE[0], : SHAPE[1]]
    ragged[300:] = np.roll(ragged[300:], 5, axis=1)
    found = shaft_axis(line(90, 80), np.radians(95), picture(image), ragged, ends=(-HALF, HALF))
    assert abs(error_deg(found, 90)) < 1


def test_a_line_along_the_shaft_is_no_outline_of_it():
    image, mask = bone(90)
    along, across = own_coordinates(90)
    place = -20 + 0.2 * along
    fissure = -400 * np.exp(-0.5 * ((across - place) / 2) ** 2) * (np.abs(along) < 70)
    path = CENTRE + np.stack([np.linspace(-70, 70, 141), 20 - 0.2 * np.linspace(-70, 70, 141)], axis=1)
    ends = (-HALF + 20, HALF + 20)
    found = shaft_axis(path, np.radians(92), picture(image, fissure), mask, ends=ends)
    assert abs(error_deg(found, 90)) < 1


def test_gain_and_offset_change_no_axis():
    image, mask = bone(60, right=0.3)
    shown = picture(image)
    one, other = (
        shaft_axis(line(60, 80), np.radians(62), each, mask, ends=(-HALF, HALF))
        for each in (shown, 5 * shown - 300)
    )
    assert other.value == pytest.approx(one.value, abs=1e-3)  # float32 pixels


def test_an_even_picture_has_no_axis():
    flat = np.full(SHAPE, 300, np.float32)
    assert shaft_axis(line(90, 80), 1.5, flat, np.zeros(SHAPE, bool), ends=(-HALF, HALF)) is None


def test_at_the_corner_of_the_smallest_picture_nothing_is_known():
    tiny = np.random.default_rng(3).normal(0, 1, (12, 9)).astype(np.float32)
    path = np.array([[0.0, 0.0], [1.0, 1.0]])
    found = shaft_axis(path, 0.3, tiny, np.ones(tiny.shape, bool), ends=(-3.0, 3.0))
    assert found is None or np.isfinite([found.value, found.sd]).all()
