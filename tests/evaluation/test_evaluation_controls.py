"""Detectors whose scores are known beforehand: nothing, everything, the truth, and noise."""

import numpy as np
import pytest
from scenes import across, answer, candidate, study

from microcal_xray.evaluation import (
    Bootstrap,
    CandidatesFile,
    EvaluationOptions,
    FalseMarkImages,
    evaluate,
)
from microcal_xray.findings import Kind

QUICK = EvaluationOptions(bootstrap=Bootstrap(replicates=50))
_, TRUTHS = study(images=16)
ALL, LINE_FREE = FalseMarkImages.ALL, FalseMarkImages.LINE_FREE
THIRDS = 1e-12  # lines of a picture weigh a third: a sum of thirds is one but for rounding


def areas(found):
    return found.wafroc_auc.value, found.afroc_auc.value, found.image_auc.value


def detector(marks):
    """Return the file of a detector that gives `marks(truth)` for each picture."""
    return CandidatesFile(tuple(answer(*marks(image), file=image.file) for image in TRUTHS))


def test_nothing_hits_nothing_and_is_half_by_the_definition_of_the_areas():
    found = evaluate(detector(lambda image: []), TRUTHS, options=QUICK)
    assert [each.value for each in found.sensitivity[ALL]] == [0.0] * 7
    assert found.recall.value == found.froc_score[ALL].value == found.false_marks[ALL].value == 0.0
    # Every comparison is a tie at -inf: the straight line from (0, 0) to (1, 1).
    assert areas(found) == pytest.approx((0.5, 0.5, 0.5), rel=THIRDS)
    assert found.first_true_rank_median is None
    assert found.placements == ()
    assert found.counts.candidates == 0


def test_the_truth_hits_everything():
    def the_truth(image):
        return [candidate(line.path_px, 1.0) for line in image.lines]

    found = evaluate(detector(the_truth), TRUTHS, options=QUICK)
    assert [each.value for each in found.sensitivity[ALL]] == [1.0] * 7
    assert areas(found) == pytest.approx((1.0, 1.0, 1.0), rel=THIRDS)
    assert (found.wafroc_auc.low, found.wafroc_auc.high) == pytest.approx((1.0, 1.0), rel=THIRDS)
    assert (found.recall.value, found.first_true_rank_median) == (1.0, 1.0)
    assert found.false_marks[ALL].value == 0.0
    (placed,) = found.placements
    assert (placed.distance.value, placed.length_error.value) == (pytest.approx(0), pytest.approx(0))
    assert found.ideal.fraction.value > 1  # the ideal observer sees the noise, this one the answer


def test_everything_at_one_score_hits_only_at_the_whole_price():
    def everything(image):
        return [candidate(across(row, 0, 399), 1.0) for row in range(0, 500, 4)] + [
            candidate(across(row, start, start + 10), 1.0)
            for row in range(0, 500, 10)
            for start in range(0, 400, 10)
        ]

    found = evaluate(detector(everything), TRUTHS, options=QUICK)
    assert found.recall.value == 1.0
    assert [each.value for each in found.sensitivity[ALL]] == [0.0] * 7
    assert areas(found) == pytest.approx((0.5, 0.5, 0.5), rel=THIRDS)
    assert found.false_marks[LINE_FREE].value == 125 + 2000


def test_marks_on_every_line_free_picture_and_no_hit_are_the_worst():
    def wrong(image):
        return [candidate(across(5, 300, 390), 1.0)]

    found = evaluate(detector(wrong), TRUTHS, options=QUICK)
    assert (found.wafroc_auc.value, found.afroc_auc.value) == (0.0, 0.0)
    assert found.image_auc.value == 0.5


def test_the_truth_in_the_wrong_polarity_is_all_false():
    def turned(image):
        return [candidate(line.path_px, 1.0, kind=Kind.SCLEROTIC) for line in image.lines]

    found = evaluate(detector(turned), TRUTHS, options=QUICK)
    assert found.recall.value == 0.0
    assert found.mimics == {"line of the other kind": found.counts.false}


def test_scores_without_knowledge_give_an_image_area_of_half():
    rng = np.random.default_rng(5)
    _, truths = study(images=400)
    noise = CandidatesFile(
        tuple(
            answer(candidate(across(5, 300, 390), float(rng.normal())), file=image.file) for image in truths
        )
    )
    found = evaluate(noise, truths, options=EvaluationOptions(bootstrap=Bootstrap(replicates=400)))
    assert found.image_auc.low < 0.5 < found.image_auc.high
    assert found.image_auc.value == pytest.approx(0.5, abs=4 * 0.029)  # four standard errors of 200 and 200


def test_a_failed_picture_counts_as_one_without_candidates():
    lists = [answer(file=image.file, searched=False, size=(None, None)) for image in TRUTHS]
    found = evaluate(CandidatesFile(tuple(lists)), TRUTHS, options=QUICK)
    assert found.counts.failed == found.counts.images == 16
    assert found.recall.value == 0.0
