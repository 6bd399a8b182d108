"""Sizes as they are told: what is lost is added back, and truth lies in the interval as often as is said."""

import math

import numpy as np
import pytest

from microcal_xray.contour import BumpShape, SizeModel, shipped_size_model

MODEL = SizeModel(
    height_px=0.5,
    low_ends_px=1.0,
    height=(-2.0, 3.0),
    length=(-0.5, 2.0),
    area=(-1.0, 2.0),
    callus_index=(-2.0, 4.0),
    shaft=(-0.1, 0.05),
)


def shape(height=9.5, length=40.0, area=240.0, flank=0.0):
    path = np.zeros((3, 2))
    return BumpShape(
        base_px=path, top_px=path, outward=np.array([0.0, 1.0]), height_px=height, length_px=length,
        area_px2=area, foot_px=0.0, flank_px=flank, flanks=2, turn_rad=0.0, contrast=0.5, z=9.0, beyond=0.0,
        gap=0.0, step_share=1.0, lean=0.0, from_end_px=160.0, inward_px=None, inward_sd_px=None,
    )  # fmt: skip


def test_what_is_lost_is_added_back():
    assert MODEL.height_of(shape()).value == 10.0
    assert MODEL.length_of(shape()).value == pytest.approx(44.0)  # a tenth of it lies under one pixel
    assert MODEL.area_of(shape()).value == pytest.approx(240 * 10 / 9.5 + 40 / 20)
    assert MODEL.index_of(shape(), 100.0).value == pytest.approx(1.1)


def test_a_triangle_whose_low_ends_are_cut_off_gets_its_length_and_area_back():
    height, length, cut = 12.0, 60.0, 1.0
    seen = length * (1 - cut / height)
    lost = cut * (length - seen) / 2
    model = SizeModel(0.0, cut, *[(0.0, 0.0)] * 5)
    told = shape(height, seen, height * length / 2 - lost)
    assert model.length_of(told).value == pytest.approx(length, rel=0.01)
    assert model.area_of(told).value == pytest.approx(height * length / 2, rel=0.01)


def test_the_ends_lie_where_the_errors_lay():
    height = MODEL.height_of(shape(flank=0.0))
    assert (height.low, height.high) == (9.0, 11.5)  # half a pixel where the outline does not stray
    scale = 10.0**-0.75
    length = MODEL.length_of(shape())
    assert math.log(length.low / length.value) == pytest.approx(-0.5 * scale)
    assert math.log(length.high / length.value) == pytest.approx(2.0 * scale)
    assert MODEL.shaft_of(100.0).high == pytest.approx(100 * math.exp(0.05))


@pytest.mark.parametrize("name", ["height_of", "length_of", "area_of"])
def test_a_straying_outline_or_a_low_bump_is_told_less_surely(name):
    def width(one):
        size = getattr(MODEL, name)(one)
        return (size.high - size.low) / size.value

    assert width(shape(height=3.0)) > width(shape(height=12.0))
    if name == "height_of":
        assert width(shape(flank=2.0)) > width(shape(flank=0.1))


def test_no_size_is_told_below_nothing():
    assert MODEL.height_of(shape(height=1.6, flank=4.0)).low == 0.0
    assert MODEL.index_of(shape(height=1.6, flank=4.0), 40.0).low == 1.0


def test_the_model_in_the_package_has_truth_on_both_sides():
    model = shipped_size_model()
    for low, high in (model.height, model.length, model.area, model.callus_index, model.shaft):
        assert low < 0 < high
    assert 0 <= model.height_px < 1
    assert 0 < model.low_ends_px < 2
