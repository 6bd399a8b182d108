"""Thin bright shells beside a cortex, with a gap under them: ridges that run parallel to the outline."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .course import Course
from .rises import Surroundings
from .strip import REACH_PX, Strip

FloatArray = npt.NDArray[np.float64]

_OUTLINE_STEPS = 5.0  # the outline is evened out: a shell runs along a bone, not along its noise
_WINDOW_STEPS = 10  # 5 mm: over that length a shell is seen as one
_ACROSS_PX = 0.8
_ASIDE = 3  # pixels: a shell is brighter than so far to both its sides
_NEAREST, _FARTHEST = 3, 11  # pixels outside the outline: nearer there is no gap to be seen
_NULL_FROM, _NULL_TO = 11, 31  # pixels outside: what soft tissue does there is the null
_Z, _SHARE = 3.0, 0.03
_SIDEWAYS = 1  # pixels from one step to the next
_MOST_Z = 12.0


@dataclass(frozen=True)
class ShellRidge:
    """A stretch of an outline with a bright ridge beside it.

    Parameters
    ----------
    first, last : int
        Points of the course.
    offset_px : float
        Of the ridge outside the edge as it was found, which lies a little inside the foot of the bone.
    z : float
        By how much it is brighter than the brighter of its two sides, in units of how much the same length of
        soft tissue farther out strays; mean, times the square root of its length over 5 mm.
    share : float
        The same as a share of the step from soft tissue to cortex.
    stray_px : float
        By how much its distance from the outline strays.
    """

    first: int
    last: int
    offset_px: float
    z: float
    share: float
    stray_px: float


def shell_ridges(course: Course, strip: Strip, around: Surroundings) -> tuple[ShellRidge, ...]:
    """Return the ridges that run parallel to an outline, 0.75 to 2.75 mm outside it, for about 5 mm or more.

    Parameters
    ----------
    course : Course
    strip : Strip
    around : Surroundings

    Notes
    -----
    The picture is evened out over 5 mm along the outline; what is brighter than both its sides by three times
    what the same length of soft tissue farther out strays, and stays at one distance, is a ridge.
    """
    value = _outside(course, strip)
    rise = np.minimum(
        value[:, _ASIDE:-_ASIDE] - value[:, : -2 * _ASIDE], value[:, _ASIDE:-_ASIDE] - value[:, 2 * _ASIDE :]
    )
    far = slice(_NULL_FROM - _ASIDE, _NULL_TO - _ASIDE)
    bent = (2 * value[:, _ASIDE:-_ASIDE] - value[:, : -2 * _ASIDE] - value[:, 2 * _ASIDE :])[around.told, far]
    if bent.size == 0:
        return ()
    # A difference to the brighter side strays by a little over half of that to both.
    noise = max(1.4826 * float(np.median(np.abs(bent - np.median(bent)))) / 1.8, 1e-4)
    near = rise[:, _NEAREST - _ASIDE : _FARTHEST + 1 - _ASIDE]
    offset = near.argmax(axis=1)
    best = near[np.arange(len(near)), offset]
    stands = around.told & (best > _Z * noise) & (best > _SHARE * around.step)
    return tuple(
        ShellRidge(
            first,
            last,
            float(np.median(offset[first : last + 1])) + _NEAREST,
            float(np.minimum(best[first : last + 1] / noise, _MOST_Z).mean())
            * ((last - first + 1) / _WINDOW_STEPS) ** 0.5,
            float(np.median((best / around.step)[first : last + 1])),
            float(np.std(offset[first : last + 1])),
        )
        for first, last in _runs(stands, offset)
    )


def _outside(course: Course, strip: Strip) -> FloatArray:
    """Return the picture outside the outline itself, (S, N) from it outwards, evened out along it."""
    height = ndimage.gaussian_filter1d(course.height_px, _OUTLINE_STEPS, mode="nearest")
    columns = height[:, None] + np.arange(_NULL_TO + _ASIDE + 1.0)[None, :] + REACH_PX
    rows = np.broadcast_to(np.arange(len(height))[:, None], columns.shape)
    value = ndimage.map_coordinates(strip.value, [rows, columns], order=1, mode="nearest")
    value = ndimage.gaussian_filter1d(value, _ACROSS_PX, axis=1, mode="nearest")
    return np.asarray(ndimage.uniform_filter1d(value, _WINDOW_STEPS, axis=0, mode="nearest"))


def _runs(stands: npt.NDArray[np.bool_], offset: npt.NDArray[np.intp]) -> list[tuple[int, int]]:
    """Return first and last of the stretches along which a ridge goes on."""
    goes_on = stands[1:] & stands[:-1] & (np.abs(np.diff(offset)) <= _SIDEWAYS)
    labels, count = ndimage.label(goes_on)
    runs = ((piece[0].start, piece[0].stop) for piece in ndimage.find_objects(labels)[:count])
    return [(first, last) for first, last in runs if last - first + 1 >= _WINDOW_STEPS]
