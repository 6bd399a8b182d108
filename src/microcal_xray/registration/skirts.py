"""What is bright to both sides of where a line was: the mean of a difference across its course."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .paired import normals, spread

FloatImage = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_STEP_PX = 0.5
_BASE, _NOISE = (1.2, 4.0), 8.0  # in units of about a millimetre, from the middle of the line; and below
_ALIKE = 3.0  # so near to each other, places are not independent
_FEWEST, _FEWEST_BESIDE = 3, 5  # points on each side of the line, and places beside it


@dataclass(frozen=True)
class Across:
    """The mean of a picture along a course, at each distance to its side.

    Parameters
    ----------
    offset_px : (M,) float array
        Evenly spaced, symmetric about 0.
    mean : (M,) float array
        NaN where less than half of the course is usable.
    unit_px : float
        Pixels of about a millimetre.
    """

    offset_px: FloatArray
    mean: FloatArray
    unit_px: float

    @classmethod
    def of(
        cls, path_px: FloatArray, image: FloatImage, *, usable: Mask, unit_px: float, farthest: float
    ) -> "Across":
        """Return the mean across a course.

        Parameters
        ----------
        path_px : (N, 2) float array
            About one point a pixel.
        image : (R, C) float32 array
        usable : (R, C) bool array
        unit_px : float
        farthest : float
            In units of about a millimetre.
        """
        reach = math.ceil(farthest * unit_px / _STEP_PX)
        offset = _STEP_PX * np.arange(-reach, reach + 1, dtype=np.float64)
        points = path_px[:, None, :] + offset[None, :, None] * normals(path_px)[:, None, :]
        places, shape = points.reshape(-1, 2).T, points.shape[:2]
        values = ndimage.map_coordinates(image, places, order=1, mode="nearest").reshape(shape)
        good = ndimage.map_coordinates(usable.astype(np.float32), places, order=0, mode="constant") > 0.5
        good = good.reshape(shape)
        count = good.sum(axis=0)
        mean = np.where(good, values.astype(np.float64), 0).sum(axis=0) / np.maximum(count, 1)
        return cls(offset, np.where(2 * count >= len(path_px), mean, np.nan), unit_px)

    def peak(self) -> tuple[float, float] | None:
        """Return the middle and the full width at half maximum of the peak near 0, in pixels; None: none."""
        away = np.abs(self.offset_px) / self.unit_px
        base = self.mean[(away > _BASE[0]) & (away < _BASE[1])]
        near = np.where((away <= 0.5) & np.isfinite(self.mean), self.mean, -math.inf)
        top = int(near.argmax())
        if not np.isfinite(base).any() or not math.isfinite(near[top]):
            return None
        half = (near[top] + float(np.nanmedian(base))) / 2
        sides = []
        for way in (-1, 1):
            values = self.mean[top::way]
            below = np.flatnonzero(~(values > half))
            if not len(below) or below[0] == 0 or not math.isfinite(values[below[0]]):
                return None
            first, last = values[below[0] - 1], values[below[0]]
            share = below[0] - 1 + (first - half) / (first - last)
            sides.append(self.offset_px[top] + way * _STEP_PX * share)
        return (sides[0] + sides[1]) / 2, sides[1] - sides[0]

    def height_of(
        self, shape: FloatArray, *, middle_px: float, core_px: float, reach_px: float
    ) -> tuple[float, float]:
        """Return how high a shape is outside of a core, and the same over its standard error.

        Parameters
        ----------
        shape : (M,) float array
            Of height 1, about the middle.
        middle_px : float
        core_px : float
            Nearer to the middle, nothing is looked at.
        reach_px : float
            Nor farther than this.

        Returns
        -------
        (float, float)
            Zeros where too little is known on either side.

        Notes
        -----
        Least squares with a straight line. The standard error is the larger one of two: from the
        autocovariance of what remains to both sides, and from the spread of the same number where the whole
        window lies beside the line.
        """
        away = self.offset_px - middle_px
        known = np.isfinite(self.mean) & (np.abs(away) >= core_px)
        fitted = known & (np.abs(away) <= reach_px)
        if min((fitted & (away > 0)).sum(), (fitted & (away < 0)).sum()) < _FEWEST:
            return 0.0, 0.0
        at = np.flatnonzero(fitted)
        basis = np.stack([shape[at], np.ones(len(at)), away[at] / reach_px], axis=1)
        weights = np.asarray(np.linalg.pinv(basis)[0])
        height = float(weights @ self.mean[at])
        known &= np.abs(away) <= _NOISE * self.unit_px
        covariance = self._covariance(self.mean - height * shape, away, known)
        apart = np.abs(at[:, None] - at[None])
        error = math.sqrt(max(float(weights @ covariance[apart] @ weights), 0.0))
        error = max(error, self._beside(weights, at, reach_px + core_px))
        return (height, height / error) if error > 0 else (0.0, 0.0)

    def _covariance(self, rest: FloatArray, away: FloatArray, known: Mask) -> FloatArray:
        """Return the covariance (M,) of what remains at each distance, a straight line apart on each side."""
        left = np.full(len(rest), np.nan)
        for side in (away > 0, away < 0):
            at = np.flatnonzero(known & side)
            if len(at) > 2 * _FEWEST:
                line = np.stack([np.ones(len(at)), away[at]], axis=1)
                left[at] = rest[at] - line @ np.linalg.lstsq(line, rest[at], rcond=None)[0]
        count, most = max(int(np.isfinite(left).sum()), 1), int(_ALIKE * self.unit_px / _STEP_PX)
        found = np.zeros(len(rest))
        for lag in range(min(most + 1, len(rest))):
            found[lag] = np.nansum(left[: len(left) - lag] * left[lag:]) / count * (1 - lag / (most + 1))
        return found

    def _beside(self, weights: FloatArray, at: npt.NDArray[np.intp], least_px: float) -> float:
        """Return the spread of the same weights at places so far beside, and farther; 0 where too few are."""
        step = max(1, int(0.5 * self.unit_px / _STEP_PX))
        first = math.ceil(least_px / _STEP_PX)
        moves = [way * move for move in range(first, len(self.mean), step) for way in (-1, 1)]
        heights = [
            height
            for move in moves
            if at[0] + move >= 0 and at[-1] + move < len(self.mean)
            if math.isfinite(height := float(weights @ self.mean[at + move]))
        ]
        return spread(np.array(heights)) if len(heights) >= _FEWEST_BESIDE else 0.0
