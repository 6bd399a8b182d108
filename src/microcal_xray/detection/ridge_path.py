"""The noun of this room: one path that looks like a line."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class Polarity(StrEnum):
    """Which way a line stands out."""

    DARK = "dark"
    BRIGHT = "bright"


@dataclass(frozen=True)
class RidgePath:
    """One candidate path.

    Parameters
    ----------
    polarity : Polarity
    score : float
        Sum of z over its cost, along the path, over the square root of its length in pixels.
    points_px : (N, 2) float array
        (row, column), three or six pixels apart.
    z : (N,) float array
        How much each place looks like a line of this direction, in units of the usual answer around.
    sigma_px : (N,) float array
        Width of the line, as the sigma of a Gaussian; coarse.
    """

    polarity: Polarity
    score: float
    points_px: FloatArray
    z: FloatArray
    sigma_px: FloatArray
