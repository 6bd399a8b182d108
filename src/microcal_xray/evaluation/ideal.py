"""The ideal observer as a yardstick: which share of the lines could be hit at all.

An ideal observer that scans M effectively independent templates per picture for a line of unknown place,
direction, width and length, and may make f false marks per picture, answers above the threshold

    t(f) = Phi^-1(1 - f / M),      and hits a line of detectability d' in Phi(d' - t(f)) of the cases.

It knows nothing of look-alike anatomy, so that no detector on real pictures reaches it. M is a choice, about
10^5 to 10^6 for a limb (bone area over 2 mm^2, times 12 directions, times 9 widths and lengths); doubling it
moves t by 0.15 only.

References
----------
Green and Swets (1966), Signal Detection Theory and Psychophysics, for d' and its observer.
Arias-Castro, Donoho and Huo (2005), IEEE Trans Inf Theory 51:2402-2425, for the threshold of the search.
"""

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

from .froc import SCORE_RATES
from .pool import Floats, Masks

TEMPLATES_PER_IMAGE = 300_000.0


def ideal_threshold(rate: float, *, templates: float = TEMPLATES_PER_IMAGE) -> float:
    """Return the response that an ideal observer must exceed for `rate` false marks per picture.

    Raises
    ------
    ValueError
        If the rate is not between 0 and the number of templates.

    Examples
    --------
    >>> round(ideal_threshold(1.0), 2)
    4.5
    """
    if not 0 < rate < templates:
        raise ValueError(f"{rate} false marks per picture with {templates} templates; it must lie between")
    return float(norm.isf(rate / templates))


def ideal_sensitivity(d_prime: Floats, rates: tuple[float, ...], *, templates: float) -> Floats:
    """Return the (L, S) share of cases in which each line is hit at each rate."""
    limits = np.array([ideal_threshold(rate, templates=templates) for rate in rates])
    return np.asarray(norm.cdf(d_prime[:, None] - limits))


def ideal_froc_score(d_prime: Floats, *, templates: float = TEMPLATES_PER_IMAGE) -> Floats:
    """Return the (L,) mean over 1/4, 1/2, 1, 2 and 4 false marks per picture of the ideal sensitivity."""
    return np.asarray(ideal_sensitivity(d_prime, SCORE_RATES, templates=templates).mean(axis=1))


def half_hit_d_prime(d_prime: Floats, hit: Masks) -> float | None:
    """Return the detectability at which half of the lines are hit.

    The share that is hit is taken as Phi(a (d' - d50)) with a > 0, fitted by maximum likelihood.

    Parameters
    ----------
    d_prime : (L,) float array
    hit : (L,) bool array

    Returns
    -------
    float or None
        None when all or none are hit, when a larger d' does not help, or when half lies outside the data.
    """
    if hit.all() or not hit.any() or d_prime[hit].mean() <= d_prime[~hit].mean():
        return None
    sign = np.where(hit, 1.0, -1.0)

    def cost(values: Floats) -> float:
        return -float(norm.logcdf(sign * np.exp(values[1]) * (d_prime - values[0])).sum())

    # Where the two groups do not overlap, the best slope is infinite; the bound is as good as that.
    bounds = [(float(d_prime.min()), float(d_prime.max())), (-5.0, 3.0)]
    start = np.array([np.median(d_prime), 0.0])
    found = minimize(cost, start, bounds=bounds, method="L-BFGS-B")
    middle = float(found.x[0])
    inside = d_prime.min() < middle < d_prime.max()
    return middle if inside and found.success else None


def efficiency(
    d_prime: Floats, hit: Masks, *, rate: float = 1.0, templates: float = TEMPLATES_PER_IMAGE
) -> float | None:
    """Return (d'50 of the ideal observer / d'50 of the detector)^2 at one rate: the ratio of doses needed.

    None where the d'50 of the detector is not defined; see `half_hit_d_prime`.
    """
    middle = half_hit_d_prime(d_prime, hit)
    return (
        None if middle is None or middle <= 0 else (ideal_threshold(rate, templates=templates) / middle) ** 2
    )
