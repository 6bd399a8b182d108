from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from microcal_xray.detection import best_path_gains, frame_paths

COST, TURN = 1.9, 1.0
START = 2
UNIT = 4.1  # what a row of z = 6 gains


def gains_of(dark: np.ndarray):
    """Return the gains for a dark answer where nothing is bright."""
    z = np.zeros((dark.shape[0], 2, dark.shape[1]), np.float32)
    z[:, 0] = dark
    return best_path_gains(z)


def steps_of(gains) -> np.ndarray:
    """Return the step back from every place."""
    shape = gains.of(0).shape
    rows, columns = (each.ravel() for each in np.indices(shape))
    return gains.steps_back(gains.places(0, rows, columns)).reshape(shape)


def paths_of(dark: np.ndarray, *, least_rows: int = 3):
    return frame_paths(gains_of(dark), least_rows=least_rows)[0]


def places(path) -> list[tuple[int, int]]:
    return list(zip(path.rows.tolist(), path.columns.tolist(), strict=True))


def best_by_trial(z: np.ndarray) -> np.ndarray:
    """Return the best sum over every path of every start that ends at each place."""
    rows, columns = z.shape
    best = np.full(z.shape, -np.inf)
    for start, column in np.ndindex(rows, columns):
        for moves in product((-1, 0, 1), repeat=rows - 1 - start):
            at, gain = column, z[start, column] - COST
            best[start, at] = max(best[start, at], gain)
            for row, move in enumerate(moves, start + 1):
                at += move
                if not 0 <= at < columns:
                    break
                gain += z[row, at] - COST - TURN * abs(move)
                best[row, at] = max(best[row, at], gain)
    return best


# The gains


def test_gains_worked_by_hand():
    gains = gains_of(np.array([[0, 3.9, 0], [0, 0, 5.9], [3.9, 0, 0]], np.float32))
    expected = [
        [-1.9, 2.0, -1.9],
        [-0.9, 0.1, 5.0],  # 2 - 1 - 1.9; 2 - 1.9; 2 - 1 + 4
        [2.0, 2.1, 3.1],  # nothing before is worth the way, 0.1 - 1: starts anew; 5 - 1 - 1.9; 5 - 1.9
    ]
    np.testing.assert_allclose(gains.of(0), expected, atol=1e-6)
    assert steps_of(gains).tolist() == [[2, 2, 2], [1, 0, -1], [2, 1, 0]]


def test_both_polarities_are_summed_apart():
    z = np.random.default_rng(0).normal(0, 3, (20, 2, 12)).astype(np.float32)
    both, turned = best_path_gains(z), best_path_gains(z[:, ::-1])
    np.testing.assert_array_equal(both.bordered, turned.bordered[::-1])
    np.testing.assert_array_equal(both.of(0), gains_of(z[:, 0]).of(0))


def test_of_equal_ways_the_straight_one_is_taken():
    gains = gains_of(np.array([[8, 7, 8], [5, 5, 5]], np.float32))
    # From either side 6.1 - 1, straight down 5.1.
    assert steps_of(gains)[1, 1] == 0


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    z=arrays(
        np.float32,
        st.tuples(st.integers(1, 5), st.integers(1, 4)),
        elements=st.integers(-40, 100).map(lambda tenth: tenth / 10),
    )
)
def test_each_gain_is_the_best_over_all_paths_that_end_there(z):
    np.testing.assert_allclose(gains_of(z).of(0), best_by_trial(z), atol=1e-4)  # float32


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_the_way_back_from_any_place_adds_up_to_its_gain(seed):
    z = np.random.default_rng(seed).normal(1.5, 3, (15, 9)).astype(np.float32)
    gains = gains_of(z)
    steps = steps_of(gains)
    for row, column in np.ndindex(z.shape):
        at, gain, end = column, 0.0, (row, column)
        while True:
            gain += float(z[row, at]) - COST
            step = int(steps[row, at])
            if step == START:
                break
            gain -= TURN * abs(step)
            row, at = row - 1, at + step
        assert gains.of(0)[end] == pytest.approx(gain, abs=1e-4)


def test_the_first_row_starts_and_no_path_leaves_the_frame():
    z = np.random.default_rng(0).normal(4, 1, (30, 2, 5)).astype(np.float32)
    step = steps_of(best_path_gains(z))
    assert (step[0] == START).all()
    assert not (step[:, 0] == -1).any()
    assert not (step[:, -1] == 1).any()


def test_one_row_and_one_column_have_gains():
    assert best_path_gains(np.ones((1, 2, 4), np.float32)).of(1).shape == (1, 4)
    np.testing.assert_allclose(
        best_path_gains(np.full((3, 2, 1), 2.9, np.float32)).of(0)[:, 0], [1, 2, 3], atol=1e-6
    )


# The paths


