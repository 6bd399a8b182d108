import numpy as np
import pytest

from microcal_xray.measurement.strips import (
    length_of,
    mean_direction,
    normals,
    resampled,
    smoothed,
    strip,
    strip_beyond,
)

ROWS, COLUMNS = np.mgrid[:80, :120].astype(float)
WAVE = (np.sin(ROWS / 6) + np.cos(COLUMNS / 7)).astype(np.float32)
OBLIQUE = resampled(np.array([[20.0, 30.0], [50.0, 90.0]]))
OFFSET = np.arange(-5, 5.5, 0.5)
ALL = np.ones(WAVE.shape, bool)


def test_a_strip_shows_the_picture_beside_the_path():
    seen = strip(OBLIQUE, WAVE, OFFSET, is_dark=False)
    places = OBLIQUE[:, None] + OFFSET[None, :, None] * normals(OBLIQUE)[:, None]
    expected = np.sin(places[..., 0] / 6) + np.cos(places[..., 1] / 7)
    np.testing.assert_allclose(seen.values, expected, atol=2e-3)  # cubic between pixels


def test_a_dark_line_is_a_peak_too():
    bright, dark = (strip(OBLIQUE, WAVE, OFFSET, is_dark=is_dark).values for is_dark in (False, True))
    np.testing.assert_array_equal(dark, -bright)


@pytest.mark.parametrize("beyond", [0.0, 7.0])
def test_the_path_goes_straight_on_beyond_both_ends(beyond):
    seen = strip_beyond(OBLIQUE, WAVE, OFFSET, is_dark=False, usable=ALL, beyond_px=beyond, direction_px=10)
    np.testing.assert_array_equal(seen.path_px[seen.first : seen.behind], OBLIQUE)
    assert (seen.first, len(seen.path_px) - seen.behind) == (beyond, beyond)
    assert length_of(seen.path_px) == pytest.approx(length_of(OBLIQUE) + 2 * beyond, rel=1e-3)


def test_it_does_not_go_on_into_what_is_unusable_nor_out_of_the_picture():
    usable = ALL.copy()
    usable[:, :28] = False
    seen = strip_beyond(OBLIQUE, WAVE, OFFSET, is_dark=False, usable=usable, beyond_px=500, direction_px=10)
    assert seen.path_px[0, 1] >= 27.5
    assert (np.rint(seen.path_px) <= np.array(WAVE.shape) - 1).all()


def test_smoothing_keeps_the_ends_and_the_length_of_a_straight_path():
    smooth = smoothed(OBLIQUE, 5.0)
    np.testing.assert_allclose(smooth, OBLIQUE, atol=1e-9)


def test_columns_can_be_left_out():
    seen = strip(OBLIQUE, WAVE, OFFSET, is_dark=False).within(2.0)
    assert seen.offset_px.tolist() == np.arange(-2, 2.5, 0.5).tolist()
    assert seen.values.shape == (len(OBLIQUE), 9)


@pytest.mark.parametrize("degrees", [-60, 0, 25, 89])
def test_the_mean_direction_does_not_hang_on_the_ends(degrees):
    angle = np.radians(degrees)
    along, across = np.array([np.sin(angle), np.cos(angle)]), np.array([np.cos(angle), -np.sin(angle)])
    path = np.arange(100)[:, None] * along
    path[-3:] += 6 * across
    chord = np.degrees(np.arctan2(*(path[-1] - path[0])))
    assert abs(chord - degrees) > 3
    assert abs((np.degrees(mean_direction(path)) - degrees + 90) % 180 - 90) < 0.7
    assert mean_direction(path[::-1]) == pytest.approx(mean_direction(path))
