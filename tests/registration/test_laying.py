"""Bone is laid on bone however it was moved, and on nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from laid_bones import SHAPE, bone, mask, moved, picture, position

from microcal_xray.registration import lay

PERSON = bone(1)
PRIOR = picture(PERSON)
INSIDE = np.argwhere(mask(PERSON))[::97].astype(float)


def error_px(laid, current_picture, true) -> float:
    """Largest error at points of bone that both pictures show well inside."""
    back = np.linalg.inv(true[:, :2])
    there = (INSIDE - true[:, 2]) @ back.T
    seen = ((there > 8) & (there < np.array(SHAPE) - 9)).all(axis=1)
    places = current_picture.from_grid(there[seen])
    found = PRIOR.to_grid(laid.alignment.to_prior(places))
    return float(np.percentile(np.hypot(*(found - INSIDE[seen]).T), 95))


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"turn_deg": 5.0, "shift_px": (8.0, -6.0)},
        {"turn_deg": -4.0, "shift_px": (-9.0, 3.0), "scale": 1.04},
        {"turn_deg": 3.0, "flip": True},
        {"turn_deg": 90.0},
    ],
    ids=["as it was", "moved", "larger", "mirrored", "lying"],
)
def test_a_bone_that_was_moved_is_laid_back(how):
    true = position(**how)
    current = picture(moved(PERSON, true), seed=5)
    laid = lay(current, PRIOR, is_scale_known=True)
    assert laid.reason is None
    assert laid.alignment.is_flipped == how.get("flip", False)
    assert error_px(laid, current, true) < 0.5  # a quarter of a millimetre
    assert laid.alignment.scale == pytest.approx(how.get("scale", 1.0), abs=0.01)


def test_exposure_gain_and_a_curve_over_the_greys_change_nothing():
    true = position(turn_deg=2.0, shift_px=(3.0, 4.0))
    image = moved(PERSON, true)
    curved = 500 + 900 * np.tanh(0.7 * image)
    current = picture(curved.astype(np.float32), noise=12.0, seed=6)
    current = type(current)(current.values, picture(image).bone, current.usable, current.scale)
    laid = lay(current, PRIOR, is_scale_known=True)
    assert laid.reason is None
    assert error_px(laid, current, true) < 0.5


def test_without_a_spacing_the_size_is_found_too():
    true = position(turn_deg=3.0, scale=1.25)
    current = picture(moved(PERSON, true), seed=7, mm_per_px=None)
    prior = picture(PERSON, mm_per_px=None)
    laid = lay(current, prior, is_scale_known=False)
    assert laid.reason is None
    assert laid.alignment.scale == pytest.approx(1.25, rel=0.02)


def test_a_crop_is_found_in_the_whole():
    true = position(shift_px=(30.0, 0.0))
    image = moved(PERSON, true)[:150]
    current = picture(image, seed=8)
    laid = lay(current, PRIOR, is_scale_known=True)
    assert laid.reason is None
    places = laid.alignment.to_prior(np.array([[75.0, 75.0]]))
    assert np.allclose(places, [[105.0, 75.0]], atol=0.5)


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_the_bone_of_somebody_else_is_refused(seed):
    laid = lay(picture(bone(seed)), PRIOR, is_scale_known=True)
    assert laid.reason is not None
    assert "bone" in laid.reason


def test_a_line_that_came_does_not_move_the_bone():
    true = position(turn_deg=2.0)
    image = moved(PERSON, true)
    image[118:123, 55:95] -= 0.8
    current = picture(image, seed=9)
    laid = lay(current, PRIOR, is_scale_known=True)
    assert laid.reason is None
    assert error_px(laid, current, true) < 0.5


def test_no_bone_is_no_error():
    nothing = picture(np.zeros(SHAPE, np.float32))
    assert lay(nothing, PRIOR, is_scale_known=True) is None


def test_it_says_how_far_bone_is_off_near_a_place():
    laid = lay(picture(moved(PERSON, position(turn_deg=2.0)), seed=5), PRIOR, is_scale_known=True)
    off, alike = laid.off_near(np.array([[120.0, 75.0]]), within_px=16.0)
    assert off < 0.5
    assert alike > 0.5


def healed(sign: float) -> np.ndarray:
    """The bone with a strong line in it, dark or bright."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    line = np.exp(-0.5 * ((rows - 120) / 1.5) ** 2) * (np.abs(columns - 79) < 9)
    return (PERSON + 0.6 * sign * line).astype(np.float32)


def test_a_line_that_turned_bright_does_not_speak_against_its_bone():
    near = np.zeros(SHAPE, bool)
    near[114:127] = True
    before, after = picture(healed(-1.0)), picture(healed(1.0), seed=8)
    plain = lay(after, before, is_scale_known=True)
    apart = lay(replace(after, lines=near), replace(before, lines=near), is_scale_known=True)
    assert apart.texture > plain.texture + 0.05
    assert apart.reason is None


def test_what_is_said_of_the_registration_near_a_line_comes_from_beside_it():
    laid = lay(picture(healed(1.0), seed=8), picture(healed(-1.0)), is_scale_known=True)
    course = np.stack([np.full(20, 120.0), np.linspace(60, 90, 20)], axis=1)
    away = np.linalg.norm(laid.places_px[:, None] - course[None], axis=2).min(axis=1)
    changed = replace(laid, alike=np.where(away < 8, 0.1, 0.9), off_px=np.where(away < 8, 3.0, 0.2))
    assert changed.off_near(course, within_px=8.0) == (3.0, 0.1)
    assert changed.off_near(course, within_px=24.0, beyond_px=8.0) == (0.2, 0.9)
    nowhere = laid.off_near(course + 1e4, within_px=24.0, beyond_px=8.0)
    assert np.isfinite(nowhere[0])  # the nearest ones count


def test_a_line_that_turned_bright_does_not_make_its_bone_look_off():
    """Its grain is found again, in windows that are wider than the line."""
    laid = lay(picture(healed(1.0), seed=8), picture(healed(-1.0)), is_scale_known=True)
    off, alike = laid.off_near(np.array([[120.0, 75.0]]), within_px=16.0)
    assert off < 0.5
    assert alike > 0.9
