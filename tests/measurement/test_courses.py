import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from microcal_xray.measurement.courses import POINTS, courses_of, nearest, sampled


def straight(
    degrees: float, *, length_px: float = 90.0, step_px: float = 3.0, middle=(100.0, 120.0)
) -> np.ndarray:
    angle = np.radians(degrees)
    along = np.arange(-length_px / 2, length_px / 2 + 1e-9, step_px)
    return np.array(middle) + np.stack([along * np.sin(angle), along * np.cos(angle)], axis=1)


def lost_at_one_end(points: int, step_px: float = 3.0) -> float:
    """Return how far the smoothing draws in the end of a straight path, its last point repeated beyond."""
    sigma = min(2.0, max(1.0, points / 8))
    return float(
        ndimage.gaussian_filter1d(step_px * np.arange(points, dtype=float), sigma, mode="nearest")[0]
    )


@settings(max_examples=30, deadline=None, derandomize=True)
@given(degrees=st.floats(0, 360), points=st.integers(5, 60))
def test_a_straight_path_stays_straight_and_loses_its_ends_smoothing(degrees, points):
    path = straight(degrees, length_px=3.0 * (points - 1))
    courses = courses_of([path], [True])
    heading = [np.sin(np.radians(degrees)), np.cos(np.radians(degrees))]
    expected = 3.0 * (points - 1) - 2 * lost_at_one_end(points)
    assert courses.length_px[0] == pytest.approx(expected, abs=1e-6)
    np.testing.assert_allclose(courses.heading[0], heading, atol=1e-6)
    np.testing.assert_allclose(courses.along[0], np.tile(heading, (POINTS, 1)), atol=1e-6)
    np.testing.assert_allclose(courses.middle_px[0], (100, 120), atol=1e-6)


def test_what_an_end_loses_is_four_tenths_of_the_smoothing():
    # The mean of the positive half of a normal variable, in points 3 px apart; sampled, so not exactly.
    assert lost_at_one_end(33) == pytest.approx(2.0 * 3 / math.sqrt(2 * math.pi), rel=0.05)


@pytest.mark.parametrize("step_px", [1.0, 3.0, 6.0])
def test_points_are_evenly_spaced(step_px):
    bent = straight(20, step_px=step_px) + 0.002 * np.arange(round(90 / step_px) + 1)[:, None] ** 2 * (1, 0)
    steps = np.linalg.norm(np.diff(courses_of([bent], [True]).points_px[0], axis=0), axis=1)
    np.testing.assert_allclose(steps, steps.mean(), rtol=1e-2)  # chords of a bent path


def test_the_side_is_a_right_angle_from_the_way_and_from_the_heading():
    paths = [straight(degrees) for degrees in (0, 30, 100, 250)]
    courses = courses_of(paths, [True] * 4)
    assert np.abs((courses.along * courses.across).sum(axis=-1)).max() < 1e-9
    assert np.abs((courses.heading * courses.sideways).sum(axis=-1)).max() < 1e-9
    np.testing.assert_allclose(np.linalg.norm(courses.across, axis=-1), 1)
    np.testing.assert_allclose(np.linalg.norm(courses.sideways, axis=-1), 1)


def test_many_paths_at_once_are_each_as_alone():
    paths = [straight(10), straight(80, length_px=12), straight(200, step_px=6)]
    together = courses_of(paths, [True, False, True])
    assert together.points_px.shape == (3, POINTS, 2)
    assert together.sign.tolist() == [-1, 1, -1]
    for number, path in enumerate(paths):
        alone = courses_of([path], [False])
        np.testing.assert_array_equal(together.points_px[number], alone.points_px[0])
        assert together.length_px[number] == alone.length_px[0]


def test_a_path_of_two_points_has_a_direction():
    courses = courses_of([np.array([[5.0, 5.0], [5.0, 8.0]])], [True])
    np.testing.assert_allclose(courses.heading, [[0, 1]], atol=1e-9)
    assert 0 < courses.length_px[0] <= 3


def test_a_path_on_one_place_has_no_length_and_nothing_breaks():
    courses = courses_of([np.full((4, 2), 7.0)], [True])
    assert courses.length_px[0] == pytest.approx(0)
    assert np.isfinite(courses.across).all()


# Samples


@settings(max_examples=30, deadline=None, derandomize=True)
@given(down=st.floats(-1, 1), right=st.floats(-1, 1), seed=st.integers(0, 1000))
def test_a_plane_is_sampled_between_pixels(down, right, seed):
    plane = np.add.outer(down * np.arange(40), right * np.arange(50)).astype(np.float32)
    places = np.random.default_rng(seed).uniform(0, 39, (3, 4, 5, 2))
    # Places are rounded to 1/32 pixel.
    np.testing.assert_allclose(sampled(plane, places), places @ (down, right), atol=0.04)


def test_beyond_the_edge_the_edge_goes_on():
    image = np.random.default_rng(0).normal(0, 1, (10, 12)).astype(np.float32)
    places = np.array([[[-5.0, 3.0], [3.0, -9.0], [99.0, 99.0], [4.0, 7.0]]])
    expected = [[image[0, 3], image[3, 0], image[9, 11], image[4, 7]]]
    np.testing.assert_allclose(sampled(image, places), expected, rtol=1e-6)
    np.testing.assert_array_equal(nearest(image, places), np.asarray(expected, np.float64))


def test_the_nearest_pixel_is_not_mixed_with_its_neighbours():
    angles = np.where(np.arange(8) < 4, 0.01, 3.13).astype(np.float32) * np.ones((6, 1), np.float32)
    found = nearest(angles, np.array([[[2.0, 3.4], [2.0, 3.6]]]))
    np.testing.assert_allclose(found, [[0.01, 3.13]], rtol=1e-6)
