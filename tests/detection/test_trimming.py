from importlib import import_module

import numpy as np
import pytest

from drawing import gaussian_line
from microcal_xray.detection import Polarity, ridge_paths
from microcal_xray.detection.trimming import piece, shares_of, trimmed

SHAPE = (180, 180)
INNER = np.pad(np.ones((140, 140), bool), 20)
NOISE = 0.02
MODULE = import_module("microcal_xray.detection.ridge_paths")
SMOOTHING_PX = 3.0  # along, before the height is compared
PLACES = 48  # along each path
SHORTEST_PX = 9.0


def drawn(degrees: float, length_px: float, *, fwhm_px: float, height: float, seed: int = 0) -> np.ndarray:
    line = gaussian_line(SHAPE, degrees, fwhm_px=fwhm_px, height=height, length_px=length_px)
    return (line + np.random.default_rng(seed).normal(0, NOISE, SHAPE)).astype(np.float32)


def direction(degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    return np.array([np.sin(angle), np.cos(angle)])


def length_of(points_px: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(points_px, axis=0), axis=1).sum())


def traced(degrees, length_px, **line):
    path = ridge_paths(drawn(degrees, length_px, **line), searched=INNER)[0]
    assert path.polarity is (Polarity.DARK if line["height"] < 0 else Polarity.BRIGHT)
    return path.points_px


def straight(before_px: float, after_px: float, degrees: float = 0.0) -> np.ndarray:
    """Return a path through the centre, a point every three pixels."""
    along = np.arange(-before_px, after_px + 1e-6, 3.0)
    return 89.5 + along[:, None] * direction(degrees)


# A traced line


@pytest.mark.parametrize("height", [-0.2, 0.2])
@pytest.mark.parametrize("fwhm_px", [3, 5.5, 8])
@pytest.mark.parametrize("length_px", [15, 30, 50, 90])
def test_a_traced_line_is_as_long_as_it_was_drawn(length_px, fwhm_px, height):
    excess = []
    for degrees in (0, 33, 117):
        points = traced(degrees, length_px, fwhm_px=fwhm_px, height=height)
        along = np.sort((points - 89.5) @ direction(degrees))
        # Each end is known no better than the smoothing along, three pixels; measured: 2.6.
        assert along[[0, -1]] == pytest.approx([-length_px / 2, length_px / 2], abs=SMOOTHING_PX)
        excess.append(length_of(points) - length_px)
    # Of both ends; and 0.4 of the height, not half, draws the line out by 0.76 pixels each. Measured over 252
    # lines of 15 to 90 px: -2.0 to 4.4, the median 2.9 at 15 px, where less than a quarter of the path has
    # the full height, and 0.3 to 1.6 from 20 px on. (Untrimmed, 18 to 30.)
    assert min(excess) > -3
    assert max(excess) < 5
    assert -1.5 < np.median(excess) < (4.5 if length_px == 15 else 3)


@pytest.mark.parametrize("length_px", [30, 45, 60, 90])
def test_a_faint_line_is_as_long_as_it_was_drawn_but_for_noise(length_px):
    excess = [
        length_of(traced(degrees, length_px, fwhm_px=fwhm_px, height=sign * 3 * NOISE, seed=seed)) - length_px
        for seed, degrees in enumerate((0, 60, 152))
        for sign in (-1, 1)
        for fwhm_px in (3, 6)
    ]
    # Height three times the noise. Measured over 168 such lines: -3.0 to 5.1 and one of 10.7, the median
    # 0.5 to 1.
    assert np.median(excess) == pytest.approx(1, abs=1.5)
    assert np.quantile(np.abs(excess), 0.8) < 4.5


@pytest.mark.parametrize("length_px", [15, 60])
def test_without_trimming_smoothing_along_draws_a_line_out(length_px, monkeypatch):
    line = {"fwhm_px": 5, "height": -0.2}
    after = length_of(traced(33, length_px, **line))
    monkeypatch.setattr(MODULE, "trimmed", lambda _, paths_px, **rest: [(0.0, 1.0)] * len(paths_px))
    # Smoothing along has a standard deviation of 8 pixels, and a strong line is over the cost beyond that.
    assert length_of(traced(33, length_px, **line)) > after + 2 * 8


