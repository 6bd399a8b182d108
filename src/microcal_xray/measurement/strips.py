"""The picture straightened along a path: one row for each place along it, one column for each offset."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]

_MARGIN_PX = 4  # around what is looked at: the spline's own reach


@dataclass(frozen=True)
class Strip:
    """The picture along the normals of a path; a line is a peak, whatever its kind.

    Parameters
    ----------
    path_px : (N, 2) float array
        (row, column), one pixel apart; the path that was given and its extension beyond both ends.
    offset_px : (M,) float array
        To the side, rising, symmetric about 0.
    values : (N, M) float array
    first, behind : int
        The rows of the path that was given: first to behind - 1.
    """

    path_px: FloatArray
    offset_px: FloatArray
    values: FloatArray
    first: int
    behind: int

    def within(self, reach_px: float) -> "Strip":
        """Return the columns that are no farther to the side."""
        near = np.abs(self.offset_px) <= reach_px + 1e-9
        return Strip(self.path_px, self.offset_px[near], self.values[:, near], self.first, self.behind)


def resampled(path_px: FloatArray) -> FloatArray:
    """Return a path with evenly spaced points, about one pixel apart; the ends stay.

    Examples
    --------
    >>> resampled(np.array([[0.0, 0.0], [0.0, 2.0]])).tolist()
    [[0.0, 0.0], [0.0, 1.0], [0.0, 2.0]]
    """
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path_px, axis=0).T))])
    even = np.linspace(0, along[-1], max(2, round(float(along[-1])) + 1))
    return np.stack([np.interp(even, along, path_px[:, axis]) for axis in (0, 1)], axis=1)


def smoothed(path_px: FloatArray, sigma_px: float) -> FloatArray:
    """Return an evenly spaced path smoothed along itself; the ends stay."""
    reach = min(len(path_px) - 1, int(4 * sigma_px) + 1)
    before = 2 * path_px[0] - path_px[1 : reach + 1][::-1]
    after = 2 * path_px[-1] - path_px[-reach - 1 : -1][::-1]
    padded = np.concatenate([before, path_px, after])
    smooth = ndimage.gaussian_filter1d(padded, sigma_px, axis=0, mode="nearest")
    return np.asarray(smooth[reach : reach + len(path_px)])


def length_of(path_px: FloatArray) -> float:
    """Return the length of a path in its own unit.

    Examples
    --------
    >>> length_of(np.array([[0.0, 0.0], [3.0, 4.0]]))
    5.0
    """
    return float(np.hypot(*np.diff(path_px, axis=0).T).sum())


def normals(path_px: FloatArray) -> FloatArray:
    """Return unit vectors (row, column) to the side of a path, (N, 2)."""
    along = np.gradient(path_px, axis=0)
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    return np.stack([along[:, 1], -along[:, 0]], axis=1)


def strip(
    path_px: FloatArray,
    image: FloatImage,
    offset_px: FloatArray,
    *,
    is_dark: bool,
    beyond_px: float = 0.0,
    direction_px: float = 1.0,
) -> Strip:
    """Return the picture along a path, by cubic splines: bilinear samples would blur a line of a pixel.

    Parameters
    ----------
    path_px : (N, 2) float array
        Evenly spaced, one pixel apart.
    image : (R, C) float32 array
        Beyond its edges it is mirrored.
    offset_px : (M,) float array
    is_dark : bool
        The values of a dark line are turned.
    beyond_px : float
        How far the path goes straight on beyond both ends.
    direction_px : float
        The direction there is that of so long a piece at the end.
    """
    path, added = _extended(path_px, beyond_px, direction_px)
    places = path[:, None, :] + offset_px[None, :, None] * normals(path)[:, None, :]
    last = np.array(image.shape) - 1
    # Sides that run together beyond the picture are as good as its edge.
    low = np.clip(np.floor(places.min(axis=(0, 1))).astype(int) - _MARGIN_PX, 0, last)
    high = np.clip(np.ceil(places.max(axis=(0, 1))).astype(int) + _MARGIN_PX, low, last) + 1
    crop = image[low[0] : high[0], low[1] : high[1]].astype(np.float64)
    at = np.moveaxis(places - low, -1, 0)
    values = ndimage.map_coordinates(crop, at, order=3 if min(crop.shape) > 3 else 1, mode="mirror")
    return Strip(path, offset_px, -values if is_dark else values, added, added + len(path_px))


def _extended(path: FloatArray, beyond_px: float, direction_px: float) -> tuple[FloatArray, int]:
    count = round(beyond_px)
    if count < 1:
        return path, 0
    back = max(1, min(len(path) - 1, round(direction_px)))
    ways = [
        end / max(float(np.hypot(*end)), 1e-9) for end in (path[0] - path[back], path[-1] - path[-1 - back])
    ]
    steps = np.arange(1, count + 1)[:, None]
    return np.concatenate([path[0] + steps[::-1] * ways[0], path, path[-1] + steps * ways[1]]), count
