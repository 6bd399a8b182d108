"""The grain of a bone tells whose it is, and where it lies, when streaks and other bones do not."""

from dataclasses import replace

import numpy as np
import pytest
from laid_bones import SHAPE, bone, mask, moved, picture, position
from scipy import ndimage

from microcal_xray.registration import Alignment, lay
from microcal_xray.registration.alignment import knot_count
from microcal_xray.registration.grain import found_again, grain_led, grain_pair

ROWS, COLUMNS = (axis.astype(float) for axis in np.mgrid[: SHAPE[0], : SHAPE[1]])
STREAKS = ndimage.gaussian_filter1d(np.random.default_rng(7).normal(0, 0.5, SHAPE[1]), 1.2)[None, :]


def person(seed: int) -> np.ndarray:
    """A straight shaft: its outline and its streaks are everybody's, its grain is its own."""
    inside = np.clip(34 - np.abs(COLUMNS - 75), 0, 3) / 3
    grain = ndimage.gaussian_filter(np.random.default_rng(100 + seed).normal(0, 1, SHAPE), 1.2)
    return (1.0 + inside * (1.0 + STREAKS + 0.25 * grain)).astype(np.float32)


def at(matrix: np.ndarray) -> Alignment:
    return Alignment(matrix, np.zeros((2, *knot_count(SHAPE, 32.0))), 32.0)


STILL = at(np.eye(2, 3))


def test_streaks_that_all_bones_have_are_no_grain():
    same = grain_pair(STILL, picture(person(1), seed=1), picture(person(1)))
    other = grain_pair(STILL, picture(person(2), seed=1), picture(person(1)))
    assert same.agreement() > 0.5
    assert same.agreement() > 4 * same.elsewhere()
    assert abs(other.agreement()) < 0.1


def test_bones_with_the_same_streaks_are_told_apart():
    assert lay(picture(person(1), seed=1), picture(person(1)), is_scale_known=True).reason is None
    assert "different bones" in lay(picture(person(2)), picture(person(1)), is_scale_known=True).reason


@pytest.mark.parametrize("shift_px", [(3, -2), (-5, 4), (0, 0)])
def test_windows_are_found_again_where_they_are(shift_px):
    prior = moved(person(1), position(shift_px=tuple(-each for each in shift_px)))
    places, off = found_again(grain_pair(STILL, picture(person(1), seed=1), picture(prior)))
    assert len(places) > 50
    assert np.median(np.abs(off - shift_px), axis=0) == pytest.approx(0, abs=0.3)


def test_a_window_of_somebody_else_is_not():
    places, _ = found_again(grain_pair(STILL, picture(person(2)), picture(person(1))))
    assert len(places) < 5
    assert grain_led(STILL, picture(person(2)), picture(person(1))) is None


@pytest.mark.parametrize("is_flipped", [False, True])
def test_a_bone_that_slid_along_its_streaks_is_put_right(is_flipped):
    """Three pixels along the shaft and three per cent too long: streaks and outline agree all the same."""
    true = position(turn_deg=2.0, flip=is_flipped)
    current, prior = picture(moved(person(1), true), seed=3), picture(person(1))
    wrong = true.copy()
    wrong[0, :2] *= 1.03
    wrong[0, 2] -= 0.03 * 120 - 3
    led = grain_led(at(wrong), current, prior)
    inside = np.argwhere(mask(person(1)) & (np.abs(ROWS - 120) < 90))[::97].astype(float)
    there = (inside - true[:, 2]) @ np.linalg.inv(true[:, :2]).T
    off = [np.hypot(*(each.to_prior(there) - inside).T) for each in (at(wrong), led)]
    assert np.median(off[0]) > 2.5
    assert np.percentile(off[1], 95) < 0.4
    assert led.is_flipped == is_flipped


def with_kneecap(image: np.ndarray, *, row: float, column: float) -> np.ndarray:
    """The bone with another one over it, bright and with a grain of its own."""
    grain = ndimage.gaussian_filter(np.random.default_rng(9).normal(0, 1, SHAPE), 1.2)
    away = np.hypot(ROWS - 170, COLUMNS - 75)
    cap = np.clip(22 - away, 0, 3) / 3 * (0.5 + 0.25 * grain)
    shifted = ndimage.shift(cap, (row, column), order=3)
    return (image + shifted).astype(np.float32)


def test_a_kneecap_that_moved_does_not_take_the_bone_with_it():
    true = position(turn_deg=3.0)
    before = with_kneecap(person(1), row=0.0, column=0.0)
    after = moved(with_kneecap(person(1), row=3.0, column=5.0), true)
    laid = lay(picture(after, seed=4), picture(before), is_scale_known=True)
    assert laid.reason is None
    # Where the thigh bone alone is seen.
    inside = np.argwhere(mask(person(1)) & (ROWS > 20) & (ROWS < 130))[::97].astype(float)
    there = (inside - true[:, 2]) @ np.linalg.inv(true[:, :2]).T
    off = np.hypot(*(laid.alignment.to_prior(there) - inside).T)
    assert np.percentile(off, 95) < 0.5


def test_what_is_off_near_the_kneecap_is_told_by_the_grain():
    before = with_kneecap(person(1), row=0.0, column=0.0)
    after = with_kneecap(person(1), row=3.0, column=5.0)
    laid = lay(picture(after, seed=4), picture(before), is_scale_known=True)
    bone_alone = laid.off_near(np.array([[60.0, 75.0]]), within_px=16.0)
    assert bone_alone[0] < 0.5
    assert bone_alone[1] == pytest.approx(1.0)  # its grain was found again


def test_lines_are_left_out_of_the_grain():
    near = np.abs(ROWS - 120) < 8
    current, prior = (replace(picture(person(1), seed=seed), lines=near) for seed in (1, 2))
    assert not grain_pair(STILL, current, prior).inside[near].any()


def test_too_little_bone_is_no_grain():
    small = picture(person(1))
    nothing = replace(small, bone=np.zeros(SHAPE, bool))
    assert grain_pair(STILL, nothing, nothing).agreement() == 0.0
    assert grain_led(STILL, nothing, nothing) is None


def test_the_bones_of_the_other_tests_have_a_grain():
    pair = grain_pair(STILL, picture(bone(1), seed=1), picture(bone(1)))
    assert pair.agreement() > 0.5
