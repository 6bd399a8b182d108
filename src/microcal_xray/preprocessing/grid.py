"""Square pixels: a line's width and direction mean the same along rows and columns only there."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage


@dataclass(frozen=True)
class Grid:
    """A picture on square pixels, and the way back to the picture as stored.

    Parameters
    ----------
    pixels : (R, C) float32 array
    usable : (R, C) bool array
    rows_per_stored_row, columns_per_stored_column : float
        1 unless the stored pixels are not square.
    """

    pixels: npt.NDArray[np.float32]
    usable: npt.NDArray[np.bool_]
    rows_per_stored_row: float = 1.0
    columns_per_stored_column: float = 1.0

    def stored(self, path: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return points (row, column) of this grid in pixels of the picture as stored, shape (N, 2)."""
        return (path + 0.5) / (self.rows_per_stored_row, self.columns_per_stored_column) - 0.5

    def from_stored(self, path: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return points of the picture as stored in pixels of this grid; undoes `stored`."""
        return (path + 0.5) * (self.rows_per_stored_row, self.columns_per_stored_column) - 0.5


def square_grid(
    pixels: npt.NDArray[np.float32], usable: npt.NDArray[np.bool_], *, row_mm: float, column_mm: float
) -> Grid:
    """Return the picture on square pixels of the finer of the two spacings.

    Parameters
    ----------
    pixels, usable : (R, C) array
    row_mm, column_mm : float
        Distances between the centres of rows and of columns. Only their ratio matters. Within 0.1 % of each
        other the picture is returned as it is.

    Examples
    --------
    >>> grid = square_grid(np.zeros((4, 6), np.float32), np.ones((4, 6), bool), row_mm=0.2, column_mm=0.1)
    >>> grid.pixels.shape, grid.stored(np.array([[3.5, 5.0]])).tolist()
    ((8, 6), [[1.5, 5.0]])
    """
    finer = min(row_mm, column_mm)
    if abs(row_mm / column_mm - 1) < 1e-3:
        return Grid(pixels, usable)
    shape = tuple(
        max(1, round(n * mm / finer)) for n, mm in zip(pixels.shape, (row_mm, column_mm), strict=True)
    )
    factors = [new / old for new, old in zip(shape, pixels.shape, strict=True)]
    return Grid(
        ndimage.zoom(pixels, factors, order=1, mode="nearest", grid_mode=True),
        ndimage.zoom(usable.astype(np.uint8), factors, order=0, mode="nearest", grid_mode=True).astype(bool),
        *factors,
    )
