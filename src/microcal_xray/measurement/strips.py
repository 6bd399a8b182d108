"""The picture straightened along a path: one row for each place along it, one column for each offset."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

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


def mean_direction(path_px: FloatArray) -> float:
    """Return the direction of the straight line that fits a path best, by total least squares.

    Parameters
    ----------
    path_px : (N, 2) float array
        (row, column), evenly spaced.

    Returns
    -------
    float
        Radians, -pi/2 to pi/2, 0 along a row, growing clockwise on the screen. Unlike that of the chord it
        does not hang on the two points at the ends.

    Examples
    --------
    >>> round(math.degrees(mean_direction(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]))))
    45
    """
    down, right = (path_px - path_px.mean(axis=0)).T
    return 0.5 * math.atan2(2 * float(down @ right), float(right @ right - down @ down))


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
    """
    return _seen(path_px, image, offset_px, is_dark, 0, len(path_px))


def strip_beyond(
    path_px: FloatArray,
    image: FloatImage,
    offset_px: FloatArray,
    *,
    is_dark: bool,
    usable: Mask,
    beyond_px: float,
    direction_px: float,
) -> Strip:
    """Return the picture along a path that goes straight on beyond both ends; parameters as of `strip`.

    Parameters
    ----------
    usable : (R, C) bool array
        Where the path may go on.
    beyond_px : float
        How far, at most.
    direction_px : float
        The direction is that of so long a piece at the end.
    """
    before = _onward(path_px[::-1], usable, beyond_px, direction_px)[::-1]
    after = _onward(path_px, usable, beyond_px, direction_px)
    path = np.concatenate([before, path_px, after])
    return _seen(path, image, offset_px, is_dark, len(before), len(before) + len(path_px))


def _seen(
    path: FloatArray, image: FloatImage, offset_px: FloatArray, is_dark: bool, first: int, behind: int
) -> Strip:
    places = path[:, None, :] + offset_px[None, :, None] * normals(path)[:, None, :]
    last = np.array(image.shape) - 1
    # Sides that run together beyond the picture are as good as its edge.
    sides = places[:, [0, -1]]
    low = np.clip(np.floor(sides.min(axis=(0, 1))).astype(int) - _MARGIN_PX, 0, last)
    high = np.clip(np.ceil(sides.max(axis=(0, 1))).astype(int) + _MARGIN_PX, low, last) + 1
    crop = image[low[0] : high[0], low[1] : high[1]].astype(np.float64)
    at = np.moveaxis(places - low, -1, 0)
    values = ndimage.map_coordinates(crop, at, order=3 if min(crop.shape) > 3 else 1, mode="mirror")
    return Strip(path, offset_px, -values if is_dark else values, first, behind)


def _onward(path: FloatArray, usable: Mask, beyond_px: float, direction_px: float) -> FloatArray:
    """Return the points that go straight on from the last one of a path, as far as the picture is usable."""
    end = path[-1] - path[-1 - max(1, min(len(path) - 1, round(direction_px)))]
    way = end / max(float(np.hypot(*end)), 1e-9)
    points = path[-1] + np.arange(1, round(beyond_px) + 1)[:, None] * way
    last = np.array(usable.shape) - 1
    at = np.rint(points).astype(int)
    rows, columns = np.clip(at, 0, last).T
    stop = np.flatnonzero(~(((at >= 0) & (at <= last)).all(axis=1) & usable[rows, columns]))
    return np.asarray(points[: stop[0]] if len(stop) else points)
