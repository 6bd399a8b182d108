"""The usual level of an answer around each place: the noise that a line has to stand out of."""

import math

import numpy as np
import numpy.typing as npt

from .frames import ROW_STEP_PX, TurnedFrame

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_NOISE_BLOCK_PX = 4  # the usual level changes slowly: blocks of so many pixels are enough
_FLOOR_SHARE = 0.1  # of the median level: parts without any texture must not be blown up
_SOME = 4  # a median needs no more than some of the blocks
_SMALLEST_LEVEL = 1e-4  # of the range from air to bone: less is rounding
_MEAN_PER_SQUARED_ROOT_MEAN = 1.18  # of the absolute value of a normal variable


class UsualLevel:
    """The mean absolute answer around each place of a turned frame, on blocks of 4 pixels.

    Parameters
    ----------
    inside : (R, C) bool array
        Where answers count, on the rows that were kept of a frame.
    around_px : float
        Half width of the window in which an answer is usual.
    """

    def __init__(self, inside: Mask, around_px: float) -> None:
        # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
        import cv2

        self._cv2 = cv2
        rows, columns = inside.shape
        self._blocks = (
            max(1, columns // _NOISE_BLOCK_PX),
            max(1, rows * ROW_STEP_PX // _NOISE_BLOCK_PX),
        )
        self._window = (int(2 * around_px / _NOISE_BLOCK_PX) | 1,) * 2
        self._inside = inside.astype(np.float32)
        blocks = np.asarray(cv2.resize(self._inside, self._blocks, interpolation=cv2.INTER_AREA), np.float32)
        self._weight = np.maximum(self._blurred(blocks), 1e-2)
        self._counted = blocks > 0.5
        self._room = np.empty_like(self._inside)

    def level(self, answer: FloatImage) -> FloatImage:
        """Return the usual absolute value of an answer around each block.

        Parameters
        ----------
        answer : (R, C) float32 array

        Notes
        -----
        The square of the mean root over the window, so that a sparse strong structure such as a cortex counts
        less; never under a tenth of its median.
        """
        cv2 = self._cv2
        root = np.abs(answer, out=self._room)
        np.sqrt(root, out=root)
        root *= self._inside
        blocks = np.asarray(cv2.resize(root, self._blocks, interpolation=cv2.INTER_AREA), np.float32)
        level = self._blurred(blocks) / self._weight
        level = _MEAN_PER_SQUARED_ROOT_MEAN * level**2
        floor = _FLOOR_SHARE * float(np.median(level[self._counted][::_SOME])) if self._counted.any() else 0.0
        return np.asarray(np.maximum(level, max(floor, _SMALLEST_LEVEL)), np.float32)

    def everywhere(self, blocks: FloatImage) -> FloatImage:
        """Return a map of the blocks at each place of the frame, (R, C)."""
        cv2 = self._cv2
        size = self._inside.shape[::-1]
        return np.asarray(cv2.resize(blocks, size, interpolation=cv2.INTER_LINEAR), np.float32)

    def _blurred(self, blocks: FloatImage) -> FloatImage:
        cv2 = self._cv2
        once = cv2.blur(blocks, self._window, borderType=cv2.BORDER_REPLICATE)
        return np.asarray(cv2.blur(once, self._window, borderType=cv2.BORDER_REPLICATE), np.float32)


def on_picture(
    levels: FloatImage, frame: TurnedFrame, *, shape: tuple[int, ...], block_px: int
) -> FloatImage:
    """Return usual levels of a turned frame on blocks of the picture; beyond the frame its edge goes on.

    Parameters
    ----------
    levels : (K, R', C') float32 array
        On the blocks of `UsualLevel`.
    frame : TurnedFrame
        Whole, not the rows that were kept.
    shape : (R, C)
        Of the picture.
    block_px : int
        Side of the blocks asked for, in its pixels.
    """
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    rows, columns = levels.shape[1:]
    down, right = frame.shape[0] // ROW_STEP_PX * ROW_STEP_PX / rows, frame.shape[1] / columns
    to_frame = np.array([[right, 0, right / 2 - 0.5], [0, down, down / 2 - 0.5], [0, 0, 1]])
    to_block = np.array([[1 / block_px, 0, 0.5 / block_px - 0.5], [0, 1 / block_px, 0.5 / block_px - 0.5]])
    matrix = to_block @ np.vstack([frame.matrix, [0, 0, 1]]) @ to_frame
    size = (math.ceil(shape[1] / block_px), math.ceil(shape[0] / block_px))
    return np.stack(
        [
            np.asarray(
                cv2.warpAffine(each, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
                np.float32,
            )
            for each in levels
        ]
    )
