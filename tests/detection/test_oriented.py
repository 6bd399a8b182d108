import math

import numpy as np
import pytest
from scipy import ndimage

from drawing import gaussian_line
from microcal_xray.detection import frames_around, line_kernel, oriented_response

SIGMAS_PX = (1.2, 2.0, 2.2, 3.2, 3.6)
SHAPE = (240, 240)
# Where the picture stops its edge goes on: noise there is not that of the picture.
INNER = np.pad(np.ones((200, 200), bool), 20)
GOLDEN = (1 + math.sqrt(5)) / 2
# Of the absolute value of a normal variable: its mean is sqrt(2 / pi), that of its root
# 2**0.25 gamma(3/4) / sqrt(pi).
MEAN_PER_SQUARED_ROOT_MEAN = math.sqrt(2 / math.pi) * math.pi / (math.sqrt(2) * math.gamma(0.75) ** 2)


def across(profile: np.ndarray, taps: np.ndarray) -> np.ndarray:
    reach = len(taps) // 2
    return ndimage.correlate1d(profile, taps.astype(float), mode="nearest")[reach:-reach]


def step_answers(sigma_px: float, shift_px: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the distances from a step edge of height 1, and what both kernels answer there."""
    places = np.arange(-60.0, 61) - shift_px
    # A step between two pixels, as an area detector shows it.
    edge = np.clip(places + 0.5, 0, 1)
    kernel = line_kernel(sigma_px)
    reach = len(kernel.line) // 2
    return places[reach:-reach], across(edge, kernel.line), across(edge, kernel.step)


def gaussian(sigma_px: float) -> np.ndarray:
    return np.exp(-0.5 * (np.arange(-90, 91) / sigma_px) ** 2)


def answered(image, *, degrees, searched=INNER, sigmas_px=(2.0,), along_px=8.0, around_px=28.0):
    frame = frames_around(searched, directions=180)[degrees]
    return oriented_response(
        image.astype(np.float32),
        searched,
        frame,
        sigmas_px=sigmas_px,
        along_px=along_px,
        around_px=around_px,
    )


def curvature(response) -> np.ndarray:
    """Return q / u: half of dark less bright, the step gone."""
    return 0.5 * (response.z[:, :, 0] - response.z[:, :, 1])


def white(seed: int = 0, sd: float = 0.02) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, sd, SHAPE).astype(np.float32)


def inside(response, searched=INNER) -> np.ndarray:
    return response.frame.turned_mask(searched)


# The kernels


@pytest.mark.parametrize("sigma_px", SIGMAS_PX)
def test_the_kernel_of_a_line_has_unit_energy_and_ignores_brightness_and_ramps(sigma_px):
    taps = line_kernel(sigma_px).line.astype(float)
    assert (taps**2).sum() == pytest.approx(1, rel=1e-6)  # float32
    assert taps.sum() == pytest.approx(0, abs=1e-6)
    np.testing.assert_array_equal(taps, taps[::-1])


@pytest.mark.parametrize("sigma_px", SIGMAS_PX)
def test_the_kernel_of_a_step_is_odd_and_answers_a_line_at_its_centre_with_nothing(sigma_px):
    taps = line_kernel(sigma_px).step.astype(float)
    np.testing.assert_array_equal(taps, -taps[::-1])
    assert (taps * gaussian(3)[90 - len(taps) // 2 : 91 + len(taps) // 2]).sum() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("sigma_px", SIGMAS_PX[1:])
@pytest.mark.parametrize("line_px", [1.5, 2.5, 4.0])
def test_a_gaussian_line_answers_as_the_integral_says(sigma_px, line_px):
    answer = across(-gaussian(line_px), line_kernel(sigma_px).line).max()
    # The product of a Gaussian t and the second derivative of a Gaussian s, of energy 3 / (8 sqrt(pi) s**5).
    energy = math.sqrt(3 / (8 * math.sqrt(math.pi) * sigma_px**5))
    expected = line_px / (sigma_px**2 + line_px**2) ** 1.5 / energy
    assert answer == pytest.approx(expected, rel=1e-2)  # sampled on pixels, cut at four sigmas


@pytest.mark.parametrize("line_px", [1.2, 2.0, 3.0])
def test_of_kernels_in_white_noise_one_of_root_five_times_the_line_answers_most(line_px):
    sigmas = line_px * np.arange(1, 4, 0.05)
    answers = [across(-gaussian(line_px), line_kernel(sigma).line).max() for sigma in sigmas]
    assert sigmas[np.argmax(answers)] == pytest.approx(math.sqrt(5) * line_px, rel=0.05)  # step of the trial


@pytest.mark.parametrize("sigma_px", [2.0, 3.2, 4.4])
def test_of_lines_of_one_height_one_of_half_the_variance_answers_most(sigma_px):
    lines = sigma_px * np.arange(0.4, 1.5, 0.02)
    answers = [across(-gaussian(line), line_kernel(sigma_px).line).max() for line in lines]
    assert lines[np.argmax(answers)] == pytest.approx(sigma_px / math.sqrt(2), rel=0.05)


@pytest.mark.parametrize("sigma_px", SIGMAS_PX)
@pytest.mark.parametrize("shift_px", [0.0, 0.25, 0.5])
def test_a_step_edge_leaves_little_and_only_beyond_one_sigma(sigma_px, shift_px):
    places, line, step = step_answers(sigma_px, shift_px)
    left = np.abs(line) - np.abs(step)
    largest = math.sqrt(8 * math.sqrt(math.pi) * sigma_px / 3 / (2 * math.pi * math.e))
    assert np.abs(line).max() <= 1.01 * largest  # sampled on pixels
    # (t - 1) exp(-t**2 / 2) is largest where t**2 = t + 1.
    share = (GOLDEN - 1) * math.exp(-0.5 * GOLDEN**2) / math.exp(-0.5)
    assert share == pytest.approx(0.275, abs=1e-3)
    assert left.max() <= 1.05 * share * largest
    assert (left[np.abs(places) < 0.9 * sigma_px] < 0).all()


# The answer of a frame


@pytest.mark.parametrize("degrees", [0, 25, 90, 133])
@pytest.mark.parametrize("sigma_px", [1.2, 3.2])
def test_in_white_noise_the_mean_absolute_answer_is_one(degrees, sigma_px):
    response = answered(white(), degrees=degrees, sigmas_px=(sigma_px,))
    mean = np.abs(curvature(response)[0][inside(response)]).mean()
    # The mean is 1.18 times the squared mean root of a normal variable. The rest is chance: smoothed along
    # by 8 pixels, so large a square holds some 600 independent answers.
    assert abs(MEAN_PER_SQUARED_ROOT_MEAN - 1.18) < 1e-3
    assert mean == pytest.approx(1, abs=0.06)


def test_dark_in_a_picture_is_bright_in_its_negative():
    image = white() + gaussian_line(SHAPE, 30, fwhm_px=5, height=-0.1)
    one, other = (answered(sign * image, degrees=30, sigmas_px=(1.2, 3.2)).z for sign in (1, -1))
    np.testing.assert_array_equal(one, other[:, :, ::-1])


@pytest.mark.parametrize("height", [-0.05, 0.05])
@pytest.mark.parametrize("degrees", [0, 31, 90, 147])
def test_a_line_answers_most_in_its_own_place_direction_and_polarity(degrees, height):
    image = white() + gaussian_line(SHAPE, degrees, fwhm_px=5, height=height)
    # In a window of 28 pixels the line is part of what is usual: it would answer 7 to 8, not 9 to 10, where
    # chance alone reaches 6 somewhere in the picture.
    wide = {"along_px": 10.0, "around_px": 45.0}
    own = answered(image, degrees=degrees, **wide)
    number = int(height > 0)
    z = own.z[0, :, number]
    row, column = np.unravel_index(z.argmax(), z.shape)
    place = own.frame.in_picture(np.array([row]), np.array([column]))[0]
    angle = np.radians(degrees)
    assert abs((place - 119.5) @ [np.cos(angle), -np.sin(angle)]) < 1.5
    assert own.z[0, :, 1 - number].max() < 0.6 * z.max()
    assert answered(image, degrees=(degrees + 45) % 180, **wide).z[0, :, number].max() < 0.6 * z.max()


@pytest.mark.parametrize("gain", [0.1, 0.5, 7.0])
@pytest.mark.parametrize("offset", [0.0, 0.3])
def test_gain_and_offset_change_nothing(gain, offset):
    image = white() + gaussian_line(SHAPE, 30, fwhm_px=5, height=-0.1)
    one, other = (answered(picture, degrees=30).z for picture in (image, gain * image + offset))
    np.testing.assert_allclose(other, one, atol=2e-3, rtol=1e-3)  # float32 of numbers around the offset


def stripes(degrees: int, sd: float) -> np.ndarray:
    """Return texture that runs along one direction: white noise smoothed along it."""
    assert degrees in (0, 90)
    axis = 1 if degrees == 0 else 0
    texture = ndimage.gaussian_filter1d(white(5, 1.0), 20, axis=axis, mode="wrap")
    return (sd * texture / texture.std()).astype(np.float32)


def test_texture_raises_the_level_of_its_own_direction_only():
    lines = {
        degrees: gaussian_line(SHAPE, degrees, fwhm_px=5, height=-0.06, centre=(119, 119))
        for degrees in (0, 90)
    }
    share = {}
    for degrees, line in lines.items():
        plain, textured = (
            answered(white() + line + texture, degrees=degrees) for texture in (0, stripes(0, 0.04))
        )
        on_line = answered(line, degrees=degrees).z[0, :, 0] > 0
        share[degrees] = np.median(textured.z[0, :, 0][on_line]) / np.median(plain.z[0, :, 0][on_line])
    assert share[0] < 0.4  # the stripes are as strong as what they hide
    assert share[90] > 0.8


def test_only_what_is_searched_counts_in_the_level():
    left = INNER.copy()
    left[:, 120:] = False
    loud = white()
    loud[:, 120:] += white(1, 1.0)[:, 120:]
    quiet, beside = (answered(picture, degrees=90, searched=left) for picture in (white(), loud))
    counted = inside(quiet, left)
    z, other = (curvature(response)[0] for response in (quiet, beside))
    np.testing.assert_array_equal(quiet.z[0].transpose(0, 2, 1)[~counted], -2)
    columns = quiet.frame.in_picture(*(axis.ravel() for axis in np.indices(counted.shape)))[:, 1]
    far = counted & (columns.reshape(counted.shape) < 100)
    # A block of four pixels on the border is averaged with zeros; in the level that is little.
    assert np.abs(other[far]).mean() == pytest.approx(np.abs(z[far]).mean(), rel=0.2)


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("degrees", [0, 30, 90])
def test_a_blank_gives_no_positive_answer(level, degrees):
    z = answered(np.full(SHAPE, level), degrees=degrees, sigmas_px=SIGMAS_PX).z
    assert z.max() < 0.05  # rounding of float32 over the smallest level, 1e-4


@pytest.mark.parametrize("degrees", [0, 30, 90])
def test_a_ramp_gives_no_positive_answer(degrees):
    ramp = np.add.outer(np.linspace(0, 0.7, SHAPE[0]), np.linspace(0, 0.3, SHAPE[1]))
    z = answered(ramp, degrees=degrees, sigmas_px=SIGMAS_PX).z
    inner = np.s_[:, 20:-20, :, 20:-20]  # beyond the picture the edge goes on: a ramp that stops
    assert z[inner].max() < 0.05


@pytest.mark.parametrize("along_px", [6.0, 8.0])
@pytest.mark.parametrize("degrees", [0, 90])
def test_a_dot_is_smoothed_along_the_direction_as_said(along_px, degrees):
    dot = gaussian_line(SHAPE, 0, fwhm_px=6, height=-1, centre=(120, 120)) * -gaussian_line(
        SHAPE, 90, fwhm_px=6, height=-1, centre=(120, 120)
    )
    # Faint, so that the level stays that of the noise, which goes away in the difference.
    with_dot, without = (
        curvature(answered(white() + share * dot, degrees=degrees, along_px=along_px))[0]
        for share in (1e-3, 0)
    )
    change = (with_dot - without).astype(float)
    along = change[:, np.unravel_index(change.argmax(), change.shape)[1]]
    rows = 3 * np.arange(len(along))
    near = np.abs(rows - rows[along.argmax()]) <= 36
    weights, rows = along[near] / along[near].sum(), rows[near]
    spread = math.sqrt((weights * rows**2).sum() - (weights * rows).sum() ** 2)
    # Two boxes of odd length, and the dot itself is 2.5 px wide.
    assert spread == pytest.approx(math.hypot(along_px, 6 / 2.355), rel=0.1)


def test_the_best_is_the_largest_over_the_widths():
    response = answered(white(), degrees=10, sigmas_px=(1.2, 2.0, 3.2))
    singles = [answered(white(), degrees=10, sigmas_px=(sigma,)).z[0] for sigma in (1.2, 2.0, 3.2)]
    np.testing.assert_array_equal(response.best(), np.max(singles, axis=0))


def test_every_third_row_is_kept():
    response = answered(white(), degrees=0)
    full = frames_around(INNER, directions=180)[0]
    assert response.frame.shape == full.every(3).shape
    assert response.z.shape == (1, response.frame.shape[0], 2, full.shape[1])
