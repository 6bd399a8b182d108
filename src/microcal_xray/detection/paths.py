"""The best paths through an oriented response: nothing is thresholded before it is summed along the line."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .oriented import ROW_STEP_PX

FloatImage = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.intp]
SmallInt = npt.NDArray[np.int8]

_COST = 1.9  # z that a row must reach for a path to gain by it (design trials)
_TURN_COST = 1.0  # of one pixel to the side between two rows
_START = np.int8(2)  # in the table of steps: the path begins here
_LEAST_GAIN = 4.0 / ROW_STEP_PX
_PEAK_WINDOW = (7, 7)
_MOST_ENDS = 250  # per frame and polarity, the best first
_MOST_PATHS = 60
_BESIDE_PX = 3  # a path takes this many columns on each side with it


@dataclass(frozen=True)
class PathTable:
    """The best sum that ends at each place, and where it came from.

    Parameters
    ----------
    gain : (R, 2, C) float32 array
        Sum of z - cost over the best path that ends here, dark and bright.
    step : (R, 2, C) int8 array
        Columns to the place in the row before: -1, 0 or 1; 2 where the path begins.
    """

    gain: FloatImage
    step: SmallInt


@dataclass(frozen=True)
class FramePath:
    """One path down a turned frame.

    Parameters
    ----------
    gain : float
        Sum of z - cost along it.
    rows, columns : (N,) int array
    """

    gain: float
    rows: IntArray
    columns: IntArray


def best_paths_table(z: FloatImage) -> PathTable:
    """Return, for every place, the best path that ends there.

    Parameters
    ----------
    z : (R, 2, C) float32 array

    Notes
    -----
    Dynamic programming over rows, ``gain[r, c] = z[r, c] - cost + max(0, gain[r-1, c+d] - turn * abs(d))``
    with d in -1, 0, 1: the maximal-sum segment of Kadane on a lattice of nearly straight paths, the discrete
    form of the longest significant run of Ni, Cao and Huo (2020).

    Examples
    --------
    >>> z = np.zeros((30, 2, 9), np.float32)
    >>> z[5:25, 0, 4] = 4
    >>> round(float(best_paths_table(z).gain.max()), 1)
    42.0
    """
    rows, polarities, columns = z.shape
    gain = np.empty(z.shape, np.float32)
    step = np.empty(z.shape, np.int8)
    worth = z - np.float32(_COST)
    gain[0], step[0] = worth[0], _START
    before = np.full((polarities, columns + 2), -np.inf, np.float32)
    before[:, 1:-1] = gain[0]
    turn = np.float32(_TURN_COST)
    for row in range(1, rows):
        left, middle, right = before[:, :-2], before[:, 1:-1], before[:, 2:]
        side = np.maximum(left, right) - turn
        best = np.maximum(side, middle)
        came = np.where(middle >= side, np.int8(0), np.where(left >= right, np.int8(-1), np.int8(1)))
        came[best <= 0] = _START
        gain[row] = np.maximum(best, 0) + worth[row]
        step[row] = came
        before[:, 1:-1] = gain[row]
    return PathTable(gain, step)


def frame_paths(gain: FloatImage, step: SmallInt, *, least_rows: int) -> tuple[FramePath, ...]:
    """Return the paths of one polarity, the best first; a place belongs to the best path through it.

    Parameters
    ----------
    gain, step : (R, C) array
        Of a `PathTable`, for one polarity.
    least_rows : int
        Shorter paths are dropped.
    """
    rows, columns = _ends(gain)
    if not len(rows):
        return ()
    all_rows, all_columns, lengths = _walked_back(step, rows, columns)
    taken = np.zeros((gain.shape[0], gain.shape[1] + 2 * _BESIDE_PX), bool)
    paths: list[FramePath] = []
    for end in range(len(rows)):
        way = all_rows[: lengths[end], end], all_columns[: lengths[end], end]
        crossed = taken[way[0], way[1] + _BESIDE_PX]
        own = int(crossed.argmax()) if crossed.any() else int(lengths[end])
        if own < least_rows:
            continue
        # What the better path has gathered up to the place where the two meet is not gathered twice.
        met = max(float(gain[way[0][own], way[1][own]]), 0.0) if own < lengths[end] else 0.0
        mine = way[0][:own], way[1][:own]
        for beside in range(2 * _BESIDE_PX + 1):
            taken[mine[0], mine[1] + beside] = True
        paths.append(FramePath(float(gain[rows[end], columns[end]]) - met, mine[0][::-1], mine[1][::-1]))
        if len(paths) == _MOST_PATHS:
            break
    return tuple(paths)


def _ends(gain: FloatImage) -> tuple[IntArray, IntArray]:
    """Return where a sum is the largest around, the best first."""
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    around = cv2.dilate(np.ascontiguousarray(gain), np.ones(_PEAK_WINDOW, np.uint8))
    rows, columns = np.nonzero((gain == around) & (gain > _LEAST_GAIN))
    order = np.argsort(-gain[rows, columns], kind="stable")[:_MOST_ENDS]
    return rows[order], columns[order]


def _walked_back(step: SmallInt, rows: IntArray, columns: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the ways back from all ends at once, (N, ends) each, and how many rows each has."""
    walking = np.ones(len(rows), bool)
    lengths = np.ones(len(rows), np.intp)
    ways = [(rows, columns)]
    while True:
        came = step[rows, columns]
        walking = walking & (came != _START)
        if not walking.any():
            break
        rows = np.where(walking, rows - 1, rows)
        columns = np.where(walking, columns + came, columns)
        lengths += walking
        ways.append((rows, columns))
    return np.array([way[0] for way in ways]), np.array([way[1] for way in ways]), lengths
