import math

import numpy as np
import pytest

from microcal_xray.detection import DIRECTIONS, FINE_SIGMAS_PX, LEVEL_BLOCK_PX, ridges

_ALONG_ROWS, _DIAGONAL, _ALONG_COLUMNS = 0, DIRECTIONS // 4, DIRECTIONS // 2


def boxes(along_px: float) -> np.ndarray:
    box = np.ones(round(math.sqrt(6) * along_px) | 1)
    return np.convolve(box / box.sum(), box / box.sum())


@pytest.fixture(scope="module")
def noise_levels():
    sd = 0.05
    image = np.random.default_rng(1).normal(0, sd, (400, 357)).astype(np.float32)
    return ridges(image, searched=np.ones(image.shape, bool)).usual


def test_of_white_noise_it_is_the_mean_absolute_answer_in_every_direction(noise_levels):
    # The kernel has unit energy; the smoothing along leaves its own share; a normal value's mean is 0.8 sd.
    expected = 0.05 * np.sqrt((boxes(8.0) ** 2).sum()) * math.sqrt(2 / math.pi)
    fine, _ = noise_levels
    for level in fine:
        # Turning by other than right angles is bilinear, which takes some of the noise away.
        assert np.median(level[[_ALONG_ROWS, _ALONG_COLUMNS]]) == pytest.approx(expected, rel=0.08)
        assert 0.6 * expected < np.median(level) < 1.05 * expected


def test_each_size_has_a_level_of_each_width_and_direction_on_blocks_of_the_picture(noise_levels):
    fine, coarse = noise_levels
    assert fine.shape == (3, DIRECTIONS, 400 // LEVEL_BLOCK_PX, math.ceil(357 / LEVEL_BLOCK_PX))
    assert coarse.shape[:3] == (2, DIRECTIONS, 400 // LEVEL_BLOCK_PX)
    # Of half of 357 pixels.
    assert coarse.shape[3] in (math.ceil(178 / 4), math.ceil(179 / 4))


def test_stripes_raise_the_level_of_their_own_direction_alone():
    stripes = np.tile(np.sin(np.arange(300) / 2.0), (300, 1)).astype(np.float32)
    fine, _ = ridges(stripes, searched=np.ones(stripes.shape, bool)).usual
    level = fine[FINE_SIGMAS_PX.index(2.0)]
    assert np.median(level[_ALONG_COLUMNS]) > 8 * np.median(level[_ALONG_ROWS])


@pytest.mark.parametrize("direction", [_ALONG_ROWS, 3, _DIAGONAL, _ALONG_COLUMNS, DIRECTIONS - 2])
def test_the_level_is_high_where_the_noise_is(direction):
    image = np.random.default_rng(2).normal(0, 0.02, (320, 400)).astype(np.float32)
    image[:, 240:] *= 3
    fine, _ = ridges(image, searched=np.ones(image.shape, bool)).usual
    # Away from the border by more than the window.
    level = fine[0, direction]
    quiet, loud = level[:, : 180 // LEVEL_BLOCK_PX], level[:, 300 // LEVEL_BLOCK_PX :]
    assert np.median(loud) / np.median(quiet) == pytest.approx(3, rel=0.15)
    # In the middle between both it is that of half of each, of roots.
    middle = np.median(level[:, 240 // LEVEL_BLOCK_PX - 1 : 240 // LEVEL_BLOCK_PX + 1])
    assert middle / np.median(quiet) == pytest.approx(((1 + math.sqrt(3)) / 2) ** 2, rel=0.15)


def test_where_nothing_is_searched_there_is_none():
    found = ridges(np.zeros((60, 60), np.float32), searched=np.zeros((60, 60), bool))
    assert (found.paths, found.usual) == ((), ())


def test_a_picture_too_small_for_half_of_its_pixels_has_the_levels_of_its_own_size():
    image = np.random.default_rng(3).normal(0, 0.05, (40, 30)).astype(np.float32)
    assert [level.shape[0] for level in ridges(image, searched=np.ones(image.shape, bool)).usual] == [3, 2]
    small = image[:30]
    assert [level.shape[0] for level in ridges(small, searched=np.ones(small.shape, bool)).usual] == [3]
