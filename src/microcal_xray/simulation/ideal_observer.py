"""How well an ideal observer could see a line: d' of the prewhitening matched filter.

The observer knows the line, its place, the anatomy and the statistics of all noise, and decides only whether
the line is there. No reader and no program can do better.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft, ndimage

from .detector import DQE_CORNER_PER_MM, DQE_ZERO, QUANTA_PER_MM2_UGY, mtf
from .texture_power import NO_TEXTURE, TexturePower, measured_texture

FloatArray = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
_Window = tuple[slice, slice]

_MARGIN_MM = 5.0  # around the line: farther away the template has faded
_AROUND_MM = 3.0  # texture is measured so near to the line
_PRESENT = 0.02  # share of the largest change above which the line is there
_LEAST_SIGNAL = 1e-5
_ITERATIONS = 60
_TOLERANCE = 1e-4  # of d' squared, per step of the solution


@dataclass(frozen=True)
class KnownNoise:
    """Everything random in a small picture, in log units: -ln of the detector signal.

    Parameters
    ----------
    mean_signal : (R, C) float array
        The detector's signal without noise, blurred, scatter included; 1 in free air.
    spacing_mm : float
    air_kerma_ugy : float
        At the detector where the signal is 1.
    electronic_noise : float
        Standard deviation as a share of the signal in free air.
    texture : TexturePower
        Of the anatomy before the detector's blur.
    """

    mean_signal: Float64Array
    spacing_mm: float
    air_kerma_ugy: float
    electronic_noise: float = 0.0
    texture: TexturePower = NO_TEXTURE


def ideal_d_prime(
    signal_log: npt.NDArray[np.floating], *, noise_power: npt.NDArray[np.floating], spacing_mm: float
) -> float:
    """Return d' of a known signal in stationary noise of known power.

    Parameters
    ----------
    signal_log : (R, C) float array
        What the line changes, blurred as the picture is; any unit, log units usually.
    noise_power : (R, C) float array
        Noise power, (unit of the signal)² mm², at the frequencies of `numpy.fft.fft2`; over 0 except where
        the signal has nothing, such as at frequency 0, which is left out when it is 0 or not finite.
    spacing_mm : float

    Notes
    -----
    d'² = sum over frequencies of abs(S)² / NPS: Barrett & Myers, Foundations of Image Science, eq. (13.132);
    ICRU Report 54. It is d' of the prewhitening matched filter, and of the ideal observer when the noise is
    Gaussian. AUC = Phi(d' / sqrt(2)).

    Examples
    --------
    >>> signal = np.zeros((8, 8)); signal[4, 4] = 3.0
    >>> white = np.full((8, 8), 0.01)  # a standard deviation of 1 in each pixel of 0.1 mm
    >>> round(ideal_d_prime(signal, noise_power=white, spacing_mm=0.1), 6)
    3.0
    """
    power = np.abs(np.fft.fft2(np.asarray(signal_log, np.float64))) ** 2
    known = np.isfinite(noise_power) & (np.asarray(noise_power) > 0)
    squared = float((power[known] / np.asarray(noise_power)[known]).sum())
    return float(np.sqrt(squared * spacing_mm**2 / np.size(signal_log)))


def line_d_prime(
    without_line: FloatArray,
    with_line: FloatArray,
    *,
    spacing_mm: float,
    air_kerma_ugy: float,
    electronic_noise: float,
    texture_log: FloatArray | None = None,
) -> float:
    """Return d' of a line in its picture: quantum noise by place, electronic noise, texture around the line.

    Parameters
    ----------
    without_line, with_line : (R, C) float array
        The detector's signal without any noise, blurred, scatter included, 1 in free air. They differ by this
        line alone.
    spacing_mm : float
    air_kerma_ugy : float
        At the detector where the signal is 1.
    electronic_noise : float
        Standard deviation as a share of the signal in free air.
    texture_log : (R, C) float array, optional
        Texture of the anatomy alone in log units, before the detector's blur: -ln of the signal of the limb,
        less that of the same limb without texture. None: measured from the finest structures of
        `without_line` around the line, which outlines of bones disturb.

    Returns
    -------
    float
        0 when the line changes nothing.

    Notes
    -----
    Of the exposure: what processing for presentation does afterwards is not in it, nor rounding to whole
    numbers. The covariance is not stationary, as the quanta follow the anatomy; K x = s is solved by
    conjugate gradients instead of dividing by a power spectrum, and d'² = s x.
    """
    change = np.abs(np.asarray(with_line, np.float64) - without_line)
    present = change > _PRESENT * change.max(initial=0)
    if not present.any():
        return 0.0
    window = _around(present, _MARGIN_MM / spacing_mm)
    before = np.maximum(np.asarray(without_line[window], np.float64), _LEAST_SIGNAL)
    after = np.maximum(np.asarray(with_line[window], np.float64), _LEAST_SIGNAL)
    near = ndimage.distance_transform_edt(~present[window]) * spacing_mm <= _AROUND_MM
    image, blurred = (-np.log(before), True) if texture_log is None else (texture_log[window], False)
    texture = measured_texture(image.astype(np.float32), near, spacing_mm=spacing_mm, blurred=blurred)
    noise = KnownNoise((before + after) / 2, spacing_mm, air_kerma_ugy, electronic_noise, texture)
    signal = np.log(before) - np.log(after)
    return float(np.sqrt(max(0.0, float((signal * ideal_template(signal, noise)).sum()))))


def ideal_template(signal_log: Float64Array, noise: KnownNoise) -> Float64Array:
    """Return the template of the ideal observer, K⁻¹ s, shape (R, C).

    Its product with a noisy log image is what the observer decides by; d'² is its product with the signal.

    Parameters
    ----------
    signal_log : (R, C) float array
        What the line changes in log units. It should be near 0 at the borders: the noise is taken as
        periodic.
    noise : KnownNoise
    """
    covariance = _Covariance(noise, signal_log)
    template = np.zeros_like(signal_log)
    rest = signal_log.astype(np.float64)
    direction = helped = covariance.roughly_undone(rest)
    product = float((rest * helped).sum())
    squared = 0.0
    for _ in range(_ITERATIONS):
        if product <= 0:
            break
        changed = covariance.applied(direction)
        step = product / float((direction * changed).sum())
        template = template + step * direction
        rest = rest - step * changed
        gain = step * product  # by which d' squared grows in this step
        squared += gain
        if gain < _TOLERANCE * squared:
            break
        helped = covariance.roughly_undone(rest)
        product, previous = float((rest * helped).sum()), product
        direction = helped + product / previous * direction
    return template


class _Covariance:
    """The covariance of the noise as something that can be multiplied with an image."""

    def __init__(self, noise: KnownNoise, signal_log: Float64Array) -> None:
        shape = noise.mean_signal.shape
        self._shape = (fft.next_fast_len(shape[0], real=True), fft.next_fast_len(shape[1], real=True))
        self._padding = [(0, full - size) for full, size in zip(self._shape, shape, strict=True)]
        spacing = noise.spacing_mm
        frequency = np.hypot(
            fft.fftfreq(self._shape[0], spacing)[:, None], fft.rfftfreq(self._shape[1], spacing)[None, :]
        )
        per_signal = QUANTA_PER_MM2_UGY * noise.air_kerma_ugy * spacing**2 * DQE_ZERO
        mean = np.pad(noise.mean_signal, self._padding, mode="edge")
        self._inverse_signal = 1 / mean
        self._white_variance = mean / per_signal
        # As `quantum_noise` makes it: white counts, filtered.
        self._gain = mtf(frequency) * np.exp(frequency / (2 * DQE_CORNER_PER_MM))
        self._electronic = (noise.electronic_noise * self._inverse_signal) ** 2
        self._texture = noise.texture.at(frequency) * mtf(frequency) ** 2 / spacing**2
        weight = np.pad(signal_log**2, self._padding)
        weight = weight / max(float(weight.sum()), 1e-300)
        typical = float((weight * self._inverse_signal).sum()) / per_signal
        self._typical = self._gain**2 * typical + float((weight * self._electronic).sum()) + self._texture

    def applied(self, image: Float64Array) -> Float64Array:
        """Return the covariance times an image."""
        full = np.pad(image, self._padding)
        scaled = self._filtered(full * self._inverse_signal, self._gain) * self._white_variance
        quantum = self._filtered(scaled, self._gain) * self._inverse_signal
        result = quantum + self._electronic * full + self._filtered(full, self._texture)
        return self._cut(result, image)

    def roughly_undone(self, image: Float64Array) -> Float64Array:
        """Return the image divided by the power that the noise has, on average, at the line."""
        full = np.pad(image, self._padding)
        return self._cut(self._filtered(full, 1 / self._typical), image)

    def _filtered(self, image: Float64Array, gain: Float64Array) -> Float64Array:
        return np.asarray(fft.irfft2(fft.rfft2(image) * gain, s=self._shape), np.float64)

    @staticmethod
    def _cut(image: Float64Array, like: Float64Array) -> Float64Array:
        return image[: like.shape[0], : like.shape[1]]


def _around(present: npt.NDArray[np.bool_], margin_px: float) -> _Window:
    """Return the window that holds all that is present, and a margin."""
    margin = int(margin_px) + 1
    rows, columns = (np.flatnonzero(present.any(axis=axis)) for axis in (1, 0))
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin + 1),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + margin + 1),
    )
