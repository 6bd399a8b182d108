import math

import numpy as np
import pytest
from test_limit_model import model

from microcal_xray.findings import Kind
from microcal_xray.limit import BLOCK_PX, Ground, LineAt, Probe, Taught, lines_by_lot, moved

SHAPE = (60, 40)
ACROSS = LineAt(Kind.LUCENT, math.pi / 2, 40.0)


def ground() -> Ground:
    """Return bone whose axis runs down the picture."""
    bone = np.ones(SHAPE, bool)
    return Ground(
        filters=(),
        levels=np.ones((1, 8, *SHAPE), np.float32),
        step=np.full(SHAPE, 0.4, np.float32),
        bone=bone,
        outer=np.zeros(SHAPE, bool),
        axis_rad=np.full(SHAPE, math.pi / 2, np.float32),
        coherence=np.ones(SHAPE, np.float32),
        blur_px=1.0,
    )


def probe(row: float, *, score: float, expected: float = 0.0, direction: float = 0.0) -> Probe:
    return Probe(Kind.LUCENT, row, 164.0, direction, expected, score)


def taught(*probes: Probe) -> Taught:
    return Taught(ground(), {"lucent": model(), "sclerotic": model()}, probes)


def at(block_row: int) -> tuple[np.ndarray, np.ndarray]:
    return np.array([block_row]), np.array([20])


def test_without_probes_nothing_is_known():
    assert taught()(ACROSS, at(5)) == (0.0, None)


def test_probes_of_another_kind_teach_nothing():
    other = Probe(Kind.SCLEROTIC, 80.0, 160.0, 0.0, 0.0, 2.0)
    assert taught(other)(ACROSS, at(10)) == (0.0, None)


def test_a_probe_teaches_most_at_its_own_place_and_direction():
    known = taught(probe(10.5 * BLOCK_PX, score=0.8))
    near, near_sd = known(ACROSS, at(10))
    far, far_sd = known(ACROSS, at(50))
    along, _ = known(LineAt(Kind.LUCENT, 0.0, 40.0), at(10))
    assert 0 < far[0] < near[0] < 0.8
    assert near_sd[0] < far_sd[0] < model().whole_sd
    assert 0 < along[0] < near[0]
    # Far away only what the picture has in common is left.
    whole = model().place_sd ** 2 + model().picture_sd ** 2 + model().line_sd ** 2
    assert far[0] == pytest.approx(0.8 * model().picture_sd ** 2 / whole, rel=0.1)


def test_many_probes_tell_the_level_of_their_place():
    known = taught(*(probe(84.0 + step, score=1.5) for step in np.linspace(-1, 1, 30)))
    shift, sd = known(ACROSS, at(10))
    assert shift[0] == pytest.approx(1.5, abs=0.15)
    assert sd[0] == pytest.approx(model().line_sd, rel=0.15)


def test_a_probe_beyond_the_range_of_scores_says_no_more_than_that():
    one, other = (taught(probe(80.0, score=score))(ACROSS, at(10)) for score in (1.5, 4.0))
    assert one[0][0] == other[0][0] > 0
    assert taught(probe(80.0, score=4.0, expected=6.0))(ACROSS, at(10)) == (0.0, None)


def test_an_unseen_probe_lowers_what_is_expected_unless_nobody_expected_it():
    lowered, _ = taught(probe(80.0, score=-9.0, expected=1.0))(ACROSS, at(10))
    assert lowered[0] < -0.5
    assert taught(probe(80.0, score=-9.0, expected=-6.0))(ACROSS, at(10)) == (0.0, None)


def test_a_probe_beyond_the_fit_teaches_nothing():
    assert taught(probe(84.0, score=1.0, expected=-math.inf))(ACROSS, at(10)) == (0.0, None)


def test_lines_lie_in_the_bone_and_apart():
    bone = np.zeros((600, 400), bool)
    bone[50:550, 100:300] = True
    axis = np.full(bone.shape, math.pi / 2, np.float32)
    lines = lines_by_lot(bone, axis, 6, np.random.default_rng(3))
    assert len(lines) >= 4
    for number, line in enumerate(lines):
        places = np.rint(line.path_px).astype(int)
        assert bone[places[:, 0], places[:, 1]].mean() > 0.95
        assert line.length_px == pytest.approx(line.line.length_px, rel=0.15)
        for other in lines[:number]:
            apart = np.linalg.norm(line.path_px[:, None] - other.path_px[None], axis=2)
            assert apart.min() >= 40


def test_without_bone_there_is_no_line():
    nothing = np.zeros((50, 50), bool)
    assert lines_by_lot(nothing, np.zeros((50, 50), np.float32), 4, np.random.default_rng(0)) == []


def test_a_moved_line_keeps_its_length():
    bone = np.ones((300, 300), bool)
    (line,) = lines_by_lot(bone, np.zeros((300, 300), np.float32), 1, np.random.default_rng(2))
    other = moved(line, np.random.default_rng(0))
    assert other.length_px == pytest.approx(line.length_px)
    assert 0 < np.linalg.norm(other.path_px.mean(axis=0) - line.path_px.mean(axis=0)) < 15
