"""Noise and texture of bone, from the power spectra of small windows inside it."""

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..image_limits import QualityEstimate

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_WINDOW_PX = 36.0  # side, in working pixels: 9 mm
_WINDOW_SIDES = (16, 128)  # in pixels of the radiograph
_MOST_WINDOWS = 60
_FEWEST_WINDOWS = 5
_LEAST_BONE = 0.95  # share of a window
_BAND = (0.025, 0.3125)  # cycles per working pixel: structure of 0.8 to 10 mm
_SLOPE_BAND = (2 / _WINDOW_PX, 0.2)  # slower is taken for the trend of a window, faster is blurred
_FINEST = 0.42  # cycles per pixel
_RINGS = 7  # between the two, evenly spaced in the logarithm
_RESAMPLES = 200
_QUIETEST = 0.25  # quantile of the windows whose noise is taken: edges raise it
_NOTHING = 1e-12
_CLEAR = 0.1  # of a whole turn's power: a weaker preference is no direction
# Variance of the second difference in both directions over that of white noise (Immerkaer 1996).
_DIFFERENCE = ((1, -2, 1), (-2, 4, -2), (1, -2, 1))
_DIFFERENCE_GAIN = 6.0


@dataclass(frozen=True)
class Structure:
    """Noise and texture in the unit of the pixels.

    Parameters
    ----------
    windows : int
    noise, texture, slope : QualityEstimate
        See `image_limits.BoneTexture`.
    direction_rad : QualityEstimate or None
        To the bone's axis, in (-pi/2, pi/2].
    """

    windows: int
    noise: QualityEstimate
    texture: QualityEstimate
    slope: QualityEstimate
    direction_rad: QualityEstimate | None


@dataclass(frozen=True)
class _Spectra:
    """What each of n windows shows: power in rings, its doubled-angle moment, noise."""

    rings: FloatArray
    moment: npt.NDArray[np.complex128]
    noise: FloatArray


def bone_structure(
    pixels: FloatImage, bone: Mask, axis_rad: FloatImage, *, scale: float, seed: int = 0
) -> Structure | None:
    """Return noise and texture inside a part of the bone; None where it is too small.

    Parameters
    ----------
    pixels : (R, C) float32 array
        On square pixels.
    bone : (R', C') bool array
        The part, on working pixels.
    axis_rad : (R', C') float array
        Direction of the bone there.
    scale : float
        Working pixels per pixel.
    seed : int
        Of the choice of windows and of the resampling of the intervals.

    Notes
    -----
    Noise is Immerkaer's estimate, the scaled mean absolute second difference of windows, lower quartile over
    windows against edges [1]_. The power of structure is the mean over windows, each without its quadratic
    trend and under a Hann window, less the floor that white noise has. The slope is that of a straight line
    through the logarithms of the rings between 1.25 and 4.5 mm.

    References
    ----------
    .. [1] Immerkaer (1996), Fast noise variance estimation. doi:10.1006/cviu.1996.0060
    """
    side = int(np.clip(round(_WINDOW_PX / scale), *_WINDOW_SIDES))
    rng = np.random.default_rng(seed)
    corners, axes = _windows(bone, axis_rad, pixels.shape, side, scale, rng)
    if len(corners) < _FEWEST_WINDOWS:
        return None
    windows = np.stack([pixels[row : row + side, column : column + side] for row, column in corners])
    spectra = _spectra(windows.astype(np.float64), axes, scale)
    drawn = rng.integers(len(windows), size=(_RESAMPLES, len(windows)))
    rows = np.concatenate([np.arange(len(windows))[None], drawn])
    power = _power(spectra, rows)
    noise = np.quantile(spectra.noise[rows], _QUIETEST, axis=1)
    return Structure(
        windows=len(windows),
        noise=_estimate(noise),
        texture=_estimate(_texture(power, scale)),
        slope=_estimate(_slope(power)),
        direction_rad=_direction(spectra.moment[rows].mean(axis=1)),
    )


def _windows(
    bone: Mask,
    axis_rad: FloatImage,
    shape: tuple[int, ...],
    side: int,
    scale: float,
    rng: np.random.Generator,
) -> tuple[list[tuple[int, int]], FloatArray]:
    """Return corners of windows that lie in the bone, at most a few dozen, and the bone's axis there."""
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    reach = max(1, round(side * scale))
    share = cv2.boxFilter(bone.astype(np.float32), -1, (reach, reach), borderType=cv2.BORDER_CONSTANT)
    rows, columns = np.nonzero(share >= _LEAST_BONE)
    chosen = rng.permutation(len(rows))
    taken = np.zeros(bone.shape, bool)
    corners, axes = [], []
    half = reach // 2
    for index in chosen:
        row, column = int(rows[index]), int(columns[index])
        if taken[row, column]:
            continue
        corner = tuple(round((place + 0.5) / scale - side / 2) for place in (row, column))
        if min(corner) < 0 or corner[0] + side > shape[0] or corner[1] + side > shape[1]:
            continue
        # Windows may overlap by half.
        taken[max(0, row - half) : row + half + 1, max(0, column - half) : column + half + 1] = True
        corners.append((corner[0], corner[1]))
        axes.append(float(axis_rad[row, column]))
        if len(corners) == _MOST_WINDOWS:
            break
    return corners, np.array(axes)


