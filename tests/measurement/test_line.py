import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import gaussian_line
from microcal_xray.measurement import measure, smooth_path

DOWN_RIGHT = np.stack([np.linspace(40, 110, 100), np.linspace(30, 120, 100)], axis=1)


def straight(degrees: float, length_px: float) -> np.ndarray:
    angle = np.radians(degrees)
    along = np.linspace(-length_px / 2, length_px / 2, int(length_px) + 1)
    return 79.5 + np.stack([along * np.sin(angle), along * np.cos(angle)], axis=1)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(fwhm=st.floats(3, 10), degrees=st.floats(0, 179), height=st.floats(1, 500))
def test_a_gaussian_line_is_measured_as_drawn(fwhm, degrees, height):
    image = gaussian_line((160, 160), degrees, fwhm_px=fwhm, height=-height, length_px=80)
    line = measure(straight(degrees, 70), image, is_dark=True, width_px=fwhm)
    assert line.length_px == pytest.approx(70, abs=0.5)
    assert line.width_px == pytest.approx(fwhm, rel=0.08)  # linear interpolation broadens a narrow line
    assert line.height == pytest.approx(height, rel=0.12)  # the centre's mean and the sides' tails both cost
    assert (np.degrees(line.angle_rad) - degrees + 90) % 180 - 90 == pytest.approx(0, abs=0.5)


def test_the_stairs_of_the_pixel_grid_do_not_lengthen_a_line():
    stairs = np.array([[row // 3, row] for row in range(60)], float)
    assert measure(
        stairs, np.zeros((64, 64), np.float32), is_dark=True, width_px=4
    ).length_px == pytest.approx(np.hypot(59, 19), rel=0.02)


def test_a_step_edge_has_no_two_sided_height():
    step = np.zeros((160, 160), np.float32)
    step[80:] = 100
    assert measure(straight(0, 60), step, is_dark=True, width_px=5).height <= 0
    assert measure(straight(0, 60), step, is_dark=False, width_px=5).height <= 0


def test_dark_and_bright_measure_alike():
    image = gaussian_line((160, 160), 20, fwhm_px=5, height=9)
    bright = measure(straight(20, 60), image, is_dark=False, width_px=5)
    dark = measure(straight(20, 60), -image, is_dark=True, width_px=5)
    assert bright.height == dark.height
    assert bright.width_px == dark.width_px


def test_the_noise_beside_a_line_is_that_of_the_image():
    rng = np.random.default_rng(0)
    image = rng.normal(0, 3, (160, 160)).astype(np.float32) + gaussian_line(
        (160, 160), 0, fwhm_px=4, height=-20, centre=(80, 80)
    )
    line = measure(straight(0, 100) + 0.5, image, is_dark=True, width_px=4)
    assert line.pixel_noise == pytest.approx(3, rel=0.3)  # sampling between pixels averages two of them
    assert line.contrast_sd == pytest.approx(line.height / line.pixel_noise)


def test_copies_of_a_line_in_an_even_picture_show_what_noise_leaves():
    noise = np.random.default_rng(1).normal(0, 3, (160, 160)).astype(np.float32)
    line = measure(straight(0, 100), noise, is_dark=True, width_px=4)
    # The larger of two sides minus a centre: a few times the mean's own error of 3 / sqrt(100 * 2).
    assert 0.1 < line.copies_sd < 0.8
    assert line.significance < 3


def test_parallel_stripes_are_no_line_among_themselves():
    stripes = np.tile(10 * np.sin(np.arange(160) * 2 * np.pi / 12), (160, 1)).T.astype(np.float32)
    line = measure(straight(0, 100), stripes, is_dark=True, width_px=5)
    assert line.significance < 2.5


def test_without_noise_there_is_no_contrast_in_noise_units():
    assert (
        measure(straight(0, 60), np.zeros((160, 160), np.float32), is_dark=True, width_px=4).contrast_sd == 0
    )


def test_a_smoothed_path_keeps_its_ends_and_its_even_spacing():
    path = smooth_path(DOWN_RIGHT)
    np.testing.assert_allclose(path[[0, -1]], DOWN_RIGHT[[0, -1]])
    steps = np.hypot(*np.diff(path, axis=0).T)
    np.testing.assert_allclose(steps, steps.mean(), rtol=1e-2)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_the_shortest_paths_can_be_smoothed(count):
    points = np.stack([np.arange(count), np.zeros(count)], axis=1).astype(float)
    assert smooth_path(points)[-1].tolist() == [count - 1, 0]
