"""How much of a line lies near other lines, or in a box: exact to rounding, no sampling.

All lengths are in the unit of the points. The part of a straight piece that lies within a distance of
another straight piece is one interval, for the points within a distance of a piece form a convex stadium.
So the part of a path near a set of pieces is a union of intervals.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from .truth import Paths

Floats = npt.NDArray[np.float64]
# Distances that differ by less than this share of the tolerance are equal: one equal to it is within.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Pieces:
    """Straight pieces of paths.

    Parameters
    ----------
    start, step : (M, 2) float array
        A piece runs from `start` to `start + step`.
    length : (M,) float array
    """

    start: Paths
    step: Paths
    length: Floats


def path_length(points: Paths) -> float:
    """Return the length of a path.

    Examples
    --------
    >>> path_length(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]]))
    6.0
    """
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def pieces_of(points: Paths, *, longest: float) -> Pieces:
    """Return the straight pieces of a path, those that are longer than `longest` divided evenly.

    A path without any length becomes one piece of length 0.
    """
    step = np.diff(points, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    if not length.any():
        return Pieces(points[:1], np.zeros((1, 2)), np.zeros(1))
    start, step, length = points[:-1][length > 0], step[length > 0], length[length > 0]
    parts = np.ceil(length / longest).astype(np.int64)
    owner = np.repeat(np.arange(len(parts)), parts)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(parts) - parts, parts)
    step = step[owner] / parts[owner, None]
    return Pieces(start[owner] + place[:, None] * step, step, (length / parts)[owner])


def joined(parts: Sequence[Pieces]) -> Pieces:
    """Return the pieces of several paths as one set."""
    return Pieces(
        np.concatenate([part.start for part in parts]) if parts else np.zeros((0, 2)),
        np.concatenate([part.step for part in parts]) if parts else np.zeros((0, 2)),
        np.concatenate([part.length for part in parts]) if parts else np.zeros(0),
    )


def shares_within(paths: Sequence[Pieces], others: Pieces, tolerance: float) -> Floats:
    """Return the share, 0 to 1, of the length of each path that lies within `tolerance` of other pieces.

    Parameters
    ----------
    paths : sequence of P Pieces
    others : Pieces
    tolerance : float
        Over 0, in the unit of the points. A distance that equals it is within.

    Returns
    -------
    (P,) float array
        A path without length is near as a whole or not at all.

    Examples
    --------
    >>> line = pieces_of(np.array([[0.0, 0.0], [0.0, 10.0]]), longest=1.0)
    >>> half = pieces_of(np.array([[3.0, 0.0], [3.0, 5.0]]), longest=1.0)
    >>> shares_within([line, half], half, 3.0).round(4).tolist(), shares_within([line], half, 2.9).tolist()
    ([0.5, 1.0], [0.0])
    """
    together = joined(paths)
    path = np.repeat(np.arange(len(paths)), [len(each.length) for each in paths])
    piece, low, high = _intervals(together, others, tolerance * (1 + _ROUNDING))
    near = _union_lengths(piece, low, high, len(path)) * together.length
    length = np.bincount(path, weights=together.length, minlength=len(paths))
    touched = np.bincount(path[piece], minlength=len(paths)) > 0
    share = np.bincount(path, weights=near, minlength=len(paths)) / np.where(length > 0, length, 1)
    return np.where(length > 0, share, touched)


def share_within(path: Pieces, others: Pieces, tolerance: float) -> float:
    """Return the same for one path; see `shares_within`."""
    return float(shares_within([path], others, tolerance)[0])


def share_inside(path: Pieces, top_left: tuple[float, float], bottom_right: tuple[float, float]) -> float:
    """Return the share, 0 to 1, of the length of a path that lies inside a box, its sides included.

    Examples
    --------
    >>> line = pieces_of(np.array([[0.0, 0.0], [0.0, 10.0]]), longest=100.0)
    >>> share_inside(line, (-1.0, 5.0), (1.0, 99.0))
    0.5
    """
    low, high = np.zeros(len(path.length)), np.ones(len(path.length))
    for axis in (0, 1):
        near, far = top_left[axis], bottom_right[axis]
        enter, leave = _slab(path.start[:, axis], path.step[:, axis], near, far)
        low, high = np.maximum(low, enter), np.minimum(high, leave)
    inside = np.maximum(high - low, 0)
    if path.length.sum() == 0:
        return float((high >= low).all())
    return float(inside @ path.length / path.length.sum())


def _intervals(path: Pieces, others: Pieces, reach: float) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
    """Return the pieces of `path` that come within reach of a piece of `others`, and from where to where.

    `low` and `high` are shares of the piece, 0 to 1.
    """
    mine, theirs = _neighbours(path, others, reach)
    start, step = path.start[mine] - others.start[theirs], path.step[mine]
    along = others.step[theirs]
    length = others.length[theirs]
    unit = along / np.where(length > 0, length, 1)[:, None]
    across_start, across_step = _cross(unit, start), _cross(unit, step)
    along_start, along_step = _dot(unit, start), _dot(unit, step)
    # Inside the straight part of the stadium: within reach across, and between both ends along.
    low, high = _slab(across_start, across_step, -reach, reach)
    low2, high2 = _slab(along_start, along_step, np.zeros_like(length), length)
    low, high = np.maximum(low, low2), np.minimum(high, high2)
    straight = (length > 0) & (low <= high)
    low, high = np.where(straight, low, np.inf), np.where(straight, high, -np.inf)
    for end in (np.zeros_like(start), along):  # the two round ends
        low2, high2 = _disc(start - end, step, reach)
        hit = low2 <= high2
        low = np.where(hit, np.minimum(low, low2), low)
        high = np.where(hit, np.maximum(high, high2), high)
    low, high = np.maximum(low, 0), np.minimum(high, 1)
    keep = low <= high
    return mine[keep], low[keep], high[keep]


def _neighbours(
    path: Pieces, others: Pieces, reach: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    if not len(path.length) or not len(others.length):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    radius = reach + (path.length.max() + others.length.max()) / 2
    mine = cKDTree(path.start + path.step / 2)
    theirs = cKDTree(others.start + others.step / 2)
    near = mine.sparse_distance_matrix(theirs, radius * (1 + _ROUNDING), output_type="ndarray")
    return near["i"].astype(np.int64), near["j"].astype(np.int64)


def _slab(start: Floats, step: Floats, near: Floats | float, far: Floats | float) -> tuple[Floats, Floats]:
    """Return from which to which share of `step` the coordinate lies in [near, far]; low > high: nowhere."""
    still = step == 0
    safe = np.where(still, 1.0, step)
    one, other = (near - start) / safe, (far - start) / safe
    inside = (start >= near) & (start <= far)
    low = np.where(still, np.where(inside, 0.0, np.inf), np.minimum(one, other))
    high = np.where(still, np.where(inside, 1.0, -np.inf), np.maximum(one, other))
    return low, high


def _disc(start: Paths, step: Paths, reach: float) -> tuple[Floats, Floats]:
    """Return from which to which share of `step` a piece lies in the disc around the origin."""
    a, b, c = _dot(step, step), _dot(start, step), _dot(start, start) - reach**2
    still = a == 0
    discriminant = np.where(still, -1.0, b**2 - a * c)
    root = np.sqrt(np.maximum(discriminant, 0))
    safe = np.where(still, 1.0, a)
    low = np.where(discriminant >= 0, (-b - root) / safe, np.where(still & (c <= 0), 0.0, np.inf))
    high = np.where(discriminant >= 0, (-b + root) / safe, np.where(still & (c <= 0), 1.0, -np.inf))
    return low, high


def _union_lengths(owner: npt.NDArray[np.int64], low: Floats, high: Floats, count: int) -> Floats:
    """Return for each of `count` owners the length of the union of its intervals in [0, 1]."""
    order = np.lexsort((low, owner))
    owner, low, high = owner[order], low[order], high[order]
    # Set 2 apart, the intervals of different owners cannot overlap, so that one running maximum serves all.
    reached = np.maximum.accumulate(high + 2 * owner) - 2 * owner
    before = np.concatenate([[-np.inf], reached[:-1]])
    first = np.concatenate([[True], owner[1:] != owner[:-1]]) if len(owner) else np.zeros(0, bool)
    fresh = np.maximum(high - np.where(first[: len(high)], low, np.maximum(low, before[: len(high)])), 0)
    return np.asarray(np.bincount(owner, weights=fresh, minlength=count), np.float64)


def _dot(a: Paths, b: Paths) -> Floats:
    return np.asarray((a * b).sum(axis=-1))


def _cross(a: Paths, b: Paths) -> Floats:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
