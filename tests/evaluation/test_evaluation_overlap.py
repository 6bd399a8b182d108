"""How much of a line lies near another: closed forms, and a brute-force reference."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microcal_xray.evaluation.overlap import path_length, pieces_of, share_inside, share_within


def share(path, others, tolerance):
    return share_within(
        pieces_of(np.array(path, float), longest=tolerance),
        pieces_of(np.array(others, float), longest=tolerance),
        tolerance,
    )


def by_brute_force(path, others, tolerance):
    steps = np.hypot(*np.diff(path, axis=0).T)
    along = np.concatenate([[0], np.cumsum(steps)])
    places = (np.arange(20_000) + 0.5) / 20_000 * along[-1]
    points = np.stack([np.interp(places, along, path[:, axis]) for axis in (0, 1)], axis=1)
    nearest = np.full(len(points), np.inf)
    for start, end in pairwise(others):
        step = end - start
        at = np.clip((points - start) @ step / (step @ step), 0, 1)
        nearest = np.minimum(nearest, np.hypot(*(points - start - at[:, None] * step).T))
    return (nearest <= tolerance).mean()


@given(seed=st.integers(0, 2**32 - 1), tolerance=st.floats(0.5, 20))
@settings(max_examples=60, deadline=None)
def test_the_share_is_that_of_many_sampled_points(seed, tolerance):
    rng = np.random.default_rng(seed)
    path, others = (np.cumsum(rng.normal(size=(rng.integers(2, 12), 2)) * 5, axis=0) for _ in range(2))
    # 20000 points; each end of a near part can be off by one of them.
    assert share(path, others, tolerance) == pytest.approx(by_brute_force(path, others, tolerance), abs=2e-3)


def test_a_parallel_line_at_exactly_the_tolerance_is_near():
    assert share([(0, 0), (0, 10)], [(3, 0), (3, 10)], 3.0) == 1.0
    assert share([(0, 0), (0, 10)], [(3, 0), (3, 10)], 2.999) == 0.0


def test_a_crossing_line_is_near_as_far_as_geometry_says():
    # Within distance 2 of a line that crosses at 45 degrees: 2 * 2 / sin(45) of the 20.
    assert share([(0, -10), (0, 10)], [(-50, -50), (50, 50)], 2.0) == pytest.approx(
        4 / np.sin(np.pi / 4) / 20
    )


def test_round_ends_are_counted():
    # A point-like end at (0, 0) with reach 5 covers the chord of half length 4 at distance 3.
    assert share([(3, -10), (3, 10)], [(0, 0), (-10, 0)], 5.0) == pytest.approx(8 / 20)


def test_overlapping_neighbours_are_counted_once():
    assert share([(0, 0), (0, 10)], [(0, 2), (0, 6), (0, 2), (0, 6)], 0.5) == pytest.approx(5 / 10)


def test_turning_or_scaling_everything_changes_nothing():
    rng = np.random.default_rng(5)
    path, others = rng.normal(size=(6, 2)) * 10, rng.normal(size=(6, 2)) * 10
    turn = np.array([[np.cos(1), np.sin(1)], [-np.sin(1), np.cos(1)]])
    assert share(path @ turn * 3, others @ turn * 3, 6.0) == pytest.approx(share(path, others, 2.0))


def test_a_path_without_length_is_near_or_not():
    assert share([(0, 0), (0, 0)], [(1, -5), (1, 5)], 1.0) == 1.0
    assert share([(0, 0), (0, 0)], [(2, -5), (2, 5)], 1.0) == 0.0


def test_nothing_is_near_nothing():
    line = pieces_of(np.array([[0.0, 0.0], [0.0, 1.0]]), longest=1.0)
    empty = type(line)(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0))
    assert share_within(line, empty, 1.0) == 0.0


def test_the_sides_of_a_box_belong_to_it():
    edge = pieces_of(np.array([[5.0, 0.0], [5.0, 4.0]]), longest=10.0)
    assert share_inside(edge, (0, 0), (5, 2)) == 0.5
    assert share_inside(edge, (0, 0), (4.99, 2)) == 0.0


def test_dividing_a_path_keeps_its_length():
    path = np.array([[0.0, 0.0], [0.0, 7.0], [3.0, 11.0]])
    pieces = pieces_of(path, longest=0.8)
    assert pieces.length.max() <= 0.8
    assert pieces.length.sum() == pytest.approx(path_length(path)) == pytest.approx(12)
