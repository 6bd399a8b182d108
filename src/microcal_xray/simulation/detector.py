"""What focal spot, grid and detector do to the signal: blur, noise, stripes. Arrays in, arrays out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from ..errors import SettingsError

FloatArray = npt.NDArray[np.float32]

MTF_CORNER_PER_MM = 1.29  # half modulation, mean of six caesium iodide panels, doi:10.1088/0031-9155/56/4/007
QUANTA_PER_MM2_UGY = 29_000.0  # behind a leg at 60 kV
DQE_ZERO = 0.70  # detective quantum efficiency at low frequency
DQE_CORNER_PER_MM = 2.3  # DQE(f) = 0.70 exp(-f / 2.3)
_Gain = Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], npt.NDArray[np.float64]]

_PAD = 32  # pixels around the picture, so that the circular convolution does not wrap an edge into the other


@dataclass(frozen=True)
class Detector:
    """The size of the picture and the noise of the electronics.

    Parameters
    ----------
    rows, columns : int
    spacing_mm : float
        Between pixel centres, 0.05 to 1 mm; 0.10 to 0.16 mm is usual.
    electronic_noise : float
        Standard deviation, as a share of the signal in free air.
    """

    rows: int = 1600
    columns: int = 700
    spacing_mm: float = 0.143
    electronic_noise: float = 1e-4

    def __post_init__(self) -> None:
        for name in ("rows", "columns"):
            value = getattr(self, name)
            if not 16 <= value <= 10_000:
                raise SettingsError(f"{name} is {value!r}; it must be 16 to 10000")
        if not 0.05 <= self.spacing_mm <= 1:
            raise SettingsError(f"spacing_mm is {self.spacing_mm!r}; it must be 0.05 to 1")
        if not 0 <= self.electronic_noise <= 0.1:
            raise SettingsError(f"electronic_noise is {self.electronic_noise!r}; it must be 0 to 0.1")


def mtf(frequency_per_mm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the presampled modulation transfer, 1 / (1 + (f / 1.29)**2), of an indirect flat panel.

    Examples
    --------
    >>> mtf(np.array([0.0, 1.29, 3.8])).round(2).tolist()
    [1.0, 0.5, 0.1]
    """
    return np.asarray(1 / (1 + (frequency_per_mm / MTF_CORNER_PER_MM) ** 2))


