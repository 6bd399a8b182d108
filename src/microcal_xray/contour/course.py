"""The smooth course of an outline: pieces of edge joined, evened out, and bumps passed by."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .smooth import smooth_course, stiffness

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

_STEP_PX = 2.0  # of the working image, half a millimetre
_ROUNDS = 10
_STRAIGHT = 0.85  # cosine of the largest turn over a gap
_WAY_POINTS = 40  # of a piece say where it goes: an edge breaks where it bends into a bump
_ASIDE_SHARE = 0.2  # of the gap, and
_ASIDE_PX = 8.0  # more: so far may the next piece lie beside the way


@dataclass(frozen=True)
class Course:
    """An outline and its smooth course, at even steps.

    Parameters
    ----------
    outline_px : (S, 2) float array
        Points of the edge (row, column); over a gap on the straight way.
    seen : (S,) bool array
        False over a gap.
    smooth_px : (S, 2) float array
        The course that passes by what stands out of it.
    outward : (S, 2) float array
        Unit normal of that course, towards the darker side.
    height_px : (S,) float array
        Of the outline over the course, outwards.
    """

    outline_px: FloatArray
    seen: npt.NDArray[np.bool_]
    smooth_px: FloatArray
    outward: FloatArray
    height_px: FloatArray

    @property
    def step_px(self) -> float:
        """Between two points."""
        return _STEP_PX


def joined(chains: Sequence[FloatArray], *, gap_px: float) -> tuple[tuple[FloatArray, ...], ...]:
    """Return the chains in groups that continue each other, each group in its order.

    Parameters
    ----------
    chains : sequence of (N, 2) float array
    gap_px : float
        Longest gap that is bridged.
    """
    if not chains:
        return ()
    starts = np.array([chain[0] for chain in chains])
    ends = np.array([chain[-1] for chain in chains])
    into = np.array([_direction(chain[:_WAY_POINTS]) for chain in chains])
    out = np.array([_direction(chain[-_WAY_POINTS:]) for chain in chains])
    off = starts[None, :, :] - ends[:, None, :]
    gap = np.linalg.norm(off, axis=2)
    along = np.einsum("ijk,ik->ij", off, out)
    aside = np.sqrt(np.maximum(gap**2 - along**2, 0))
    fits = (gap <= gap_px) & (along > -4) & (aside <= _ASIDE_PX * np.minimum(1, gap / 8) + _ASIDE_SHARE * gap)
    fits &= (out @ into.T > _STRAIGHT) & ~np.eye(len(chains), dtype=bool)
    cost = np.where(fits, gap + 3 * aside, np.inf)
    follows = {}
    for index in range(len(chains)):
        best = int(cost[index].argmin())
        if np.isfinite(cost[index, best]) and int(cost[:, best].argmin()) == index:
            follows[index] = best
    return tuple(tuple(chains[index] for index in order) for order in _orders(follows, len(chains)))


def _direction(points: FloatArray) -> FloatArray:
    way = points[-1] - points[0]
    return np.asarray(way / max(float(np.linalg.norm(way)), 1e-9))


def _orders(follows: dict[int, int], count: int) -> list[list[int]]:
    later = set(follows.values())
    seen: set[int] = set()
    orders = []
    for start in (*(index for index in range(count) if index not in later), *range(count)):
        order, at = [], start
        while at not in seen:
            seen.add(at)
            order.append(at)
            at = follows.get(at, at)
        if order:
            orders.append(order)
    return orders


def course_of(pieces: Sequence[FloatArray], *, wavelength_px: float, above: float) -> Course:
    """Return the outline through pieces of edge, with its smooth course.

    Parameters
    ----------
    pieces : sequence of (N, 2) float array
        In order, together ten points or more.
    wavelength_px : float
        Waves of the outline of that length are half followed, longer ones more.
    above : float
        Weight of what stands out, 0 to 1; of what does not, 1 less that.

    Notes
    -----
    Asymmetric least squares of both coordinates at once: the weight of a point depends on the side of the
    course on which it lies, so that the course passes under a bump instead of half over it.
    """
    outline, seen = _even(pieces)
    penalty = stiffness(wavelength_px / _STEP_PX)
    weights = seen.astype(np.float64)
    smooth = smooth_course(outline, weights, stiffness=penalty)
    for _ in range(_ROUNDS):
        outward = _outward(smooth)
        height = np.einsum("ij,ij->i", outline - smooth, outward)
        own = weights * np.where(height > 0, above, 1 - above)
        smooth = smooth_course(outline, own, stiffness=penalty)
    outward = _outward(smooth)
    height = np.einsum("ij,ij->i", outline - smooth, outward)
    return Course(outline, seen, smooth, outward, height)


def _even(pieces: Sequence[FloatArray]) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return points at even steps along the pieces, and which of them lie on a piece."""
    points = np.concatenate(pieces)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    places = np.arange(0.0, length[-1], _STEP_PX)
    even = np.stack([np.interp(places, length, points[:, axis]) for axis in (0, 1)], axis=1)
    seen = np.ones(len(places), bool)
    last = np.cumsum([len(piece) for piece in pieces])[:-1]
    for index in last:
        seen &= ~((places > length[index - 1]) & (places < length[index]))
    return even, seen


def _outward(course: FloatArray) -> FloatArray:
    way = np.gradient(course, axis=0)
    way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
    # To the right of who walks along: rows grow downwards.
    return np.stack([way[:, 1], -way[:, 0]], axis=1)
