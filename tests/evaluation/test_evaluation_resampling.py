"""Bootstrap and jackknife: replicates, and cases in which little is defined."""

import numpy as np
import pytest
from scenes import across, answer, candidate, line, study, truth

from microcal_xray.evaluation import (
    Bootstrap,
    CandidatesFile,
    EvaluationOptions,
    FalseMarkImages,
    evaluate,
    read_truth,
)
from microcal_xray.evaluation.jackknife import jackknife_covariance, pseudovalues
from microcal_xray.evaluation.page import evaluation_html
from microcal_xray.evaluation.resampling import bootstrap_weights, estimates, ratio
from microcal_xray.evaluation.text_table import evaluation_text

QUICK = EvaluationOptions(bootstrap=Bootstrap(replicates=70))


def mean_of(values):
    return lambda weights: ratio(weights, values[:, None], np.ones(len(values)))


def test_a_replicate_takes_all_pictures_of_as_many_patients_as_there_are():
    patient = np.array([0, 1, 1, 2, 3, 3, 3])
    weights = bootstrap_weights(patient, Bootstrap())(0, 200)
    for number in range(4):
        mine = weights[:, patient == number]
        assert (mine == mine[:, :1]).all()
    first = [0, 1, 3, 4]
    assert (weights[:, first].sum(axis=1) == 4).all()
    assert weights[:, first].mean() == pytest.approx(1.0)


def test_replicates_do_not_hang_on_the_chunks_they_are_made_in():
    draw = bootstrap_weights(np.arange(9), Bootstrap(seed=4))
    assert (draw(0, 300) == np.concatenate([draw(0, 7), draw(7, 64), draw(64, 65), draw(65, 300)])).all()


def test_the_interval_of_a_mean_is_that_of_normal_theory():
    values = np.random.default_rng(0).normal(size=400)
    (found,) = estimates(mean_of(values), np.arange(400), Bootstrap(replicates=4000))
    reach = 1.96 * values.std() / 20
    # The limits of 4000 replicates have a standard error of about 3 % of the reach.
    assert (found.low, found.high) == pytest.approx(
        (values.mean() - reach, values.mean() + reach), abs=0.1 * reach
    )


def test_the_jackknife_of_a_mean_is_the_textbook_one():
    values = np.random.default_rng(1).normal(size=30)
    found = pseudovalues(mean_of(values), np.arange(30))
    assert found == pytest.approx(values)
    assert jackknife_covariance(found[None])[0, 0] == pytest.approx(values.var(ddof=1) / 30)


def test_the_jackknife_needs_two_patients_and_a_figure_without_each():
    with pytest.raises(ValueError, match="two or more"):
        pseudovalues(mean_of(np.ones(3)), np.zeros(3, np.int64))
    with pytest.raises(ValueError, match="not defined"):
        pseudovalues(lambda weights: np.where(weights[:, :1] > 0, 1.0, np.nan), np.arange(3))


@pytest.mark.parametrize(
    "images",
    [
        [truth(file="a.png"), truth(file="b.png")],
        [truth(line(across(100, 50, 150)), file="a.png"), truth(line(across(100, 50, 150)), file="b.png")],
        [truth(line(across(100, 50, 150)), file="a.png")],
        [truth(line(across(100, 50, 150), unsure=True), file="a.png", unsure=True), truth(file="b.png")],
    ],
    ids=["no lines", "only lines", "one picture", "unsure"],
)
def test_what_is_not_defined_is_none_everywhere_and_still_written(images):
    marks = {"a.png": [candidate(across(100, 50, 150))]}
    lists = CandidatesFile(tuple(answer(*marks.get(each.file, ()), file=each.file) for each in images))
    found = evaluate(lists, images, options=QUICK)
    assert found.wafroc_auc.value is None
    assert found.image_auc.value is None
    assert found.false_marks[FalseMarkImages.ALL].value is not None
    assert evaluation_text(found)
    assert evaluation_html(found)


def test_boxes_are_evaluated_from_end_to_end(tmp_path):
    lists, truths = study(images=6)
    labels = tmp_path / "labels"
    labels.mkdir()
    for image in truths:
        rows = [f"0 0.25 {(each.path_px[0, 0] + 0.5) / 500} 0.3 0.02" for each in image.lines]
        (labels / f"{image.file[:-4]}.txt").write_text("\n".join(rows))
    found = evaluate(lists, read_truth(tmp_path, candidates=lists.images), options=QUICK)
    expected = evaluate(lists, truths, options=QUICK)
    assert found.counts.lines == expected.counts.lines
    assert found.recall.value == expected.recall.value
    assert found.placements == ()
