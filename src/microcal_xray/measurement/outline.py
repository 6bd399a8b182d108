"""Where a line that runs across a bone meets the bone's outline, ahead of either end."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .strips import FloatImage, Mask, mean_direction

FloatArray = npt.NDArray[np.float64]

# Millimetres, about: see `unit_px`.
_AHEAD, _DIRECTION = 12.0, 3.0  # so far the line is taken to go straight on, in the direction of such a piece
_BESIDE = np.arange(0.6, 2.01, 0.2)  # to both sides along the bone: there the bone is without its line
_SMOOTHING = 0.3
_WITHIN_MASK, _BEYOND_MASK = 3.5, 0.3  # of the end of the bone mask, which has a margin
_JUST_BEYOND = (0.4, 1.2)
_BACK_SHARE = 0.6  # of the path: so much of it may lie beyond the outline
_LEAST_STEP = 0.2  # of the range of brightness along the line
_MOST_SOFT = 0.4  # of the way from soft tissue to bone: brighter, and it is the inside of a cortex


@dataclass(frozen=True)
class _Seen:
    """The bone along the course of a line and straight on beyond both ends, one point a pixel.

    Parameters
    ----------
    level : (N,) float array
        Brightness beside the line.
    inside : (N,) bool array
    first, behind : int
        The points of the path itself.
    """

    level: FloatArray
    inside: Mask
    first: int
    behind: int


def outline_ahead(
    path_px: FloatArray, image: FloatImage, inside: Mask, *, axis_rad: float, unit_px: float
) -> tuple[float | None, float | None]:
    """Return how far ahead of the first and of the last point of a line the outline of its bone is met.

    Parameters
    ----------
    path_px : (N, 2) float array
        Evenly spaced, one pixel apart.
    image : (R, C) float32 array
        With the bone in it, brighter than what is beside it.
    inside : (R, C) bool array
        Where bone is, with a margin.
    axis_rad : float
        Which way the bone runs: 0 along a row, clockwise on the screen.
    unit_px : float
        Pixels of about a millimetre.

    Returns
    -------
    (float or None, float or None)
        Pixels; less than 0 where the path has run beyond the outline. None: no outline is seen there.

    Notes
    -----
    The outline is where brightness falls most steeply near the end of the bone mask. Brightness is the median
    of places 0.6 to 2 mm to both sides along the bone's axis, where the line itself is not.
    """
    seen = _seen(path_px, image, inside, axis_rad, unit_px)
    back = _Seen(
        seen.level[::-1], seen.inside[::-1], len(seen.level) - seen.behind, len(seen.level) - seen.first
    )
    return _outline(back, unit_px), _outline(seen, unit_px)


def ending_at(path_px: FloatArray, ahead_px: float, *, least: int) -> FloatArray:
    """Return a path that ends so far ahead of its last point, or before it, with `least` points or more.

    Examples
    --------
    >>> path = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 2.0]])
    >>> [ending_at(path, ahead, least=2)[-1].tolist() for ahead in (0.5, -1.0, -9.0)]
    [[0.0, 2.5], [0.0, 1.0], [0.0, 1.0]]
    """
    if ahead_px < 0:
        return path_px[: max(least, len(path_px) + round(ahead_px))]
    way = path_px[-1] - path_px[-2]
    return np.concatenate([path_px, [path_px[-1] + ahead_px * way / max(float(np.hypot(*way)), 1e-9)]])


def share_on(mask: Mask, path_px: FloatArray) -> float:
    """Return the share of the points of a path that lie on a mask."""
    row, column = np.clip(np.rint(path_px).astype(int), 0, np.array(mask.shape) - 1).T
    return float(mask[row, column].mean())


def _seen(path: FloatArray, image: FloatImage, inside: Mask, axis_rad: float, unit: float) -> _Seen:
    before, after = _straight_on(path[::-1], unit)[::-1], _straight_on(path, unit)
    course = np.concatenate([before, path, after])
    along = np.array([math.sin(axis_rad), math.cos(axis_rad)])
    beside = unit * np.concatenate([-_BESIDE, _BESIDE])
    places = course[:, None, :] + beside[None, :, None] * along
    values = ndimage.map_coordinates(image, np.moveaxis(places, -1, 0), order=1, mode="nearest")
    last = np.array(inside.shape) - 1
    at = np.rint(course).astype(np.intp)
    row, column = np.clip(at, 0, last).T
    is_inside = ((at >= 0) & (at <= last)).all(axis=1) & inside[row, column]
    level = ndimage.gaussian_filter1d(np.median(values, axis=1).astype(np.float64), _SMOOTHING * unit)
    return _Seen(level, is_inside, len(before), len(before) + len(path))


def _straight_on(path: FloatArray, unit: float) -> FloatArray:
    last = path[-1 - max(2, min(len(path) - 1, round(_DIRECTION * unit))) :]
    angle = mean_direction(last)
    way = np.array([math.sin(angle), math.cos(angle)])
    way = way if float((last[-1] - last[0]) @ way) > 0 else -way
    return np.asarray(path[-1] + np.arange(1, round(_AHEAD * unit) + 1)[:, None] * way)


def _outline(seen: _Seen, unit: float) -> float | None:
    """Return how far beyond the last point of the path the outline is."""
    middle = (seen.first + seen.behind) // 2
    outside = np.flatnonzero(~seen.inside[middle:])
    least = max(1, seen.behind - int(_BACK_SHARE * (seen.behind - seen.first)))
    low, high = least, len(seen.level) - 1
    if len(outside):
        end = middle + int(outside[0])
        low = max(low, end - round(_WITHIN_MASK * unit))
        high = min(high, end + round(_BEYOND_MASK * unit) + 1)
    if high <= low or (len(outside) and outside[0] == 0):
        return None
    fall = -np.gradient(seen.level)
    at = low + int(fall[low:high].argmax())
    soft, bone = float(seen.level.min()), float(np.median(seen.level[seen.first : seen.behind]))
    step = fall[at] * math.sqrt(2 * math.pi) * _SMOOTHING * unit
    near, far = (at + max(1, round(away * unit)) for away in _JUST_BEYOND)
    beyond = float(seen.level[near : far + 1].min(initial=math.inf))
    if step <= _LEAST_STEP * float(np.ptp(seen.level)) or beyond > soft + _MOST_SOFT * (bone - soft):
        return None
    return float(at - (seen.behind - 1))
