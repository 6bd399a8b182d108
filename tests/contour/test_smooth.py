"""Smooth courses and blurred shells against known answers."""

import numpy as np
import pytest

from microcal_xray.contour.shells import foot_of, unblurred
from microcal_xray.contour.smooth import lower_course, smooth_course, stiffness


@pytest.mark.parametrize("wavelength", [12.0, 30.0, 80.0])
def test_a_wave_of_the_named_length_keeps_half_of_its_height(wavelength):
    places = np.arange(40 * int(wavelength))
    wave = np.cos(2 * np.pi * places / wavelength)
    smooth = smooth_course(wave, np.ones(len(wave)), stiffness=stiffness(wavelength))
    middle = slice(len(wave) // 3, -len(wave) // 3)
    assert np.abs(smooth[middle]).max() == pytest.approx(0.5, abs=0.005)  # far from the ends


def test_a_lower_course_passes_under_what_stands_out():
    values = np.zeros(200)
    values[90:110] = 5.0
    even = smooth_course(values, np.ones(200), stiffness=stiffness(80))
    under = lower_course(values, np.ones(200), stiffness=stiffness(80), above=0.02)
    assert even[100] > 1.0
    assert 0 <= under[100] < 0.4


def test_without_blur_a_shell_ends_at_its_own_share():
    assert unblurred(0.91 * np.array([3.0, 8.0, 20.0]), 0.02) == pytest.approx([3, 8, 20], abs=0.15)


def test_blur_makes_low_shells_look_higher():
    ends = np.array([2.0, 4.0, 8.0])
    assert (unblurred(ends, 1.5) < unblurred(ends, 0.3)).all()


@pytest.mark.parametrize("blur_px", [0.8, 1.5])
@pytest.mark.parametrize("edge_px", [-1.3, 0.0, 2.2])
def test_the_foot_of_a_round_edge_is_where_bone_begins(blur_px, edge_px):
    fine = np.arange(-60, 60, 0.05)
    bone = np.sqrt(np.maximum(0, edge_px - fine))
    sigma = blur_px / 0.05
    kernel = np.exp(-0.5 * (np.arange(-400, 401) / sigma) ** 2)
    offsets = np.arange(-24.0, 24.5, 0.5)
    profile = np.interp(offsets, fine, np.convolve(bone, kernel / kernel.sum(), "same"))
    # The slope is taken through half a pixel more of smoothing.
    assert foot_of(profile, offsets, np.hypot(blur_px, 0.5)) == pytest.approx(edge_px, abs=0.2)
