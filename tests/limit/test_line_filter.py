import math

import numpy as np
import pytest
from scipy import ndimage

from microcal_xray.detection import line_kernel
from microcal_xray.limit import PROFILE_STEPS, LineFilter, line_profile


def boxes(along_px: float) -> np.ndarray:
    box = np.ones(round(math.sqrt(6) * along_px) | 1)
    return np.convolve(box / box.sum(), box / box.sum())


@pytest.mark.parametrize("length_px", [24, 60])
@pytest.mark.parametrize("width_px", [0.5, 3.0])
def test_the_answer_to_a_drawn_line_is_the_predicted_one(length_px, width_px):
    filter_ = LineFilter(line_kernel(2.0), 8.0)
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
