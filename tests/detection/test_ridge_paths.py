from importlib import import_module

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from drawing import gaussian_line
from microcal_xray.detection import SIGMA_RANGE_PX, Polarity, ridge_paths

MODULE = import_module("microcal_xray.detection.ridge_paths")  # its name is that of the function too
SHAPE = (180, 180)
# Where the picture stops its edge goes on: noise there is not that of the picture.
INNER = np.pad(np.ones((140, 140), bool), 20)
NOISE = 0.02  # of the range from air to bone
# Of 20 pictures of white noise the best score was 8 to 14; a line worth showing must stand over it.
MOST_OF_NOISE = 16.0


def white(seed: int = 0, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, NOISE, shape).astype(np.float32)


def drawn(degrees: float, fwhm_px: float = 5.0, height: float = -0.06, **where) -> np.ndarray:
    line = gaussian_line(SHAPE, degrees, fwhm_px=fwhm_px, height=height, length_px=90, **where)
    return (line + white()).astype(np.float32)


def first(paths, polarity: Polarity):
    return next(path for path in paths if path.polarity is polarity)


def best_scores(image, searched=INNER) -> list[float]:
    paths = ridge_paths(np.asarray(image, np.float32), searched=searched)
    return [max((path.score for path in paths if path.polarity is each), default=0.0) for each in Polarity]


def off_line(points_px, degrees, centre=(89.5, 89.5)) -> np.ndarray:
    angle = np.radians(degrees)
    return np.abs((points_px - centre) @ [np.cos(angle), -np.sin(angle)])


def apart(one, other) -> np.ndarray:
    """Return how far each point of one path lies from the nearest of another, finely drawn."""
    even = np.linspace(0, len(other) - 1, 10 * len(other))
    fine = np.stack([np.interp(even, np.arange(len(other)), other[:, axis]) for axis in (0, 1)], axis=1)
    return np.linalg.norm(one[:, None] - fine[None], axis=2).min(axis=1)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(fwhm=st.floats(3, 8), degrees=st.floats(0, 179.9), polarity=st.sampled_from(Polarity))
def test_a_line_of_any_width_and_angle_is_the_first_path_of_its_polarity(fwhm, degrees, polarity):
    height = -0.06 if polarity is Polarity.DARK else 0.06
    paths = ridge_paths(drawn(degrees, fwhm, height), searched=INNER)
    path = first(paths, polarity)
    assert paths[0] is path
    assert np.median(off_line(path.points_px, degrees)) < 1
    assert path.score > 2.5 * MOST_OF_NOISE
    # It covers the line; test_trimming.py says how nearly it ends where the line does.
    along = (path.points_px - 89.5) @ [np.sin(np.radians(degrees)), np.cos(np.radians(degrees))]
    assert min(along.max(), -along.min()) > 0.8 * 45
    assert first(paths, Polarity(({"dark", "bright"} - {polarity}).pop())).score < 0.5 * path.score


def test_a_wide_line_is_where_it_is_drawn_on_half_the_pixels_too():
    off = []
    for place in (80.0, 80.5, 81.0, 82.0, 82.5, 83.0):  # half a pixel about the centres of the coarse size
        # Not strong, or such a line fills the window of 28 pixels and is itself what is usual there.
        path = ridge_paths(drawn(90, 17.0, -0.03, centre=(89.5, place)), searched=INNER)[0]
        assert path.sigma_px.min() > 3.2 / 1.5  # only the coarse size looks for such widths
        off.append(float(np.median(path.points_px[:, 1])) - place)
    assert np.abs(off).max() <= 0.5 + 1e-6
    assert np.mean(off) == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize("degrees", [20, 90])
def test_dark_paths_of_a_picture_are_the_bright_ones_of_its_negative(degrees):
    image = drawn(degrees)
    one, other = (ridge_paths(sign * image, searched=INNER) for sign in (1, -1))
    swapped = {Polarity.DARK: Polarity.BRIGHT, Polarity.BRIGHT: Polarity.DARK}
    assert len(one) == len(other) > 2
    for mine, theirs in zip(one, other, strict=True):
        assert theirs.polarity is swapped[mine.polarity]
        assert theirs.score == mine.score
        np.testing.assert_array_equal(theirs.points_px, mine.points_px)


