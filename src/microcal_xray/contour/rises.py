"""Where an outline rises over its smooth course, and where that cannot be told."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .course import Course
from .strip import REACH_PX, Strip

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_ALONG_STEPS, _ACROSS_PX = 2.0, 1.0  # smoothing of the strip before anything is sought in it
_SHARE_OF_STEP = 0.10  # of the step from soft tissue to cortex: less is taken for nothing
_NOISES = 3.5
_BASE_PX = 3  # a rise starts within so many pixels of the outline
_LEAST_STEPS = 6  # 3 mm
_CROSSING_PX = 34  # what reaches so far out is another structure
_BAND = 0.35  # of the step: a bright band with something that much darker behind is seen from inside
_TURN = 0.7  # radians over 10 mm of the smooth course: an outline that turns so much is an end of a bone


@dataclass(frozen=True)
class Rise:
    """A stretch of a course on which the outline stands out.

    Parameters
    ----------
    first, last : int
        Points of the course.
    height_px : float
        About; it is measured later.
    """

    first: int
    last: int
    height_px: float


@dataclass(frozen=True)
class Surroundings:
    """What each point of a course has around it, each array (S,).

    Parameters
    ----------
    step : float array
        Brightness of the cortex over the soft tissue beside it.
    outside : float array
        Brightness of the soft tissue.
    told : bool array
        Whether a bump could be told there.
    noise : float
        Standard deviation of the smoothed strip outside.
    """

    step: FloatArray
    outside: FloatArray
    told: Mask
    noise: float


def surroundings(
    course: Course, strip: Strip, body: Mask, *, least_step_beside_air: float = np.inf
) -> Surroundings:
    """Return what each point of a course has around it.

    Parameters
    ----------
    course : Course
    strip : Strip
    body : (R, C) bool array
        Not air.
    least_step_beside_air : float
        Where an edge beside air is as clear as that, it is judged: thin soft tissue is told from air by no
        threshold, and no skin is as clear as bone.
    """
    usual = strip.usual
    outside = usual[:, strip.between(4, 14)].mean(axis=1)
    cortex = usual[:, strip.between(-12, 1)].max(axis=1)
    step = np.maximum(cortex - outside, 1e-6)
    behind = usual[:, strip.between(-36, -6)].min(axis=1)
    inside_out = behind < outside - _BAND * step
    known = strip.known[:, strip.between(-8, 14)].all(axis=1)
    way = np.arctan2(course.outward[:, 0], course.outward[:, 1])
    turn = np.abs(_turned(np.unwrap(way), round(20 / course.step_px)))
    beyond = course.smooth_px + 8.0 * course.outward
    rows, columns = (
        np.clip(np.rint(part).astype(int), 0, side - 1)
        for part, side in zip(beyond.T, body.shape, strict=True)
    )
    told = course.seen & known & ~inside_out & (turn < _TURN)
    told &= body[rows, columns] | (step >= least_step_beside_air)
    told = ndimage.median_filter(told.astype(np.uint8), 21, mode="nearest") > 0
    outer = smoothed(strip)[:, strip.between(6, 26)]
    noise = 1.4826 * float(np.median(np.abs(outer - np.median(outer)))) if outer.size else 0.0
    return Surroundings(step, outside, told, noise)


def _turned(way: FloatArray, half: int) -> FloatArray:
    index = np.arange(len(way))
    last = len(way) - 1
    return np.asarray(way[np.minimum(index + half, last)] - way[np.maximum(index - half, 0)])


def smoothed(strip: Strip) -> FloatArray:
    """Return what exceeds the usual, a little smoothed, (S, N)."""
    return np.asarray(ndimage.gaussian_filter(strip.excess, (_ALONG_STEPS, _ACROSS_PX), mode="nearest"))


def rises(strip: Strip, around: Surroundings) -> tuple[Rise, ...]:
    """Return the stretches on which what exceeds the usual lies on the outline and ends outside.

    Parameters
    ----------
    strip : Strip
    around : Surroundings
    """
    least = np.maximum(_SHARE_OF_STEP * around.step, _NOISES * around.noise)
    outer = smoothed(strip)[:, REACH_PX + 1 :] > least[:, None]
    based = outer[:, :_BASE_PX].any(axis=1)
    extent = _extents(outer)
    stands = based & (extent >= 2) & (extent < _CROSSING_PX) & around.told
    stands = ndimage.binary_closing(np.pad(stands, 4), iterations=2)[4:-4]
    labels, count = ndimage.label(stands)
    found = []
    for piece in ndimage.find_objects(labels)[:count]:
        first, last = piece[0].start, piece[0].stop - 1
        if last - first + 1 >= _LEAST_STEPS:
            found.append(Rise(first, last, float(np.percentile(extent[first : last + 1], 90))))
    return tuple(found)


def _extents(outer: Mask) -> FloatArray:
    """Return how far each row goes on, from its first column, with its first gap of more than a pixel."""
    closed = ndimage.binary_closing(np.pad(outer, ((0, 0), (2, 2)), mode="edge"), np.ones((1, 3)))[:, 2:-2]
    first = np.argmax(closed, axis=1)
    shifted = np.where(np.arange(outer.shape[1]) < first[:, None], True, closed)
    stops = np.where(shifted.all(axis=1), outer.shape[1], np.argmin(shifted, axis=1))
    return np.where(closed.any(axis=1), stops, 0).astype(np.float64)
