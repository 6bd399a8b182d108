"""The analysis of several treatments and readers, against the printed output of the standard programs.

Van Dyke data, trapezoidal areas, jackknife: OR-DBM MRMC 2.51 (University of Iowa) for Obuchowski-Rockette,
and JAFROC 4.2.1 for Dorfman-Berbaum-Metz, as kept in the repository of RJafroc (inst/IowaResults,
inst/JAFROC).
"""

from functools import partial

import numpy as np
import pytest
import van_dyke
from hypothesis import given, settings
from hypothesis import strategies as st

from microcal_xray.evaluation.areas import two_sample_area
from microcal_xray.evaluation.dbm import dorfman_berbaum_metz
from microcal_xray.evaluation.delong import delong
from microcal_xray.evaluation.jackknife import jackknife_covariance, pseudovalue_table
from microcal_xray.evaluation.mrmc import obuchowski_rockette


def area(negative, positive, weights):
    k = len(negative)
    return two_sample_area(weights[:, :k], negative, weights[:, k:], positive)[:, None]


@pytest.fixture(scope="module")
def pseudovalues():
    negative, positive = van_dyke.ratings()
    figures = [[partial(area, negative[i, j], positive[i, j]) for j in range(5)] for i in range(2)]
    return pseudovalue_table(figures, np.arange(114))


@pytest.fixture(scope="module")
def analysis(pseudovalues):
    negative, positive = van_dyke.ratings()
    areas = np.array([delong(negative[i], positive[i])[0] for i in range(2)])
    return obuchowski_rockette(areas, jackknife_covariance(pseudovalues.reshape(10, 114)))


def test_the_areas_are_the_printed_ones(analysis):
    assert analysis.figures == pytest.approx(van_dyke.PRINTED_AREAS, abs=5e-9)


def test_the_components_are_the_printed_ones(analysis):
    found = analysis.components
    printed = (0.00153500, 0.00020040, 0.00034661, 0.00034407, 0.00023903, 0.00080229)
    ours = (found.reader, found.treatment_reader, found.cov1, found.cov2, found.cov3, found.error)
    assert ours == pytest.approx(printed, abs=6e-9)  # printed with eight decimals


def test_random_readers_and_random_cases_give_the_printed_test(analysis):
    found = analysis.random_readers_random_cases
    assert found.test.f == pytest.approx(4.46, abs=0.005)
    assert found.test.denominator_df == pytest.approx(15.26, abs=0.005)
    assert found.test.p_value == pytest.approx(0.0517, abs=5e-5)
    (difference,) = found.differences
    assert difference.value == pytest.approx(-0.04380032, abs=1e-8)
    assert difference.standard_error == pytest.approx(0.02075, abs=5e-6)
    assert (difference.low, difference.high) == pytest.approx((-0.08796, 0.00036), abs=6e-6)
    assert difference.p_value == pytest.approx(0.0517, abs=5e-5)


def test_random_readers_and_random_cases_give_the_printed_single_treatments(analysis):
    first, second = analysis.random_readers_random_cases.treatments
    assert first.value == pytest.approx(0.89703704, abs=6e-9)
    assert first.standard_error == pytest.approx(0.03317360, abs=6e-9)
    assert first.df == pytest.approx(12.74, abs=0.005)
    assert (first.low, first.high) == pytest.approx((0.82522360, 0.96885048), abs=6e-8)
    assert second.standard_error == pytest.approx(0.02156637, abs=6e-9)
    assert second.df == pytest.approx(12.71, abs=0.005)
    assert np.isnan(first.p_value)


def test_fixed_readers_give_the_printed_test(analysis):
    found = analysis.fixed_readers_random_cases
    assert found.test.f == pytest.approx(5.47595, abs=6e-6)  # printed as a chi-square with 1 df
    assert found.test.p_value == pytest.approx(0.0193, abs=5e-5)
    (difference,) = found.differences
    assert difference.standard_error == pytest.approx(0.01872, abs=5e-6)
    assert (difference.low, difference.high) == pytest.approx((-0.08049, -0.00711), abs=6e-6)
    assert found.treatments[0].standard_error == pytest.approx(0.02428971, abs=6e-9)
    assert (found.treatments[1].low, found.treatments[1].high) == pytest.approx(
        (0.90795637, 0.97371835), abs=6e-8
    )


def test_fixed_cases_give_the_printed_test(analysis):
    found = analysis.random_readers_fixed_cases
    assert found.test.f == pytest.approx(8.70, abs=0.005)
    assert found.test.denominator_df == 4
    assert found.test.p_value == pytest.approx(0.0420, abs=5e-5)
    (difference,) = found.differences
    assert difference.standard_error == pytest.approx(0.01485, abs=5e-6)
    assert (difference.low, difference.high) == pytest.approx((-0.08502, -0.00258), abs=6e-6)
    assert found.treatments[0].standard_error == pytest.approx(0.02482994, abs=6e-9)


