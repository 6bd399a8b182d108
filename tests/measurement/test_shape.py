"""One line on a whole picture: place, length, width, area; what noise shows where there is none."""

import numpy as np
import pytest
from blurred_lines import BLUR_PX, CENTRE, SHAPE, course, picture

from microcal_xray.measurement import kept_under_changes, line_shape
from microcal_xray.measurement.shape import FADING

UNIT_PX = 7.0
ALL = np.ones(SHAPE, bool)


def measured(image, path, *, is_dark=True, width_px=3.0, usable=ALL):
    return line_shape(
        path, image, usable=usable, is_dark=is_dark, width_px=width_px, blur_px=BLUR_PX, unit_px=UNIT_PX
    )


def aside(path, degrees):
    angle = np.radians(degrees)
    return (path - CENTRE) @ np.array([np.cos(angle), -np.sin(angle)])


@pytest.mark.parametrize("degrees", [0, 33, 90, 140])
def test_a_line_traced_two_pixels_aside_and_too_short_is_found_where_it_is(degrees):
    image = picture(degrees, width_px=3, length_px=120, height=-0.3, noise=0.03)
    shape = measured(image, course(degrees, 100, aside_px=2))
    # Its last millimetre is smoothed towards where it was thought to be.
    assert np.abs(aside(shape.path_px, degrees)[7:-7]).max() < 0.5
    assert shape.length_px - 2 * FADING[False] * UNIT_PX == pytest.approx(120, abs=3)
    assert shape.fit.width_px == pytest.approx(3, rel=0.12)
    assert shape.height * shape.fit.area_px == pytest.approx(0.9, rel=0.06)


def test_a_soft_bright_band_has_its_width_too():
    image = picture(20, width_px=8, length_px=120, height=0.2, noise=0.03, soft=True)
    shape = measured(image, course(20, 120), is_dark=False, width_px=5)
    assert shape.fit.width_px == pytest.approx(8, rel=0.12)
    assert shape.height == pytest.approx(0.2, rel=0.1)


def test_dark_in_a_picture_measures_as_dark_in_its_negative_turned():
    image = picture(10, width_px=4, length_px=100, height=-0.3, noise=0.02)
    shape = measured(image, course(10, 100))
    turned = measured(np.ascontiguousarray(image[::-1, ::-1]), np.array(SHAPE) - 1 - course(10, 100))
    np.testing.assert_allclose(np.array(SHAPE) - 1 - turned.path_px, shape.path_px, atol=0.05)
    assert turned.height == pytest.approx(shape.height, rel=1e-3)  # splines of float32 pixels


def test_gain_and_offset_change_no_length_and_no_width():
    image = picture(10, width_px=4, length_px=100, height=-0.3, noise=0.02)
    plain, other = measured(image, course(10, 100)), measured(40 * image + 700, course(10, 100))
    assert other.length_px == pytest.approx(plain.length_px, rel=1e-3)
    assert other.fit.width_px == pytest.approx(plain.fit.width_px, rel=1e-3)
    assert other.height == pytest.approx(40 * plain.height, rel=1e-3)


def test_a_longer_line_is_followed_and_not_into_what_is_unusable():
    image = picture(0, width_px=3, length_px=180, height=-0.3, noise=0.03)
    whole = measured(image, course(0, 90))
    assert whole.length_px == pytest.approx(180 + 2 * FADING[False] * UNIT_PX, abs=5)
    usable = ALL.copy()
    usable[:, 220:] = False
    cut = measured(image, course(0, 90), usable=usable)
    assert cut.path_px[:, 1].max() < 220


def test_the_other_kind_of_line_is_not_there():
    image = picture(0, width_px=3, length_px=120, height=-0.3, noise=0.03)
    dark, bright = (measured(image, course(0, 120), is_dark=is_dark) for is_dark in (True, False))
    assert bright.fit.d_prime < 0.2 * dark.fit.d_prime


def test_noise_has_no_line_of_any_stability():
    noise = np.random.default_rng(7).normal(0, 1, SHAPE).astype(np.float32)
    kept, tried = kept_under_changes(measured(noise, course(0, 100)))
    clear = picture(0, width_px=3, length_px=120, height=-0.3, noise=0.03)
    assert kept_under_changes(measured(clear, course(0, 120))) == (tried, tried)
    assert kept <= tried // 2


def test_an_even_picture_gives_finite_numbers():
    shape = measured(np.zeros(SHAPE, np.float32), course(30, 60))
    assert np.isfinite([shape.length_px, shape.length_sd_px, shape.fit.width_px, shape.height, shape.z]).all()
    assert shape.tortuosity >= 1


@pytest.mark.parametrize("length", [1.0, 3.0])
def test_the_shortest_lines_are_measured_too(length):
    image = picture(0, width_px=3, length_px=40, height=-0.3, noise=0.03)
    assert measured(image, course(0, length)).length_px > 0
