"""Gain, brightness and sharpness are brought together before differences are taken."""

import numpy as np
import pytest
from laid_bones import SHAPE, bone, mask

from microcal_xray.registration import (
    as_sharp,
    before_shrinking,
    matched_pair,
    paired_height,
)

PERSON = np.repeat(np.repeat(bone(1), 2, 0), 2, 1)  # a quarter of a millimetre a pixel
BONE = np.repeat(np.repeat(mask(bone(1)), 2, 0), 2, 1)
USABLE = np.ones(PERSON.shape, bool)


def pair(prior, current):
    return matched_pair(prior, current, usable=USABLE, bone=BONE, unit_px=4.0, scale=1.0)


def test_gain_and_offset_are_taken_out():
    found = pair(0.5 * PERSON + 3, PERSON)
    assert np.median(found.gain[BONE]) == pytest.approx(2.0, rel=0.02)
    assert np.abs(found.difference[BONE]).max() < 0.05 * np.ptp(PERSON)


def test_what_both_do_not_show_is_no_difference():
    half = USABLE.copy()
    half[:100] = False
    found = matched_pair(PERSON, PERSON + 1, usable=half, bone=BONE, unit_px=4.0, scale=1.0)
    assert (found.difference[:100] == 0).all()


def test_the_sharper_one_is_blurred_to_the_other():
    edge = np.zeros((41, 41), np.float32)
    edge[:, 20] = 1.0
    soft = as_sharp(edge, blur_px=1.0, other_px=5.0, mm_per_px=None)
    width = np.sqrt(((np.arange(41) - 20) ** 2 * soft[20]).sum() / soft[20].sum()) * 2.3548
    assert width == pytest.approx(np.sqrt(24), rel=0.05)  # what is missing to 5 adds in squares
    assert as_sharp(edge, blur_px=5.0, other_px=1.0, mm_per_px=None) is edge


def test_stripes_too_fine_for_the_new_pixels_are_gone():
    stripes = np.tile([0.0, 1.0], (40, 20)).astype(np.float32)
    assert np.ptp(before_shrinking(stripes, shrunk_to=0.4)[:, 5:-5]) < 0.1


def height_of(prior, current, path, *, signs=(-1, -1), listed=(True, True)):
    offset = np.arange(-8, 9) * 0.5
    template = np.exp(-0.5 * (offset / 0.8) ** 2)
    template -= template.mean()
    template /= (template * np.exp(-0.5 * (offset / 0.8) ** 2)).sum()
    return paired_height(
        path,
        prior,
        current,
        usable=USABLE,
        offset_px=offset,
        template=template,
        unit_px=4.0,
        residual_px=0.3,
        signs=signs,
        listed=listed,
    )


PATH = np.stack([np.full(41, 240.0), np.arange(130.0, 171.0)], axis=1)


def with_line(height: float) -> np.ndarray:
    rows = np.arange(PERSON.shape[0])[:, None]
    columns = np.arange(PERSON.shape[1])[None, :]
    inside = (columns >= 128) & (columns <= 172)
    return (PERSON + height * np.exp(-0.5 * ((rows - 240) / 0.8) ** 2) * inside).astype(np.float32)


@pytest.mark.parametrize(("before", "after"), [(-0.6, -0.2), (-0.6, 0.5), (0.0, -0.6), (0.5, 0.0)])
def test_a_change_is_measured_with_its_sign(before, after):
    """Whatever texture lies under the line is in both pictures, and not in the change."""
    signs = tuple(1 if height > 0 else -1 for height in (before or after, after or before))
    listed = (before != 0, after != 0)
    found = height_of(with_line(before), with_line(after), PATH, signs=signs, listed=listed)
    assert found.change == pytest.approx(after - before, rel=0.1)
    assert abs(found.change) > 3 * found.beside_sd


def test_no_change_is_within_its_error():
    rng = np.random.default_rng(3)
    noisy = [with_line(-0.5) + rng.normal(0, 0.05, PERSON.shape).astype(np.float32) for _ in range(2)]
    found = height_of(*noisy, PATH)
    assert abs(found.change) < 3 * found.beside_sd


@pytest.mark.parametrize("aside_px", [-2.0, 1.0, 2.0])
def test_a_thin_line_that_lies_a_little_aside_is_not_missed(aside_px):
    """Half a millimetre, more than it is wide: at the very same place the other picture has none of it."""
    moved = np.roll(with_line(-0.6) - PERSON, int(aside_px), axis=0) + PERSON
    found = height_of(moved.astype(np.float32), with_line(-0.6), PATH)
    assert found.prior == pytest.approx(found.current, rel=0.15)
    assert found.current_aside_px == pytest.approx(0.0, abs=0.5)
    assert abs(found.prior_aside_px) == pytest.approx(abs(aside_px), abs=0.5)


def test_a_line_far_aside_is_another_one():
    moved = np.roll(with_line(-0.6) - PERSON, 8, axis=0) + PERSON
    found = height_of(moved.astype(np.float32), with_line(-0.6), PATH, listed=(False, True))
    assert abs(found.prior) < 0.3 * abs(found.current)


def test_the_gain_is_not_taken_from_what_changed():
    """A line that doubled would otherwise make the whole prior picture stronger, and its own change less."""
    strong = with_line(-1.5)
    near = np.zeros(PERSON.shape, bool)
    near[232:249, 120:180] = True
    apart = matched_pair(
        with_line(-0.3), strong, usable=USABLE, bone=BONE, unit_px=4.0, scale=1.0, lines=near
    )
    with_it = pair(with_line(-0.3), strong)
    at = (slice(238, 243), slice(140, 160))
    assert np.median(apart.gain[at]) == pytest.approx(1.0, abs=0.02)
    assert np.median(with_it.gain[at]) > 1.05


def test_a_line_outside_is_none():
    assert height_of(PERSON, PERSON, PATH + np.array([0, 400])) is None
    assert SHAPE[1] * 2 == PERSON.shape[1]
