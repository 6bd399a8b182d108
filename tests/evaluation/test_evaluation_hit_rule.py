"""The hit rule, worked by hand. Without spacing the tolerance of a 500 x 400 picture is 8 px."""

import numpy as np
import pytest
from scenes import across, answer, candidate, line, truth

from microcal_xray.errors import SettingsError
from microcal_xray.evaluation.hit_rule import OTHER_KIND, BoxRule, HitRule, judge
from microcal_xray.evaluation.judged import UNMARKED, ImageState, Outcome
from microcal_xray.evaluation.truth import Box, Mimic, TrueBox, TrueImage
from microcal_xray.findings import Kind

RULE = HitRule()


def outcomes(judged):
    return [mark.outcome for mark in judged.marks]


def ratings(judged):
    return [target.rating for target in judged.targets]


def test_a_candidate_on_the_line_hits_it_with_its_score():
    judged = judge(answer(candidate(across(100, 50, 150), 3.5)), truth(line(across(100, 50, 150))), RULE)
    assert (outcomes(judged), ratings(judged)) == ([Outcome.TRUE], [3.5])
    assert judged.state is ImageState.LINES


@pytest.mark.parametrize(("away", "expected"), [(8.0, Outcome.TRUE), (8.01, Outcome.FALSE)])
def test_the_tolerance_itself_is_near(away, expected):
    judged = judge(answer(candidate(across(100 + away, 50, 150))), truth(line(across(100, 50, 150))), RULE)
    assert outcomes(judged) == [expected]


def test_exactly_half_of_the_candidate_is_enough():
    # The line ends at column 150, its reach at 158: of 50 to 266, 108 of 216 are near.
    judged = judge(answer(candidate(across(100, 50, 266))), truth(line(across(100, 50, 150))), RULE)
    assert outcomes(judged) == [Outcome.TRUE]
    judged = judge(answer(candidate(across(100, 50, 267))), truth(line(across(100, 50, 150))), RULE)
    assert (outcomes(judged), ratings(judged)) == ([Outcome.FALSE], [UNMARKED])


def test_exactly_half_of_the_line_is_enough():
    # A candidate from 50 to 92 reaches to 100: half of 50 to 150.
    judged = judge(answer(candidate(across(100, 50, 92), 2.0)), truth(line(across(100, 50, 150))), RULE)
    assert ratings(judged) == [2.0]
    judged = judge(answer(candidate(across(100, 50, 91), 2.0)), truth(line(across(100, 50, 150))), RULE)
    assert (outcomes(judged), ratings(judged)) == ([Outcome.TRUE], [UNMARKED])


def test_two_pieces_hit_the_line_together_at_the_score_of_the_weaker():
    pieces = candidate(across(100, 40, 65), 5.0), candidate(across(100, 120, 150), 2.0)
    judged = judge(answer(*pieces), truth(line(across(100, 50, 150))), RULE)
    assert (outcomes(judged), ratings(judged)) == ([Outcome.TRUE] * 2, [2.0])


def test_a_long_candidate_over_two_lines_is_true_and_hits_both():
    lines = line(across(100, 50, 100)), line(across(100, 140, 190))
    judged = judge(answer(candidate(across(100, 50, 190), 4.0)), truth(*lines), RULE)
    assert (outcomes(judged), ratings(judged)) == ([Outcome.TRUE], [4.0, 4.0])


def test_the_other_kind_is_false_and_has_a_name():
    judged = judge(
        answer(candidate(across(100, 50, 150), kind=Kind.SCLEROTIC)), truth(line(across(100, 50, 150))), RULE
    )
    assert (outcomes(judged), ratings(judged)) == ([Outcome.FALSE], [UNMARKED])
    assert judged.marks[0].mimic == OTHER_KIND


def test_a_candidate_on_an_unsure_line_is_ignored_and_the_line_is_no_target():
    unsure = line(across(100, 50, 150), unsure=True)
    marks = candidate(across(100, 50, 150)), candidate(across(300, 50, 150))
    judged = judge(answer(*marks), truth(unsure), RULE)
    assert (outcomes(judged), ratings(judged)) == ([Outcome.IGNORED, Outcome.FALSE], [])
    assert judged.state is ImageState.UNSURE


def test_a_candidate_half_on_a_sure_and_half_on_an_unsure_line_is_not_false():
    lines = line(across(100, 50, 100)), line(across(100, 140, 260), unsure=True)
    judged = judge(answer(candidate(across(100, 60, 260))), truth(*lines), RULE)
    assert outcomes(judged) == [Outcome.IGNORED]


def test_the_tolerance_without_spacing_grows_with_the_picture():
    marks = answer(candidate(across(112, 50, 150)), size=(1000, 900))
    lines = truth(line(across(100, 50, 150)), size=(1000, 900))
    assert outcomes(judge(marks, lines, RULE)) == [Outcome.TRUE]  # 1.2 % of 1000 px is 12 px


