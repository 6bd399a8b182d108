"""The analysis of Dorfman, Berbaum and Metz: an analysis of variance of jackknife pseudovalues.

Treatments are fixed, readers and cases random. It agrees with that of Obuchowski and Rockette on the
jackknife covariance, but for the test with fixed readers, which has (T - 1)(K - 1) denominator degrees of
freedom instead of a chi-square. It is here as a second way to the same numbers.

References
----------
Dorfman, Berbaum and Metz (1992), Invest Radiol 27:723-731.
Hillis, Berbaum and Metz (2008), Acad Radiol 15:647-661, doi:10.1016/j.acra.2007.12.015.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import f as f_distribution

from .mrmc import EqualityTest
from .pool import Floats


@dataclass(frozen=True)
class MeanSquares:
    """Mean squares of the treatment x reader x case analysis of variance; letters name the factors."""

    t: float
    r: float
    c: float
    tr: float
    tc: float
    rc: float
    trc: float


@dataclass(frozen=True)
class DbmAnalysis:
    """Mean squares, and the test that all treatments are equal, in the three ways to generalise."""

    mean_squares: MeanSquares
    random_readers_random_cases: EqualityTest
    fixed_readers_random_cases: EqualityTest
    random_readers_fixed_cases: EqualityTest


def dorfman_berbaum_metz(values: Floats) -> DbmAnalysis:
    """Return the analysis of (T, R, K) pseudovalues of T treatments, R readers and K cases.

    Parameters
    ----------
    values : (T, R, K) float array
        Pseudovalues.

    Raises
    ------
    ValueError
        If there are fewer than two of any of them.
    """
    treatments, readers, cases = values.shape
    if min(values.shape) < 2:
        raise ValueError(f"{treatments} treatments, {readers} readers, {cases} cases; two of each are needed")
    ms = _mean_squares(values)
    df = (treatments - 1) * (readers - 1)
    both = ms.tr + max(ms.tc - ms.trc, 0.0)
    return DbmAnalysis(
        ms,
        random_readers_random_cases=_test(ms.t, both, treatments, both**2 / (ms.tr**2 / df)),
        fixed_readers_random_cases=_test(ms.t, ms.tc, treatments, (treatments - 1) * (cases - 1)),
        random_readers_fixed_cases=_test(ms.t, ms.tr, treatments, df),
    )


def _mean_squares(values: Floats) -> MeanSquares:
    treatments, readers, cases = values.shape
    grand = values.mean()

    def squares(kept: tuple[int, ...]) -> float:
        """Return the sum of squares, over all cells, of the means over the axes that are not kept."""
        away = tuple(axis for axis in range(3) if axis not in kept)
        means = values.mean(axis=away) if away else values
        return float(((means - grand) ** 2).sum() * values.size / means.size)

    t, r, c = squares((0,)), squares((1,)), squares((2,))
    tr, tc, rc = squares((0, 1)) - t - r, squares((0, 2)) - t - c, squares((1, 2)) - r - c
    trc = squares((0, 1, 2)) - t - r - c - tr - tc - rc
    dt, dr, dc = treatments - 1, readers - 1, cases - 1
    return MeanSquares(
        t / dt, r / dr, c / dc, tr / (dt * dr), tc / (dt * dc), rc / (dr * dc), trc / (dt * dr * dc)
    )


def _test(mean_square: float, error: float, treatments: int, df: float) -> EqualityTest:
    f = mean_square / error if error > 0 else np.inf
    return EqualityTest(
        float(f), treatments - 1.0, float(df), float(f_distribution.sf(f, treatments - 1, df))
    )
