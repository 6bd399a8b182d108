"""The best paths through an oriented response: nothing is thresholded before it is summed along the line."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .frames import ROW_STEP_PX

FloatImage = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.intp]

_COST = np.float32(1.9)  # z that a row must reach for a path to gain by it (design trials)
_TURN_COST = np.float32(1.0)  # of one pixel to the side between two rows
_START = 2  # of a step back: the path begins here
_LEAST_GAIN = 4.0 / ROW_STEP_PX
_PEAK_WINDOW = (7, 7)
_MOST_ENDS = 250  # per frame and polarity, the best first
_MOST_PATHS = 60
_BESIDE_PX = 3  # a path takes this many columns on each side with it


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


@dataclass(frozen=True)
class PathGains:
    """The best sum that ends at each place of a turned frame.

    Parameters
    ----------
    bordered : (2, R + 1, C + 2) float32 array
        Dark and bright; the row before the first and the columns beside are minus infinity.
    """

    bordered: FloatImage

    def of(self, polarity: int) -> FloatImage:
        """Return the gains of dark (0) or bright (1) paths, (R, C)."""
        return self.bordered[polarity, 1:, 1:-1]

    def places(self, polarity: int, rows: IntArray, columns: IntArray) -> IntArray:
        """Return the places of one polarity as numbers of `bordered` laid flat."""
        _, height, width = self.bordered.shape
        return np.asarray((polarity * height + rows + 1) * width + columns + 1)

    def steps_back(self, places: IntArray) -> IntArray:
        """Return where the best paths that end at some places came from.

        Parameters
        ----------
        places : (N,) int array
            As from `places`.

        Returns
        -------
        (N,) int array
            Columns to the place in the row before: -1, 0 or 1; 2 where the path begins.
        """
        flat = self.bordered.ravel()
        before = places - self.bordered.shape[2]
        left, middle, right = flat[before - 1], flat[before], flat[before + 1]
        side = np.maximum(left, right) - _TURN_COST
        came = np.where(middle >= side, 0, np.where(left >= right, -1, 1))
        came[np.maximum(side, middle) <= 0] = _START
        return came


def best_path_gains(z: FloatImage) -> PathGains:
    """Return, for every place, the sum of z - cost over the best path that ends there.

    Parameters
    ----------
    z : (R, 2, C) float32 array
        Dark and bright.

    Notes
    -----
    Dynamic programming over rows, ``gain[r, c] = z[r, c] - cost + max(0, gain[r-1, c+d] - turn * abs(d))``
    with d in -1, 0, 1: the maximal-sum segment of Kadane on a lattice of nearly straight paths, the discrete
    form of the longest significant run of Ni, Cao and Huo (2020).

    Examples
    --------
    >>> z = np.zeros((30, 2, 9), np.float32)
    >>> z[5:25, 0, 4] = 4
    >>> round(float(best_path_gains(z).of(0).max()), 1)
    42.0
    """
    rows, polarities, columns = z.shape
    bordered = np.full((polarities, rows + 1, columns + 2), -np.inf, np.float32)
    gain = bordered[:, 1:, 1:-1]
    np.subtract(z.transpose(1, 0, 2), _COST, out=gain)
    best = np.empty((polarities, columns), np.float32)
    for row in range(1, rows):
        before = bordered[:, row]
        np.maximum(before[:, :-2], before[:, 2:], out=best)
        best -= _TURN_COST
        np.maximum(best, before[:, 1:-1], out=best)
        np.maximum(best, 0, out=best)
        gain[:, row] += best
    return PathGains(bordered)


def frame_paths(gains: PathGains, *, least_rows: int) -> tuple[tuple[FramePath, ...], ...]:
    """Return the paths of each polarity, the best first; a place belongs to the best path through it.

    Parameters
    ----------
    gains : PathGains
    least_rows : int
        Shorter paths are dropped.

    Returns
    -------
    tuple of two tuples of FramePath
        Dark and bright.
    """
    # Both at once: the way back is taken row by row, and a step costs the same for few ends and for many.
    places = [_ends(gains, polarity) for polarity in range(len(gains.bordered))]
    ways, lengths = _walked_back(gains, np.concatenate(places))
    cut = len(places[0])
    found = []
    for polarity, part in enumerate((slice(cut), slice(cut, None))):
        rows, columns = _unflattened(gains, polarity, ways[:, part])
        found.append(_own_paths(gains.of(polarity), rows, columns, lengths[part], least_rows))
    return tuple(found)


def _own_paths(
    gain: FloatImage, rows: IntArray, columns: IntArray, lengths: IntArray, least_rows: int
) -> tuple[FramePath, ...]:
    """Return what is each way's own, given all ways back in columns, the best first."""
    taken = np.zeros((gain.shape[0], gain.shape[1] + 2 * _BESIDE_PX), bool)
    beside = np.arange(2 * _BESIDE_PX + 1)
    paths: list[FramePath] = []
    for end, length in enumerate(lengths.tolist()):
        way = rows[:length, end], columns[:length, end]
        crossed = taken[way[0], way[1] + _BESIDE_PX]
        own = int(crossed.argmax()) if crossed.any() else length
        if own < least_rows:
            continue
        # What the better path has gathered up to the place where the two meet is not gathered twice.
        met = max(float(gain[way[0][own], way[1][own]]), 0.0) if own < length else 0.0
        mine = way[0][:own], way[1][:own]
        taken[mine[0][:, None], mine[1][:, None] + beside] = True
        paths.append(FramePath(float(gain[way[0][0], way[1][0]]) - met, mine[0][::-1], mine[1][::-1]))
        if len(paths) == _MOST_PATHS:
            break
    return tuple(paths)


def _ends(gains: PathGains, polarity: int) -> IntArray:
    """Return the places where a sum is the largest around, the best first."""
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    gain = gains.of(polarity)
    around = np.asarray(cv2.dilate(gain, np.ones(_PEAK_WINDOW, np.uint8)), np.float32)
    np.maximum(around, _LEAST_GAIN, out=around)
    rows, columns = np.divmod(np.flatnonzero(gain >= around), gain.shape[1])
    order = np.argsort(-gain[rows, columns], kind="stable")[:_MOST_ENDS]
    return gains.places(polarity, rows[order], columns[order])


def _walked_back(gains: PathGains, places: IntArray) -> tuple[IntArray, IntArray]:
    """Return the ways back from all places at once, (N, ends), and how many rows each has."""
    width = gains.bordered.shape[2]
    walking = np.ones(len(places), bool)
    lengths = np.ones(len(places), np.intp)
    ways = [places]
    while True:
        came = gains.steps_back(places)
        walking = walking & (came != _START)
        if not walking.any():
            break
        places = np.where(walking, places + (came - width), places)
        lengths += walking
        ways.append(places)
    return np.array(ways), lengths


def _unflattened(gains: PathGains, polarity: int, places: IntArray) -> tuple[IntArray, IntArray]:
    """Return rows and columns of places."""
    _, height, width = gains.bordered.shape
    rows, columns = np.divmod(places, width)
    return rows - polarity * height - 1, columns - 1
