"""Sample-size planning, against values printed by RJafroc for the Van Dyke data.

From its own tests (SsPowerGivenJK, SsSampleSizeKGivenJ, dataset02, FOM "Wilcoxon") and its quick-start book.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from microcal_xray.evaluation.mrmc import Components
from microcal_xray.evaluation.sample_size import Generalise, cases_needed, power

# More decimals than the programs print; test_evaluation_mrmc holds the data to them.
PILOT = Components(0.00153500, 0.00020040, 0.00080229, 0.00034661, 0.00034407, 0.00023903)
CASES, DIFFERENCE = 114, 0.043800322
PRINTED = 2e-5  # components with eight decimals leave this much open in the power


@pytest.mark.parametrize(
    ("readers", "cases", "generalise", "printed"),
    [
        (6, 111, Generalise.READERS_AND_CASES, 0.5526116),
        (6, 112, Generalise.READERS_AND_CASES, 0.5555789),
        (10, 163, Generalise.READERS_AND_CASES, 0.8015625),
        (10, 165, Generalise.READERS_AND_CASES, 0.80541995),
        (10, 131, Generalise.CASES, 0.80091813),
        (10, 53, Generalise.READERS, 0.80496663),
    ],
)
def test_power_is_the_printed_one(readers, cases, generalise, printed):
    found = power(PILOT, CASES, readers=readers, cases=cases, difference=DIFFERENCE, generalise=generalise)
    assert found.power == pytest.approx(printed, abs=PRINTED)


def test_the_distribution_under_the_alternative_is_the_printed_one():
    found = power(PILOT, CASES, readers=6, cases=112, difference=DIFFERENCE)
    assert found.noncentrality == pytest.approx(4.8, abs=0.05)
    assert found.denominator_df == pytest.approx(23.1, abs=0.05)


@pytest.mark.parametrize(
    ("readers", "printed"),
    [(4, 1089), (5, 344), (6, 251), (7, 211), (8, 188), (10, 163), (20, 126), (50, 109)],
)
def test_the_cases_needed_are_the_printed_ones(readers, printed):
    found = cases_needed(PILOT, CASES, readers=readers, difference=DIFFERENCE)
    assert abs(found - printed) <= (1 if readers == 4 else 0)  # a thousand cases hang on the eighth decimal


def test_more_power_needs_the_printed_cases():
    assert cases_needed(PILOT, CASES, readers=10, difference=DIFFERENCE, wanted=0.9) == 236


def test_three_readers_are_never_enough_for_so_small_a_difference():
    assert cases_needed(PILOT, CASES, readers=3, difference=DIFFERENCE / 3) is None


def test_one_fixed_reader_has_the_power_of_a_normal_test():
    pilot = replace(PILOT, treatment_reader=np.nan, reader=np.nan, cov2=np.nan, cov3=np.nan)
    error = (2 * (PILOT.error - PILOT.cov1) * CASES / 200) ** 0.5
    shift = DIFFERENCE / error
    closed = norm.sf(norm.isf(0.025) - shift) + norm.cdf(-norm.isf(0.025) - shift)
    found = power(pilot, CASES, readers=1, cases=200, difference=DIFFERENCE, generalise=Generalise.CASES)
    assert found.power == pytest.approx(closed, rel=1e-9)


def test_no_difference_is_found_with_the_chance_of_a_false_alarm():
    found = power(PILOT, CASES, readers=5, cases=100, difference=0.0, alpha=0.1)
    assert found.power == pytest.approx(0.1, rel=1e-6)


def test_a_single_random_reader_is_no_study():
    with pytest.raises(ValueError, match="not a study"):
        power(PILOT, CASES, readers=1, cases=100, difference=0.05)
