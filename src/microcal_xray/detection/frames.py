"""The picture turned so that lines of one direction run down its columns."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

ROW_STEP_PX = 3  # rows kept of a frame: smoothing along the line leaves nothing finer
_MARGIN_PX = 6


@dataclass(frozen=True)
class TurnedFrame:
    """A rectangle around what is searched, its rows running along one direction.

    Parameters
    ----------
    angle_rad : float
        Direction of the lines that run down the columns, [0, pi), 0 along a row of the picture.
    matrix : (2, 3) float array
        Takes (column, row, 1) of this frame to (x, y) of the picture.
    shape : (rows, columns)
        Rows run along the lines, columns across them.
    """

    angle_rad: float
    matrix: FloatArray
    shape: tuple[int, int]

    def in_picture(self, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> FloatArray:
        """Return places of this frame as points (row, column) of the picture, shape (N, 2)."""
        x, y = self.matrix[:, :2] @ np.stack([columns, rows]) + self.matrix[:, 2:]
        return np.stack([y, x], axis=1)

    def every(self, step: int) -> "TurnedFrame":
        """Return the frame with only the middle one of each whole `step` rows."""
        matrix = self.matrix.copy()
        matrix[:, 2] += matrix[:, 1] * (step // 2)
        matrix[:, 1] *= step
        return TurnedFrame(self.angle_rad, matrix, (self.shape[0] // step, self.shape[1]))

    def turned(self, image: FloatImage) -> FloatImage:
        """Return the picture in this frame, bilinear; beyond its edge the edge goes on."""
        # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
        import cv2

        way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = self.shape[::-1]
        warped = cv2.warpAffine(image, self.matrix, size, flags=way, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(warped, np.float32)

    def turned_mask(self, mask: Mask) -> Mask:
        """Return a mask in this frame; beyond its edge there is nothing."""
        # Imported here, as above.
        import cv2

        way = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(mask.astype(np.uint8), self.matrix, self.shape[::-1], flags=way) > 0)


def frames_around(mask: Mask, *, directions: int) -> tuple[TurnedFrame, ...]:
    """Return a frame for each of several evenly spaced directions, just large enough for a mask.

    Parameters
    ----------
    mask : (R, C) bool array
        What is searched.
    directions : int

    Examples
    --------
    >>> along_rows, along_columns = frames_around(np.ones((40, 60), bool), directions=2)
    >>> along_rows.shape, round(np.degrees(along_columns.angle_rad))
    ((72, 52), 90)
    """
    outline = _outline(mask)
    if not len(outline):
        return ()
    return tuple(_frame(math.pi * number / directions, outline) for number in range(directions))


def _frame(angle_rad: float, outline: FloatArray) -> TurnedFrame:
    along = np.array([math.sin(angle_rad), math.cos(angle_rad)])  # (row, column)
    across = np.array([along[1], -along[0]])
    (first_row, rows), (first_column, columns) = (_extent(outline @ way) for way in (along, across))
    origin = first_row * along + first_column * across
    matrix = np.array([[across[1], along[1], origin[1]], [across[0], along[0], origin[0]]])
    return TurnedFrame(angle_rad, matrix, (rows, columns))


def _extent(places: FloatArray) -> tuple[float, int]:
    first = float(places.min()) - _MARGIN_PX
    return first, math.ceil(float(places.max()) + _MARGIN_PX - first) + 1


def _outline(mask: Mask) -> FloatArray:
    """Return the first and the last pixel of each row of a mask, (N, 2): nothing lies outside of them."""
    rows = np.flatnonzero(mask.any(axis=1))
    first = mask[rows].argmax(axis=1)
    last = mask.shape[1] - 1 - mask[rows, ::-1].argmax(axis=1)
    return np.concatenate([np.stack([rows, first], 1), np.stack([rows, last], 1)]).astype(np.float64)
