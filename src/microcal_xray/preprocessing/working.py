"""The size at which lines are looked for, and the way back."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_WORKING_MM = 0.25  # keeps 90 % of the detectability of a line 0.1 mm wide; a quarter of the cost of 0.125 mm
_SIDES_WITH_MM = (480, 2400)  # px: limits of the longer side where the spacing is known
_SIDES_WITHOUT_MM = (640, 1100)


@dataclass(frozen=True)
class WorkingImage:
    """A picture on the pixels on which lines are looked for.

    Parameters
    ----------
    pixels : (R, C) float32 array
    usable : (R, C) bool array
    rows_per_row, columns_per_column : float
        Working pixels per pixel of the picture that it was made from.
    """

    pixels: FloatImage
    usable: Mask
    rows_per_row: float = 1.0
    columns_per_column: float = 1.0

    def original(self, path: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return points (row, column) of this picture in pixels of the one it was made from, (N, 2)."""
        return (path + 0.5) / (self.rows_per_row, self.columns_per_column) - 0.5

    def from_original(self, path: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return points of the picture that it was made from in pixels of this one; undoes `original`."""
        return (path + 0.5) * (self.rows_per_row, self.columns_per_column) - 0.5

    def to_original(self, mask: Mask, shape: tuple[int, ...]) -> Mask:
        """Return a mask of this picture's pixels on those of the one it was made from, of that shape."""
        if mask.shape == shape:
            return mask
        rows, columns = (
            np.clip(((np.arange(side) + 0.5) * per - 0.5).round().astype(int), 0, own - 1)
            for side, per, own in zip(
                shape, (self.rows_per_row, self.columns_per_column), mask.shape, strict=True
            )
        )
        return np.asarray(mask[np.ix_(rows, columns)])

    @property
    def scale(self) -> float:
        """Working pixels per original pixel, mean of both directions."""
        return 0.5 * (self.rows_per_row + self.columns_per_column)


def working_image(pixels: FloatImage, usable: Mask, *, mm_per_px: float | None) -> WorkingImage:
    """Return the picture at the size at which lines are looked for.

    Parameters
    ----------
    pixels : (R, C) float32 array
        On square pixels.
    usable : (R, C) bool array
    mm_per_px : float or None
        Spacing; None where it is unknown. Known, one working pixel is 0.25 mm, unless the longer side would
        then leave 480 to 2400 pixels; unknown, the longer side is brought into 640 to 1100 pixels.

    Returns
    -------
    WorkingImage

    Notes
    -----
    Shrinking takes the mean over the area of each new pixel, which keeps the integrated contrast of a fine
    line; enlarging is bicubic.

    Examples
    --------
    >>> small = working_image(np.zeros((1000, 500), np.float32), np.ones((1000, 500), bool), mm_per_px=0.125)
    >>> small.pixels.shape, small.original(np.array([[0.0, 0.0]])).tolist()
    ((500, 250), [[0.5, 0.5]])
    """
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    factor = _factor(max(pixels.shape), mm_per_px)
    rows, columns = (max(1, round(side * factor)) for side in pixels.shape)
    if (rows, columns) == pixels.shape:
        return WorkingImage(pixels, usable)
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    size = (columns, rows)
    return WorkingImage(
        np.asarray(cv2.resize(pixels, size, interpolation=way), np.float32),
        cv2.resize(usable.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0,
        rows / pixels.shape[0],
        columns / pixels.shape[1],
    )


def _factor(longer_side: int, mm_per_px: float | None) -> float:
    if mm_per_px is None:
        (least, most), factor = _SIDES_WITHOUT_MM, 1.0
    else:
        (least, most), factor = _SIDES_WITH_MM, mm_per_px / _WORKING_MM
    return min(max(factor, least / longer_side), most / longer_side)