def _spectra(windows: FloatArray, axes: FloatArray, scale: float) -> _Spectra:
    side = windows.shape[1]
    noise = _noise(windows)
    flat = _without_trend(windows)
    hann = np.outer(np.hanning(side), np.hanning(side))
    power = np.abs(np.fft.rfft2(flat * hann)) ** 2 / (hann**2).sum()  # its mean is the variance
    down, right = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :]
    frequency = np.hypot(down, right) / scale
    weight = np.where((right == 0) | (right == 0.5), 1.0, 2.0) * np.ones_like(frequency)
    # Under fine texture the second difference is more than noise: no floor is over what it lies under.
    finest = _weighted(power, weight * (np.hypot(down, right) > _FINEST))
    white = np.minimum(noise**2, finest)
    edges = np.geomspace(*_BAND, _RINGS + 1)
    inside = [(frequency >= low) & (frequency < high) for low, high in pairwise(edges)]
    rings = np.stack([_weighted(power, weight * ring) for ring in inside], axis=1) - white[:, None]
    band = weight * ((frequency >= _BAND[0]) & (frequency < _BAND[1]))
    doubled = np.exp(2j * np.arctan2(down, right))
    # Structure runs across the direction of its frequencies: a quarter turn, which doubled is a sign.
    moment = -(power * band * doubled).sum(axis=(1, 2)) / np.maximum((power * band).sum(axis=(1, 2)), 1e-300)
    return _Spectra(rings, moment * np.exp(-2j * axes), noise)


def _weighted(power: FloatArray, weight: FloatArray) -> FloatArray:
    return np.asarray((power * weight).sum(axis=(1, 2)) / max(float(weight.sum()), 1e-12))


def _power(spectra: _Spectra, rows: npt.NDArray[np.intp]) -> FloatArray:
    """Return the mean power in each ring, (S, rings), for S choices of windows."""
    counts = np.stack([np.bincount(each, minlength=len(spectra.rings)) for each in rows])
    return np.asarray(np.maximum(counts @ spectra.rings / rows.shape[1], _NOTHING))


def _texture(power: FloatArray, scale: float) -> FloatArray:
    edges = np.geomspace(*_BAND, _RINGS + 1)
    area = math.pi * np.diff(edges**2) * scale**2  # of frequencies in pixels of the picture
    return np.asarray(np.sqrt((power * area).sum(axis=1)))


def _slope(power: FloatArray) -> FloatArray:
    """Return minus the slope of a straight line through the logarithms; empty rings do not count."""
    edges = np.geomspace(*_BAND, _RINGS + 1)
    log_frequency = np.log(np.sqrt(edges[1:] * edges[:-1]))
    low, high = np.log(_SLOPE_BAND)
    weight = ((power > _NOTHING) & (log_frequency > low) & (log_frequency < high)).astype(float)
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1)
    x = log_frequency - (weight * log_frequency).sum(axis=1, keepdims=True) / total
    y = np.log(power) - (weight * np.log(power)).sum(axis=1, keepdims=True) / total
    return np.asarray(-(weight * x * y).sum(axis=1) / np.maximum((weight * x**2).sum(axis=1), 1e-9))


def _estimate(values: FloatArray) -> QualityEstimate:
    """Return the first value with the interval of the others."""
    value = float(values[0])
    low, high = np.percentile(values[1:], (2.5, 97.5))
    return QualityEstimate(value, min(float(low), value), max(float(high), value))


def _direction(moments: npt.NDArray[np.complex128]) -> QualityEstimate | None:
    if abs(moments[0]) < _CLEAR:
        return None
    middle = float(np.angle(moments[0])) / 2
    turned = np.angle(moments[1:] / moments[0]) / 2
    low, high = np.percentile(turned, (2.5, 97.5))
    return QualityEstimate(middle, middle + min(float(low), 0.0), middle + max(float(high), 0.0))


def _noise(windows: FloatArray) -> FloatArray:
    """Return the standard deviation of single pixels in each window."""
    difference = sum(
        weight * windows[:, row : row + windows.shape[1] - 2, column : column + windows.shape[2] - 2]
        for row, weights in enumerate(_DIFFERENCE)
        for column, weight in enumerate(weights)
    )
    return np.asarray(
        math.sqrt(math.pi / 2) / _DIFFERENCE_GAIN * np.abs(difference).mean(axis=(1, 2)), np.float64
    )


def _without_trend(windows: FloatArray) -> FloatArray:
    orthonormal = _quadratics(windows.shape[1])
    values = windows.reshape(len(windows), -1)
    return np.asarray((values - values @ orthonormal @ orthonormal.T).reshape(windows.shape))


@cache
def _quadratics(side: int) -> FloatArray:
    """Return an orthonormal basis of the surfaces of second degree over a square window, (side**2, 6)."""
    across = np.linspace(-1, 1, side)
    down, right = np.meshgrid(across, across, indexing="ij")
    basis = np.stack([np.ones_like(down), down, right, down * right, down**2, right**2]).reshape(6, -1)
    return np.asarray(np.linalg.qr(basis.T)[0])