def blur(signal: FloatArray, *, spacing_mm: float) -> FloatArray:
    """Return the signal blurred by the detector.

    Parameters
    ----------
    signal : (R, C) float array
        Mean signal over the area of each pixel.
    spacing_mm : float

    Notes
    -----
    The measured transfer includes the pixel's aperture, and so does the input; it is divided out once.
    """

    def gain(rows: npt.NDArray[np.float64], columns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        aperture = np.sinc(rows * spacing_mm) * np.sinc(columns * spacing_mm)
        return np.asarray(mtf(np.hypot(rows, columns)) / aperture)

    return _filtered(signal, gain, spacing_mm)


def focal_blur(
    signal: FloatArray, *, spacing_mm: float, focal_spot_mm: float, magnification: float
) -> FloatArray:
    """Return the signal blurred by a focal spot that is not a point.

    Parameters
    ----------
    signal : (R, C) float array
        On the detector, before its blur.
    spacing_mm : float
        Of the pixels on the detector.
    focal_spot_mm : float
        Side of the square spot, 0.6 to 1.2 mm is usual.
    magnification : float
        At the bone, 1 to 3: distance from focal spot to detector over that to the bone; often 1.02 to 1.10.

    Notes
    -----
    On the detector the spot is focal_spot_mm * (magnification - 1) wide: 0.02 to 0.1 mm.

    Raises
    ------
    SettingsError
        If a size is out of its range.
    """
    if not 0 <= focal_spot_mm <= 5:
        raise SettingsError(f"focal_spot_mm is {focal_spot_mm!r}; it must be 0 to 5")
    if not 1 <= magnification <= 3:
        raise SettingsError(f"magnification is {magnification!r}; it must be 1 to 3")
    width_mm = focal_spot_mm * (magnification - 1)
    if width_mm == 0:
        return signal

    def gain(rows: npt.NDArray[np.float64], columns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(np.sinc(rows * width_mm) * np.sinc(columns * width_mm))

    return _filtered(signal, gain, spacing_mm)


def grid_shadow(
    shape: tuple[int, int],
    *,
    spacing_mm: float,
    lines_per_mm: float = 4.0,
    strip_share: float = 0.18,
    angle_deg: float = 0.0,
) -> FloatArray:
    """Return the shadow of a still anti-scatter grid, as a factor on the blurred signal, before noise.

    Parameters
    ----------
    shape : (rows, columns)
    spacing_mm : float
    lines_per_mm : float
        Lead strips per millimetre, 2 to 8.
    strip_share : float
        Share of the beam that the strips stop, 0 to 0.9; 0.15 to 0.25 is usual.
    angle_deg : float
        Between the strips and the columns; clockwise on screen.

    Returns
    -------
    (R, C) float32 array
        Mean 1: what the grid stops altogether is a matter of dose.

    Notes
    -----
    The first two waves of the strips, weakened by the detector's blur and then sampled: a grid finer than
    half the sampling shows as coarser stripes, at |lines_per_mm - 1 / spacing_mm| per mm.

    Raises
    ------
    SettingsError
        If a value is out of its range.
    """
    if not 2 <= lines_per_mm <= 8:
        raise SettingsError(f"lines_per_mm is {lines_per_mm!r}; it must be 2 to 8")
    if not 0 <= strip_share <= 0.9:
        raise SettingsError(f"strip_share is {strip_share!r}; it must be 0 to 0.9")
    angle = np.radians(angle_deg)
    rows, columns = np.arange(shape[0])[:, None], np.arange(shape[1])[None, :]
    across_mm = (columns * np.cos(angle) + rows * np.sin(angle)) * spacing_mm
    shadow = np.ones(shape)
    for harmonic in (1, 2):
        # Fourier coefficients of strips that cover that share of each period and stop all.
        height = 2 / (np.pi * harmonic) * np.sin(np.pi * harmonic * strip_share) / (1 - strip_share)
        frequency = np.array(harmonic * lines_per_mm)
        shadow -= height * mtf(frequency) * np.cos(2 * np.pi * frequency * across_mm)
    return np.asarray(shadow, np.float32)


def quantum_noise(
    signal: FloatArray, *, spacing_mm: float, air_kerma_ugy: float, rng: np.random.Generator
) -> FloatArray:
    """Return the quantum noise of a signal, in the unit of the signal.

    Parameters
    ----------
    signal : (R, C) float array
        Blurred signal, 1 in free air.
    spacing_mm : float
    air_kerma_ugy : float
        At the detector, where the signal is 1.
    rng : numpy.random.Generator

    Returns
    -------
    (R, C) float32 array

    Notes
    -----
    Counts of the quanta that are detected, filtered so that the relative noise power is
    MTF(f)**2 / (q DQE(f)) with DQE(f) = 0.70 exp(-f / 2.3): the share that skips the scintillator's
    blur makes noise finer than the signal.

    The counts follow a Poisson law through its Cornish-Fisher expansion, n = q + sqrt(q) z + (z**2 - 1) / 6
    with z normal: mean, variance and skewness are those of the law. A sampler by rejection would spend more
    or fewer random numbers when q differs in its last bit, as it does between processors, and all noise
    after that pixel would be another.
    """
    per_signal = QUANTA_PER_MM2_UGY * air_kerma_ugy * spacing_mm**2 * DQE_ZERO
    spread = np.sqrt(np.maximum(signal, 0) * np.float32(per_signal))
    normal = rng.standard_normal(signal.shape, dtype=np.float32)
    white = np.asarray((spread * normal + (np.square(normal) - 1) / 6) / per_signal, np.float32)

    def gain(rows: npt.NDArray[np.float64], columns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        frequency = np.hypot(rows, columns)
        return np.asarray(mtf(frequency) * np.exp(frequency / (2 * DQE_CORNER_PER_MM)))

    return _filtered(white, gain, spacing_mm)


def electronic_noise(shape: tuple[int, int], *, level: float, rng: np.random.Generator) -> FloatArray:
    """Return white noise of a standard deviation of `level`, as a share of the signal in free air."""
    return np.asarray(level * rng.standard_normal(shape, dtype=np.float32), np.float32)


def _filtered(image: FloatArray, gain: _Gain, spacing_mm: float) -> FloatArray:
    """Return the image filtered by a gain at frequencies (rows, columns) in 1/mm."""
    padded = np.pad(image, _PAD, mode="symmetric")
    shape = (fft.next_fast_len(padded.shape[0], real=True), fft.next_fast_len(padded.shape[1], real=True))
    full = np.pad(padded, ((0, shape[0] - padded.shape[0]), (0, shape[1] - padded.shape[1])), mode="edge")
    rows = fft.fftfreq(shape[0], spacing_mm)[:, None]
    columns = fft.rfftfreq(shape[1], spacing_mm)[None, :]
    spectrum = fft.rfft2(full) * gain(rows, columns).astype(np.float32)
    result = fft.irfft2(spectrum, s=shape)
    return np.asarray(result[_PAD : _PAD + image.shape[0], _PAD : _PAD + image.shape[1]], np.float32)