def test_pixels_that_are_not_square_are_measured_in_millimetres():
    # 1.5 mm are 3 rows of 0.5 mm and 15 columns of 0.1 mm.
    known = truth(line(across(100, 50, 150)), spacing_mm=(0.5, 0.1))
    assert outcomes(judge(answer(candidate(across(103, 50, 150))), known, RULE)) == [Outcome.TRUE]
    assert outcomes(judge(answer(candidate(across(103.1, 50, 150))), known, RULE)) == [Outcome.FALSE]
    upright = truth(line([(50, 100), (150, 100)]), spacing_mm=(0.5, 0.1))
    assert outcomes(judge(answer(candidate([(50, 115), (150, 115)])), upright, RULE)) == [Outcome.TRUE]
    assert outcomes(judge(answer(candidate([(50, 116), (150, 116)])), upright, RULE)) == [Outcome.FALSE]


def test_the_spacing_of_the_candidates_serves_where_the_truth_has_none():
    marks = answer(candidate(across(102, 50, 150)), spacing_mm=(1.0, 1.0))
    assert outcomes(judge(marks, truth(line(across(100, 50, 150))), RULE)) == [Outcome.FALSE]


def test_placement_is_measured_in_the_unit_of_the_rule():
    known = truth(line(across(100, 50, 150), length_mm=20.0), spacing_mm=(0.2, 0.2))
    judged = judge(answer(candidate(across(103, 60, 150), length_mm=17.5)), known, RULE)
    placed = judged.targets[0].placement
    assert placed.in_mm
    assert placed.distances == pytest.approx(np.full(len(placed.distances), 0.6))
    assert placed.length_error == pytest.approx(-2.5)


def test_what_lies_beyond_the_line_is_length_error_and_no_distance():
    judged = judge(answer(candidate(across(100, 50, 200))), truth(line(across(100, 50, 150))), RULE)
    placed = judged.targets[0].placement
    assert not placed.in_mm
    assert placed.distances.max() <= 8
    assert placed.length_error == pytest.approx(50)


def boxed(top, left, bottom, right, **known):
    return TrueImage("a.png", 500, 400, boxes=(TrueBox(Box(top, left, bottom, right), "fracture"),), **known)


@pytest.mark.parametrize(("end", "expected"), [(90.0, Outcome.TRUE), (91.0, Outcome.FALSE)])
def test_half_of_the_candidate_must_be_in_the_box_moved_outward(end, expected):
    # Right side at 50, moved outward by 15 to 65: of 40 to 90, 25 of 50 are inside.
    judged = judge(answer(candidate(across(100, 40, end), 2.0)), boxed(90, 20, 110, 50), RULE)
    assert outcomes(judged) == [expected]
    assert ratings(judged) == [2.0 if expected is Outcome.TRUE else UNMARKED]


def test_the_margin_of_a_box_with_spacing_is_two_millimetres():
    picture = boxed(90, 20, 110, 50, spacing_mm=(0.1, 0.1))  # 20 px
    assert outcomes(judge(answer(candidate(across(129.9, 30, 50))), picture, RULE)) == [Outcome.TRUE]
    assert outcomes(judge(answer(candidate(across(130.1, 30, 50))), picture, RULE)) == [Outcome.FALSE]


@pytest.mark.parametrize(
    ("rule", "end", "expected"),
    [
        (BoxRule.MIDDLE_INSIDE, 90, Outcome.TRUE),
        (BoxRule.MIDDLE_INSIDE, 91, Outcome.FALSE),
        (BoxRule.ANY_OVERLAP, 399, Outcome.TRUE),
    ],
)
def test_the_other_box_rules(rule, end, expected):
    judged = judge(answer(candidate(across(100, 40, end))), boxed(90, 20, 110, 50), HitRule(box_rule=rule))
    assert outcomes(judged) == [expected]


def test_a_box_has_no_kind_and_takes_the_strongest_candidate():
    marks = candidate(across(100, 25, 45), 1.0), candidate(across(95, 25, 45), 6.0, kind=Kind.SCLEROTIC)
    assert ratings(judge(answer(*marks), boxed(90, 20, 110, 50), RULE)) == [6.0]


def test_a_false_mark_takes_the_name_of_what_holds_most_of_it():
    mimics = (
        Mimic("growth plate", path_px=across(200, 0, 35)),
        Mimic("nutrient canal", path_px=across(200, 0, 100)),
        Mimic("text", box=Box(300, 0, 320, 100)),
    )
    marks = [candidate(across(200, 0, 80)), candidate(across(310, 0, 80)), candidate(across(400, 0, 80))]
    judged = judge(answer(*marks), truth(mimics=mimics), RULE)
    assert [mark.mimic for mark in judged.marks] == ["nutrient canal", "text", None]


def test_a_line_free_picture_has_only_false_marks():
    judged = judge(answer(candidate(across(100, 50, 150))), truth(), RULE)
    assert (outcomes(judged), judged.state) == ([Outcome.FALSE], ImageState.LINE_FREE)


def test_a_candidate_without_length_is_a_point():
    marks = candidate([(100, 60), (100, 60)]), candidate([(300, 60), (300, 60)])
    judged = judge(answer(*marks), truth(line(across(100, 50, 150))), RULE)
    assert outcomes(judged) == [Outcome.TRUE, Outcome.FALSE]


@pytest.mark.parametrize("name", ["tolerance_mm", "tolerance_px", "margin_px"])
@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_rule_needs_distances(name, value):
    with pytest.raises(SettingsError, match=name):
        HitRule(**{name: value})
