"""The best course ahead of the end of a line, by dynamic programming over place and direction."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Cells = npt.NDArray[np.float32]

# Millimetres, about.
COLUMN = 0.1  # a step to the side
SIDE = 1.6  # how far to the side a course may lead
_AT_START = 0.3  # an end is known so well, to the side
STEEPEST = 6  # columns for each row: 56 degrees
_MOST_TURN = 2  # from one step to the next
_LOST = 12.0  # when a course has lost so much again, it has ended before
NEVER = -1e6


@dataclass(frozen=True)
class Ahead:
    """What lies ahead of an end, on cells of a row ahead and a column to the side.

    Parameters
    ----------
    side : (M,) float array
        Offset of the columns, in units.
    worth : (K, R, M) float32 array
        What a step of each of K slopes into a row adds to the logarithm of the likelihood ratio of line to no
        line, when it starts at that column.
    turn : float
        What a turn by one slope takes away.
    """

    side: FloatArray
    worth: Cells
    turn: float


@dataclass(frozen=True)
class Course:
    """A way ahead: what it gains, and where it is at the end of each row, in units to the side."""

    gain: float
    side: FloatArray


def best_courses(ahead: Ahead, starts: Sequence[float], *, is_whole: bool = False) -> list[Course]:
    """Return the best course from each start to the side.

    Parameters
    ----------
    ahead : Ahead
    starts : sequence of float
        Offsets to the side, in units.
    is_whole : bool
        Whether the course must lead to the last row; else it ends where its sum is largest.
    """
    reach = round(SIDE / COLUMN)
    middles = [int(np.abs(ahead.side - start).argmin()) for start in starts]
    windows = np.array([np.arange(middle - reach, middle + reach + 1) for middle in middles])
    worth = ahead.worth[:, :, windows]
    kinds, rows, count, width = worth.shape
    best = np.full((kinds, count, width), NEVER, np.float32)
    near = np.abs(np.arange(-reach, reach + 1) * COLUMN) <= _AT_START + 1e-9
    best[:, :, near] = -0.5 * ahead.turn * np.abs(np.arange(-STEEPEST, STEEPEST + 1))[:, None, None]
    sums = []
    tops = np.empty((rows, count), np.float32)
    places = np.empty((rows, count), np.intp)
    for row in range(rows):
        sums.append(best)
        best = _step(best, worth[:, row], ahead.turn)
        flat = np.moveaxis(best, 1, 0).reshape(count, -1)
        places[row] = flat.argmax(axis=1)
        tops[row] = flat[np.arange(count), places[row]]
    return [
        _traced(
            tops[:, one],
            places[:, one],
            [each[:, one] for each in sums],
            ahead.turn,
            float(ahead.side[middle - reach]),
            is_whole,
        )
        for one, middle in enumerate(middles)
    ]


def _step(best: Cells, worth: Cells, cost: float) -> Cells:
    """Return the sums after one more row, by slope of the last step and column."""
    kinds, count, width = best.shape
    wide = np.full((kinds, count, width + 2 * STEEPEST), NEVER, np.float32)
    before = wide[:, :, STEEPEST : STEEPEST + width]
    before[:] = best
    for more in range(1, _MOST_TURN + 1):
        dearer = best - np.float32(more * cost)
        np.maximum(before[more:], dearer[:-more], out=before[more:])
        np.maximum(before[:-more], dearer[more:], out=before[:-more])
    before += worth
    # Each slope leads as many columns aside: the columns of the next one begin one earlier.
    steep, start, column = wide.strides
    moved = np.lib.stride_tricks.as_strided(
        wide[:, :, 2 * STEEPEST :], best.shape, (steep - column, start, column), writeable=False
    )
    return moved.copy()


def _turn_before(best: Cells, slope: int, column: int, cost: float) -> int:
    """Return by how many slopes a course turned that goes on from a column; of equals, the straightest."""
    gain, turn = best[slope, column], 0
    for more in range(1, _MOST_TURN + 1):
        for sign in (1, -1):
            if 0 <= slope - sign * more < len(best):
                other = best[slope - sign * more, column] - np.float32(more * cost)
                if other > gain:
                    gain, turn = other, sign * more
    return turn


def _traced(
    tops: Cells,
    places: npt.NDArray[np.intp],
    sums: Sequence[Cells],
    turn: float,
    first: float,
    is_whole: bool,
) -> Course:
    """Return the course whose sums before each row are given, (K, W) each."""
    row = len(tops) - 1 if is_whole else _last_row(tops)
    if row < 0 or tops[row] < NEVER / 2:
        return Course(0.0, np.zeros(0))
    gain, side = float(tops[row]), np.empty(row + 1)
    slope, column = divmod(int(places[row]), sums[0].shape[1])
    while row >= 0:
        side[row] = first + column * COLUMN
        column -= slope - STEEPEST
        slope -= _turn_before(sums[row], slope, column, turn)
        row -= 1
    return Course(gain, side)


def _last_row(tops: Cells) -> int:
    """Return the row at which the sum is largest, before it has lost so much again; -1: none."""
    most = np.maximum.accumulate(np.maximum(tops, 0))
    lost = np.flatnonzero(tops < most - _LOST)
    behind = int(lost[0]) if len(lost) else len(tops)
    row = int(tops[:behind].argmax()) if behind else 0
    return row if behind and tops[row] > 0 else -1
