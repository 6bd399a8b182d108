"""Islands and holes of known size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from microcal_xray.islands import islands, without_small_holes, without_small_islands


def picture(*boxes: tuple[slice, slice]) -> np.ndarray:
    mask = np.zeros((20, 30), bool)
    for box in boxes:
        mask[box] = True
    return mask


LARGE, SMALL = np.s_[2:10, 2:12], np.s_[14:17, 20:23]  # 80 and 9 pixels


@pytest.mark.parametrize(("smallest_px", "is_kept"), [(9, True), (9.5, False), (80, False)])
def test_an_island_of_just_that_size_stays(smallest_px, is_kept):
    found = without_small_islands(picture(LARGE, SMALL), smallest_px=smallest_px)
    assert np.array_equal(found, picture(LARGE, SMALL) if is_kept else picture(LARGE))


@pytest.mark.parametrize(("smallest_px", "is_filled"), [(9, False), (9.5, True), (80, True)])
def test_a_hole_of_just_that_size_stays(smallest_px, is_filled):
    found = without_small_holes(~picture(LARGE, SMALL), smallest_px=smallest_px)
    assert np.array_equal(found, ~picture(LARGE) if is_filled else ~picture(LARGE, SMALL))


@pytest.mark.parametrize("value", [False, True])
def test_an_even_mask_stays_as_it_is(value):
    mask = np.full((4, 5), value)
    assert np.array_equal(without_small_islands(mask, smallest_px=3), mask)
    assert np.array_equal(without_small_holes(mask, smallest_px=3), mask)


@given(st.integers(0, 2**32 - 1), st.floats(0.2, 0.8))
def test_islands_are_those_that_scipy_finds(seed, share):
    mask = np.random.default_rng(seed).random((17, 23)) < share
    mine, (theirs, count) = islands(mask), ndimage.label(mask)
    assert len(np.unique(np.stack([mine.ravel(), theirs.ravel()]), axis=1).T) == count + (not mask.all())
    assert mine.max(initial=0) == count
