"""Do 95 % intervals hold the truth in 95 % of the studies? By simulation of studies whose truth is known.

Ratings follow the model of Roe and Metz (1997, Acad Radiol 4:298-303): for treatment i, reader j, case k of
truth t,

    X_ijkt = mu_it + R_jt + C_kt + (tau R)_ijt + (tau C)_ikt + (RC)_jkt + E_ijkt,

independent normal terms. The area of treatment i over the populations of readers and cases is then
Phi(mu_i / sqrt(2 V)) with V the sum of all variances.
"""

import numpy as np
import pytest
from scipy.stats import norm

from microcal_xray.evaluation.areas import wafroc_auc
from microcal_xray.evaluation.delong import delong
from microcal_xray.evaluation.froc import sensitivity_at
from microcal_xray.evaluation.mrmc import obuchowski_rockette
from microcal_xray.evaluation.pool import FalseMarkImages, Pool
from microcal_xray.evaluation.resampling import Bootstrap, estimates

pytestmark = pytest.mark.slow

# Standard deviations: reader, case, treatment-reader, treatment-case, reader-case, rest.
READER, CASE, TREATMENT_READER, TREATMENT_CASE, READER_CASE, REST = np.sqrt([0.02, 0.3, 0.02, 0.3, 0.2, 0.2])
VARIANCE = READER**2 + CASE**2 + TREATMENT_READER**2 + TREATMENT_CASE**2 + READER_CASE**2 + REST**2


def ratings(rng, means, readers, cases):
    """Return (T, R, K) ratings of the cases of one truth."""
    treatments = len(means)
    return (
        np.array(means)[:, None, None]
        + READER * rng.normal(size=(1, readers, 1))
        + CASE * rng.normal(size=(1, 1, cases))
        + TREATMENT_READER * rng.normal(size=(treatments, readers, 1))
        + TREATMENT_CASE * rng.normal(size=(treatments, 1, cases))
        + READER_CASE * rng.normal(size=(1, readers, cases))
        + REST * rng.normal(size=(treatments, readers, cases))
    )


def area(mean):
    return norm.cdf(mean / np.sqrt(2 * VARIANCE))


def test_intervals_for_random_readers_and_cases_hold_the_difference():
    rng = np.random.default_rng(1997)
    means, studies, held, alone = (1.5, 1.2), 1000, 0, 0
    truth = area(means[0]) - area(means[1])
    for _ in range(studies):
        negative = ratings(rng, (0.0, 0.0), 5, 60).reshape(10, 60)
        positive = ratings(rng, means, 5, 60).reshape(10, 60)
        areas, covariance = delong(negative, positive)
        analysis = obuchowski_rockette(areas.reshape(2, 5), covariance).random_readers_random_cases
        held += analysis.differences[0].low <= truth <= analysis.differences[0].high
        alone += analysis.treatments[0].low <= area(means[0]) <= analysis.treatments[0].high
    # The standard error of a share of 0.95 in 1000 studies is 0.007.
    assert 0.93 <= held / studies <= 0.97
    assert 0.93 <= alone / studies <= 0.97


def test_intervals_for_two_algorithms_hold_the_difference():
    # One reader, who is fixed: no reader terms, so that the area is known for this very reader.
    rng = np.random.default_rng(88)
    spread = np.sqrt(0.5)
    means, studies, held = (1.3, 1.0), 1000, 0
    truth = norm.cdf(means[0] / np.sqrt(2)) - norm.cdf(means[1] / np.sqrt(2))
    for _ in range(studies):
        negative = spread * (rng.normal(size=(1, 80)) + rng.normal(size=(2, 80)))
        positive = spread * (rng.normal(size=(1, 60)) + rng.normal(size=(2, 60))) + np.array(means)[:, None]
        areas, covariance = delong(negative, positive)
        (found,) = obuchowski_rockette(areas[:, None], covariance).fixed_readers_random_cases.differences
        held += found.low <= truth <= found.high
    assert 0.93 <= held / studies <= 0.97


def free_response(rng, patients):
    """Return a pool: two pictures per patient, who makes both hard or easy; every other patient has lines."""
    images = 2 * patients
    patient = np.repeat(np.arange(patients), 2)
    hardness = 0.6 * rng.normal(size=patients)[patient]
    with_lines = patient % 2 == 0
    lines = rng.integers(1, 4, images) * with_lines
    target_image = np.repeat(np.arange(images), lines)
    rating = rng.normal(1.5, 1.0, len(target_image)) - hardness[target_image]
    rating[rng.random(len(rating)) < 0.15] = -np.inf
    false_image = np.repeat(np.arange(images), rng.poisson(1.3, images))
    score = rng.normal(0, 1, len(false_image)) + hardness[false_image]
    order = np.argsort(-score)
    highest = np.full(images, -np.inf)
    np.maximum.at(highest, false_image, score)
    np.maximum.at(highest, target_image, rating)
    rank = np.full(len(rating), np.inf)
    return Pool(
        with_lines, ~with_lines, patient, target_image, rating, rank, false_image[order], score[order],
        highest, np.full(images, np.inf),
    )  # fmt: skip


def test_bootstrap_intervals_hold_the_wafroc_area_and_the_sensitivity():
    rng = np.random.default_rng(2016)
    population = free_response(rng, 100_000)
    rates = (0.5,)

    def measures(pool):
        return lambda weights: np.concatenate(
            [
                wafroc_auc(pool, weights),
                sensitivity_at(pool, weights, rates=rates, images=FalseMarkImages.ALL),
            ],
            axis=1,
        )

    truth = measures(population)(population.each_once())[0]
    studies, held = 500, np.zeros(2)
    for seed in range(studies):
        sample = free_response(rng, 100)
        found = estimates(measures(sample), sample.patient, Bootstrap(replicates=500, seed=seed))
        held += [each.low <= true <= each.high for each, true in zip(found, truth, strict=True)]
    # The standard error of a share of 0.95 in 500 studies is 0.010.
    assert 0.93 <= held[0] / studies <= 0.97
    assert 0.93 <= held[1] / studies <= 0.97
