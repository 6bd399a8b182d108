import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import shaft
from microcal_xray.preprocessing import find_field, flatten, local_mean, square_grid


@pytest.mark.parametrize("scale_px", [1.0, 3.0, 9.0, 33.0])
def test_the_mean_of_a_constant_is_that_constant(scale_px):
    usable = np.ones((70, 90), bool)
    usable[20:40, 10:60] = False
    mean = local_mean(np.full((70, 90), 5.0), scale_px=scale_px, usable=usable)
    np.testing.assert_allclose(mean[usable], 5.0, rtol=1e-5)


def test_block_means_agree_with_the_full_computation():
    rng = np.random.default_rng(0)
    image = np.cumsum(rng.normal(0, 1, (120, 120)), axis=0)
    usable = np.ones(image.shape, bool)
    from scipy import ndimage

    exact = ndimage.gaussian_filter(image, 12, mode="constant") / ndimage.gaussian_filter(
        np.ones(image.shape), 12, mode="constant"
    )
    coarse = local_mean(image, scale_px=12, usable=usable)
    assert np.abs(coarse - exact)[24:-24, 24:-24].max() < 0.02 * np.ptp(image)


def test_what_is_not_usable_does_not_leak_in():
    image = np.ones((60, 60))
    usable = np.ones((60, 60), bool)
    usable[:, 30:] = False
    image[:, 30:] = 1e6
    flat = flatten(image, scale_px=5, usable=usable)
    assert np.abs(flat).max() < 1e-3


@settings(max_examples=20, deadline=None, derandomize=True)
@given(gain=st.floats(0.1, 50), offset=st.floats(-100, 100))
def test_flattening_follows_gain_and_ignores_offset(gain, offset):
    image = np.random.default_rng(2).normal(0, 1, (40, 40))
    usable = np.ones((40, 40), bool)
    one = flatten(image, scale_px=6, usable=usable)
    np.testing.assert_allclose(
        flatten(gain * image + offset, scale_px=6, usable=usable), gain * one, atol=1e-3 * (gain + 1)
    )


@settings(max_examples=30, deadline=None, derandomize=True)
@given(row_mm=st.floats(0.05, 0.5), column_mm=st.floats(0.05, 0.5))
def test_points_come_back_to_where_they_were(row_mm, column_mm):
    pixels = np.zeros((24, 30), np.float32)
    pixels[10:14, 20:24] = 1
    grid = square_grid(pixels, pixels >= 0, row_mm=row_mm, column_mm=column_mm)
    rows, columns = np.mgrid[: grid.pixels.shape[0], : grid.pixels.shape[1]]
    centre = np.array([[(axis * grid.pixels).sum() / grid.pixels.sum() for axis in (rows, columns)]])
    np.testing.assert_allclose(grid.stored(centre), [[11.5, 21.5]], atol=0.15)  # a bar of four pixels


def test_square_pixels_are_left_alone():
    pixels = np.zeros((8, 8), np.float32)
    assert square_grid(pixels, pixels >= 0, row_mm=0.1, column_mm=0.1).pixels is pixels


@pytest.mark.parametrize(("row_mm", "column_mm"), [(0.1, 0.1), (0.1, 0.25), (0.3, 0.2)])
def test_points_of_the_stored_picture_go_there_and_back(row_mm, column_mm):
    pixels = np.arange(1200, dtype=np.float32).reshape(30, 40)
    grid = square_grid(pixels, pixels >= 0, row_mm=row_mm, column_mm=column_mm)
    points = np.array([[0.0, 0.0], [12.3, 4.5], [29.0, 39.0]])
    np.testing.assert_allclose(grid.stored(grid.from_stored(points)), points, atol=1e-9)


def test_air_is_not_body():
    image = shaft((300, 200), width_px=50, soft_px=120, noise=10)
    field = find_field(image, usable=np.ones(image.shape, bool))
    assert field.body[:, 70:130].all()
    assert not field.body[:, :30].any()


def test_a_frame_of_one_value_is_not_usable_whatever_its_brightness():
    for level in (0.0, 900.0):
        image = shaft((300, 200), width_px=50, soft_px=120, noise=10)
        image[:40] = level
        usable = find_field(image, usable=np.ones(image.shape, bool)).usable
        assert not usable[:40].any()
        assert usable[41:].all()


def test_a_marker_is_metal_and_bone_is_not():
    image = shaft((300, 200), width_px=50, soft_px=160, noise=10)
    assert not find_field(image, usable=np.ones(image.shape, bool)).metal.any()
    image[30:45, 40:50] = 3000
    metal = find_field(image, usable=np.ones(image.shape, bool)).metal
    assert metal[30:45, 40:50].all()
    assert metal.mean() < 0.02


def test_dense_cortex_that_brightens_slowly_is_no_metal():
    image = shaft((300, 200), width_px=50, soft_px=160, noise=10)
    rows, columns = np.mgrid[:300, :200]
    image += 600 * np.exp(-((rows / 60) ** 2) - ((columns - 100) / 40) ** 2)
    assert not find_field(image.astype(np.float32), usable=np.ones(image.shape, bool)).metal.any()


@pytest.mark.parametrize("level", [0.0, 4095.0])
def test_a_constant_picture_has_no_body(level):
    field = find_field(np.full((64, 64), level, np.float32), usable=np.ones((64, 64), bool))
    assert not field.body.any()
    assert not field.metal.any()
