"""The ideal observer, against closed forms and a simulation of the search."""

import numpy as np
import pytest
from scipy.stats import norm

from microcal_xray.evaluation.ideal import (
    efficiency,
    half_hit_d_prime,
    ideal_froc_score,
    ideal_sensitivity,
    ideal_threshold,
)


def test_the_threshold_is_that_of_the_number_of_templates():
    assert ideal_threshold(1.0, templates=1e5) == pytest.approx(4.265, abs=1e-3)
    assert ideal_threshold(1.0, templates=1e6) == pytest.approx(4.753, abs=1e-3)


def test_a_line_as_strong_as_the_threshold_is_hit_half_of_the_time():
    threshold = ideal_threshold(2.0)
    assert ideal_sensitivity(np.array([threshold]), (2.0,), templates=300_000)[0, 0] == pytest.approx(0.5)


def test_the_model_is_what_a_search_over_templates_does():
    # 2000 templates of unit noise and one false mark per picture; a line adds d' to one more template.
    rng = np.random.default_rng(0)
    templates, d_prime = 2000, 3.0
    threshold = ideal_threshold(1.0, templates=templates)
    false = (rng.normal(size=(500, templates)) > threshold).sum() / 500
    hit = (rng.normal(d_prime, size=20_000) > threshold).mean()
    assert false == pytest.approx(1.0, abs=0.15)  # three standard errors
    assert hit == pytest.approx(
        ideal_sensitivity(np.array([d_prime]), (1.0,), templates=templates)[0, 0], abs=0.011
    )


def test_the_score_is_the_mean_over_five_rates():
    rates = (0.25, 0.5, 1.0, 2.0, 4.0)
    expected = np.mean([norm.cdf(5.0 - norm.isf(rate / 300_000)) for rate in rates])
    assert ideal_froc_score(np.array([5.0]))[0] == pytest.approx(expected)


def test_the_half_hit_detectability_is_found_again():
    rng = np.random.default_rng(1)
    d_prime = rng.uniform(2, 12, 4000)
    hit = rng.random(4000) < norm.cdf(0.8 * (d_prime - 6.5))
    assert half_hit_d_prime(d_prime, hit) == pytest.approx(6.5, abs=0.1)  # three standard errors
    assert efficiency(d_prime, hit) == pytest.approx((ideal_threshold(1.0) / 6.5) ** 2, rel=0.04)


def test_a_clean_cut_is_found_between_the_two_groups():
    d_prime = np.arange(10.0)
    assert 4 <= half_hit_d_prime(d_prime, d_prime > 4.5) <= 5


@pytest.mark.parametrize("hit", [[True] * 4, [False] * 4, [True, True, False, False]])
def test_without_a_rise_there_is_no_half(hit):
    assert half_hit_d_prime(np.array([1.0, 2.0, 3.0, 4.0]), np.array(hit)) is None


def test_more_false_marks_than_templates_make_no_sense():
    with pytest.raises(ValueError, match="templates"):
        ideal_threshold(10.0, templates=5.0)
