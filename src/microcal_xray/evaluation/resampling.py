"""Intervals by the patient-clustered bootstrap: replicates are weights, every statistic is vectorised.

A statistic is any function of (B, N) weights of the pictures that returns (B, S) numbers: a weight of 2
counts a picture twice, 0 leaves it out. The data themselves are the weights 1; the bootstrap (Efron and
Tibshirani 1993, chapters 6 and 13) draws patients with replacement; the jackknife leaves one patient out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .pool import Floats, Indices

_CHUNK_NUMBERS = 4_000_000  # weights held at once: 32 MB
_BLOCK = 64  # replicates per random stream


class Statistic(Protocol):
    """A measure as a function of the weights of the pictures."""

    def __call__(self, weights: Floats, /) -> Floats:
        """Return (B, S) numbers for (B, N) weights; NaN where a measure is not defined."""
        ...


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are drawn.

    Parameters
    ----------
    replicates : int
        2000 are enough for 95 % limits; 0 gives no intervals.
    seed : int
    level : float
        Share of the replicates within the limits.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1, or the replicates are negative.
    """

    replicates: int = 2000
    seed: int = 20240229
    level: float = 0.95

    def __post_init__(self) -> None:
        if not 0 < self.level < 1 or self.replicates < 0:
            raise ValueError(
                f"level {self.level} must lie in (0, 1), replicates {self.replicates} not be negative"
            )


@dataclass(frozen=True)
class Estimate:
    """A number with its interval.

    Parameters
    ----------
    value, low, high : float or None
        None where it is not defined: no line-free picture, say, or no interval was asked for.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


def bootstrap_weights(patient: Indices, bootstrap: Bootstrap) -> Callable[[int, int], Floats]:
    """Return a function that gives the (B, N) weights of the replicates from `first` to before `last`.

    Each replicate draws as many patients as there are, with replacement, and takes all pictures of each.
    Blocks of replicates have random streams of their own, so that it does not matter how many are asked for
    at once.
    """
    patients = int(patient.max()) + 1 if len(patient) else 0

    def weights(first: int, last: int) -> Floats:
        blocks = range(first // _BLOCK, (last - 1) // _BLOCK + 1)
        drawn = np.concatenate(
            [
                np.random.default_rng((bootstrap.seed, block)).integers(0, patients, (_BLOCK, patients))
                for block in blocks
            ]
        )[first - blocks.start * _BLOCK :][: last - first]
        cells = drawn + patients * np.arange(len(drawn))[:, None]
        counts = np.bincount(cells.ravel(), minlength=patients * len(drawn)).reshape(len(drawn), patients)
        return counts[:, patient].astype(np.float64)

    return weights


def replicate(statistic: Statistic, patient: Indices, bootstrap: Bootstrap, *, width: int = 0) -> Floats:
    """Return the (B, S) values of a statistic in all replicates.

    Parameters
    ----------
    statistic : Statistic
    patient : (N,) int array
    bootstrap : Bootstrap
    width : int
        How many numbers the statistic holds per replicate beyond one per picture; it limits the memory.
    """
    weights = bootstrap_weights(patient, bootstrap)
    rows = max(1, _CHUNK_NUMBERS // (len(patient) + width + 1))
    firsts = range(0, bootstrap.replicates, rows)
    chunks = [statistic(weights(first, min(first + rows, bootstrap.replicates))) for first in firsts]
    return np.concatenate(chunks) if chunks else np.zeros((0, statistic(np.ones((1, len(patient)))).shape[1]))


def estimates(
    statistic: Statistic, patient: Indices, bootstrap: Bootstrap, *, width: int = 0
) -> tuple[Estimate, ...]:
    """Return the S values of a statistic, each with its percentile interval.

    Replicates in which a measure is not defined (no line drawn, say) are left out of its interval.
    """
    values = statistic(np.ones((1, len(patient))))[0]
    drawn = replicate(statistic, patient, bootstrap, width=width)
    return tuple(
        Estimate(
            number_or_none(value), *interval(column, bootstrap.level) if np.isfinite(value) else (None, None)
        )
        for value, column in zip(values, drawn.T, strict=True)
    )


def named_estimates(
    statistics: Mapping[str, Statistic], patient: Indices, bootstrap: Bootstrap, *, width: int = 0
) -> dict[str, tuple[Estimate, ...]]:
    """Return the estimates of several statistics, all from the same replicates."""
    once = np.ones((1, len(patient)))
    sizes = [statistic(once).shape[1] for statistic in statistics.values()]

    def together(weights: Floats, /) -> Floats:
        return np.concatenate([statistic(weights) for statistic in statistics.values()], axis=1)

    found = estimates(together, patient, bootstrap, width=width)
    ends = np.cumsum(sizes)
    return {name: found[end - size : end] for name, size, end in zip(statistics, sizes, ends, strict=True)}


def interval(drawn: Floats, level: float) -> tuple[float | None, float | None]:
    """Return the percentile interval of replicates, or (None, None) when none is defined."""
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return None, None
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def number_or_none(value: float | np.float64) -> float | None:
    """Return a plain number, or None when it is not finite."""
    return float(value) if np.isfinite(value) else None


def ratio(
    weights: Floats, numerator: npt.NDArray[np.generic], denominator: npt.NDArray[np.generic]
) -> Floats:
    """Return (B, S) ratios of weighted sums over pictures; NaN where the denominator is 0.

    Parameters
    ----------
    weights : (B, N) float array
    numerator : (N, S) array
    denominator : (N,) or (N, S) array
    """
    below = weights @ np.asarray(denominator if denominator.ndim == 2 else denominator[:, None], np.float64)
    above = weights @ np.asarray(numerator, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan))
