"""AUC and DeLong covariance: against pROC run side by side, printed values and closed forms.

pROC (Robin et al. 2011, doi:10.1186/1471-2105-12-77) comes with Debian as r-cran-proc, with r-base-core.
"""

import json
import shutil
import subprocess

import numpy as np
import pytest
import van_dyke
from hypothesis import given, settings
from hypothesis import strategies as st

from microcal_xray.evaluation.areas import two_sample_area
from microcal_xray.evaluation.delong import delong
from microcal_xray.evaluation.mrmc import obuchowski_rockette

_SCRIPT = """
suppressMessages(library(pROC))
data <- read.csv(commandArgs(trailingOnly = TRUE)[1])
one <- roc(data$truth, data$first, levels = c(0, 1), direction = "<", quiet = TRUE)
two <- roc(data$truth, data$second, levels = c(0, 1), direction = "<", quiet = TRUE)
cat(sprintf("[%.15g, %.15g, %.15g, %.15g, %.15g, %.15g]",
  auc(one), auc(two), var(one, method = "delong"), var(two, method = "delong"),
  cov(one, two, method = "delong"), roc.test(one, two, method = "delong", paired = TRUE)$p.value))
"""


def proc(tmp_path, negative, positive):
    """Return the two areas, their variances, their covariance and the paired p-value from pROC."""
    rscript = shutil.which("Rscript")
    if rscript is None or subprocess.run([rscript, "-e", "library(pROC)"], capture_output=True).returncode:
        pytest.skip("NOT CHECKED AGAINST pROC: install the Debian packages r-base-core and r-cran-proc")
    table = np.column_stack(
        [np.repeat([0, 1], [negative.shape[1], positive.shape[1]]), *np.hstack([negative, positive])]
    )
    data = tmp_path / "ratings.csv"
    np.savetxt(data, table, delimiter=",", header="truth,first,second", comments="", fmt="%.17g")
    script = tmp_path / "side_by_side.R"
    script.write_text(_SCRIPT)
    done = subprocess.run([rscript, str(script), str(data)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def cases(name):
    rng = np.random.default_rng(7)
    if name == "van dyke":
        negative, positive = van_dyke.ratings()
        return negative[:, 0], positive[:, 0]
    shared = rng.normal(size=(2, 60)), rng.normal(size=(2, 40)) + 1
    if name == "many ties":
        return np.round(shared[0]), np.round(shared[1])
    if name == "unmarked pictures":  # most pictures share the lowest rank, as where nothing was marked
        return np.maximum(shared[0], 1.0), np.maximum(shared[1], 1.0)
    return shared[0] + rng.normal(size=60), shared[1] + rng.normal(size=40)


@pytest.mark.parametrize("name", ["continuous", "many ties", "unmarked pictures", "van dyke"])
def test_areas_and_covariance_are_those_of_proc(tmp_path, name):
    negative, positive = cases(name)
    areas, covariance = delong(negative, positive)
    analysis = obuchowski_rockette(areas[:, None], covariance)
    ours = [*areas, covariance[0, 0], covariance[1, 1], covariance[0, 1]]
    theirs = proc(tmp_path, negative, positive)
    assert ours == pytest.approx(theirs[:5], rel=1e-10)  # the promise is 1e-6
    assert analysis.fixed_readers_random_cases.differences[0].p_value == pytest.approx(theirs[5], rel=1e-8)


def test_all_printed_areas_of_van_dyke_come_out():
    negative, positive = van_dyke.ratings()
    for treatment in (0, 1):
        areas, _ = delong(negative[treatment], positive[treatment])
        assert areas == pytest.approx(van_dyke.PRINTED_AREAS[treatment], abs=5e-9)


def test_the_covariance_is_the_definition_written_out():
    rng = np.random.default_rng(3)
    negative, positive = rng.integers(0, 5, (2, 9)).astype(float), rng.integers(1, 6, (2, 7)).astype(float)
    psi = np.where(
        positive[:, :, None] > negative[:, None, :],
        1.0,
        np.where(positive[:, :, None] == negative[:, None, :], 0.5, 0.0),
    )
    by_positive, by_negative = psi.mean(axis=2), psi.mean(axis=1)
    expected = np.cov(by_positive) / 7 + np.cov(by_negative) / 9
    areas, covariance = delong(negative, positive)
    assert areas == pytest.approx(psi.mean(axis=(1, 2)))
    assert covariance == pytest.approx(expected)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_weights_count_a_picture_as_often_as_they_say(seed):
    rng = np.random.default_rng(seed)
    negative, positive = rng.integers(0, 6, 8).astype(float), rng.integers(0, 6, 5).astype(float)
    once, twice = rng.integers(1, 4, 8), rng.integers(1, 4, 5)
    weighted = two_sample_area(once[None].astype(float), negative, twice[None].astype(float), positive)
    areas, _ = delong(np.repeat(negative, once)[None], np.repeat(positive, twice)[None])
    assert weighted == pytest.approx(areas)


def test_ratings_that_separate_have_no_variance():
    areas, covariance = delong(np.array([[1.0, 2, 3]]), np.array([[4.0, 5]]))
    assert areas[0] == 1.0
    assert covariance[0, 0] == 0.0


def test_one_picture_on_a_side_is_too_few():
    with pytest.raises(ValueError, match="two of each"):
        delong(np.array([[1.0]]), np.array([[4.0, 5]]))
