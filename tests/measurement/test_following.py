"""A line that goes on is followed along its own course; noise, edges and other lines are not."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from microcal_xray.measurement.band import slit
from microcal_xray.measurement.following import Ground, Profile, followed_end
from microcal_xray.measurement.strips import length_of, resampled

SHAPE = (260, 340)
UNIT_PX, WIDTH_PX, BLUR_PX, HEIGHT = 7.0, 3.0, 1.5, 0.3
ALL = np.ones(SHAPE, bool)
OFFSET = np.arange(-20, 20.5, 0.5)
PROFILE = Profile(OFFSET, slit(OFFSET, WIDTH_PX, BLUR_PX), WIDTH_PX, WIDTH_PX, HEIGHT)


def winding(first, last):
    """Return a course that turns by up to 40 degrees to both sides."""
    columns = np.arange(first, last + 0.5)
    return resampled(np.stack([130 + 12 * np.sin(columns / 14.0), columns], axis=1))


def drawn(*lines, noise=0.05, seed=0):
    """Return dark lines on noise."""
    grid = np.stack(np.mgrid[: SHAPE[0], : SHAPE[1]], axis=-1).reshape(-1, 2)
    image = np.random.default_rng(seed).normal(0, noise, SHAPE)
    for line in lines:
        apart, nearest = cKDTree(line).query(grid)
        # An end is as sharp as the side: beyond it nothing is drawn.
        inside = (nearest > 0) & (nearest < len(line) - 1)
        image -= HEIGHT * (slit(apart, WIDTH_PX, BLUR_PX) * inside).reshape(SHAPE)
    return image.astype(np.float32)


def ground(image, *, usable=ALL, axis_rad=None, is_dark=True):
    return Ground(image, usable, is_dark, UNIT_PX, axis_rad)


def test_a_winding_line_is_followed_to_its_end():
    whole = winding(40, 250)
    found = followed_end(winding(40, 120), PROFILE, ground(drawn(whole)))
    assert length_of(found) == pytest.approx(length_of(whole), abs=1.0 * UNIT_PX)
    assert cKDTree(whole).query(found)[0].max() < 0.45 * UNIT_PX  # a step beyond the end


def test_a_bright_line_is_followed_as_a_dark_one_in_the_negative():
    image = drawn(winding(40, 250))
    dark = followed_end(winding(40, 120), PROFILE, ground(image))
    bright = followed_end(winding(40, 120), PROFILE, ground(-image, is_dark=False))
    np.testing.assert_allclose(bright, dark)


def test_noise_beyond_an_end_is_not_followed():
    ended = winding(40, 160)
    more = [
        len(followed_end(ended, PROFILE, ground(drawn(ended, noise=0.15, seed=seed)))) - len(ended)
        for seed in range(20)
    ]
    # A millimetre is what fades out at an end; more than that is a false way on.
    assert np.mean(np.array(more) <= UNIT_PX) >= 0.95


def test_a_short_gap_is_crossed_and_a_long_one_is_not():
    first = winding(40, 120)
    over_gap = {
        gap: length_of(followed_end(first, PROFILE, ground(drawn(first, winding(120 + gap, 250)))))
        for gap in (5, 60)
    }
    assert over_gap[5] == pytest.approx(length_of(winding(40, 250)), abs=1.5 * UNIT_PX)
    assert over_gap[60] == pytest.approx(length_of(first), abs=1.0 * UNIT_PX)


def test_an_edge_ahead_is_no_line():
    ended = np.stack([np.full(100, 130.0), np.arange(40.0, 140.0)], axis=1)
    image = drawn(ended)
    image[130:, 140:] -= 1.5
    assert len(followed_end(ended, PROFILE, ground(image))) <= len(ended) + UNIT_PX


def test_it_stops_where_the_picture_is_not_usable():
    usable = ALL.copy()
    usable[:, 180:] = False
    found = followed_end(winding(40, 120), PROFILE, ground(drawn(winding(40, 250)), usable=usable))
    assert 160 < found[:, 1].max() < 181


def test_nothing_is_followed_along_the_bone_where_its_way_is_known():
    across = np.stack([np.full(60, 130.0), np.arange(100.0, 160.0)], axis=1)
    turned = np.radians(35)
    corner = across[-1] + np.arange(1.0, 100.0)[:, None] * np.array([np.sin(turned), np.cos(turned)])
    image = drawn(np.concatenate([across, corner]))
    free = followed_end(across, PROFILE, ground(image))
    held = followed_end(across, PROFILE, ground(image, axis_rad=np.radians(50)))
    assert len(free) == pytest.approx(len(across) + len(corner), abs=UNIT_PX)
    # It may cut the corner as flat as a line across a bone may run, and soon has lost the line.
    assert len(held) < len(across) + 4 * UNIT_PX