def test_a_straight_line_is_one_path_with_the_sum_of_its_rows():
    z = np.zeros((30, 20))
    z[5:25, 8] = 6
    (path,) = paths_of(z)
    assert places(path) == [(row, 8) for row in range(5, 25)]
    assert path.gain == pytest.approx(20 * UNIT, abs=1e-3)


def test_a_slanting_line_pays_for_each_turn():
    z = np.zeros((30, 20))
    way = [(row, 4 + (row - 5) // 4) for row in range(5, 25)]
    for place in way:
        z[place] = 6
    (path,) = paths_of(z)
    assert places(path) == way
    assert path.gain == pytest.approx(20 * UNIT - 4 * TURN, abs=1e-3)


def test_a_gap_is_bridged_when_what_follows_is_worth_it():
    z = np.zeros((30, 20))
    z[5:10, 8] = z[13:18, 8] = 6
    (path,) = paths_of(z)
    assert places(path) == [(row, 8) for row in range(5, 18)]
    assert path.gain == pytest.approx(10 * UNIT - 3 * COST, abs=1e-3)


def test_a_gap_that_costs_more_than_was_gathered_parts_two_paths():
    z = np.zeros((40, 20))
    z[5:10, 8] = 6  # gains 20.5
    z[21:27, 8] = 6  # eleven rows between them cost 20.9
    first, second = paths_of(z)
    assert places(first) == [(row, 8) for row in range(21, 27)]
    assert places(second) == [(row, 8) for row in range(5, 10)]
    assert (first.gain, second.gain) == (pytest.approx(6 * UNIT, abs=1e-3), pytest.approx(5 * UNIT, abs=1e-3))


def forked() -> np.ndarray:
    """Return a trunk of 10 rows that parts into an arm of 12 strong rows and one of 12 weaker ones."""
    z = np.full((40, 40), -9.0)
    z[2:12, 20] = 6
    for row in range(12, 24):
        z[row, 19 - min(row - 12, 7)] = 8
        z[row, 21 + min(row - 12, 7)] = 7
    return z


def test_what_two_paths_share_belongs_to_the_better_one():
    first, second = paths_of(forked())
    trunk = [(row, 20) for row in range(2, 12)]
    arms = [[(row, 20 + side * (1 + min(row - 12, 7))) for row in range(12, 24)] for side in (-1, 1)]
    assert places(first) == trunk + arms[0]
    assert first.gain == pytest.approx(10 * UNIT + 12 * (8 - COST) - 8 * TURN, abs=1e-3)
    # Three columns beside it are its own too, and with them the first row of the other arm.
    assert places(second) == arms[1][1:]
    assert second.gain == pytest.approx(11 * (7 - COST) - 7 * TURN, abs=1e-3)


def test_no_place_is_given_twice():
    z = np.random.default_rng(3).normal(1.0, 2.5, (60, 50))
    paths = paths_of(z)
    assert len(paths) > 5
    every = [place for path in paths for place in places(path)]
    assert len(every) == len(set(every))


def test_a_path_beside_a_better_one_is_that_one():
    z = np.full((30, 30), -9.0)
    z[5:25, 10], z[5:25, 12], z[5:25, 18] = 8, 7, 6
    found = [path.columns[0] for path in paths_of(z)]
    assert found == [10, 18]


@pytest.mark.parametrize(("column", "first_row"), [(13, 25), (14, 8)])
def test_a_path_takes_three_columns_on_each_side_with_it(column, first_row):
    z = np.full((40, 30), -99.0)  # no way from one to the other
    z[5:25, 10] = 8
    z[8:35, column] = 6  # goes on below, where the better path has ended
    other = paths_of(z)[1]
    assert places(other) == [(row, column) for row in range(first_row, 35)]


@pytest.mark.parametrize(("least_rows", "count"), [(1, 2), (5, 2), (6, 1), (20, 1), (21, 0)])
def test_paths_of_fewer_rows_are_dropped(least_rows, count):
    z = np.full((40, 40), -9.0)
    z[5:25, 8] = z[5:10, 25] = 6
    assert len(paths_of(z, least_rows=least_rows)) == count


def test_the_best_path_comes_first_and_each_rises_row_by_row():
    paths = paths_of(np.random.default_rng(4).normal(1.0, 2.5, (60, 50)), least_rows=1)
    for path in paths:
        assert (np.diff(path.rows) == 1).all()
        assert (np.abs(np.diff(path.columns)) <= 1).all()
    # What is left of a path that starts on a better one may be worth less than nothing; the first is whole.
    assert paths[0].gain == max(path.gain for path in paths)


def test_what_answers_nowhere_has_no_paths():
    assert paths_of(np.zeros((30, 20))) == ()
    assert paths_of(np.full((30, 20), 1.8)) == ()  # just under the cost
