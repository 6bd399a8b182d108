"""Numbers with their intervals, from values and from changed thresholds."""

import math
from collections.abc import Sequence

import numpy as np

from ..measured import Estimate
from .volume import FloatArray

_TWO_SIDED = 1.96  # of 95 %


def spread(values: FloatArray) -> float:
    """Return the standard deviation as the median distance from the median says it (factor 1.4826)."""
    return float(1.4826 * np.median(np.abs(values - np.median(values)))) if len(values) else math.nan


def around(value: float, error: float, unit: str, *, least: float = -math.inf) -> Estimate:
    """Return a value with 1.96 standard errors on both sides, cut off at the least that can be."""
    return Estimate(
        value, max(value - _TWO_SIDED * error, min(least, value)), value + _TWO_SIDED * error, unit
    )


def between(value: float, others: Sequence[float], margin: float, unit: str) -> Estimate:
    """Return a value with an interval that holds what other thresholds give, widened by a margin."""
    low, high = min(value, *others) - margin, max(value, *others) + margin
    return Estimate(value, max(low, 0.0), high, unit)


def ratio(above: float, above_error: float, below: float, below_error: float) -> Estimate | None:
    """Return a ratio with its interval, by the first-order rule; None where its divisor is not over 0."""
    if below <= 0:
        return None
    value = above / below
    error = math.hypot(above_error / below, value * below_error / below)
    return around(value, error, "1", least=0.0)


def median_error(values: FloatArray, *, independent: float) -> float:
    """Return the standard error of a median: 1.2533 standard errors of the mean of independent values.

    Parameters
    ----------
    values : (N,) float array
    independent : float
        Share of the values that count as independent; neighbouring voxels do not.
    """
    return 1.2533 * spread(values) / math.sqrt(max(len(values) * independent, 1.0))
