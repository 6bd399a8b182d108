"""Where a path really begins and ends: smoothing along it has drawn it out beyond the line."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]

_PLACES = 48
_SIDE_SIGMAS = 2.2
_SMOOTHING_PX = 3.0
_KEPT_SHARE = 0.4  # of the path's own height (its upper quartile): what is lower is not the line
_SHORTEST_PX = 9.0


def trimmed(
    image: FloatImage, paths_px: Sequence[FloatArray], *, is_dark: Sequence[bool], sigma_px: Sequence[float]
) -> list[tuple[float, float]]:
    """Return where each path begins and ends to stand out, as shares of its length from 0 to 1.

    Parameters
    ----------
    image : (R, C) float32 array
    paths_px : sequence of (N, 2) float array
        (row, column).
    is_dark : sequence of bool
    sigma_px : sequence of float
        Width of each path, as the sigma of a Gaussian.

    Notes
    -----
    The height of the path over the mean of its two sides, smoothed along by three pixels only, is compared
    with 0.4 of its upper quartile; the piece with the largest sum of the difference stays (Kadane). Nothing
    shorter than nine pixels is left.
    """
    return [
        _kept(_heights(image, path, -1.0 if dark else 1.0, sigma), _length(path))
        for path, dark, sigma in zip(paths_px, is_dark, sigma_px, strict=True)
    ]


def piece(values: FloatArray, share: FloatArray, low: float, high: float) -> FloatArray:
    """Return values between two shares of the length, those at the two ends interpolated.

    Parameters
    ----------
    values : (N,) or (N, D) float array
    share : (N,) float array
        Rising from 0 to 1.
    low, high : float
    """
    inside = (share > low) & (share < high)
    at = np.concatenate([[low], share[inside], [high]])
    if values.ndim == 1:
        return np.asarray(np.interp(at, share, values))
    return np.stack([np.interp(at, share, column) for column in values.T], axis=1)


def shares_of(path: FloatArray) -> FloatArray:
    """Return how far along its length each point of a path is, 0 to 1."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    return np.asarray(along / max(along[-1], 1e-9))


def _heights(image: FloatImage, path: FloatArray, sign: float, sigma_px: float) -> FloatArray:
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    share = shares_of(path)
    even = np.linspace(0, 1, _PLACES)
    places = np.stack([np.interp(even, share, column) for column in path.T], axis=1)
    tangent = np.gradient(places, axis=0)
    tangent /= np.maximum(np.hypot(*tangent.T), 1e-9)[:, None]
    across = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    offsets = np.array([-_SIDE_SIGMAS, -0.4, 0.4, _SIDE_SIGMAS]) * sigma_px
    grid = (places[:, None] + offsets[:, None] * across[:, None]).astype(np.float32)
    found = cv2.remap(
        image,
        np.ascontiguousarray(grid[..., 1]),
        np.ascontiguousarray(grid[..., 0]),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    heights = sign * 0.5 * (found[:, 1] + found[:, 2] - found[:, 0] - found[:, 3])
    smoothing = _SMOOTHING_PX * (_PLACES - 1) / max(_length(path), 1.0)
    return np.asarray(ndimage.gaussian_filter1d(heights, smoothing, mode="nearest"), np.float64)


def _kept(heights: FloatArray, length_px: float) -> tuple[float, float]:
    worth = heights - _KEPT_SHARE * np.quantile(heights, 0.75)
    sums = np.concatenate([[0.0], np.cumsum(worth)])
    before = np.minimum.accumulate(sums)
    last = int((sums - before).argmax())
    first = int(sums[: last + 1].argmin())
    low, high = first / len(worth), last / len(worth)
    least = min(1.0, _SHORTEST_PX / max(length_px, 1e-9))
    if high - low < least:
        middle = min(max(0.5 * (low + high), least / 2), 1 - least / 2)
        low, high = middle - least / 2, middle + least / 2
    return low, high


def _length(path: FloatArray) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())
