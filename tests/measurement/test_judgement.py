from dataclasses import replace

import numpy as np
import pytest

from microcal_xray.bone import Anatomy
from microcal_xray.measurement import LineMeasurement, judge, score_at
from microcal_xray.preprocessing import Field

SHAPE = (100, 100)
ALL = np.ones(SHAPE, bool)
FIELD = Field(ALL, ALL, ~ALL)
ZERO = np.zeros(SHAPE, np.float32)
# A bone that runs down the picture, its outline far away.
ANATOMY = Anatomy(ALL, ZERO + np.float32(np.pi / 2), ZERO + 1, ZERO + 50, ZERO + np.float32(np.pi / 2))


def line(
    degrees: float,
    *,
    height: float = 6.0,
    length_px: float = 40.0,
    pixel_noise: float = 2.0,
    copies_sd: float = 1.0,
) -> LineMeasurement:
    angle = np.radians(degrees)
    along = np.linspace(-length_px / 2, length_px / 2, 41)
    path = 50 + np.stack([along * np.sin(angle), along * np.cos(angle)], axis=1)
    return LineMeasurement(path, length_px, 4.0, height, pixel_noise, copies_sd, np.zeros(9), 0.5, angle)


def judged(measured, *, anatomy=ANATOMY, field=FIELD, inner=ALL):
    return judge(measured, anatomy=anatomy, field=field, inner=inner)


@pytest.mark.parametrize(("degrees", "to_bone"), [(0, 90), (90, 0), (45, 45), (135, 45), (80, 10), (100, 10)])
def test_the_angle_to_the_bone_has_no_sign(degrees, to_bone):
    assert np.degrees(judged(line(degrees)).angle_to_bone_rad) == pytest.approx(to_bone, abs=1e-3)


def test_without_a_clear_axis_there_is_no_angle_and_no_penalty():
    blurred = replace(ANATOMY, coherence=ZERO)
    assert judged(line(90), anatomy=blurred).angle_to_bone_rad is None
    assert judged(line(90), anatomy=blurred).score == judged(line(0)).score


def test_a_line_across_outranks_the_same_line_along():
    assert judged(line(0)).score > 2 * judged(line(90)).score


def test_where_the_surroundings_are_empty_four_times_the_length_doubles_the_score():
    short, long = (judged(line(0, length_px=length_px, copies_sd=0.0)).score for length_px in (20, 80))
    assert long == pytest.approx(2 * short)


def test_busy_surroundings_lower_the_score():
    assert judged(line(0, copies_sd=3.0)).score < 0.5 * judged(line(0)).score


def test_what_is_no_line_scores_nothing():
    assert judged(line(0, height=-3)).score == 0


def test_a_line_on_the_outline_is_told_from_one_that_crosses_it():
    outlined = replace(ANATOMY, outline_distance_px=ZERO + 1)
    assert judged(line(90), anatomy=outlined).share_along_outline == 1
    assert judged(line(0), anatomy=outlined).share_along_outline == 0


def test_metal_and_edge_are_noticed():
    left = np.zeros(SHAPE, bool)
    left[:, :50] = True
    assert judged(line(0), field=Field(ALL, ALL, left)).share_near_metal == pytest.approx(0.5, abs=0.02)
    assert judged(line(0), inner=~left).share_at_edge == pytest.approx(0.5, abs=0.02)


def test_more_false_marks_ask_for_a_lower_score():
    scores = [score_at(marks) for marks in (0.1, 0.25, 1, 4, 100)]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 0
