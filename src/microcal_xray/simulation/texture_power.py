"""The power spectrum of anatomical texture: a power law, fitted to octave bands of a log image."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .detector import mtf

FloatArray = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]

_FLAT_BELOW_PER_MM = 0.1  # over centimetres the anatomy is known: its power does not rise for ever
_HIGHEST_PER_MM = 3.5  # Nyquist frequency of 0.143 mm
_BANDS_MM = (0.2, 0.4, 0.8)  # standard deviation of the finer of the two blurs whose difference is a band
_SD_PER_MAD = 1.4826
_FINE = np.geomspace(1e-2, 8.0, 600)  # 1/mm, to integrate over
_SLOPES = np.arange(1.0, 5.01, 0.1)


@dataclass(frozen=True)
class TexturePower:
    """W(f) = strength * f**-slope in mm², flat below 0.1/mm; f in 1/mm, of an image in log units.

    Parameters
    ----------
    strength : float
        At least 0.
    slope : float
        2 to 4 in radiographs of bone; 3 is usual.

    Examples
    --------
    >>> round(texture_of(rms=0.03).rms(), 3)
    0.03
    """

    strength: float = 0.0
    slope: float = 3.0

    def at(self, frequency_per_mm: npt.ArrayLike) -> Float64Array:
        """Return the power at frequencies in 1/mm."""
        frequency = np.maximum(np.asarray(frequency_per_mm, np.float64), _FLAT_BELOW_PER_MM)
        return np.asarray(self.strength * frequency**-self.slope)

    def rms(self) -> float:
        """Return the standard deviation, in log units, of what lies between 0.1 and 3.5 per mm."""
        frequency = np.geomspace(_FLAT_BELOW_PER_MM, _HIGHEST_PER_MM, 2000)
        return float(np.sqrt(np.trapezoid(2 * np.pi * frequency * self.at(frequency), frequency)))


NO_TEXTURE = TexturePower()


def texture_of(*, rms: float, slope: float = 3.0) -> TexturePower:
    """Return the texture of a standard deviation (log units, 0.1 to 3.5 per mm) and a slope."""
    unit = TexturePower(1.0, slope).rms()
    return TexturePower((rms / unit) ** 2, slope)


def measured_texture(
    image_log: FloatArray, region: npt.NDArray[np.bool_], *, spacing_mm: float, blurred: bool = False
) -> TexturePower:
    """Return the power law that fits the texture of a region.

    Parameters
    ----------
    image_log : (R, C) float array
        Log units, without noise. Slow changes do not matter; outlines of bones do, when they fill much of
        the region.
    region : (R, C) bool array
        Where to measure. Fewer than 50 pixels: no texture.
    spacing_mm : float
    blurred : bool
        Whether the detector has blurred the image; its transfer is then divided out.

    Notes
    -----
    Differences of Gaussian blurs, an octave apart (0.2, 0.4, 0.8 mm): the standard deviation of each, by the
    median absolute deviation so that a few outlines do not count, is compared with that of a power law.
    """
    if np.count_nonzero(region) < 50:
        return NO_TEXTURE
    found = np.array([_band_variance(image_log, region, sigma / spacing_mm) for sigma in _BANDS_MM])
    if found.min() <= 0:
        return NO_TEXTURE
    transfer = mtf(_FINE) ** 2 if blurred else np.ones_like(_FINE)
    expected = np.array([_expected_variances(slope, transfer) for slope in _SLOPES])
    ratio = np.log(found) - np.log(expected)
    best = int(np.argmin(ratio.std(axis=1)))
    return TexturePower(float(np.exp(ratio[best].mean())), float(_SLOPES[best]))


def _band_variance(image: FloatArray, region: npt.NDArray[np.bool_], sigma_px: float) -> float:
    band = ndimage.gaussian_filter(image, sigma_px) - ndimage.gaussian_filter(image, 2 * sigma_px)
    values = band[region]
    return float(_SD_PER_MAD * np.median(np.abs(values - np.median(values)))) ** 2


def _expected_variances(slope: float, transfer: Float64Array) -> list[float]:
    power = TexturePower(1.0, slope).at(_FINE) * transfer * 2 * np.pi * _FINE
    return [
        float(np.trapezoid(power * (_gaussian(sigma) - _gaussian(2 * sigma)) ** 2, _FINE))
        for sigma in _BANDS_MM
    ]


def _gaussian(sigma_mm: float) -> Float64Array:
    return np.asarray(np.exp(-2 * (np.pi * sigma_mm * _FINE) ** 2))
