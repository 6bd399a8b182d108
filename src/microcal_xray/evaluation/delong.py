"""AUC of several ratings of the same pictures, and their covariance (DeLong, DeLong and Clarke-Pearson 1988).

With psi as in `areas`, the structural components of rating r are V10_r(i), the mean of psi over all negatives
for positive i, and V01_r(j), the mean over all positives for negative j. Then (eq. 5 and 6 of the paper)

    cov(A_r, A_s) = S10[r, s] / m + S01[r, s] / n

with S10 and S01 the sample covariances of the components. Midranks give the components in n log n
(Sun and Xu 2014, doi:10.1109/LSP.2014.2337313).

References
----------
DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44:837-845.
"""

import numpy as np
from scipy.stats import rankdata

from .pool import Floats


def delong(negative: Floats, positive: Floats) -> tuple[Floats, Floats]:
    """Return the areas and their covariance.

    Parameters
    ----------
    negative : (A, n) float array
        A ratings of n pictures without what is looked for.
    positive : (A, m) float array
        The same of m pictures with it.

    Returns
    -------
    areas : (A,) float array
    covariance : (A, A) float array

    Raises
    ------
    ValueError
        If a side has fewer than two pictures, or the ratings do not pair up.

    Examples
    --------
    >>> areas, covariance = delong(np.array([[1.0, 2, 3]]), np.array([[2.0, 4, 5]]))
    >>> areas.tolist(), covariance.round(6).tolist()
    ([0.8333333333333334], [[0.037037]])
    """
    if negative.ndim != 2 or positive.ndim != 2 or len(negative) != len(positive):
        raise ValueError(f"ratings of shapes {negative.shape} and {positive.shape} do not pair up")
    n, m = negative.shape[1], positive.shape[1]
    if n < 2 or m < 2:
        raise ValueError(f"{n} negative and {m} positive pictures; two of each are needed")
    together = rankdata(np.concatenate([positive, negative], axis=1), axis=1)
    by_positive = (together[:, :m] - rankdata(positive, axis=1)) / n
    by_negative = 1 - (together[:, m:] - rankdata(negative, axis=1)) / m
    covariance = np.atleast_2d(np.cov(by_positive)) / m + np.atleast_2d(np.cov(by_negative)) / n
    return by_positive.mean(axis=1), covariance
