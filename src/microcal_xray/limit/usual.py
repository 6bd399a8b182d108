"""What each place of a picture answers to the detector's filters when there is no line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..detection import (
    FLOOR_SHARE,
    MEAN_PER_SQUARED_ROOT_MEAN,
    ROW_STEP_PX,
    SMALLEST_LEVEL,
    Kernel,
    TurnedFrame,
)

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

BLOCK_PX = 8  # side of a block of the maps, in pixels of the working image: 2 mm
PROFILE_STEPS = 4  # samples of a profile across per working pixel
_COUNTED = 0.02  # share of a block's surroundings that is searched


@dataclass(frozen=True)
class LineFilter:
    """One width at which lines are looked for, on the working image or on a smaller copy of it.

    Parameters
    ----------
    kernel : Kernel
        Across the line, in pixels of the copy.
    along_px : float
        Standard deviation of the smoothing along the line, in pixels of the copy.
    around_px : float
        Half width of the window in which an answer is usual, in pixels of the copy.
    shrink : int
        Working pixels per pixel of the copy.
    """

    kernel: Kernel
    along_px: float
    around_px: float
    shrink: int = 1

    def answer(self, profile: FloatArray, length_px: float) -> FloatArray:
        """Return the mean answer along a line whose contrast, integrated across, is 1 working pixel.

        Parameters
        ----------
        profile : (..., P) float array
            Across each line, in `PROFILE_STEPS` steps per working pixel, centred, of sum `PROFILE_STEPS`.
        length_px : float
            In working pixels. The smoothing along a short line mixes in what lies beyond its ends.
        """
        fine = PROFILE_STEPS * self.shrink
        reach = len(self.kernel.line) // 2
        count = profile.shape[-1]
        offset = (np.arange(count) - count // 2) / fine
        taps = -self.kernel.line.astype(np.float64)  # the kernel answers positive to dark lines
        value = np.interp(offset, np.arange(-reach, reach + 1), taps, left=0.0, right=0.0)
        return np.asarray(profile @ value / fine * self.kept(length_px))

    def kept(self, length_px: float) -> float:
        """Return what the smoothing along leaves of the mean answer along a line of that length."""
        half = length_px / self.shrink / (math.sqrt(2) * self.along_px)
        return math.erf(half) - (1 - math.exp(-(half**2))) / (half * math.sqrt(math.pi))


def usual_levels(
    image: FloatImage, searched: Mask, frames: Sequence[TurnedFrame], filters: Sequence[LineFilter]
) -> FloatImage:
    """Return the usual absolute answer around each block, for each filter and the direction of each frame.

    Parameters
    ----------
    image : (R, C) float32 array
        The copy that the filters look at, in units of the range from air to bone.
    searched : (R, C) bool array
        Statistics are taken here only.
    frames : sequence of TurnedFrame
        D directions, evenly spaced from 0.
    filters : sequence of LineFilter
        K that differ in their kernel alone.

    Returns
    -------
    (K, D, R', C') float32 array
        On blocks of `BLOCK_PX` working pixels.

    Notes
    -----
    The number that the detector divides its answer by: the square of the mean root of the absolute answer
    over the same window, so that a sparse strong structure such as a cortex counts less.
    """
    return np.stack([_one_direction(image, searched, frame, filters) for frame in frames], axis=1)


def _one_direction(
    image: FloatImage, searched: Mask, frame: TurnedFrame, filters: Sequence[LineFilter]
) -> FloatImage:
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    first = filters[0]
    kept = frame.every(ROW_STEP_PX)
    rows = cv2.resize(
        frame.turned(image)[: kept.shape[0] * ROW_STEP_PX], kept.shape[::-1], interpolation=cv2.INTER_AREA
    )
    smooth = _blurred_twice(
        np.asarray(rows, np.float32), (1, round(math.sqrt(6) * first.along_px / ROW_STEP_PX) | 1)
    )
    inside = kept.turned_mask(searched).astype(np.float32)
    block = BLOCK_PX // first.shrink
    window = (int(2 * first.around_px / block) | 1,) * 2
    weights = _blurred_twice(_on_blocks(inside, kept, image.shape, block), window)
    counted = weights > _COUNTED
    levels, one = [], np.ones(1, np.float32)
    for each in filters:
        answer = cv2.sepFilter2D(smooth, cv2.CV_32F, each.kernel.line, one, borderType=cv2.BORDER_REPLICATE)
        root = cv2.sqrt(np.abs(answer)) * inside
        sums = _blurred_twice(_on_blocks(root, kept, image.shape, block), window)
        level = MEAN_PER_SQUARED_ROOT_MEAN * (sums / np.maximum(weights, 1e-3)) ** 2
        floor = FLOOR_SHARE * float(np.median(level[counted])) if counted.any() else 0.0
        levels.append(np.maximum(level, max(floor, SMALLEST_LEVEL)))
    return np.asarray(np.stack(levels), np.float32)


def _on_blocks(part: FloatImage, frame: TurnedFrame, shape: tuple[int, ...], block: int) -> FloatImage:
    """Return about the mean of a turned map over blocks of the picture; nothing beyond the frame."""
    # Imported here, as above.
    import cv2

    rows, columns = (max(1, math.ceil(side / block)) for side in shape)
    # Averaged in the frame first: warping looks at four pixels only.
    even = cv2.blur(part, (block, max(1, round(block / ROW_STEP_PX))), borderType=cv2.BORDER_CONSTANT)
    to_block = np.array([[1 / block, 0, 0.5 / block - 0.5], [0, 1 / block, 0.5 / block - 0.5]])
    matrix = to_block @ np.vstack([frame.matrix, [0, 0, 1]])
    return np.asarray(cv2.warpAffine(even, matrix, (columns, rows), flags=cv2.INTER_LINEAR), np.float32)


def _blurred_twice(image: FloatImage, box: tuple[int, int]) -> FloatImage:
    # Imported here, as above.
    import cv2

    once = cv2.blur(image, box, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.blur(once, box, borderType=cv2.BORDER_REPLICATE), np.float32)
