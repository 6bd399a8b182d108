"""The bone taken away along its axis: cortices go, a line across them stays, at any angle."""

import math

import numpy as np
import pytest
from blurred_lines import BLUR_PX, CENTRE, SHAPE, course, picture

from microcal_xray.measurement import BoneAround, line_shape
from microcal_xray.measurement.along_bone import less_along_bone, slant_to

UNIT_PX = 7.0
ALL = np.ones(SHAPE, bool)


def shaft(axis_degrees, *, slope=0.0):
    """Return a bone with two steep cortices, and how far each pixel lies from its middle line."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]] - CENTRE[:, None, None]
    angle = np.radians(axis_degrees)
    across = columns * np.sin(angle) - rows * np.cos(angle)
    along = columns * np.cos(angle) + rows * np.sin(angle)
    near = np.abs(across)
    bone = np.interp(near, [0, 26, 30, 44, 47], [1.0, 1.0, 2.2, 2.2, 0.0])
    return (bone + slope * along).astype(np.float32), near


@pytest.mark.parametrize("axis_degrees", [0, 30, 90, 120])
def test_no_cortex_is_left_and_no_slope_along_the_bone(axis_degrees):
    bone, _ = shaft(axis_degrees, slope=0.01)
    axis = np.radians(axis_degrees)
    left = less_along_bone(bone, axis_rad=axis, slant=1.0, seen_px=3.0, unit_px=UNIT_PX)
    inner = np.hypot(*(np.mgrid[: SHAPE[0], : SHAPE[1]] - CENTRE[:, None, None])) < 90
    # Between pixels the bone is interpolated, which rounds its corners: a tenth of a cortex of 2.2 may stay.
    assert np.abs(left[inner]).max() < 0.22


@pytest.mark.parametrize("degrees", [0, 30, 45])
def test_a_line_across_keeps_its_height(degrees):
    line = picture(degrees, width_px=3, length_px=150, height=-0.3, noise=0.0)
    slant = math.sin(math.radians(90 - degrees))
    left = less_along_bone(line, axis_rad=math.pi / 2, slant=slant, seen_px=3.0, unit_px=UNIT_PX)
    at = np.rint(course(degrees, 100)).astype(int)
    assert left[at[:, 0], at[:, 1]] == pytest.approx(line[at[:, 0], at[:, 1]] - flat(line, at), abs=0.01)


def flat(line, at):
    """Return the gentle slope of the drawn pictures at places."""
    return 5 + 0.002 * at[:, 0] + 0.001 * at[:, 1]


def test_how_slanted_a_line_is_counts_only_where_it_leaves_the_axis():
    assert slant_to(course(0, 60), BoneAround(math.pi / 2, ALL)) == pytest.approx(1.0)
    assert slant_to(course(50, 60), BoneAround(math.pi / 2, ALL)) == pytest.approx(math.sin(math.radians(40)))
    assert slant_to(course(85, 60), BoneAround(math.pi / 2, ALL)) is None
    assert slant_to(course(0, 60), BoneAround(None, ALL)) is None


def test_a_fissure_that_was_found_between_the_cortices_is_measured_through_them():
    bone, near = shaft(90)
    rng = np.random.default_rng(3)
    fissure = picture(40, width_px=3, length_px=124, height=-0.12, noise=0.0) - flat_everywhere()
    image = (bone + fissure + rng.normal(0, 0.02, SHAPE)).astype(np.float32)
    traced = course(40, 60)

    def length(around):
        shape = line_shape(
            traced,
            image,
            usable=ALL,
            is_dark=True,
            width_px=3.0,
            blur_px=BLUR_PX,
            unit_px=UNIT_PX,
            bone=around,
        )
        return shape.length_px

    assert length(BoneAround(math.pi / 2, near < 50)) == pytest.approx(124, abs=0.1 * 124)
    # Without the bone's course it is lost at the cortices, which is why it is taken away.
    assert length(None) < 0.8 * 124


def flat_everywhere():
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return 5 + 0.002 * rows + 0.001 * columns
