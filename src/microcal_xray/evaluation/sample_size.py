"""How many readers and cases a study of two treatments needs, from the components of a pilot study.

The error covariances shrink with the number of cases, the reader components do not: with K* cases in the
pilot and K in the study, they are multiplied by K*/K.

References
----------
Hillis, Obuchowski and Berbaum (2011), Power estimation for multireader ROC methods: an updated and unified
approach, Acad Radiol 18:129-142, doi:10.1016/j.acra.2010.09.007.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.stats import chi2, ncf, ncx2
from scipy.stats import f as f_distribution

from .mrmc import Components

_MOST_CASES = 1_000_000


class Generalise(StrEnum):
    """What the result shall hold for."""

    READERS_AND_CASES = "readers-and-cases"
    CASES = "cases"  # these very readers
    READERS = "readers"  # these very cases


@dataclass(frozen=True)
class Power:
    """The power of a study.

    Parameters
    ----------
    power : float
    noncentrality, denominator_df : float
        Of the F distribution under the alternative; inf degrees of freedom for a chi-square.
    """

    power: float
    noncentrality: float
    denominator_df: float


def power(
    pilot: Components,
    pilot_cases: int,
    *,
    readers: int,
    cases: int,
    difference: float,
    alpha: float = 0.05,
    generalise: Generalise = Generalise.READERS_AND_CASES,
) -> Power:
    """Return the chance that a study of two treatments finds a difference.

    Parameters
    ----------
    pilot : Components
    pilot_cases : int
        Cases that the components were estimated from.
    readers, cases : int
        Of the planned study.
    difference : float
        Of the figure of merit between the treatments.
    alpha : float
        Of the two-sided test.
    generalise : Generalise

    Raises
    ------
    ValueError
        If a number is not positive, or there is a single reader and readers shall be random.
    """
    random_readers = generalise is not Generalise.CASES
    if min(readers, cases, pilot_cases) < 1 or not 0 < alpha < 1 or (random_readers and readers < 2):
        raise ValueError(f"{readers} readers, {cases} cases, alpha {alpha}: not a study that can be planned")
    share = pilot_cases / cases
    spread = max(pilot.cov2 - pilot.cov3, 0.0) if np.isfinite(pilot.cov2) else 0.0
    within = share * (
        pilot.error - pilot.cov1 - spread
    )  # the error of the interaction of treatment and reader
    between = share * readers * spread
    reader = max(pilot.treatment_reader, 0.0) if random_readers else 0.0
    if generalise is Generalise.READERS:
        between = 0.0
    noncentrality = readers * difference**2 / 2 / (reader + within + between)
    if generalise is Generalise.CASES:
        limit = chi2.ppf(1 - alpha, 1)
        return Power(float(ncx2.sf(limit, 1, noncentrality)), float(noncentrality), np.inf)
    df = (readers - 1) * (reader + within + between) ** 2 / (reader + within) ** 2
    limit = f_distribution.ppf(1 - alpha, 1, df)
    # The noncentral F of SciPy is not defined for a noncentrality of 0.
    found = ncf.sf(limit, 1, df, noncentrality) if noncentrality > 0 else alpha
    return Power(float(found), float(noncentrality), float(df))


def cases_needed(
    pilot: Components,
    pilot_cases: int,
    *,
    readers: int,
    difference: float,
    wanted: float = 0.8,
    alpha: float = 0.05,
    generalise: Generalise = Generalise.READERS_AND_CASES,
) -> int | None:
    """Return the smallest number of cases with the wanted power; None when a million are not enough.

    The ratio of cases with and without lines is taken to be that of the pilot.

    Parameters
    ----------
    pilot : Components
        Variance components of a pilot study.
    pilot_cases : int
        How many pictures that had.
    readers : int
        Of the study to be planned.
    difference : float
        Of the figure of merit, to be shown.
    wanted : float
        The power, between 0 and 1.
    alpha : float
        Two-sided level of the test.
    generalise : Generalise
        To what the result is to extend: readers, cases, or both.
    """

    def enough(cases: int) -> bool:
        planned = power(
            pilot,
            pilot_cases,
            readers=readers,
            cases=cases,
            difference=difference,
            alpha=alpha,
            generalise=generalise,
        )
        return planned.power >= wanted

    if not enough(_MOST_CASES):
        return None
    low, high = 0, _MOST_CASES  # power grows with the cases
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
