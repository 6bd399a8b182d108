"""There and back between two pictures."""

import numpy as np
import pytest

from microcal_xray.registration import Alignment


def bent() -> Alignment:
    rng = np.random.default_rng(0)
    matrix = np.array([[1.02, 0.05, 12.0], [-0.05, 1.01, -7.0]])
    return Alignment(matrix, rng.normal(0, 1.5, (2, 8, 7)), 40.0)


def test_the_way_back_undoes_the_way_there():
    points = np.random.default_rng(1).uniform(10, 190, (50, 2))
    assert np.allclose(bent().to_current(bent().to_prior(points)), points, atol=0.01)


def test_a_constant_field_shifts_by_itself():
    """Cubic B-splines add up to one."""
    shifted = Alignment(np.eye(2, 3), np.full((2, 8, 7), 3.0), 40.0)
    assert shifted.to_prior(np.array([[50.0, 60.0]])) == pytest.approx(np.array([[53.0, 63.0]]))


@pytest.mark.parametrize(("degrees", "flip"), [(7.0, False), (-150.0, False), (7.0, True)])
def test_it_knows_its_turn_its_size_and_its_side(degrees, flip):
    turn = np.radians(degrees)
    linear = 1.1 * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    if flip:
        linear[1] *= -1
    found = Alignment(np.column_stack([linear, [0, 0]]), np.zeros((2, 4, 4)), 40.0)
    assert found.is_flipped == flip
    assert found.scale == pytest.approx(1.1)
    assert found.turn_deg == pytest.approx(degrees)
    assert found.anisotropy == pytest.approx(1.0)
