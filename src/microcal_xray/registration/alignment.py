"""How one picture lies on another: a matrix for the whole, and a smooth field of small shifts."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float64]

_ROUNDS = 6  # of the way back; the shifts are small and smooth, so that three would do


@dataclass(frozen=True)
class Alignment:
    """Takes places of the current picture to the prior one, and back.

    Parameters
    ----------
    matrix : (2, 3) float array
        Takes (row, column, 1) of the current picture to the prior one.
    shifts : (2, K, L) float array
        Coefficients of cubic B-splines: what is added to (row, column), in pixels of the prior picture.
    knots_px : float
        Distance of the knots, in pixels of the current picture; the first is one before its corner.

    Examples
    --------
    >>> moved = Alignment(np.array([[1.0, 0.0, 5.0], [0.0, 1.0, -2.0]]), np.zeros((2, 4, 4)), 40.0)
    >>> moved.to_prior(np.array([[10.0, 10.0]])).tolist(), moved.to_current(np.array([[15.0, 8.0]])).tolist()
    ([[15.0, 8.0]], [[10.0, 10.0]])
    """

    matrix: FloatArray
    shifts: FloatArray
    knots_px: float

    def to_prior(self, points_px: FloatArray) -> FloatArray:
        """Return points (N, 2) of the current picture on the prior one."""
        return points_px @ self.matrix[:, :2].T + self.matrix[:, 2] + self.shift_at(points_px)

    def to_current(self, points_px: FloatArray) -> FloatArray:
        """Return points (N, 2) of the prior picture on the current one; undoes `to_prior` to 0.01 pixel."""
        back = np.linalg.inv(self.matrix[:, :2]).T
        found = (points_px - self.matrix[:, 2]) @ back
        for _ in range(_ROUNDS):
            found = found + (points_px - self.to_prior(found)) @ back
        return np.asarray(found)

    def shift_at(self, points_px: FloatArray) -> FloatArray:
        """Return what the field adds at points (N, 2) of the current picture, in pixels of the prior one."""
        if not self.shifts.any():
            return np.zeros_like(points_px)
        places = (points_px / self.knots_px + 1).T
        parts = [
            ndimage.map_coordinates(part, places, order=3, prefilter=False, mode="nearest")
            for part in self.shifts
        ]
        return np.stack(parts, axis=1)

    @property
    def scale(self) -> float:
        """Pixels of the prior picture per pixel of the current one."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:, :2]))))

    @property
    def is_flipped(self) -> bool:
        """Whether one picture shows the other's mirror image."""
        return bool(np.linalg.det(self.matrix[:, :2]) < 0)

    @property
    def turn_deg(self) -> float:
        """How far the current picture is turned against the prior one, -180 to 180, clockwise."""
        linear = self.matrix[:, :2].copy()
        if self.is_flipped:
            linear[1] *= -1
        return float(np.degrees(np.arctan2(linear[0, 1] - linear[1, 0], linear[0, 0] + linear[1, 1])))

    @property
    def anisotropy(self) -> float:
        """By which factor one direction is stretched more than the one across it; 1: a similarity."""
        stretch = np.linalg.svd(self.matrix[:, :2], compute_uv=False)
        return float(stretch[0] / max(stretch[1], 1e-12))


def knot_count(shape: tuple[int, ...], knots_px: float) -> tuple[int, int]:
    """Return how many knots hold a field of shifts over a picture of that shape."""
    rows, columns = (int(np.ceil((side - 1) / knots_px)) + 3 for side in shape)
    return rows, columns
