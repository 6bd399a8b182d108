"""A calibrated ridge filter: how high a line is at each pixel, how wide, which way, how clear."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
_UNIT_GAIN = 3 * np.sqrt(3) / 2
_SD_PER_MEAN_DEVIATION = np.sqrt(np.pi / 2)  # of a normal distribution
_NOISE_DIRECTIONS = 4


class Polarity(StrEnum):
    """Whether a filter looks for lines darker or brighter than their sides."""

    DARK = "dark"
    BRIGHT = "bright"


@dataclass(frozen=True)
class RidgeField:
    """The best line at each pixel.

    Parameters
    ----------
    height : (R, C) float32 array
        Height of the line over its sides in the unit of the image, never negative.
    z : (R, C) float32 array
        The same in units of its local noise for that width and that direction.
    width_px : (R, C) float32 array
        Full width at half maximum; 0 where there is no line.
    angle_rad : (R, C) float32 array
        Direction of the line, [0, pi), 0 along a row, clockwise on the screen.
    """

    height: FloatImage
    z: FloatImage
    width_px: FloatImage
    angle_rad: FloatImage


def ridge_field(
    image: npt.ArrayLike,
    *,
    widths_px: Iterable[float],
    polarity: Polarity,
    usable: Mask | None = None,
    noise_scale_px: float = 24.0,
) -> RidgeField:
    """Find, at each pixel, the line among several widths that stands highest above its noise.

    Parameters
    ----------
    image : (R, C) array_like
    widths_px : iterable of float
        Full widths at half maximum to look for. Their order has no effect.
    polarity : Polarity
    usable : (R, C) bool array, optional
        Where the noise is measured and lines are answered. None: everywhere.
    noise_scale_px : float
        Window (standard deviation) within which the noise is measured.

    Returns
    -------
    RidgeField

    Notes
    -----
    The response is the largest Hessian eigenvalue times sigma**2, so that scales compare [1]_, times
    3*sqrt(3)/2: a Gaussian line of height A then answers exactly A at its own width. The filter's sigma is
    sqrt(2) times that of the line, where the response of that line is largest.

    The noise is the local mean deviation of the second derivative in the ridge's own direction, interpolated
    among four directions: a cortex that runs along the bone raises the noise only for lines along the bone.

    References
    ----------
    .. [1] Lindeberg (1998), Edge detection and ridge detection with automatic scale selection, eq. (58).
       doi:10.1023/A:1008097225773
    """
    pixels = np.asarray(image, np.float32)
    mask = np.ones(pixels.shape, bool) if usable is None else usable
    sign = np.float32(1 if polarity is Polarity.DARK else -1)
    height, z, width, angle = np.zeros((4, *pixels.shape), np.float32)
    # Below this, a response is the rounding of float32 and not a picture.
    rounding = np.float32(16 * np.finfo(np.float32).eps * np.abs(pixels).max() + np.finfo(np.float32).tiny)
    for width_px in sorted(set(widths_px)):
        sigma = np.sqrt(2) * width_px / _FWHM_PER_SIGMA
        hessian = tuple(sign * _UNIT_GAIN * sigma**2 * part for part in _hessian(pixels, sigma))
        curvature, across_rad = _principal_curvature(*hessian)
        noise = _noise(*hessian, across_rad=across_rad, usable=mask, scale_px=max(noise_scale_px, 4 * sigma))
        significance = np.where(mask & (curvature > rounding), curvature / np.maximum(noise, rounding), 0)
        better = significance > z
        height[better], z[better], width[better] = curvature[better], significance[better], width_px
        angle[better] = (across_rad[better] + np.pi / 2) % np.pi
    return RidgeField(height, z, width, angle)


def _hessian(pixels: FloatImage, sigma: float) -> tuple[FloatImage, FloatImage, FloatImage]:
    """Return the second derivatives (rows, columns, mixed) of the Gaussian-smoothed image."""
    smooth, slope, bend = _gaussian_kernels(sigma)
    rows, columns, mixed = (
        ndimage.correlate1d(ndimage.correlate1d(pixels, down, axis=0, mode="nearest"), right, mode="nearest")
        for down, right in ((bend, smooth), (smooth, bend), (slope, slope))
    )
    return rows, columns, mixed


def _gaussian_kernels(sigma: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return a Gaussian and its first and second derivative, exact on polynomials up to degree two.

    Sampled and cut off, the second derivative of `scipy.ndimage` answers 1 % of a constant brightness.
    """
    x = np.arange(-int(4 * sigma + 0.5), int(4 * sigma + 0.5) + 1, dtype=float)
    smooth = np.exp(-0.5 * (x / sigma) ** 2)
    smooth /= smooth.sum()
    slope = x * smooth
    slope /= (x * slope).sum()
    bend = (x**2 - (x**2 * smooth).sum()) * smooth
    bend *= 2 / (x**2 * bend).sum()
    return smooth, slope, bend