TURNS = {
    "left to right": (lambda image: image[:, ::-1], lambda path, shape: path * (1, -1) + (0, shape[1] - 1)),
    "upside down": (lambda image: image[::-1], lambda path, shape: path * (-1, 1) + (shape[0] - 1, 0)),
    "a quarter": (np.rot90, lambda path, shape: path[:, ::-1] * (-1, 1) + (shape[1] - 1, 0)),
    "a half": (lambda image: image[::-1, ::-1], lambda path, shape: np.array(shape) - 1 - path),
}


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("degrees", [0, 13, 75, 100, 152])
@pytest.mark.parametrize("rows", [180, 177])
def test_paths_turn_with_the_picture(turn, degrees, rows):
    picture, points = TURNS[turn]
    image, searched = drawn(degrees, centre=(85, 88))[:rows], INNER[:rows]
    turned = ridge_paths(np.ascontiguousarray(picture(image)), searched=picture(searched).copy())
    path = first(ridge_paths(image, searched=searched), Polarity.DARK)
    there = first(turned, Polarity.DARK)
    assert there.score == pytest.approx(path.score, rel=0.15)  # which rows are kept differs by a pixel
    expected = points(path.points_px, image.shape)
    # The very ends hang on single rows of noise.
    assert np.quantile(apart(there.points_px, expected), 0.8) < 1.5
    assert np.quantile(apart(expected, there.points_px), 0.8) < 1.5


def test_gain_and_offset_change_nothing():
    image = drawn(40)
    one, other = (ridge_paths(picture, searched=INNER) for picture in (image, 0.5 * image + 0.25))
    for mine, theirs in zip(one[:5], other[:5], strict=True):
        assert theirs.score == pytest.approx(mine.score, rel=1e-2)  # float32
        np.testing.assert_allclose(theirs.points_px, mine.points_px, atol=1e-6)


# Negative controls


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_blank_has_no_paths(level):
    assert ridge_paths(np.full(SHAPE, level, np.float32), searched=np.ones(SHAPE, bool)) == ()


@pytest.mark.parametrize("down", [0.0, 0.004])
@pytest.mark.parametrize("right", [0.005, -0.002])
def test_a_ramp_has_no_paths(down, right):
    ramp = np.add.outer(down * np.arange(180), right * np.arange(180)).astype(np.float32)
    assert ridge_paths(ramp, searched=INNER) == ()


@pytest.mark.parametrize("seed", range(4))
def test_white_noise_has_no_strong_path(seed):
    assert max(best_scores(white(seed))) < MOST_OF_NOISE


@pytest.mark.parametrize("degrees", [0, 30, 90, 115])
def test_a_soft_step_in_noise_has_no_strong_path_and_a_line_of_its_height_has(degrees):
    height = 5 * NOISE
    angle = np.radians(degrees)
    rows, columns = np.indices(SHAPE)
    beside = (rows - 89.5) * np.cos(angle) - (columns - 89.5) * np.sin(angle)
    # As soft as the blur of a focal spot and of a bone's rounding: 1.5 pixels.
    step = ndimage.gaussian_filter(np.where(beside > 0, height, 0.0), 1.5)
    assert max(best_scores(step + white())) < MOST_OF_NOISE
    # 62 to 78: in a window of 28 pixels a line adds to what is usual around it.
    assert max(best_scores(drawn(degrees, height=-height))) > 3.5 * MOST_OF_NOISE


def test_a_hard_step_leaves_less_than_a_line_of_a_third_of_its_height():
    step = np.where(np.arange(180) >= 90, 0.3, 0.0) * np.ones((180, 1))
    assert max(best_scores(step + white())) < max(best_scores(drawn(90, height=-0.1)))


# What is searched


def test_nothing_searched_has_no_paths():
    assert ridge_paths(drawn(30), searched=np.zeros(SHAPE, bool)) == ()


