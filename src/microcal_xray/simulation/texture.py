"""Random fields with the look of trabecular bone: struts along the bone, finer ties across it."""

import numpy as np
import numpy.typing as npt
from scipy import fft

FloatArray = npt.NDArray[np.float32]


def power_law_field(
    shape: tuple[int, int],
    *,
    spacing_mm: float,
    slope: float,
    corner_per_mm: float,
    elongation: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Return a Gaussian field of zero mean and unit variance whose power falls as frequency**-slope.

    Parameters
    ----------
    shape : (rows, columns)
    spacing_mm : float
    slope : float
        Exponent of the noise power well above the corner.
    corner_per_mm : float
        Below this frequency the power is flat.
    elongation : float
        How many times longer than wide the structures are, along the rows' axis (vertically).
    rng : numpy.random.Generator

    Returns
    -------
    (R, C) float32 array
    """
    full = tuple(fft.next_fast_len(size + 8, real=True) for size in shape)
    rows = fft.fftfreq(full[0], spacing_mm)[:, None] * np.sqrt(elongation)
    columns = fft.rfftfreq(full[1], spacing_mm)[None, :] / np.sqrt(elongation)
    amplitude = (1 + (rows**2 + columns**2) / corner_per_mm**2) ** (-slope / 4)
    amplitude[0, 0] = 0
    white = rng.standard_normal(full, dtype=np.float32)
    field = fft.irfft2(fft.rfft2(white) * amplitude.astype(np.float32), s=full)[: shape[0], : shape[1]]
    return np.asarray((field - field.mean()) / max(float(field.std()), 1e-9), np.float32)


def trabeculae(shape: tuple[int, int], *, spacing_mm: float, rng: np.random.Generator) -> FloatArray:
    """Return the pattern of trabeculae, zero mean and unit variance, bright struts on a darker ground.

    Parameters
    ----------
    shape : (rows, columns)
    spacing_mm : float
    rng : numpy.random.Generator

    Notes
    -----
    The struts run along the rows' axis (vertically); weaker, shorter ties cross them. Both are thin bands
    about the zero level of a smooth random field: such level lines wind, branch and end as trabeculae do.
    Clouds of denser and rarer bone lie over them.
    """
    struts = _bands(shape, spacing_mm, corner_per_mm=0.30, elongation=9.0, rng=rng)
    more_struts = _bands(shape, spacing_mm, corner_per_mm=0.42, elongation=6.0, rng=rng)
    ties = _bands(shape, spacing_mm, corner_per_mm=0.42, elongation=0.3, rng=rng)
    fine = power_law_field(
        shape, spacing_mm=spacing_mm, slope=3.0, corner_per_mm=0.6, elongation=3.0, rng=rng
    )
    clouds = power_law_field(
        shape, spacing_mm=spacing_mm, slope=3.5, corner_per_mm=0.08, elongation=2.0, rng=rng
    )
    pattern = struts + 0.8 * more_struts + 0.5 * ties + 0.5 * fine + 0.45 * clouds
    return np.asarray((pattern - pattern.mean()) / pattern.std(), np.float32)


def _bands(
    shape: tuple[int, int],
    spacing_mm: float,
    *,
    corner_per_mm: float,
    elongation: float,
    rng: np.random.Generator,
) -> FloatArray:
    field = power_law_field(
        shape, spacing_mm=spacing_mm, slope=6.0, corner_per_mm=corner_per_mm, elongation=elongation, rng=rng
    )
    bands = np.exp(-0.5 * np.square(field / 0.4))
    return np.asarray((bands - bands.mean()) / bands.std(), np.float32)
