"""Sizes as they are told: what is lost is added back, and truth lies in the interval as often as is said."""

import math

import numpy as np
import pytest

from microcal_xray.contour import BumpShape, Reach, SizeModel, shipped_size_model
from microcal_xray.contour.sizes import terms_of

NOTHING = Reach({}, 0.0, 0.0, 0.0)
USUAL = Reach({"brightness": -0.5, "flat": 1.0, "one_sided": 1.0}, -2.0, -2.0, 3.0)
ACROSS = Reach({"straying": 0.2, "far": 5.0}, -2.0, -2.0, 2.0)
MODEL = SizeModel(0.5, 1.0, height=USUAL, length=USUAL, area=USUAL, callus_index=ACROSS, shaft=ACROSS)
SIZES = ("height", "length", "area", "callus_index", "shaft")


def shape(height=9.5, length=40.0, area=240.0, flank=0.1, z=9.0, flanks=2):
    path = np.zeros((3, 2))
    return BumpShape(
        base_px=path, top_px=path, outward=np.array([0.0, 1.0]), height_px=height, length_px=length,
        area_px2=area, foot_px=0.0, flank_px=flank, flanks=flanks, turn_rad=0.0, contrast=0.5, z=z,
        beyond=0.0, gap=0.0, step_share=1.0, lean=0.0, from_end_px=160.0, inward_px=None, inward_sd_px=None,
    )  # fmt: skip


def width(size):
    return math.log(size.high / size.low)


def test_what_is_lost_is_added_back():
    assert MODEL.height_of(shape()).value == 10.0
    assert MODEL.length_of(shape()).value == pytest.approx(44.0)  # a tenth of it lies under one pixel
    assert MODEL.area_of(shape()).value == pytest.approx(240 * 10 / 9.5 + 40 / 20)
    assert MODEL.index_of(shape(), 100.0).value == pytest.approx(1.1)


def test_a_triangle_whose_low_ends_are_cut_off_gets_its_length_and_area_back():
    height, length, cut = 12.0, 60.0, 1.0
    seen = length * (1 - cut / height)
    lost = cut * (length - seen) / 2
    model = SizeModel(0.0, cut, *[NOTHING] * 5)
    told = shape(height, seen, height * length / 2 - lost)
    assert model.length_of(told).value == pytest.approx(length, rel=0.01)
    assert model.area_of(told).value == pytest.approx(height * length / 2, rel=0.01)


def test_the_ends_lie_where_the_errors_lay():
    height = MODEL.height_of(shape(z=math.e**2))
    scale = math.exp(-2.0 - 0.5 * 2.0)
    assert math.log(height.low / height.value) == pytest.approx(-2.0 * scale)
    assert math.log(height.high / height.value) == pytest.approx(3.0 * scale)
    index = MODEL.index_of(shape(flank=1.0), 100.0)
    scale = math.exp(-2.0 + 0.2 * math.log(1.0 / 10.0))
    assert (index.high - 1) / (index.value - 1) == pytest.approx(math.exp(2.0 * scale))


@pytest.mark.parametrize("name", ["height_of", "length_of", "area_of"])
@pytest.mark.parametrize("worse", [{"z": 1.0}, {"length": 300.0}, {"flanks": 1}])
def test_what_is_faint_or_flat_or_cut_is_told_less_surely(name, worse):
    told = getattr(MODEL, name)
    assert width(told(shape(**worse))) > 1.1 * width(told(shape()))


def test_an_opposite_outline_far_away_is_told_less_surely():
    assert width(MODEL.shaft_of(shape(), 170.0)) == pytest.approx(width(MODEL.shaft_of(shape(), 100.0)))
    assert width(MODEL.shaft_of(shape(), 230.0)) > 2 * width(MODEL.shaft_of(shape(), 170.0))
    assert MODEL.index_of(shape(), 230.0).high > MODEL.index_of(shape(), 230.0).value


@pytest.mark.parametrize(
    "extreme",
    [shape(0.0, 0.0, 0.0, 0.0, 0.0), shape(1.6, 1e5, 1e6, 1e3, 1e-9, 1), shape(1e4, 1.0, 1.0, 1.0, 1e9)],
)
def test_no_bump_makes_an_interval_without_end(extreme):
    for size in (MODEL.height_of(extreme), MODEL.shaft_of(extreme, 240.0), MODEL.index_of(extreme, 240.0)):
        assert math.isfinite(size.high)
        assert 0 <= size.low <= size.value <= size.high <= 10 * size.value + 1e-6
    assert MODEL.index_of(extreme, 240.0).low >= 1.0


def test_the_model_in_the_package_has_truth_on_both_sides_and_known_terms():
    model = shipped_size_model()
    known = terms_of(shape(), 0.0, 100.0)
    for name in SIZES:
        reach = getattr(model, name)
        assert reach.low < 0 < reach.high
        assert set(reach.terms) <= set(known)
    assert 0 <= model.height_px < 1
    assert 0 < model.low_ends_px < 2


def test_clear_bumps_are_told_closely_by_the_model_in_the_package():
    model = shipped_size_model()
    clear = shape(z=40.0)
    assert width(model.height_of(clear)) < 0.5 < width(model.height_of(shape(4.0, 160.0, z=3.0)))