def test_what_is_left_is_a_piece_of_the_path_in_its_order(monkeypatch):
    image = drawn(33, 60, fwhm_px=5, height=-0.2)
    short = ridge_paths(image, searched=INNER)
    monkeypatch.setattr(MODULE, "trimmed", lambda _, paths_px, **rest: [(0.0, 1.0)] * len(paths_px))
    whole = ridge_paths(image, searched=INNER)
    assert len(short) == len(whole) > 20
    for left, path in zip(short, whole, strict=True):
        assert (left.polarity, left.score) == (path.polarity, path.score)
        assert len(left.points_px) == len(left.z) == len(left.sigma_px) <= len(path.points_px)
        # All but the two ends are points of the path, one after another, with what belongs to them.
        inner = left.points_px[1:-1]
        start = int(np.linalg.norm(path.points_px - inner[0], axis=1).argmin())
        same = slice(start, start + len(inner))
        np.testing.assert_allclose(inner, path.points_px[same], atol=1e-6)
        np.testing.assert_allclose(left.z[1:-1], path.z[same], atol=1e-6)
        np.testing.assert_allclose(left.sigma_px[1:-1], path.sigma_px[same], atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_no_path_is_left_shorter_than_nine_pixels(seed):
    noise = np.random.default_rng(seed).normal(0, NOISE, SHAPE).astype(np.float32)
    lengths = [length_of(path.points_px) for path in ridge_paths(noise, searched=INNER)]
    assert len(lengths) > 100
    assert min(lengths) >= SHORTEST_PX - 1e-6
    assert sum(length < SHORTEST_PX + 1e-6 for length in lengths) > 0  # the limit is met


# The ends alone


@pytest.mark.parametrize(("before_px", "after_px"), [(60, 60), (36, 72), (72, 45)])
@pytest.mark.parametrize("degrees", [0, 30, 90, 117])
@pytest.mark.parametrize("sign", [-1, 1])
def test_without_noise_the_ends_are_those_of_the_line_to_two_places(before_px, after_px, degrees, sign):
    path = straight(before_px, after_px, degrees)
    line = gaussian_line(SHAPE, degrees, fwhm_px=5, height=0.1 * sign, length_px=60)
    ((low, high),) = trimmed(line, [path], is_dark=[sign < 0], sigma_px=[2.0])
    ends = np.array([low, high]) * (before_px + after_px) - before_px
    # The edge of the line, smoothed, falls to 0.4 of the height 0.25 x 3 pixels beyond it; and 48 places.
    assert ends == pytest.approx([-30, 30], abs=0.25 * SMOOTHING_PX + (before_px + after_px) / PLACES)


def test_a_line_along_the_whole_path_is_kept_whole():
    line = gaussian_line(SHAPE, 30, fwhm_px=5, height=-0.1)
    assert trimmed(line, [straight(45, 45, 30)], is_dark=[True], sigma_px=[2.0]) == [(0.0, 1.0)]


def test_of_two_pieces_the_longer_is_kept_and_a_short_gap_is_bridged():
    whole = gaussian_line(SHAPE, 0, fwhm_px=5, height=-0.1)
    columns = np.arange(SHAPE[1]) - 89.5
    parted, bridged = (np.where(np.abs(columns - 10) < half_px, 0, whole) for half_px in (30, 4))
    path = straight(60, 60)
    (one,) = trimmed(parted.astype(np.float32), [path], is_dark=[True], sigma_px=[2.0])
    # 40 px gather 0.6 each, 60 between lose 0.4 each, 20 more gather 12: not worth the way.
    assert one == pytest.approx((0, 40 / 120), abs=2 / PLACES)
    assert trimmed(bridged.astype(np.float32), [path], is_dark=[True], sigma_px=[2.0]) == [(0.0, 1.0)]


def test_each_path_is_trimmed_by_its_own_polarity_and_in_its_order():
    dark = gaussian_line(SHAPE, 0, fwhm_px=5, height=-0.1, length_px=40, centre=(60, 89.5))
    bright = gaussian_line(SHAPE, 0, fwhm_px=5, height=0.1, length_px=80, centre=(120, 89.5))
    paths = [np.add(straight(60, 60), (row - 89.5, 0)) for row in (60, 120)]
    kept = trimmed(dark + bright, paths, is_dark=[True, False], sigma_px=[2.0, 2.0])
    assert np.diff(kept)[:, 0] * 120 == pytest.approx([40, 80], abs=2 * 0.76 + 2 * 120 / PLACES)
    assert trimmed(dark + bright, paths[::-1], is_dark=[False, True], sigma_px=[2.0, 2.0]) == kept[::-1]


@pytest.mark.parametrize("level", [0.0, 0.5])
def test_a_constant_image_keeps_nine_pixels_of_a_path(level):
    path = straight(30, 30)
    ((low, high),) = trimmed(np.full(SHAPE, level, np.float32), [path], is_dark=[True], sigma_px=[2.0])
    assert 0 <= low < high <= 1
    assert 60 * (high - low) == pytest.approx(SHORTEST_PX)
    assert length_of(piece(path, shares_of(path), low, high)) == pytest.approx(SHORTEST_PX)


@pytest.mark.parametrize(
    ("first_px", "last_px", "kept"), [(0, 5, (0, 9 / 15)), (10, 15, (6 / 15, 1)), (5, 10, (3 / 15, 12 / 15))]
)
def test_a_shorter_piece_is_drawn_out_to_nine_pixels_inside_the_path(first_px, last_px, kept):
    columns = np.arange(SHAPE[1]) - 89.5
    line = gaussian_line(SHAPE, 0, fwhm_px=5, height=0.1)
    # Bright but for five pixels.
    both = np.where((columns >= first_px) & (columns <= last_px), -line, line).astype(np.float32)
    assert trimmed(both, [straight(0, 15)], is_dark=[True], sigma_px=[2.0])[0] == pytest.approx(
        kept, abs=1 / PLACES
    )


def test_a_path_of_nine_pixels_or_less_is_kept_whole():
    noise = np.random.default_rng(0).normal(0, NOISE, SHAPE).astype(np.float32)
    for after_px in (3, 6, 9):
        ((low, high),) = trimmed(noise, [straight(0, after_px)], is_dark=[True], sigma_px=[2.0])
        assert (low, high) == pytest.approx((0, 1))


def test_gain_and_offset_change_no_end():
    image = drawn(0, 60, fwhm_px=5, height=-0.2)
    one, other = (
        trimmed(picture, [straight(60, 60)], is_dark=[True], sigma_px=[2.0])
        for picture in (image, (0.5 * image + 0.25).astype(np.float32))
    )
    assert one == other


def test_no_path_gives_none():
    assert trimmed(np.zeros(SHAPE, np.float32), [], is_dark=[], sigma_px=[]) == []


# Pieces


def test_the_share_of_the_length_is_worked_by_hand():
    path = np.array([[0, 0], [0, 3], [4, 3], [4, 6]], float)
    np.testing.assert_allclose(shares_of(path), [0, 0.3, 0.7, 1])
    np.testing.assert_array_equal(shares_of(np.array([[2.0, 5.0]])), [0])


def test_a_piece_keeps_the_points_inside_and_makes_the_two_ends():
    path = np.array([[0, 0], [0, 3], [4, 3], [4, 6]], float)
    share = shares_of(path)
    np.testing.assert_allclose(piece(path, share, 0.1, 0.8), [[0, 1], [0, 3], [4, 3], [4, 4]])
    np.testing.assert_allclose(piece(np.array([1.0, 4.0, 8.0, 2.0]), share, 0.1, 0.8), [2, 4, 8, 6])
    # A point at an end is not there twice.
    np.testing.assert_allclose(piece(path, share, 0.3, 0.7), path[1:3])
    np.testing.assert_allclose(piece(path, share, 0, 1), path)
