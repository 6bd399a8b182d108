"""The jackknife over patients: pseudovalues, and the covariance of figures of merit of the same pictures.

With K patients, theta the figure on all and theta_(k) without patient k,

    Y_k = K theta - (K - 1) theta_(k)                     the pseudovalue of patient k
    cov(theta_a, theta_b) = cov(Y_a, Y_b) / K

References
----------
Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 11.
Dorfman, Berbaum and Metz (1992), Invest Radiol 27:723-731.
"""

from collections.abc import Sequence

import numpy as np

from .pool import Floats, Indices
from .resampling import Statistic

_CHUNK_NUMBERS = 4_000_000


def pseudovalues(statistic: Statistic, patient: Indices) -> Floats:
    """Return the (K,) pseudovalues of a statistic with one number.

    Parameters
    ----------
    statistic : Statistic
    patient : (N,) int array
        0, 1, ..., K - 1.

    Raises
    ------
    ValueError
        If there are fewer than two patients, or the figure is not defined without one of them.
    """
    patients = int(patient.max()) + 1 if len(patient) else 0
    if patients < 2:
        raise ValueError(f"{patients} patients; the jackknife needs two or more")
    whole = statistic(np.ones((1, len(patient))))[0, 0]
    rows = max(1, _CHUNK_NUMBERS // len(patient))
    without = np.concatenate(
        [
            statistic((np.arange(first, min(first + rows, patients))[:, None] != patient).astype(np.float64))[
                :, 0
            ]
            for first in range(0, patients, rows)
        ]
    )
    values = patients * whole - (patients - 1) * without
    if not np.isfinite(values).all():
        raise ValueError("the figure is not defined when one patient is left out; more patients are needed")
    return np.asarray(values)


def jackknife_covariance(values: Floats) -> Floats:
    """Return the (A, A) covariance of A figures from their (A, K) pseudovalues."""
    return np.asarray(np.atleast_2d(np.cov(values)) / values.shape[1])


def pseudovalue_table(figures: Sequence[Sequence[Statistic]], patient: Indices) -> Floats:
    """Return the (T, R, K) pseudovalues of the figures of T treatments and R readers."""
    return np.array([[pseudovalues(figure, patient) for figure in row] for row in figures])
