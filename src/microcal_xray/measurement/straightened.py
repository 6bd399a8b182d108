"""The picture straightened along the axis of a bone: which parallels of a course look like bright lines."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .courses import nearest, sampled

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
_Value = TypeVar("_Value", bound=np.generic)

# Pixels of the working image, a quarter of a millimetre each.
_REACH = 120.0
_ALONG = 2.0  # between two points of the course
_SMOOTHING = 2.0  # points: a course that was found strays with the noise
_SIGMA = 1.2  # across the line
_ASIDE = 4  # a line of bone is that much brighter than both its sides
_CLIPPED = 4.0  # scales: no single column may make a line
_LEAST_SHARE = 0.7  # of the columns must lie where lines may lie
_MIDDLE = (0.3, 0.7)  # of a course: nearer to its ends a narrowing bone is left before it ends
_END_SMOOTHING, _END_STEP = 3.0, 12
_END_FALL = 0.1  # of the range from air to bone, over 3 mm: no bone changes so much but at its end


@dataclass(frozen=True)
class Parallels:
    """The parallels of a course, T of them, a pixel apart.

    Parameters
    ----------
    shift_px : (T,) float array
        Along the axis of the bone, from the course.
    answer : (T,) float array
        By how much the parallel is brighter than the brighter of its two sides, in units of how much the
        parallels around stray; minus infinity where too little of it lies on bone.
    """

    shift_px: FloatArray
    answer: FloatArray

    def tops(self, least: float) -> list[int]:
        """Return where the answer is highest around and over the least, rising."""
        inner = self.answer[1:-1]
        top = (inner >= self.answer[:-2]) & (inner > self.answer[2:]) & (inner > least)
        return [int(place) + 1 for place in np.flatnonzero(top)]


def parallels_of(course_px: FloatArray, along: FloatArray, *, image: FloatImage, searched: Mask) -> Parallels:
    """Return how much each parallel of a course looks like a bright line.

    Parameters
    ----------
    course_px : (N, 2) float array
        (row, column) on the working image.
    along : (2,) float array
        Unit vector of the axis of the bone.
    image : (R, C) float32 array
    searched : (R, C) bool array
        Where lines may lie.

    Notes
    -----
    The picture is straightened: a column for each point of the course, a row for each shift. Each column is
    compared with itself a millimetre to both sides, in units of its own scatter, and clipped; the mean over
    the columns is the answer of one side, the lesser of both that of the parallel, so that the edge of a
    plate of bone answers little. Its unit, the scatter of all answers, is the null: what the same course
    finds at other places of the same bone.
    """
    smooth = ndimage.gaussian_filter1d(_even(course_px), _SMOOTHING, axis=0, mode="nearest")
    shift = np.arange(-_REACH, _REACH + 1)
    places = smooth[None] + shift[:, None, None] * along
    value = ndimage.gaussian_filter1d(sampled(image, places), _SIGMA, axis=0, mode="nearest")
    known = nearest(searched.astype(np.float32), places) > 0
    inside = ((places >= 0) & (places <= np.array(image.shape) - 1)).all(axis=2)
    blind = ~(known & inside)
    blind |= _shifted(blind, _ASIDE, fill=True) | _shifted(blind, -_ASIDE, fill=True)
    sides = [value - _shifted(value, step, fill=0.0) for step in (_ASIDE, -_ASIDE)]
    seen = (~blind).mean(axis=1) >= _LEAST_SHARE
    if np.count_nonzero(seen) < 2 * _ASIDE:
        return Parallels(shift, np.full(len(shift), -np.inf))
    scale = (_scatter(sides[0], blind) + _scatter(sides[1], blind)) / 2
    weight = (~blind).astype(np.float64)
    means = [
        (np.clip(side / scale, -_CLIPPED, _CLIPPED) * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
        for side in sides
    ]
    both = np.concatenate([mean[seen] for mean in means])
    spread = max(1.4826 * float(np.median(np.abs(both - np.median(both)))), 1e-9)
    return Parallels(shift, np.where(seen, np.minimum(*means) / spread, -np.inf))


def to_end_px(course_px: FloatArray, along: FloatArray, *, image: FloatImage, most_px: int) -> float | None:
    """Return how far from a course its bone ends along its axis; None: no end is seen so near.

    Parameters
    ----------
    course_px : (N, 2) float array
    along : (2,) float array
    image : (R, C) float32 array
        In units of the range from air to bone.
    most_px : int

    Notes
    -----
    Where the middle columns fall steeply, to a joint or to another bone behind it. The bone mask is no help:
    it runs on over most joints.
    """
    even = _even(course_px)
    first, last = (round(share * (len(even) - 1)) for share in _MIDDLE)
    nearest_end: float | None = None
    for way in (along, -along):
        shift = np.arange(0.0, most_px + _END_STEP + 1)
        places = even[None, first : last + 1] + shift[:, None, None] * way
        value = ndimage.gaussian_filter1d(sampled(image, places), _END_SMOOTHING, axis=0, mode="nearest")
        inside = np.asarray(((places >= 0) & (places <= np.array(image.shape) - 1)).all(axis=2))
        falls = np.where(inside[_END_STEP:], value[:-_END_STEP] - value[_END_STEP:], 0.0)
        ends = np.flatnonzero(np.median(falls, axis=1) > _END_FALL)
        if len(ends) and (nearest_end is None or shift[ends[0]] < nearest_end):
            nearest_end = float(shift[ends[0]])
    return nearest_end


def _even(course_px: FloatArray) -> FloatArray:
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(course_px, axis=0).T))])
    even = np.linspace(0, length[-1], max(3, int(length[-1] / _ALONG) + 1))
    return np.stack([np.interp(even, length, course_px[:, axis]) for axis in (0, 1)], axis=1)


def _shifted(value: npt.NDArray[_Value], step: int, *, fill: float) -> npt.NDArray[_Value]:
    moved = np.roll(value, step, axis=0)
    moved[: max(step, 0)] = fill
    moved[len(moved) + min(step, 0) :] = fill
    return moved


def _scatter(side: FloatArray, blind: Mask) -> FloatArray:
    """Return how much each column strays, (N,); columns that are not seen stray by one."""
    unseen = blind.all(axis=0)
    hidden = np.where(blind & ~unseen, np.nan, side)
    spread = 1.4826 * np.nanmedian(np.abs(hidden - np.nanmedian(hidden, axis=0)), axis=0)
    return np.asarray(np.where(unseen, 1.0, np.maximum(spread, 1e-6)))
