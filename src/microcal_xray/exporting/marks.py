"""The marks of a presentation state: rails beside each line that leave it bare, and its number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..findings import Candidate, Tier
from ..radiograph import Spacing
from ..reporting.callouts import number_places, rails

# Of the longer side of the picture: a viewer fits it to a screen, whatever its pixels are.
_GAP = 0.004  # from the side of the line to a rail
_NUMBER_DISTANCE = 0.02
_NUMBER_RADIUS = 0.01
_DASH = 0.012
_FEWEST_DASHES = 3  # on a short line, or it would look solid
_PAUSE = 0.7  # of a dash
_SMALLEST_GAP_PX = 2.0

_Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Mark:
    """How one candidate is drawn.

    Parameters
    ----------
    candidate : Candidate
    lines : tuple of (N, 2) float arrays
        Open polylines as (row, column) at pixel centres; those of a weak candidate are dashes.
    number_box : (top, left, bottom, right)
        Where its number stands.
    """

    candidate: Candidate
    lines: tuple[_Points, ...]
    number_box: tuple[float, float, float, float]


def marks(
    candidates: Sequence[Candidate], *, shape: tuple[int, int], spacing: Spacing | None
) -> tuple[Mark, ...]:
    """Return the marks of all candidates, inside the picture.

    Viewers know no dashes, or each its own; so the dashes of a weak candidate are lines themselves.

    Parameters
    ----------
    candidates : sequence of Candidate
    shape : (rows, columns)
    spacing : Spacing or None
        Where pixels are not square, distances are equal in millimetres.
    """
    stretch = np.ones(2)
    if spacing is not None:
        stretch = np.array([spacing.row_mm, spacing.column_mm]) / min(spacing.row_mm, spacing.column_mm)
    height, width = shape * stretch
    longer = max(height, width)
    paths = [(candidate.path_px + 0.5) * stretch for candidate in candidates]
    places = number_places(
        paths, distance=_NUMBER_DISTANCE * longer, radius=_NUMBER_RADIUS * longer, shape=(height, width)
    )
    last = np.array(shape) - 0.5
    drawn = []
    for candidate, path, place in zip(candidates, paths, places, strict=True):
        offset = 0.5 * float(np.nan_to_num(candidate.width_px)) + max(_GAP * longer, _SMALLEST_GAP_PX)
        lines: list[_Points] = [*rails(path, offset)]
        if candidate.tier is Tier.WEAK:
            lines = [dash for line in lines for dash in _dashed(line, longest=_DASH * longer)]
        radius = _NUMBER_RADIUS * longer
        corners = np.clip(np.array([place - radius, place + radius]) / stretch - 0.5, -0.5, last)
        (top, left), (bottom, right) = corners.tolist()
        inside = tuple(np.clip(line / stretch - 0.5, -0.5, last) for line in lines)
        drawn.append(Mark(candidate, inside, (top, left, bottom, right)))
    return tuple(drawn)


def _dashed(path: _Points, *, longest: float) -> Iterator[_Points]:
    length = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
    on = min(longest, length / (_FEWEST_DASHES + (_FEWEST_DASHES - 1) * _PAUSE))
    return dashes(path, on=max(on, 1e-3), off=max(on, 1e-3) * _PAUSE)


def dashes(path: _Points, *, on: float, off: float) -> Iterator[_Points]:
    """Yield the pieces of a path that are drawn when it is dashed; the first begins where it begins.

    Parameters
    ----------
    path : (N, 2) float array
        N > 1, in any unit with square pixels.
    on, off : float
        Lengths of a dash and of a pause, over 0.

    Examples
    --------
    >>> [dash.tolist() for dash in dashes(np.array([[0.0, 0.0], [0.0, 10.0]]), on=3, off=4)]
    [[[0.0, 0.0], [0.0, 3.0]], [[0.0, 7.0], [0.0, 10.0]]]
    """
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    for start in np.arange(0.0, along[-1], on + off):
        end = min(start + on, along[-1])
        between = (along > start) & (along < end)
        ends = np.array([[np.interp(at, along, path[:, axis]) for axis in (0, 1)] for at in (start, end)])
        yield np.concatenate([ends[:1], path[between], ends[1:]])
