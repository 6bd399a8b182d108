import math

import numpy as np
import pytest
from scipy import ndimage

from microcal_xray.detection import frames_around, line_kernel
from microcal_xray.limit import BLOCK_PX, PROFILE_STEPS, LineFilter, line_profile, usual_levels


def boxes(along_px: float) -> np.ndarray:
    box = np.ones(round(math.sqrt(6) * along_px) | 1)
    return np.convolve(box / box.sum(), box / box.sum())


@pytest.mark.parametrize("shrink", [1, 2])
def test_of_white_noise_it_is_the_mean_absolute_answer_in_every_direction(shrink):
    sd, filter_ = 0.05, LineFilter(line_kernel(2.0), 8.0, 28.0, shrink)
    image = np.random.default_rng(1).normal(0, sd, (400, 360)).astype(np.float32)
    searched = np.ones(image.shape, bool)
    levels = usual_levels(image, searched, frames_around(searched, directions=4), [filter_])[0]
    # The kernel has unit energy; the smoothing along leaves its own share; a normal value's mean is 0.8 sd.
    expected = sd * np.sqrt((boxes(8.0) ** 2).sum()) * math.sqrt(2 / math.pi)
    assert levels.shape == (4, math.ceil(400 / (BLOCK_PX // shrink)), math.ceil(360 / (BLOCK_PX // shrink)))
    # Turning by halves of a right angle is bilinear, which takes some of the noise away.
    assert np.median(levels[[0, 2]]) == pytest.approx(expected, rel=0.06)
    assert 0.6 * expected < np.median(levels[[1, 3]]) < 1.05 * expected


def test_stripes_raise_the_level_of_their_own_direction_alone():
    columns = np.arange(300)
    stripes = np.tile(np.sin(columns / 2.0), (300, 1)).astype(np.float32)
    searched = np.ones(stripes.shape, bool)
    levels = usual_levels(
        stripes, searched, frames_around(searched, directions=4), [LineFilter(line_kernel(2.0), 8.0, 28.0)]
    )
    along_rows, _, along_columns, _ = (np.median(level) for level in levels[0])
    assert along_columns > 8 * along_rows


@pytest.mark.parametrize("length_px", [24, 60])
@pytest.mark.parametrize("width_px", [0.5, 3.0])
def test_the_answer_to_a_drawn_line_is_the_predicted_one(length_px, width_px):
    filter_ = LineFilter(line_kernel(2.0), 8.0, 28.0)
    profile = line_profile(box_px=width_px, blur_px=1.0)
    image = np.zeros((200, 101))
    offset = np.arange(101) - 50
    reach = len(profile) // 2
    across = np.interp(offset * PROFILE_STEPS, np.arange(-reach, reach + 1), profile, left=0, right=0)
    image[100 - length_px // 2 : 100 + length_px // 2] = -across
    smooth = ndimage.convolve1d(image, boxes(8.0), axis=0)
    answer = ndimage.correlate1d(smooth, line_kernel(2.0).line.astype(float), axis=1)
    along = answer[100 - length_px // 2 : 100 + length_px // 2, 50]
    assert along.mean() == pytest.approx(filter_.answer(profile, length_px) * across.sum(), rel=0.05)


@pytest.mark.parametrize("box_px", [0.0, 0.3, 1.0, 2.6, 8.0])
def test_a_profile_keeps_its_integral_and_its_middle(box_px):
    profile = line_profile(box_px=box_px, blur_px=1.3)
    place = (np.arange(len(profile)) - len(profile) // 2) / PROFILE_STEPS
    assert profile.sum() / PROFILE_STEPS == pytest.approx(1)
    assert (profile * place).sum() == pytest.approx(0, abs=1e-6)


def test_a_wider_box_widens_the_profile_by_its_variance():
    place = (np.arange(-96, 97)) / PROFILE_STEPS

    def variance(box_px: float) -> float:
        return float((line_profile(box_px=box_px, blur_px=0.8) * place**2).sum() / PROFILE_STEPS)

    assert variance(6.0) - variance(0.0) == pytest.approx(6.0**2 / 12, rel=0.05)
