"""The pixels in the page: every value comes back, whatever the depth and the shape."""

import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as some_arrays

from microcal_xray.radiograph import Radiograph, Signal, radiograph_from_array
from microcal_xray.reporting.full_depth import packed_header, packed_pixels, unpacked_pixels

SHAPES = some_arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9)


def _back(pixels, usable=None):
    return unpacked_pixels(packed_pixels(radiograph_from_array(pixels, usable=usable)))


@given(some_arrays.arrays(np.uint16, SHAPES))
@settings(max_examples=60, deadline=None)
def test_sixteen_bits_come_back(pixels):
    assert np.array_equal(_back(pixels), pixels)


@given(
    some_arrays.arrays(
        np.float32, SHAPES, elements=some.floats(-1e6, 1e6, width=32, allow_nan=False, allow_subnormal=False)
    )
)
@settings(max_examples=60, deadline=None)
def test_any_values_come_back(pixels):
    assert np.array_equal(_back(pixels), pixels)


def test_every_one_of_65536_levels_comes_back_and_a_hole_beside_65535():
    ramp = np.arange(65536).reshape(64, 1024)
    radiograph = radiograph_from_array(ramp)
    packed = packed_pixels(radiograph)
    assert packed_header(packed)["values"] == 65536
    assert np.array_equal(unpacked_pixels(packed), ramp)
    usable = ramp > 0
    assert np.array_equal(_back(ramp, usable), np.where(usable, ramp, np.nan), equal_nan=True)


def test_logarithms_of_twelve_bits_come_back_exactly():
    stored = np.random.default_rng(3).integers(1, 4096, (40, 30))
    pixels = (-np.log(stored / 4095)).astype(np.float32)
    packed = packed_pixels(radiograph_from_array(pixels, signal=Signal.LOG))
    assert packed_header(packed)["gamma"] == 1.5
    assert packed_header(packed)["exact"]
    assert np.array_equal(unpacked_pixels(packed), pixels)


def test_more_values_than_codes_are_rounded_and_said():
    pixels = np.random.default_rng(4).normal(0, 1, (300, 300)).astype(np.float32)
    packed = packed_pixels(radiograph_from_array(pixels))
    header = packed_header(packed)
    assert not header["exact"]
    assert header["values"] == 65536
    step = np.ptp(pixels) / 65535
    assert np.abs(unpacked_pixels(packed) - pixels).max() <= step / 2 * (1 + 1e-4)  # float32 at the ends


def test_what_is_no_picture_is_no_value():
    usable = np.array([[True, False], [False, True]])
    back = _back([[5.0, 7.0], [9.0, 6.0]], usable)
    assert np.array_equal(back, [[5, np.nan], [np.nan, 6]], equal_nan=True)
    nothing = packed_pixels(radiograph_from_array([[5.0, 7.0]], usable=[[False, False]]))
    assert np.isnan(unpacked_pixels(nothing)).all()


def test_a_constant_picture_is_packed_too():
    assert _back([[3.5, 3.5]]).tolist() == [[3.5, 3.5]]


@pytest.mark.parametrize("bits", [12, 16])
def test_noise_is_packed_in_little_more_than_its_own_bits(bits):
    level = 2.0 ** (bits - 1)
    noise_sd = 2.0 ** (bits - 9)
    pixels = np.clip(np.random.default_rng(5).normal(level, noise_sd, (400, 300)).round(), 0, 2**bits - 1)
    entropy = np.log2(noise_sd * np.sqrt(2 * np.pi * np.e))
    bits_per_pixel = 8 * len(packed_pixels(radiograph_from_array(pixels))) / pixels.size
    # The error of a predictor of three noisy neighbours has about 1.6 times their noise: 0.7 bit more.
    assert bits_per_pixel < entropy + 1.5


def test_no_name_of_the_file_is_packed():
    radiograph = Radiograph(np.ones((3, 4), np.float32), np.ones((3, 4), bool), name="Somebody^Known")
    packed = packed_pixels(radiograph)
    assert b"Somebody" not in packed
    assert set(json.loads(re.search(rb"\{.*?\}", packed)[0])) == {
        "rows",
        "columns",
        "hole",
        "values",
        "first",
        "step",
        "exact",
        "low",
        "high",
        "gamma",
    }
