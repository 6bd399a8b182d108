"""Cohen's and Fleiss' kappa as statistics of weighted images, so that the bootstrap of `evaluation` serves.

With p_o the share on which readers agree and p_e the share expected if each kept their own frequencies,

    kappa = (p_o - p_e) / (1 - p_e)

Cohen (1960): two readers, p_e = sum_c p1(c) p2(c) with the frequencies of each. Fleiss (1971): n readers of
every unit, p_o the mean over units of (sum_c n_c^2 - n) / (n (n - 1)), p_e = sum_c p(c)^2 with the
frequencies of all together. Neither is defined where all verdicts are the same.

References
----------
Cohen (1960), Educ Psychol Meas 20:37-46, doi:10.1177/001316446002000104.
Fleiss (1971), Psychol Bull 76:378-382, doi:10.1037/h0031619.
"""

from functools import partial

import numpy as np
import numpy.typing as npt

from ..evaluation.resampling import Statistic

Counts = npt.NDArray[np.float64]


def cohen_kappa(tables: Counts) -> Statistic:
    """Return kappa and the share of agreement of two readers, as a statistic with two numbers.

    Parameters
    ----------
    tables : (N, C, C) float array
        For each image, how often the first reader said c (rows) and the second d (columns).

    Examples
    --------
    >>> table = np.array([[[20.0, 5.0], [10.0, 15.0]]])
    >>> cohen_kappa(table)(np.ones((1, 1))).round(6).tolist()
    [[0.4, 0.7]]
    """
    return partial(_cohen, tables)


def fleiss_kappa(ratings: Counts, image: npt.NDArray[np.int64]) -> Statistic:
    """Return kappa and the mean share of agreeing pairs of readers, as a statistic with two numbers.

    Parameters
    ----------
    ratings : (U, C) float array
        How many readers said c of each unit; the sum is the same for all units, 2 or more.
    image : (U,) int array
        Which image each unit is on: its weight counts.
    """
    return partial(_fleiss, ratings, image)


def _cohen(tables: Counts, weights: Counts, /) -> Counts:
    table = np.einsum("bn,nij->bij", weights, tables)
    total = table.sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = table / total[:, None, None]
        observed = np.trace(share, axis1=1, axis2=2)
        expected = (share.sum(axis=2) * share.sum(axis=1)).sum(axis=1)
        return np.stack([_kappa(observed, expected), observed], axis=1)


def _fleiss(ratings: Counts, image: npt.NDArray[np.int64], weights: Counts, /) -> Counts:
    readers = ratings.sum(axis=1)[:1]
    owner = weights[:, image]
    agreeing = ((ratings**2).sum(axis=1) - readers) / (readers * (readers - 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        total = owner.sum(axis=1)
        observed = owner @ agreeing / total
        shares = owner @ ratings / (total[:, None] * readers)
        return np.stack([_kappa(observed, (shares**2).sum(axis=1)), observed], axis=1)


def _kappa(observed: Counts, expected: Counts) -> Counts:
    # By construction 1 where all say the same; rounding must not turn that into a number.
    return np.asarray(np.where(1 - expected > 1e-12, (observed - expected) / (1 - expected), np.nan))
