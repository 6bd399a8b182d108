import math

import numpy as np
import pytest
from test_probes import ground

from microcal_xray.findings import Kind
from microcal_xray.image_limits import Course
from microcal_xray.limit import BLOCK_PX, Contexts, LineAt, anchors_of, course_of, straight_path


def contexts(*points: tuple[float, float], values: list[float]) -> Contexts:
    return Contexts(
        np.array(points), {(kind, course): np.array(values) for kind in Kind for course in Course}
    )


ACROSS = LineAt(Kind.LUCENT, math.pi / 2, 40.0)


def at(held: Contexts, row: int, column: int, line: LineAt = ACROSS) -> float:
    return float(held.at(line, (np.array([row]), np.array([column])))[0])


def test_at_an_anchor_its_own_value_counts_most():
    held = contexts((84.0, 84.0), (84.0, 244.0), values=[-1.0, 3.0])
    # The neighbour, one usual distance away, weighs exp(-1/2).
    weight = math.exp(-0.5)
    assert at(held, 10, 10) == pytest.approx((-1 + 3 * weight) / (1 + weight))
    assert at(held, 10, 20) == pytest.approx(1.0)


def test_far_from_all_anchors_there_is_still_a_value():
    held = contexts((0.0, 0.0), (8.0, 0.0), values=[2.0, 2.0])
    assert at(held, 5000, 5000) == pytest.approx(2.0)


def test_one_anchor_stands_for_all():
    assert at(contexts((80.0, 80.0), values=[1.5]), 3, 30) == 1.5


def test_kind_and_course_have_values_of_their_own():
    values = {(kind, course): np.array([0.0]) for kind in Kind for course in Course}
    values[Kind.SCLEROTIC, Course.ALONG] = np.array([7.0])
    held = Contexts(np.array([[80.0, 80.0]]), values)
    assert at(held, 10, 10, LineAt(Kind.SCLEROTIC, 0.2, 40.0)) == 7.0
    assert at(held, 10, 10, LineAt(Kind.LUCENT, 0.2, 40.0)) == 0.0


@pytest.mark.parametrize(
    ("degrees", "course"),
    [
        (0, "along"),
        (29, "along"),
        (-29, "along"),
        (45, "oblique"),
        (-45, "oblique"),
        (90, "across"),
        (-75, "across"),
        (100, "across"),
        (170, "along"),
    ],
)
def test_courses_are_told_by_the_angle_whatever_its_sign(degrees, course):
    assert course_of(math.radians(degrees)).value == course


def test_anchors_are_spread_over_the_bone():
    rows, columns = anchors_of(ground(), 24)
    assert len(rows) == 24
    shape = ground().bone.shape
    assert np.histogram(rows, bins=4, range=(0, shape[0]))[0].min() >= 3
    assert np.histogram(columns, bins=2, range=(0, shape[1]))[0].min() >= 6
    assert len(anchors_of(ground(), 10**6)[0]) == ground().bone.sum()


def test_a_straight_path_has_its_middle_length_and_direction():
    path = straight_path(np.array([100.0, 50.0]), math.pi / 6, 30.0)
    assert path.mean(axis=0) == pytest.approx([100, 50])
    assert np.linalg.norm(path[-1] - path[0]) == pytest.approx(30)
    assert math.atan2(*(path[-1] - path[0])) == pytest.approx(math.pi / 6)
    assert BLOCK_PX == 8
