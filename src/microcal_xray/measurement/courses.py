"""Many candidate paths at once: evenly spaced points, directions, and samples of a picture beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]

POINTS = 33  # of each path
_LEAST_SMOOTHING, _MOST_SMOOTHING = (
    1.0,
    2.0,
)  # points of the path as traced, which are three or more pixels apart


@dataclass(frozen=True)
class Courses:
    """n candidate paths, each resampled to the same number of points P.

    Parameters
    ----------
    is_dark : (n,) bool array
    points_px : (n, P, 2) float array
        (row, column).
    along, across : (n, P, 2) float array
        Unit vectors along the path and to its side.
    length_px : (n,) float array
    middle_px, heading : (n, 2) float array
        The middle point, and the unit vector from end to end.
    """

    is_dark: npt.NDArray[np.bool_]
    points_px: FloatArray
    along: FloatArray
    across: FloatArray
    length_px: FloatArray
    middle_px: FloatArray
    heading: FloatArray

    @property
    def sideways(self) -> FloatArray:
        """Unit vector across the line from end to end, (n, 2)."""
        return np.stack([self.heading[:, 1], -self.heading[:, 0]], axis=1)

    @property
    def sign(self) -> FloatArray:
        """-1 for dark paths, 1 for bright ones: times this, a line is a peak, (n,)."""
        return np.where(self.is_dark, -1.0, 1.0)


def courses_of(paths_px: Sequence[FloatArray], is_dark: Sequence[bool]) -> Courses:
    """Return smoothed, evenly resampled paths.

    Parameters
    ----------
    paths_px : sequence of (N, 2) float array
        At least one; each with two or more points.
    is_dark : sequence of bool
    """
    resampled = [_resampled(path) for path in paths_px]
    points = np.stack([path for path, _ in resampled])
    along = _unit(np.gradient(points, axis=1))
    return Courses(
        is_dark=np.asarray(is_dark, bool),
        points_px=points,
        along=along,
        across=np.stack([along[..., 1], -along[..., 0]], axis=-1),
        length_px=np.array([length for _, length in resampled]),
        middle_px=points[:, POINTS // 2],
        heading=_unit(points[:, -1] - points[:, 0]),
    )


def sampled(image: FloatImage, places: FloatArray) -> FloatArray:
    """Return an image at places (..., 2) as (row, column), bilinear; beyond its edge the edge goes on."""
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    shape = places.shape[:-1]
    flat = places.reshape(len(places), -1, 2)
    rows, columns = (np.ascontiguousarray(flat[..., axis], np.float32) for axis in (0, 1))
    # cv2.remap takes at most 32767 rows and columns.
    values = cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values, np.float64).reshape(shape)


def nearest(image: FloatImage, places: FloatArray) -> FloatArray:
    """Return an image at the pixels nearest to places (..., 2): for angles, which must not be mixed."""
    last = np.array(image.shape) - 1
    rows, columns = np.moveaxis(np.clip(np.rint(places), 0, last).astype(int), -1, 0)
    return np.asarray(image[rows, columns], np.float64)


def _resampled(path: FloatArray) -> tuple[FloatArray, float]:
    smoothing = min(_MOST_SMOOTHING, max(_LEAST_SMOOTHING, len(path) / 8))
    smooth = ndimage.gaussian_filter1d(path.astype(np.float64), smoothing, axis=0, mode="nearest")
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(smooth, axis=0).T))])
    even = np.linspace(0, along[-1], POINTS)
    points = np.stack([np.interp(even, along, smooth[:, axis]) for axis in (0, 1)], axis=1)
    return points, float(along[-1])


def _unit(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))