def test_a_line_outside_of_what_is_searched_is_not_found():
    left = INNER.copy()
    left[:, 70:] = False
    image = drawn(90, centre=(90, 120), height=-0.2)
    paths = ridge_paths(image, searched=left)
    assert max(path.score for path in paths) < MOST_OF_NOISE
    # A path may cross a gap, here none; half a pixel of rounding and a row of the coarse size.
    assert max(path.points_px[:, 1].max() for path in paths) < 72


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 3), (16, 200)])
def test_the_smallest_pictures_can_be_searched(shape):
    paths = ridge_paths(white(shape=shape), searched=np.ones(shape, bool))
    for path in paths:
        assert np.isfinite(path.points_px).all()


# The list


@pytest.mark.parametrize("most", [0, 1, 7])
def test_at_most_so_many_of_each_polarity_the_front_of_the_longer_list(most):
    full = ridge_paths(drawn(60), searched=INNER)
    few = ridge_paths(drawn(60), searched=INNER, most=most)
    for polarity in Polarity:
        mine, theirs = ([path.score for path in paths if path.polarity is polarity] for paths in (few, full))
        assert mine == theirs[:most]
        assert len(mine) == most


def most_on_a_better_one(paths) -> list[float]:
    """Return which share of each dark path but the first lies on one better path."""
    dark = [path.points_px for path in paths if path.polarity is Polarity.DARK]
    # A better one is seven pixels thick; points and thickness are rounded to pixels.
    return [
        max((apart(path, better) < 2).mean() for better in dark[:number])
        for number, path in enumerate(dark)
        if number
    ]


def test_the_best_comes_first_and_no_path_lies_on_a_better_one(monkeypatch):
    image = drawn(60)
    paths = ridge_paths(image, searched=INNER)
    scores = [path.score for path in paths]
    assert scores == sorted(scores, reverse=True)
    # Doubles are told before the paths are trimmed. What trimming leaves may lie on a better one all the
    # same: of 2389 paths of noisy pictures 16 did.
    assert (np.array(most_on_a_better_one(paths)) > 0.6).mean() <= 0.03
    monkeypatch.setattr(MODULE, "trimmed", lambda _, paths_px, **rest: [(0.0, 1.0)] * len(paths_px))
    assert max(most_on_a_better_one(ridge_paths(image, searched=INNER))) <= 0.6


def test_each_path_says_how_wide_and_how_line_like_every_place_is():
    path = ridge_paths(drawn(33), searched=INNER)[0]
    assert path.points_px.shape == (len(path.z), 2) == (len(path.sigma_px), 2)
    steps = np.linalg.norm(np.diff(path.points_px, axis=0), axis=1)
    # Three pixels down and up to one aside, or twice that on half the pixels; trimming cuts the two at the
    # ends.
    whole, size = steps[1:-1], 1 if np.median(steps) < 5 else 2
    assert len(whole) > 10
    assert 3 * size - 1e-6 <= whole.min() <= steps.max() <= np.hypot(3, 1) * size + 1e-6
    assert steps.min() > 0
    assert SIGMA_RANGE_PX[0] <= path.sigma_px.min() <= path.sigma_px.max() <= SIGMA_RANGE_PX[1]
    assert np.median(path.z) > 2 * 1.9  # twice what a row costs; 8.9


@pytest.mark.parametrize(("narrow", "wide"), [(3.0, 5.0), (5.0, 9.0)])
def test_a_wider_line_answers_at_a_wider_kernel(narrow, wide):
    sigmas = [ridge_paths(drawn(33, fwhm), searched=INNER)[0].sigma_px.mean() for fwhm in (narrow, wide)]
    assert sigmas[0] < sigmas[1]


def test_the_same_picture_gives_the_same_paths_twice():
    one, other = (ridge_paths(drawn(17), searched=INNER) for _ in range(2))
    assert len(one) == len(other)
    for mine, theirs in zip(one, other, strict=True):
        assert (mine.polarity, mine.score) == (theirs.polarity, theirs.score)
        for name in ("points_px", "z", "sigma_px"):
            np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name))


def test_the_number_of_threads_changes_nothing():
    before = cv2.getNumThreads()
    found = []
    try:
        for threads in (1, 3):
            cv2.setNumThreads(threads)
            found.append(ridge_paths(drawn(30), searched=INNER))
    finally:
        cv2.setNumThreads(before)
    one, other = found
    assert len(one) == len(other) > 10
    for path, same in zip(one, other, strict=True):
        assert path.score == same.score
        np.testing.assert_array_equal(path.points_px, same.points_px)
