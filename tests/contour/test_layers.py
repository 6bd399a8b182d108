"""Layers along the cortex, and a cortex that is thicker inwards, on hollow shafts of known walls."""

import numpy as np
import pytest

from microcal_xray.contour import look_along_outlines
from shafts import SHAPE, tube

EVERYWHERE = np.ones(SHAPE, bool)


def shapes(image):
    outlines, _ = look_along_outlines(
        image, usable=EVERYWHERE, body=EVERYWHERE, metal=~EVERYWHERE, blur_px=0.9
    )
    return [shape for outline in outlines for shape in outline.shapes]


@pytest.mark.parametrize("thicker_px", [5.0, 0.0, -4.0])
def test_how_much_farther_the_cortex_reaches_inwards_is_measured(thicker_px):
    (shape,) = shapes(tube(9.0, thicker_px=thicker_px))
    # In the middle of the bump, where the wall is about 0.8 of its greatest difference.
    assert shape.inward_px == pytest.approx(0.8 * thicker_px, abs=0.6)
    assert abs(shape.inward_px - 0.8 * thicker_px) < 1.96 * shape.inward_sd_px
    assert shape.height_px == pytest.approx(9.0, abs=1.2)  # the outside is as it was


def test_a_long_low_layer_is_seen_and_told_from_a_bump_by_its_slimness():
    (layer,), (bump,) = shapes(tube(5.0, length_px=140.0)), shapes(tube(9.0))
    assert layer.height_px == pytest.approx(5.0, abs=1.2)
    assert layer.height_px / layer.length_px < 0.08 < bump.height_px / bump.length_px


def test_a_cortex_that_is_thicker_inwards_alone_is_no_bump():
    assert shapes(tube(0.0, thicker_px=6.0)) == []