@pytest.mark.parametrize(
    ("reader", "difference", "error", "p_value", "low", "high"),
    [
        (0, -0.02818, 0.02551, 0.2693, -0.07818, 0.02182),
        (1, -0.04654, 0.02630, 0.0768, -0.09809, 0.00501),
        (2, -0.01787, 0.03121, 0.5668, -0.07904, 0.04330),
        (3, -0.02625, 0.01729, 0.1290, -0.06014, 0.00764),
        (4, -0.10016, 0.04406, 0.0230, -0.18651, -0.01381),
    ],
)
def test_one_reader_gives_the_printed_difference(pseudovalues, reader, difference, error, p_value, low, high):
    figures = van_dyke.PRINTED_AREAS[:, [reader]]
    found = obuchowski_rockette(figures, jackknife_covariance(pseudovalues[:, reader]))
    (contrast,) = found.fixed_readers_random_cases.differences
    assert found.random_readers_random_cases is None
    assert contrast.value == pytest.approx(difference, abs=6e-6)
    assert contrast.standard_error == pytest.approx(error, abs=6e-6)
    assert contrast.p_value == pytest.approx(p_value, abs=6e-5)
    assert (contrast.low, contrast.high) == pytest.approx((low, high), abs=6e-6)


def test_the_mean_squares_of_the_pseudovalues_are_those_printed_by_jafroc(pseudovalues):
    found = dorfman_berbaum_metz(pseudovalues).mean_squares
    printed = (0.54676316, 0.43732679, 0.39686891, 0.06281753, 0.09984813, 0.06450099, 0.03997167)
    ours = (found.t, found.r, found.c, found.tr, found.tc, found.rc, found.trc)
    assert ours == pytest.approx(printed, rel=6e-6)  # that program computes in single precision


def test_the_tests_of_dorfman_berbaum_metz_are_those_printed_by_jafroc(pseudovalues):
    found = dorfman_berbaum_metz(pseudovalues)
    both = found.random_readers_random_cases
    assert (both.f, both.denominator_df) == pytest.approx((4.46, 15.26), abs=0.005)
    assert both.p_value == pytest.approx(0.0517, abs=5e-5)
    fixed = found.fixed_readers_random_cases
    assert (fixed.f, fixed.denominator_df) == pytest.approx((5.48, 113), abs=0.005)
    assert fixed.p_value == pytest.approx(0.0210, abs=5e-5)
    cases = found.random_readers_fixed_cases
    assert (cases.f, cases.denominator_df) == pytest.approx((8.70, 4), abs=0.005)
    assert cases.p_value == pytest.approx(0.0420, abs=5e-5)


@given(seed=st.integers(0, 2**32 - 1), treatments=st.integers(2, 4), readers=st.integers(2, 5))
@settings(max_examples=25, deadline=None)
def test_both_analyses_agree_on_any_pseudovalues(seed, treatments, readers):
    # Hillis et al. (2005): with the jackknife covariance the two are the same test. Means of pseudovalues are
    # figures of which the pseudovalues are the values themselves.
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(treatments, readers, 12)) + rng.normal(size=12) + rng.normal(size=(readers, 12))
    ours = obuchowski_rockette(values.mean(axis=2), jackknife_covariance(values.reshape(-1, 12)))
    theirs = dorfman_berbaum_metz(values)
    one, other = ours.random_readers_random_cases.test, theirs.random_readers_random_cases
    assert (one.f, one.denominator_df, one.p_value) == pytest.approx(
        (other.f, other.denominator_df, other.p_value)
    )
    one, other = ours.random_readers_fixed_cases.test, theirs.random_readers_fixed_cases
    assert (one.f, one.p_value) == pytest.approx((other.f, other.p_value))


def test_a_treatment_compared_with_itself_differs_by_nothing():
    figures = np.array([[0.8], [0.8]])
    found = obuchowski_rockette(figures, np.full((2, 2), 0.01))
    (difference,) = found.fixed_readers_random_cases.differences
    assert (difference.value, difference.standard_error, difference.p_value) == (0.0, 0.0, 1.0)


def test_one_treatment_cannot_be_compared():
    with pytest.raises(ValueError, match="two or more"):
        obuchowski_rockette(np.array([[0.8, 0.9]]), np.eye(2))


def test_numbers_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="finite"):
        obuchowski_rockette(np.array([[0.8], [np.nan]]), np.eye(2))
