"""The picture unrolled along the smooth course of an outline: brightness, and what exceeds the usual."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .course import Course
from .smooth import smooth_course, stiffness

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

REACH_PX = 40  # of the working image, 10 mm to both sides
_ROUNDS = 4
_EVERY = 4  # what is usual changes slowly along an outline: points 2 mm apart
_APART = 2  # and columns half a millimetre apart will do


@dataclass(frozen=True)
class Strip:
    """A picture along a course: row s is the profile across the outline at its point s.

    Parameters
    ----------
    offset_px : (N,) float array
        From the smooth course, outwards, a pixel apart, from -40 to 40.
    value : (S, N) float array
    usual : (S, N) float array
        What is usual there: smooth along the course, under what stands out.
    known : (S, N) bool array
        Inside the usable picture.
    """

    offset_px: FloatArray
    value: FloatArray
    usual: FloatArray
    known: Mask

    @property
    def excess(self) -> FloatArray:
        """What is brighter than usual, (S, N)."""
        return self.value - self.usual

    def between(self, inner_px: int, outer_px: int) -> slice:
        """Return the columns from one offset to another, both included."""
        return slice(REACH_PX + inner_px, REACH_PX + outer_px + 1)


def strip_along(
    image: FloatImage, usable: Mask, course: Course, *, wavelength_px: float, above: float
) -> Strip:
    """Return the picture along a course.

    Parameters
    ----------
    image : (R, C) float32 array
    usable : (R, C) bool array
    course : Course
    wavelength_px : float
        Changes along the course over that length are half taken for usual, slower ones more.
    above : float
        Weight of what is brighter than usual, 0 to 1.
    """
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    offset = np.arange(-REACH_PX, REACH_PX + 1, dtype=np.float64)
    places = course.smooth_px[:, None] + offset[None, :, None] * course.outward[:, None]
    columns, rows = places[..., 1].astype(np.float32), places[..., 0].astype(np.float32)
    value = np.asarray(cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    known = np.asarray(
        cv2.remap(usable.astype(np.uint8), columns, rows, cv2.INTER_NEAREST, borderValue=0) > 0
    )
    bright = np.asarray(value, np.float64)
    penalty = stiffness(wavelength_px / course.step_px / _EVERY)
    return Strip(offset, bright, _usual(bright, known, penalty, above), known)


def _usual(value: FloatArray, known: Mask, penalty: float, above: float) -> FloatArray:
    """Return for each offset the smooth course of its values along the outline."""
    import cv2

    count, width = value.shape
    coarse = max(4, round(count / _EVERY))
    half = (width + 1) // _APART
    small = np.asarray(cv2.resize(value, (half, coarse), interpolation=cv2.INTER_AREA), np.float64)
    share = known.astype(np.float64)
    weight = np.asarray(cv2.resize(share, (half, coarse), interpolation=cv2.INTER_AREA), np.float64)
    usual = small.copy()
    for column in range(half):
        line, own = small[:, column], weight[:, column]
        if np.count_nonzero(own) < 3:
            continue
        course = smooth_course(line, own, stiffness=penalty)
        for _ in range(_ROUNDS):
            course = smooth_course(line, own * np.where(line > course, above, 1 - above), stiffness=penalty)
        usual[:, column] = course
    return np.asarray(cv2.resize(usual, (width, count), interpolation=cv2.INTER_LINEAR))
