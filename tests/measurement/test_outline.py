"""A dark line across a bone ends at its outline, where it is near and nothing speaks against it; else not."""

import numpy as np
import pytest
from blurred_lines import BLUR_PX, CENTRE, SHAPE, course, picture
from scipy import ndimage

from microcal_xray.measurement import BoneAround, line_shape
from microcal_xray.measurement.following import Ground, Profile, course_to
from microcal_xray.measurement.outline import outline_ahead

UNIT_PX = 7.0
UPRIGHT = np.pi / 2
HALF_PX = 70  # of the bone's width
MARGIN_PX = 6  # of the bone mask
COLUMNS = np.abs(np.arange(SHAPE[1]) - CENTRE[1])
BONE = np.broadcast_to(ndimage.gaussian_filter1d((COLUMNS < HALF_PX).astype(float), 1.0), SHAPE)
INSIDE = np.broadcast_to(COLUMNS < HALF_PX + MARGIN_PX, SHAPE)
ALL = np.ones(SHAPE, bool)


def outlines(path, bone=BONE, inside=INSIDE):
    return outline_ahead(path, bone.astype(np.float32), inside, axis_rad=UPRIGHT, unit_px=UNIT_PX)


@pytest.mark.parametrize("length", [60, 100, 136])
def test_the_outline_lies_where_the_bone_ends(length):
    assert outlines(course(0, length)) == pytest.approx([HALF_PX - length / 2] * 2, abs=1.5)


def test_a_path_that_ran_beyond_the_outline_is_told_by_how_much():
    path = course(0, 100) + np.array([0.0, 35.0])
    assert outlines(path) == pytest.approx([55, -15], abs=1.5)


def test_a_slanted_line_meets_the_outline_later():
    slanted = outlines(course(40, 80))
    assert slanted == pytest.approx([HALF_PX / np.cos(np.radians(40)) - 40] * 2, abs=2.5)


def test_an_even_picture_and_the_edge_of_a_cavity_have_no_outline():
    assert outlines(course(0, 100), bone=np.ones(SHAPE)) == (None, None)
    # Inside a thick cortex it is darker, but not as dark as what is around the bone.
    hollow = np.where(COLUMNS < HALF_PX, 1.0, 0.0) - np.where(COLUMNS < HALF_PX - 25, 0.3, 0.0)
    away = outlines(course(0, 60) - np.array([0.0, 30.0]), bone=np.broadcast_to(hollow, SHAPE))
    assert away[1] is None or away[1] == pytest.approx(HALF_PX, abs=1.5)


def shape_of(image, path, *, is_dark=True, at_its_best=True):
    return line_shape(
        path,
        (image + 3 * BONE).astype(np.float32),
        usable=ALL,
        is_dark=is_dark,
        width_px=3.0,
        blur_px=BLUR_PX,
        unit_px=UNIT_PX,
        bone=BoneAround(UPRIGHT, INSIDE),
        at_its_best=at_its_best,
    )


def test_a_faint_line_that_stops_close_to_the_outline_reaches_it():
    image = picture(0, width_px=3, length_px=110, height=-0.06, noise=0.06)
    near, seen = shape_of(image, course(0, 100)), shape_of(image, course(0, 100), at_its_best=False)
    assert near.length_px == pytest.approx(2 * HALF_PX, abs=6)
    assert seen.length_px < 2 * HALF_PX - 10
    # It was not seen all the way, and says so.
    assert near.length_sd_px > seen.length_sd_px
    # Width and height are those of what is seen.
    assert near.fit.width_px == seen.fit.width_px
    assert near.height == seen.height


def test_a_clear_line_that_stops_before_the_outline_ends_where_it_does():
    image = picture(0, width_px=3, length_px=90, height=-0.4, noise=0.03)
    assert shape_of(image, course(0, 80)).length_px == pytest.approx(90, abs=6)


def test_a_line_traced_into_soft_tissue_ends_at_the_outline():
    image = picture(0, width_px=3, length_px=2 * HALF_PX, height=-0.4, noise=0.02)
    traced = course(0, 120) + np.array([0.0, 30.0])
    found = shape_of(image, traced)
    assert found.path_px[:, 1].max() <= CENTRE[1] + HALF_PX + 2


def test_bright_bands_and_lines_without_a_bone_know_no_outline():
    image = picture(0, width_px=6, length_px=100, height=0.3, noise=0.03, soft=True)
    near, seen = (
        shape_of(image, course(0, 100), is_dark=False, at_its_best=known) for known in (True, False)
    )
    assert near.length_px == seen.length_px


def test_a_band_found_too_narrow_is_measured_at_its_width():
    image = picture(0, width_px=14, length_px=150, height=0.2, noise=0.1, soft=True)
    shape = line_shape(
        course(0, 150), image, usable=ALL, is_dark=False, width_px=5.0, blur_px=BLUR_PX, unit_px=UNIT_PX
    )
    assert shape.fit.width_px == pytest.approx(14, rel=0.15)
    assert shape.fit.d_prime >= shape.found_d_prime


def test_a_course_is_surer_the_clearer_the_line_and_none_where_none_is():
    offset = np.arange(-20, 20.5, 0.5)
    values = np.exp(-0.5 * (offset / 1.5) ** 2)
    sure = []
    for height in (0.3, 0.05, 0.0):
        image = picture(0, width_px=3, length_px=200, height=-height, noise=0.05)
        ground = Ground(image, ALL, True, UNIT_PX, None)
        sure.append(course_to(course(0, 100), Profile(offset, values, 3.0, 3.5, 0.3), ground, 28.0))
    assert sure[0].probability > 0.99
    np.testing.assert_allclose(sure[0].points_px[-1], CENTRE + np.array([0.0, 78.0]), atol=3)
    assert sure[1:] == [None, None]
