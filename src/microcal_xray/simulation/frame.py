"""Which pixels show which part of a limb."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Frame:
    """The place of the picture on the limb.

    Parameters
    ----------
    rows, columns : int
    spacing_mm : float
        Between pixel centres.
    centre_mm : (x, y)
        The point of the limb in the middle of the picture.

    Examples
    --------
    >>> Frame(11, 21, 0.1, (0.0, -50.0)).to_pixels(np.array([0.0]), np.array([-50.0])).tolist()
    [[5.0, 10.0]]
    """

    rows: int
    columns: int
    spacing_mm: float
    centre_mm: tuple[float, float]

    @property
    def x_mm(self) -> Float64Array:
        """The x of each column, (C,)."""
        return np.asarray(
            self.centre_mm[0] + (np.arange(self.columns) - (self.columns - 1) / 2) * self.spacing_mm
        )

    @property
    def y_mm(self) -> Float64Array:
        """The y of each row, (R,)."""
        return np.asarray(self.centre_mm[1] + (np.arange(self.rows) - (self.rows - 1) / 2) * self.spacing_mm)

    def to_pixels(self, x_mm: Float64Array, y_mm: Float64Array) -> Float64Array:
        """Return (N, 2) points (row, column); whole numbers are pixel centres."""
        row = (y_mm - self.centre_mm[1]) / self.spacing_mm + (self.rows - 1) / 2
        column = (x_mm - self.centre_mm[0]) / self.spacing_mm + (self.columns - 1) / 2
        return np.stack([row, column], axis=-1)
