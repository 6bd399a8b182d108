"""How a line looks across: a slit or a soft band, through the picture's own blur, fitted in its own noise."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import linalg, ndimage

FloatArray = npt.NDArray[np.float64]

_FWHM_PER_SD = 2.3548
BAND_AREA = math.sqrt(2 * math.pi) / _FWHM_PER_SD  # of a Gaussian of height and width 1
_WIDTHS = 60
_PRIOR_LOG_SD = 1.0  # the width at which the line was found is right within a factor of e, say
_DEGREE = 2  # of the background's polynomial
_LEAST_WEIGHT = 0.1  # of the largest: a bone's edge across the strip says less, but not nothing
_LEAST_NEAR_PX = 3.0  # to each side: a model that fits fewer places says nothing
_FLOOR = 2e-3  # of the variance, added as white noise: no covariance is known better


@dataclass(frozen=True)
class BandFit:
    """A line's profile, fitted.

    Parameters
    ----------
    width_px : float
        Full width at half maximum of the line itself.
    width_log_sd : float
        Standard deviation of its logarithm.
    area_px : float
        Integral of the profile of height 1.
    offset_px, mean, sd, model : (M,) float array
        Weighted mean of the rows less its background, the standard error of each point, and the fitted line.
    weight : (N,) float array
        Of the rows; sums to 1.
    template : (M,) float array
        Times a row of the strip: the height of the line there, any background of that degree taken away.
    d_prime : float
        Height over its standard error, by generalised least squares.
    """

    width_px: float
    width_log_sd: float
    area_px: float
    offset_px: FloatArray
    mean: FloatArray
    sd: FloatArray
    model: FloatArray
    weight: FloatArray
    template: FloatArray
    d_prime: float

    @property
    def misfit(self) -> float:
        """Root mean square of what the model leaves of the profile within two widths, over its height.

        Examples
        --------
        >>> row = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
        >>> BandFit(1.0, 0.1, 1.0, np.arange(-2.0, 3.0), row, row, row, row, row, 9.0).misfit
        0.0
        """
        near = np.abs(self.offset_px) <= max(2 * self.width_px, _LEAST_NEAR_PX)
        height = float(np.abs(self.model).max())
        left = math.sqrt(float(np.mean((self.mean - self.model)[near] ** 2)))
        return left / height if height > 0 else math.inf


def slit(offset_px: FloatArray, width_px: float, blur_px: float) -> FloatArray:
    """Return a slit of height 1 blurred by a two-sided exponential.

    Parameters
    ----------
    offset_px : float array
    width_px : float
    blur_px : float
        Full width at half maximum of the exponential, over 0.

    Examples
    --------
    >>> slit(np.array([0.0]), 100.0, 1.0).round(6).tolist()
    [1.0]
    """
    rate = 2 * math.log(2) / blur_px
    return _below(offset_px + width_px / 2, rate) - _below(offset_px - width_px / 2, rate)


def soft_band(offset_px: FloatArray, width_px: float, blur_px: float) -> FloatArray:
    """Return a Gaussian of height 1 blurred by a two-sided exponential.

    Parameters
    ----------
    offset_px : (M,) float array
    width_px : float
        Full width at half maximum of the Gaussian.
    blur_px : float
        The same of the exponential, over 0.
    """
    sd = width_px / _FWHM_PER_SD
    places, step = np.linspace(-3, 3, 25, retstep=True)
    shares = np.exp(-0.5 * places**2)
    # Thin slits side by side, as high as the Gaussian there.
    beside = slit(offset_px - sd * places[:, None], sd * float(step), blur_px)
    return np.asarray(shares @ beside)


def fit_band(
    rows: FloatArray, offset_px: FloatArray, *, is_soft: bool, width_px: float, blur_px: float, alike: int
) -> BandFit:
    """Return the width and the height of a line, from the rows of a strip along it.

    Parameters
    ----------
    rows : (N, M) float array
        A line is a peak.
    offset_px : (M,) float array
        Evenly spaced, symmetric about 0.
    is_soft : bool
        Whether the line is a soft band, not a slit.
    width_px : float
        At which it was found.
    blur_px : float
    alike : int
        Rows nearer than this are not independent.

    Notes
    -----
    Generalised least squares of the weighted mean row on the blurred line of each of 60 widths, and a
    polynomial of degree 2. The covariance is that of a stationary process across the line, of what remains in
    the rows, with long-run variance along it (Bartlett's weights [1]_). Rows in which more remains weigh
    less.

    References
    ----------
    .. [1] Newey and West (1987), A simple, positive semi-definite, heteroskedasticity and autocorrelation
       consistent covariance matrix. Econometrica 55, 703-708.
    """
    slow = _polynomials(offset_px)
    weight = _weights(rows, offset_px, max(width_px, 1.2 * blur_px), alike)
    mean = weight @ rows
    white = _whitening(rows, mean, weight, slow, alike)
    widths = np.geomspace(max(0.1 * blur_px, 0.05), max(4 * width_px, 8 * blur_px), _WIDTHS)
    step = float(offset_px[1] - offset_px[0])
    shapes = _shapes(len(offset_px), step, is_soft, float(widths[0]), float(widths[-1]), blur_px)
    hidden = np.linalg.qr(white(slow))[0]
    seen = white(mean)
    told = white(shapes)
    told -= hidden @ (hidden.T @ told)
    power = (told**2).sum(axis=0)
    height = told.T @ seen / power
    likelihood = (
        0.5 * height * np.abs(height) * power - 0.5 * (np.log(widths / width_px) / _PRIOR_LOG_SD) ** 2
    )
    posterior = np.exp(likelihood - likelihood.max())
    posterior /= posterior.sum()
    middle = float(posterior @ np.log(widths))
    spread = math.sqrt(max(0.0, float(posterior @ np.log(widths) ** 2) - middle**2))
    best = int(np.abs(np.log(widths) - middle).argmin())
    template = shapes[:, best] - slow @ (slow.T @ shapes[:, best])
    template /= template @ template
    found = float(template @ mean)
    background = slow @ (slow.T @ (mean - found * shapes[:, best]))
    return BandFit(
        width_px=math.exp(middle),
        width_log_sd=spread,
        area_px=float(widths[best]) * (BAND_AREA if is_soft else 1.0),
        offset_px=offset_px,
        mean=mean - background,
        sd=_standard_error(rows - rows @ slow @ slow.T, weight, alike),
        model=found * shapes[:, best],
        weight=weight,
        template=template,
        d_prime=float(height[best] * math.sqrt(power[best])),
    )


@lru_cache(maxsize=64)
def _shapes(
    count: int, step_px: float, is_soft: bool, narrowest_px: float, widest_px: float, blur_px: float
) -> FloatArray:
    """Return profiles of height 1 of each width on evenly spaced offsets, (M, W); a line is fitted often."""
    offset = step_px * (np.arange(count, dtype=np.float64) - count // 2)
    shape = soft_band if is_soft else slit
    widths = np.geomspace(narrowest_px, widest_px, _WIDTHS).tolist()
    shapes = np.stack([shape(offset, width, blur_px) for width in widths], axis=1)
    shapes.flags.writeable = False
    return shapes


def mean_and_error(series: FloatArray, weight: FloatArray, alike: int) -> tuple[float, float]:
    """Return the weighted mean of a series whose neighbours are alike, and its standard error.

    Parameters
    ----------
    series : (N,) float array
    weight : (N,) float array
        Sums to 1.
    alike : int
        Heights nearer than this are not independent.
    """
    return float(weight @ series), float(_standard_error(series[:, None], weight, alike)[0])


def height_in_errors(
    rows: FloatArray, offset_px: FloatArray, *, is_soft: bool, width_px: float, blur_px: float, alike: int
) -> float:
    """Return the height of a line of a given width over its standard error; parameters as of `fit_band`."""
    slow = _polynomials(offset_px)
    template = (soft_band if is_soft else slit)(offset_px, width_px, blur_px)
    template = template - slow @ (slow.T @ template)
    power = float(template @ template)
    if power == 0:
        return 0.0
    weight = _weights(rows, offset_px, max(width_px, 1.2 * blur_px), alike)
    height, error = mean_and_error(rows @ template / power, weight, alike)
    return height / error if error > 0 else 0.0


def _below(offset: FloatArray, rate: float) -> FloatArray:
    """Return the integral of the two-sided exponential up to each offset."""
    half = 0.5 * np.exp(-rate * np.abs(offset))
    return np.where(offset < 0, half, 1 - half)


def _polynomials(offset: FloatArray) -> FloatArray:
    scaled = offset / max(float(np.abs(offset).max()), 1e-9)
    return np.asarray(np.linalg.qr(np.stack([scaled**power for power in range(_DEGREE + 1)], axis=1))[0])


def _weights(rows: FloatArray, offset: FloatArray, width: float, alike: int) -> FloatArray:
    far = np.abs(offset) > 0.8 * width
    beside = rows[:, far] if far.sum() > 2 * (_DEGREE + 1) else rows
    slow = _polynomials(offset[far] if far.sum() > 2 * (_DEGREE + 1) else offset)
    left = beside - beside @ slow @ slow.T
    left = left - left.mean(axis=0)
    power = ndimage.gaussian_filter1d((left**2).mean(axis=1), max(1.0, alike / 2), mode="nearest")
    usual = max(float(np.median(power)), 1e-30)
    weight = np.maximum(1 / np.maximum(power, usual), _LEAST_WEIGHT / usual)
    return np.asarray(weight / weight.sum())


def _whitening(
    rows: FloatArray, mean: FloatArray, weight: FloatArray, slow: FloatArray, alike: int
) -> Callable[[FloatArray], FloatArray]:
    """Return the function that makes the noise of the mean row white."""
    count, columns = rows.shape
    left = (rows - mean) * (weight * count)[:, None]
    left = left - left @ slow @ slow.T
    blocks = _blocks(left, alike)
    alike_by = np.array([np.mean(blocks[:, : columns - lag] * blocks[:, lag:]) for lag in range(columns)])
    # Falling weights keep the matrix positive definite.
    alike_by *= (1 - np.arange(columns) / columns) / count
    covariance = linalg.toeplitz(alike_by) + np.eye(columns) * (_FLOOR * alike_by[0] + 1e-30)
    lower = linalg.cholesky(covariance, lower=True)
    return lambda vectors: np.asarray(linalg.solve_triangular(lower, vectors, lower=True))


def _standard_error(rows: FloatArray, weight: FloatArray, alike: int) -> FloatArray:
    blocks = _blocks((rows - weight @ rows) * (weight * len(rows))[:, None], alike)
    return np.asarray(np.sqrt((blocks**2).mean(axis=0) / len(rows)))


def _blocks(left: FloatArray, alike: int) -> FloatArray:
    """Return sums of so many neighbouring rows over their root: what varies slowly counts in full."""
    together = max(1, min(alike, len(left) // 3))
    sums = np.cumsum(np.concatenate([np.zeros((1, left.shape[1])), left]), axis=0)
    return np.asarray((sums[together:] - sums[:-together]) / math.sqrt(together))