def _principal_curvature(
    rows: FloatImage, columns: FloatImage, mixed: FloatImage
) -> tuple[FloatImage, FloatImage]:
    """Return the larger eigenvalue, clipped at 0, and the direction across the line, in [-pi/2, pi/2]."""
    mean, difference = (rows + columns) / 2, (columns - rows) / 2
    curvature = np.asarray(np.maximum(mean + np.hypot(difference, mixed), 0), np.float32)
    return curvature, np.asarray(0.5 * np.arctan2(mixed, difference), np.float32)


def _noise(
    rows: FloatImage,
    columns: FloatImage,
    mixed: FloatImage,
    *,
    across_rad: FloatImage,
    usable: Mask,
    scale_px: float,
) -> FloatImage:
    """Return the local standard deviation of the second derivative in the direction `across_rad`.

    The mean deviation, not the mean square: one strong edge then counts once, not squared.
    """
    # A window of 24 pixels and more needs no more than every second pixel of every second row.
    coarse = tuple(part[::2, ::2] for part in (rows, columns, mixed))
    maps = _directional_noise(*coarse, usable=usable[::2, ::2], scale_px=scale_px / 2)
    step = 2 * max(1, int(scale_px / 12))
    at = np.ix_(
        *(np.minimum(np.arange(n) // step, m - 1) for n, m in zip(rows.shape, maps.shape[1:], strict=True))
    )
    place = across_rad % np.pi * (_NOISE_DIRECTIONS / np.pi)
    below = np.minimum(place.astype(np.intp), _NOISE_DIRECTIONS - 1)
    share = place - below
    noise = (1 - share) * maps[(below, *at)] + share * maps[((below + 1) % _NOISE_DIRECTIONS, *at)]
    return np.asarray(noise * _SD_PER_MEAN_DEVIATION, np.float32)


def _directional_noise(
    rows: FloatImage, columns: FloatImage, mixed: FloatImage, *, usable: Mask, scale_px: float
) -> FloatImage:
    """Return the local mean deviation of the second derivative in a few directions, (D, r, c), coarse."""
    step = max(1, int(scale_px / 6))
    weight = _blurred(usable.astype(np.float32), step, scale_px)
    maps = []
    for direction in np.arange(_NOISE_DIRECTIONS) * np.pi / _NOISE_DIRECTIONS:
        cos, sin = np.float32(np.cos(direction)), np.float32(np.sin(direction))
        second = np.abs(cos * cos * columns + 2 * cos * sin * mixed + sin * sin * rows)
        maps.append(_blurred(np.where(usable, second, 0), step, scale_px) / np.maximum(weight, 1e-3))
    return np.asarray(maps, np.float32)


def _blurred(image: FloatImage, step: int, scale_px: float) -> FloatImage:
    """Return Gaussian means of blocks of `step` by `step` pixels."""
    padded = np.pad(image, [(0, -n % step) for n in image.shape], mode="edge")
    blocks = padded.reshape(padded.shape[0] // step, step, padded.shape[1] // step, step).mean(axis=(1, 3))
    return np.asarray(ndimage.gaussian_filter(blocks, scale_px / step, mode="nearest"), np.float32)
