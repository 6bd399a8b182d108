import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import floats

from microcal_xray.reporting.callouts import number_places, rails
from microcal_xray.reporting.scale_bar import round_length


@given(degrees=floats(0, 360), offset=floats(0.5, 20))
def test_rails_of_a_straight_line_are_parallel_at_the_offset(degrees, offset):
    along = np.array([np.sin(np.radians(degrees)), np.cos(np.radians(degrees))])
    path = 50 + np.linspace(0, 40, 30)[:, None] * along
    for rail in rails(path, offset):
        assert np.linalg.norm(rail - path, axis=1) == pytest.approx(np.full(30, offset))
        assert (rail - path) @ along == pytest.approx(np.zeros(30), abs=1e-9)


def test_rails_of_an_arc_are_arcs():
    turn = np.linspace(0, np.pi / 2, 200)
    arc = 100 * np.stack([np.sin(turn), np.cos(turn)], axis=1)
    radii = sorted(float(np.linalg.norm(rail, axis=1).mean()) for rail in rails(arc, 5))
    assert radii == pytest.approx([95, 105], rel=1e-3)  # finite steps


def test_rails_survive_a_path_that_stands_still():
    assert np.isfinite(rails(np.ones((4, 2)), 3)[0]).all()


def _clear_of(place, path, radius):
    return np.linalg.norm(path - place, axis=1).min() >= radius


def test_a_number_stands_beside_its_line_and_not_on_another():
    crossing = [
        np.stack([np.full(41, 50.0), np.linspace(30, 70, 41)], axis=1),
        np.stack([np.linspace(30, 70, 41), np.full(41, 22.0)], axis=1),
    ]
    places = number_places(crossing, distance=9, radius=6, shape=(100, 100))
    assert all(_clear_of(place, path, 6) for place in places for path in crossing)


def test_numbers_keep_apart():
    row = np.stack([np.full(31, 50.0), np.linspace(30, 60, 31)], axis=1)
    places = number_places([row, row + np.array([3, 0])], distance=9, radius=6, shape=(100, 100))
    assert np.linalg.norm(places[0] - places[1]) >= 12


def test_a_number_stays_inside_where_it_can():
    path = np.stack([np.full(31, 50.0), np.linspace(0, 30, 31)], axis=1)
    (place,) = number_places([path], distance=9, radius=6, shape=(100, 100))
    assert (place >= 6).all()


def test_no_paths_no_numbers():
    assert number_places([], distance=9, radius=6, shape=(100, 100)) == []


@given(floats(1e-3, 1e5))
def test_a_scale_bar_is_round_and_fits(longest):
    length = round_length(longest)
    assert length <= longest * (1 + 1e-6)
    assert length > longest / 2.5 * (1 - 1e-6)
    assert f"{length:e}"[0] in "125"
