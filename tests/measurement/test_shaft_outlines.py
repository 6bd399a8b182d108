"""Outlines of drawn bones, whose places are known, and the paths of largest sum, which can be counted."""

import itertools

import numpy as np
import pytest

from microcal_xray.measurement import shaft_outlines as outlines
from microcal_xray.measurement.shaft import pairs_of, signs_of
from microcal_xray.measurement.shaft_outlines import outlines_beside, straightened

SHAPE = (500, 300)
COLUMNS = np.arange(SHAPE[1], dtype=float)
LINE = np.stack([np.full(31, 250.0), np.linspace(105, 135, 31)], axis=1)  # its middle lies at column 120


def drawn(*bones, noise=4.0):
    """Return bones (left, right, brightness) that run straight down the picture, one over another."""
    image = np.full(SHAPE, 300.0)
    for left, right, brightness in bones:
        image += brightness / (1 + np.exp(-(COLUMNS - left) / 1.5)) / (1 + np.exp((COLUMNS - right) / 1.5))
    return (image + np.random.default_rng(4).normal(0, noise, SHAPE)).astype(np.float32)


def seen(image, ends=(-60.0, 120.0)):
    # The axis points down, so across runs to the left of someone who looks at the picture.
    mask = np.asarray(image > 450)
    return straightened(LINE, -np.pi / 2, image, mask, ends)


def likeliest(look):
    pairs = pairs_of(look)
    signs, own = signs_of(look, pairs)
    return pairs, signs, own


def columns_of(pair):
    return sorted(120 + np.array([np.median(pair.left.across_px), np.median(pair.right.across_px)]))


def test_paths_are_those_of_largest_sum_by_counting_all():
    value = np.random.default_rng(2).random((2, 5, 6))
    found = outlines._courses(value)
    steepest, turn = outlines._STEEPEST, outlines._TURN
    for side in range(2):
        sums = {
            path: sum(value[side, row, column] for row, column in enumerate(path))
            - turn * sum(abs(a - b) for a, b in itertools.pairwise(path))
            for path in itertools.product(range(6), repeat=5)
            if all(abs(a - b) <= steepest for a, b in itertools.pairwise(path))
        }
        assert tuple(found[side]) == max(sums, key=sums.get)


def test_the_clearest_outlines_are_those_of_the_drawing():
    look = seen(drawn((80, 160, 400)))
    left, right = outlines_beside(look)
    assert np.median(120 + left[0].across_px) == pytest.approx(80, abs=2)
    assert np.median(120 + right[0].across_px) == pytest.approx(160, abs=2)
    assert np.abs(left[0].across_px + 40).max() < 4
    assert left[0].on_rim[np.abs(look.along_px) < 240].all()
    assert left[0].clear.mean() > 2 * left[1].clear.mean()


def test_two_bones_side_by_side_have_a_gap_and_one_has_none():
    look = seen(drawn((80, 160, 400), (190, 220, 400)))
    pairs, signs, _ = likeliest(look)
    places = [columns_of(pair) for pair in pairs]
    alone = next(at for at, (left, right) in enumerate(places) if abs(left - 80) < 2 and abs(right - 160) < 2)
    both = next(at for at, (left, right) in enumerate(places) if abs(left - 80) < 2 and abs(right - 220) < 2)
    assert signs[alone, 5] < 0.05
    assert signs[both, 5] > 0.9


def test_an_outline_inside_speaks_against_the_outer_pair_where_bones_overlap():
    look = seen(drawn((80, 160, 400), (130, 220, 250)))
    pairs, signs, _ = likeliest(look)
    places = [columns_of(pair) for pair in pairs]
    both = next(at for at, (left, right) in enumerate(places) if abs(left - 80) < 2 and abs(right - 220) < 2)
    alone = next(at for at, (left, right) in enumerate(places) if abs(left - 80) < 2 and abs(right - 160) < 2)
    assert signs[both, 6] > signs[alone, 6] + 0.3


def test_the_rows_of_a_bone_end_at_its_joint():
    image = drawn((80, 160, 400))
    image[340:352] = drawn(noise=4.0)[340:352]  # a joint, and another bone below
    pairs, _, own = likeliest(seen(image))
    best = next(
        at
        for at, pair in enumerate(pairs)
        if abs(columns_of(pair)[0] - 80) < 2 and abs(columns_of(pair)[1] - 160) < 2
    )
    look = seen(image)
    rows = 250 - look.along_px[own[best]]
    assert 330 <= rows.max() <= 346
    assert rows.min() < 100


def test_gain_and_offset_change_no_sign():
    image = drawn((80, 160, 400), (190, 220, 300))
    one, other = (
        signs_of(look, pairs_of(look))[0]
        for look in (
            straightened(LINE, -np.pi / 2, each, np.asarray(image > 450), (-60.0, 120.0))
            for each in (image, 3 * image + 70)
        )
    )
    np.testing.assert_allclose(other, one, atol=0.02)


def test_an_empty_picture_has_no_clear_outline():
    flat = np.full(SHAPE, 300, np.float32)
    left, right = outlines_beside(straightened(LINE, -np.pi / 2, flat, np.zeros(SHAPE, bool), (-60.0, 60.0)))
    assert max(one.clear.max() for one in (*left, *right)) == 0
