"""Several treatments read by several readers: the analysis of Obuchowski and Rockette with the df of Hillis.

The figure of merit theta_ij of treatment i (of T) and reader j (of R) is taken as

    theta_ij = mu + tau_i + R_j + (tau R)_ij + e_ij

with correlated errors: variance Var, and covariances Cov1 (other treatment, same reader), Cov2 (same
treatment, other reader) and Cov3 (both differ). They come from the jackknife or DeLong and are averaged.
An algorithm is a treatment with one reader; two algorithms with several trained versions each are two
treatments with readers.

References
----------
Obuchowski and Rockette (1995), Commun Stat Simul 24:285-308.
Hillis, Obuchowski, Schartz and Berbaum (2005), Stat Med 24:1579-1607, doi:10.1002/sim.2024.
Hillis (2007), Stat Med 26:596-619, doi:10.1002/sim.2532 (the denominator degrees of freedom).
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import chi2
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

from .pool import Floats


@dataclass(frozen=True)
class Components:
    """Variance components; estimates of variances can come out negative.

    Parameters
    ----------
    reader, treatment_reader : float
        Var(R) and Var(TR); NaN with a single reader.
    error, cov1, cov2, cov3 : float
        cov1 is NaN with a single treatment, cov2 with a single reader, cov3 with either.
    """

    reader: float
    treatment_reader: float
    error: float
    cov1: float
    cov2: float
    cov3: float


@dataclass(frozen=True)
class EqualityTest:
    """A test of the hypothesis that all treatments are equal.

    Parameters
    ----------
    f : float
    numerator_df, denominator_df : float
        The latter is inf for a chi-square test.
    p_value : float
    """

    f: float
    numerator_df: float
    denominator_df: float
    p_value: float


@dataclass(frozen=True)
class Contrast:
    """A difference of two treatments, or one treatment by itself.

    Parameters
    ----------
    first : int
    second : int or None
        Indices of treatments; `value` is that of the first minus that of the second. None: no difference.
    value, standard_error, df, p_value, low, high : float
        The p-value is that of a difference of 0; NaN for one treatment by itself.
    """

    first: int
    second: int | None
    value: float
    standard_error: float
    df: float
    p_value: float
    low: float
    high: float


@dataclass(frozen=True)
class Analysis:
    """One of the three ways to generalise.

    Parameters
    ----------
    test : EqualityTest
    differences : tuple of Contrast
        For each pair of treatments.
    treatments : tuple of Contrast
        Each from its own data alone.
    """

    test: EqualityTest
    differences: tuple[Contrast, ...]
    treatments: tuple[Contrast, ...]


@dataclass(frozen=True)
class MrmcAnalysis:
    """The whole analysis.

    Parameters
    ----------
    figures : (T, R) float array
    components : Components
    random_readers_random_cases : Analysis or None
        For the populations of readers and of cases; None with a single reader.
    fixed_readers_random_cases : Analysis
        For the population of cases and these very readers.
    random_readers_fixed_cases : Analysis or None
        For the population of readers and these very cases; None with a single reader.
    """

    figures: Floats
    components: Components
    random_readers_random_cases: Analysis | None
    fixed_readers_random_cases: Analysis
    random_readers_fixed_cases: Analysis | None


def obuchowski_rockette(figures: Floats, covariance: Floats, *, level: float = 0.95) -> MrmcAnalysis:
    """Return the analysis of a factorial study: every reader reads every case in every treatment.

    Parameters
    ----------
    figures : (T, R) float array
        A figure of merit per treatment and reader; T > 1.
    covariance : (T, R, T, R) or (T R, T R) float array
        Of their errors, over cases.
    level : float
        Of the intervals.

    Raises
    ------
    ValueError
        If there are fewer than two treatments, the shapes disagree or a number is not finite.
    """
    treatments, readers = figures.shape
    if treatments < 2:
        raise ValueError(f"{treatments} treatment; two or more can be compared")
    if covariance.size != figures.size**2 or not (
        np.isfinite(figures).all() and np.isfinite(covariance).all()
    ):
        raise ValueError(f"figures {figures.shape} and covariance {covariance.shape} must fit and be finite")
    cov = covariance.reshape(treatments, readers, treatments, readers)
    parts = _components(figures, cov)
    spread = max(parts.cov2 - parts.cov3, 0.0) if readers > 1 else 0.0
    fixed = _Errors(
        error=parts.error - parts.cov1 + (readers - 1) * spread,
        df=np.inf,
        own=tuple(_own_fixed(cov[i, :, i, :]) for i in range(treatments)),
        own_df=(np.inf,) * treatments,
    )
    if readers == 1:
        return MrmcAnalysis(figures, parts, None, _analysis(figures, fixed, level), None)
    interaction = _interaction(figures)
    both = interaction + readers * spread
    df = (treatments - 1) * (readers - 1)
    reader_ms = figures.var(axis=1, ddof=1)
    own_both = [ms + readers * max(_cov2(cov[i, :, i, :]), 0) for i, ms in enumerate(reader_ms)]
    random = _Errors(
        error=both,
        df=_satterthwaite(both, interaction, df),
        own=tuple(own_both),
        own_df=tuple(_satterthwaite(o, ms, readers - 1) for o, ms in zip(own_both, reader_ms, strict=True)),
    )
    these = _Errors(interaction, df, tuple(reader_ms), (readers - 1,) * treatments)
    return MrmcAnalysis(
        figures,
        parts,
        _analysis(figures, random, level),
        _analysis(figures, fixed, level),
        _analysis(figures, these, level),
    )


@dataclass(frozen=True)
class _Errors:
    """The mean square that a treatment effect is held against, and the same within each treatment."""

    error: float
    df: float
    own: tuple[float, ...]
    own_df: tuple[float, ...]


def _components(figures: Floats, cov: Floats) -> Components:
    treatments, readers = figures.shape
    i, j, other_i, other_j = np.ix_(*(range(size) for size in cov.shape))
    error = cov[(i == other_i) & (j == other_j)].mean()
    if readers == 1:
        return Components(np.nan, np.nan, error, cov[i != other_i].mean(), np.nan, np.nan)
    cov1 = cov[(i != other_i) & (j == other_j)].mean()
    cov2 = cov[(i == other_i) & (j != other_j)].mean()
    cov3 = cov[(i != other_i) & (j != other_j)].mean()
    interaction = _interaction(figures)
    reader_ms = treatments * figures.mean(axis=0).var(ddof=1)
    return Components(
        reader=(reader_ms - interaction) / treatments - cov1 + cov3,
        treatment_reader=interaction - error + cov1 + max(cov2 - cov3, 0.0),
        error=error,
        cov1=cov1,
        cov2=cov2,
        cov3=cov3,
    )


def _interaction(figures: Floats) -> float:
    treatments, readers = figures.shape
    left = figures - figures.mean(axis=1, keepdims=True) - figures.mean(axis=0) + figures.mean()
    return float((left**2).sum() / ((treatments - 1) * (readers - 1)))


def _cov2(cov: Floats) -> float:
    return float(cov[~np.eye(len(cov), dtype=bool)].mean())


def _own_fixed(cov: Floats) -> float:
    readers = len(cov)
    error = float(np.diag(cov).mean())
    return error + (readers - 1) * max(_cov2(cov), 0.0) if readers > 1 else error


def _satterthwaite(total: float, mean_square: float, df: float) -> float:
    return total**2 / (mean_square**2 / df) if mean_square > 0 else np.inf


def _analysis(figures: Floats, errors: _Errors, level: float) -> Analysis:
    treatments, readers = figures.shape
    means = figures.mean(axis=1)
    mean_square = readers * means.var(ddof=1)
    # Without any error, equal treatments are equal and others are not.
    f = mean_square / errors.error if errors.error > 0 else (np.inf if mean_square > 0 else 0.0)
    test = EqualityTest(float(f), treatments - 1.0, float(errors.df), _tail(f, treatments - 1, errors.df))
    differences = tuple(
        _contrast(a, b, means[a] - means[b], 2 * errors.error / readers, errors.df, level)
        for a, b in combinations(range(treatments), 2)
    )
    alone = tuple(
        _contrast(a, None, means[a], errors.own[a] / readers, errors.own_df[a], level)
        for a in range(treatments)
    )
    return Analysis(test, differences, alone)


def _tail(f: float, numerator_df: float, denominator_df: float) -> float:
    if np.isinf(denominator_df):
        return float(chi2.sf(f * numerator_df, numerator_df))
    return float(f_distribution.sf(f, numerator_df, denominator_df))


def _contrast(
    first: int, second: int | None, value: float, variance: float, df: float, level: float
) -> Contrast:
    error = max(variance, 0.0) ** 0.5
    reach = float(t_distribution.ppf((1 + level) / 2, df)) * error
    if second is None:
        p_value = np.nan
    elif error > 0:
        p_value = 2 * float(t_distribution.sf(abs(value) / error, df))
    else:
        p_value = float(value == 0)
    return Contrast(
        first,
        second,
        float(value),
        float(error),
        float(df),
        p_value,
        float(value - reach),
        float(value + reach),
    )
