"""FROC curve, sensitivities, ranks and areas, worked by hand and against literal definitions."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import across, answer, candidate, line, study, truth

from microcal_xray.evaluation.areas import afroc_auc, image_auc, operating_points, wafroc_auc
from microcal_xray.evaluation.froc import RATES, froc_curve, froc_score, sensitivity_at, threshold_at
from microcal_xray.evaluation.hit_rule import HitRule, judge
from microcal_xray.evaluation.judged import UNMARKED, ImageState, JudgedImage, Mark, Outcome, Target
from microcal_xray.evaluation.pool import FalseMarkImages, pool
from microcal_xray.findings import Kind

PATH = across(1, 0, 9)


def picture(name, ratings=(), false=(), *, patient=None, state=None):
    """Return a judged picture with lines of given ratings and false marks of given scores."""
    marks = [Mark(Kind.LUCENT, score, Outcome.TRUE, None, PATH) for score in ratings if score > UNMARKED]
    marks += [Mark(Kind.LUCENT, score, Outcome.FALSE, None, PATH) for score in false]
    state = state or (ImageState.LINES if ratings else ImageState.LINE_FREE)
    targets = tuple(Target(rating, Kind.LUCENT, PATH) for rating in ratings)
    return JudgedImage(name, state, tuple(marks), targets, patient=patient)


# Four pictures, two with lines. False marks, falling: 9 (free), 7 (lines), 5 (free), 4 (lines), 1 (free).
SMALL = pool(
    [
        picture("a", ratings=(8.0, 2.0), false=(7.0, 4.0)),
        picture("b", ratings=(6.0, UNMARKED)),
        picture("c", false=(9.0, 1.0)),
        picture("d", false=(5.0,)),
    ]
)


def test_the_sensitivity_is_that_of_the_loosest_threshold_allowed():
    # 0.1 allows none, so over 9: nothing. 0.25 allows one, over 7: the line at 8. 0.5 allows two, over 5:
    # 8 and 6. 1 allows four, over 1: 8, 6 and 2. More adds nothing: one line is never hit.
    found = sensitivity_at(SMALL, SMALL.each_once(), rates=(0.1, 0.25, 0.5, 1.0, 2.0))
    assert found.tolist() == [[0.0, 0.25, 0.5, 0.75, 0.75]]


def test_false_marks_can_be_counted_on_the_line_free_pictures_alone():
    # On c and d: 9, 5, 1. 0.25 allows none of two pictures; 0.5 allows one, over 5; 1 allows two, over 1.
    found = sensitivity_at(
        SMALL, SMALL.each_once(), rates=(0.25, 0.5, 1.0, 2.0), images=FalseMarkImages.LINE_FREE
    )
    assert found.tolist() == [[0.0, 0.5, 0.75, 0.75]]
    found = sensitivity_at(SMALL, SMALL.each_once(), rates=(0.5, 1.0), images=FalseMarkImages.LINES)
    assert found.tolist() == [[0.5, 0.75]]


def test_a_line_that_ties_with_the_first_mark_too_many_is_not_hit():
    tied = pool([picture("a", ratings=(5.0,)), picture("b", false=(5.0,))])
    assert sensitivity_at(tied, tied.each_once(), rates=(0.25, 0.5)).tolist() == [[0.0, 1.0]]


def test_equal_false_marks_come_in_together():
    tied = pool([picture("a", ratings=(5.0,)), picture("b", false=(6.0, 6.0, 4.0))])
    # One mark per picture would allow two marks; half a mark would allow one of the two at 6, hence none.
    assert sensitivity_at(tied, tied.each_once(), rates=(0.5, 1.0)).tolist() == [[0.0, 1.0]]


def test_a_rate_that_binary_cannot_write_still_counts_whole_marks():
    images = [picture(f"n{index}", false=(float(index),)) for index in range(29)]
    thirty = pool([*images, picture("a", ratings=(25.5,))])
    # 0.1 on 30 pictures are three marks: 28, 27, 26; then the line at 25.5, then the mark at 25.
    assert sensitivity_at(thirty, thirty.each_once(), rates=(0.1,)).tolist() == [[1.0]]


def test_the_curve_holds_every_operating_point():
    curve = froc_curve(SMALL)
    assert curve.threshold.tolist() == [np.inf, 9, 8, 7, 6, 5, 4, 2, 1]
    assert curve.false_marks.tolist() == [0, 0.25, 0.25, 0.5, 0.5, 0.75, 1, 1, 1.25]
    assert curve.sensitivity.tolist() == [0, 0, 0.25, 0.25, 0.5, 0.5, 0.5, 0.75, 0.75]


def test_the_score_is_the_mean_of_five_sensitivities():
    assert froc_score(SMALL, SMALL.each_once())[0, 0] == pytest.approx(np.mean([0.25, 0.5, 0.75, 0.75, 0.75]))


def test_the_threshold_at_a_rate():
    assert threshold_at(SMALL, 0.5) == 5.0
    assert threshold_at(SMALL, 5.0) == -np.inf


def test_without_line_free_pictures_their_rate_is_not_defined():
    only = pool([picture("a", ratings=(1.0,), false=(2.0,))])
    found = sensitivity_at(only, only.each_once(), rates=(1.0,), images=FalseMarkImages.LINE_FREE)
    assert np.isnan(found).all()
    assert np.isnan(wafroc_auc(only, only.each_once())).all()


@given(seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_weights_do_what_repeating_the_pictures_does(seed):
    candidates, truths = study(seed=seed, images=10)
    images = [judge(c, t, HitRule()) for c, t in zip(candidates.images, truths, strict=True)]
    whole = pool(images)
    weights = np.random.default_rng(seed).integers(0, 3, 10)
    repeated = pool([image for image, weight in zip(images, weights, strict=True) for _ in range(weight)])
    for measure in (wafroc_auc, afroc_auc, image_auc, froc_score, sensitivity_at):
        weighted = measure(whole, weights[None].astype(float))
        assert weighted == pytest.approx(measure(repeated, repeated.each_once()), nan_ok=True)


def test_ranks_are_counted_against_the_detector_where_scores_tie():
    together = pool([picture("a", ratings=(5.0, 3.0), false=(9.0, 5.0)), picture("b", ratings=(UNMARKED,))])
    # 9, then 5 (true) and 5 (false) together, then 3.
    assert together.target_rank.tolist() == [3, 4, np.inf]
    assert together.first_true_rank.tolist() == [3, np.inf]


def test_ignored_candidates_count_nowhere():
    marks = candidate(across(100, 50, 150), 9.0), candidate(across(300, 50, 150), 4.0)
    lines = line(across(100, 50, 150), unsure=True), line(across(300, 50, 150))
    together = pool([judge(answer(*marks), truth(*lines), HitRule())])
    assert together.highest.tolist() == [4.0]
    assert together.target_rank.tolist() == [1.0]
    assert together.first_true_rank.tolist() == [1.0]


# Chakraborty, The RJafroc Froc Book, "AFROC vs. wAFROC": four line-free pictures whose highest marks are
# -inf, 0.5, 0.7 and -0.3; four pictures with one, one, two and two lines. Printed: AFROC 0.7708333, and, with
# the weights (1), (1), (0.1, 0.9), (0.9, 0.1), wAFROC 0.678125.
BOOK = [
    picture("1"),
    picture("2", false=(0.5,)),
    picture("3", false=(0.7, 0.6)),
    picture("4", false=(-0.3,)),
    picture("5", ratings=(0.9,), false=(1.5,)),
    picture("6", ratings=(-0.2,)),
    picture("7", ratings=(1.6, UNMARKED)),
    picture("8", ratings=(3.0, 2.0)),
]


def test_the_afroc_area_is_that_printed_in_the_book_of_chakraborty():
    together = pool(BOOK)
    assert afroc_auc(together, together.each_once())[0, 0] == pytest.approx(0.7708333, abs=5e-8)


def test_the_operating_points_are_those_printed_in_the_book():
    together = pool(BOOK)
    share = np.array([1, 1, 0.1, 0.9, 0.9, 0.1])
    across_, up = operating_points(together.highest[together.line_free], together.target_rating, share)
    assert np.interp([0, 0.25, 0.5, 0.75], across_, up).round(3).tolist() == [0.525, 0.525, 0.775, 0.775]
    assert up[:5].round(3).tolist() == [0, 0.225, 0.25, 0.275, 0.525]
    assert np.trapezoid(up, across_) == pytest.approx(0.678125)


def test_the_wafroc_area_with_equal_weights_is_the_definition_written_out():
    together = pool(BOOK)
    weight = {4: 1.0, 5: 1.0, 6: 0.5, 7: 0.5}
    total = sum(
        weight[owner] * (1.0 if rating > other else 0.5 if rating == other else 0.0)
        for (owner, rating), other in product(
            zip(together.target_image, together.target_rating, strict=True),
            together.highest[together.line_free],
        )
    )
    assert wafroc_auc(together, together.each_once())[0, 0] == pytest.approx(total / (4 * 4))


def test_the_image_area_takes_the_highest_candidate_of_each_picture():
    together = pool(BOOK)
    # Highest: 1.5, -0.2, 1.6, 3.0 against -inf, 0.5, 0.7, -0.3: 4 + 2 + 4 + 4 of 16.
    assert image_auc(together, together.each_once())[0, 0] == pytest.approx(14 / 16)


@pytest.mark.parametrize("measure", [wafroc_auc, afroc_auc])
def test_the_area_is_that_under_its_curve(measure):
    candidates, truths = study(seed=3)
    together = pool([judge(c, t, HitRule()) for c, t in zip(candidates.images, truths, strict=True)])
    lines = np.bincount(together.target_image, minlength=together.images)[together.target_image]
    share = 1 / lines if measure is wafroc_auc else np.ones(len(lines))
    across_, up = operating_points(together.highest[together.line_free], together.target_rating, share)
    assert measure(together, together.each_once())[0, 0] == pytest.approx(np.trapezoid(up, across_))


def test_a_line_more_on_one_picture_changes_the_afroc_but_not_the_weight_of_the_picture():
    before = pool([picture("n", false=(1.0,)), picture("a", ratings=(2.0,)), picture("b", ratings=(0.0,))])
    after = pool([picture("n", false=(1.0,)), picture("a", ratings=(2.0,) * 3), picture("b", ratings=(0.0,))])
    assert wafroc_auc(before, before.each_once()) == wafroc_auc(after, after.each_once()) == 0.5
    assert afroc_auc(after, after.each_once())[0, 0] == 0.75


def test_an_unsure_picture_bears_false_marks_but_is_no_case():
    together = pool([*BOOK, picture("9", false=(99.0,), state=ImageState.UNSURE)])
    assert wafroc_auc(together, together.each_once()) == wafroc_auc(pool(BOOK), pool(BOOK).each_once())
    assert froc_curve(together).false_marks[-1] == 6 / 9


def test_rates_rise_with_the_list():
    candidates, truths = study(seed=4)
    together = pool([judge(c, t, HitRule()) for c, t in zip(candidates.images, truths, strict=True)])
    assert (np.diff(sensitivity_at(together, together.each_once(), rates=RATES)[0]) >= 0).all()
