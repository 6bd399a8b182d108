import dataclasses
import math

import numpy as np
import pytest
from blurred_lines import BLUR_PX, SHAPE, course, picture

from microcal_xray.measured import ContrastUnit, Estimate, Measured, Stability
from microcal_xray.measurement import BoneSetting, Units, evidence_card, line_shape, shipped_factors
from microcal_xray.measurement.bone_contrast import Known

SETTING = BoneSetting(
    angle_rad=Known(1.5, 0.05),
    cortex_angle_rad=Known(0.1, 0.05),
    crossed=Known(0.98, 0.05),
    cortices=("left",),
    cortex_distance_px=Known(1.0, 3.0),
    end_distance_px=Known(80.0, 6.0),
    along_bone=Known(0.3, 0.02),
    contrast=Known(0.6, 0.06),
)


@pytest.fixture(scope="module")
def shape():
    image = picture(20, width_px=4, length_px=100, height=-0.3, noise=0.03)
    return line_shape(
        course(20, 100),
        image,
        usable=np.ones(SHAPE, bool),
        is_dark=True,
        width_px=3,
        blur_px=BLUR_PX,
        unit_px=7,
    )


def card(shape, *, mm=0.1, setting=SETTING, contrast=ContrastUnit.LOG, is_raw=True, factors=None) -> Measured:
    units = Units(mm, 0.5, contrast, is_raw=is_raw)
    return evidence_card(shape, setting, kept=(7, 9), units=units, factors=factors or shipped_factors())


def estimates(of) -> list[Estimate]:
    found = []
    for field in dataclasses.fields(of):
        value = getattr(of, field.name)
        if isinstance(value, Estimate):
            found.append(value)
        elif dataclasses.is_dataclass(value):
            found += estimates(value)
    return found


def test_every_number_has_an_interval_around_it_and_a_unit(shape):
    found = estimates(card(shape))
    assert len(found) == 21
    assert all(each.low < each.high and each.unit for each in found)


def test_twice_the_spacing_doubles_every_length_and_changes_nothing_else(shape):
    once, twice = card(shape, mm=0.1), card(shape, mm=0.2)
    for field in dataclasses.fields(Measured):
        before, after = getattr(once, field.name), getattr(twice, field.name)
        if field.name.endswith("_mm"):
            pairs = (
                [(before, after)]
                if field.name == "blur_mm"
                else [(getattr(before, name), getattr(after, name)) for name in ("value", "low", "high")]
            )
            assert [b == pytest.approx(2 * a) for a, b in pairs] == [True] * len(pairs)
        elif field.name not in ("place", "profile"):
            assert before == after
    assert twice.place.cortex_distance_mm.value == pytest.approx(2 * once.place.cortex_distance_mm.value)
    assert twice.place.end_distance_px == once.place.end_distance_px


def test_without_spacing_there_is_no_millimetre(shape):
    unknown = card(shape, mm=None)
    assert not [each for each in estimates(unknown) if "mm" in each.unit]
    assert unknown.blur_mm is None
    assert unknown.length_px == card(shape).length_px


def test_the_equivalent_width_is_the_integral_over_the_contrast_of_the_bone(shape):
    found = card(shape)
    ratio = found.integrated_contrast_px.value / found.bone_contrast.value
    assert found.equivalent_width_px.value == pytest.approx(ratio)
    assert found.equivalent_width_px.value == pytest.approx(0.3 * 4 / 0.6, rel=0.08)
    assert found.equivalent_width_mm.value == pytest.approx(0.1 * ratio)


def test_where_edges_may_be_enhanced_the_gain_of_a_line_of_that_width_is_taken_out(shape):
    factors = dataclasses.replace(shipped_factors(), gain_log=0.5, gain_per_log_width=-0.4, gain_sd=0.3)
    raw = card(shape, factors=factors).equivalent_width_px
    made_up = card(shape, is_raw=False, factors=factors).equivalent_width_px
    # A line of four pixels of two to a working pixel is half a millimetre wide, or about.
    assert raw.value / made_up.value == pytest.approx(math.exp(0.5) * 0.5**-0.4, rel=0.03)
    assert made_up.high / made_up.value > raw.high / raw.value
    # Very wide ones are taken as the widest that the gain was fitted on.
    wide = dataclasses.replace(shape, fit=dataclasses.replace(shape.fit, width_px=200.0))
    plain, even = (card(wide, is_raw=raw, factors=factors).equivalent_width_px.value for raw in (True, False))
    assert plain / even == pytest.approx(math.exp(0.5) * 4.0**-0.4)


def test_what_is_not_known_is_none_and_nothing_is_guessed(shape):
    unknown = card(shape, setting=BoneSetting())
    assert unknown.equivalent_width_px is unknown.equivalent_width_mm is unknown.bone_contrast is None
    assert unknown.place == type(unknown.place)()
    assert unknown.integrated_contrast_px.value > 0


def test_widths_known_to_ten_times_only_are_not_told(shape):
    faint = dataclasses.replace(shape, fit=dataclasses.replace(shape.fit, width_log_sd=2.0, d_prime=1.0))
    found = card(faint)
    assert not found.resolved
    assert found.width_px is None
    assert found.equivalent_width_px is found.equivalent_width_mm is None
    assert found.integrated_contrast_px.value > 0


def test_shares_and_angles_stay_in_their_range(shape):
    place = card(shape).place
    assert (place.crossed.high, place.angle_to_bone_deg.high) == (1.0, 90.0)
    assert (place.cortex_distance_px.low, place.cortex_distance_px.value) == (
        0.0,
        2.0,
    )  # working pixels are two


def test_a_width_is_told_only_where_it_is_resolved(shape):
    assert card(shape).resolved
    assert card(shape).width_px.value == pytest.approx(4, rel=0.12)
    thin = dataclasses.replace(shape, fit=dataclasses.replace(shape.fit, width_px=0.5))
    assert not card(thin).resolved
    assert card(thin).width_px is card(thin).width_mm is None


def test_contrasts_of_grey_levels_are_marked_relative(shape):
    found = card(shape, contrast=ContrastUnit.RELATIVE)
    assert found.contrast_unit is ContrastUnit.RELATIVE
    assert {found.peak_contrast.unit, found.bone_contrast.unit} == {"relative"}
    assert found.integrated_contrast_mm.unit == "relative mm"


def test_the_profile_of_a_dark_line_goes_down_and_lies_in_its_band(shape):
    profile = card(shape).profile
    middle = len(profile.value) // 2
    assert abs(int(profile.value.argmin()) - middle) <= 1
    assert profile.value[middle] < -0.2
    assert (profile.low <= profile.value).all()
    assert (profile.value <= profile.high).all()
    assert np.abs(profile.model - profile.value).max() < 0.03
    with pytest.raises(ValueError, match="read-only"):
        profile.value[0] = 1.0


@pytest.mark.parametrize("numbers", [(1.0, 1.1, 1.2), (1.0, 0.5, math.nan), (math.inf, 0.0, math.inf)])
def test_an_estimate_is_finite_and_inside_its_interval(numbers):
    with pytest.raises(ValueError, match="must"):
        Estimate(*numbers, "mm")


def test_stability_is_a_share_of_what_was_tried():
    assert Stability(3, 4).share == 0.75
    with pytest.raises(ValueError, match="kept 5 of 4"):
        Stability(5, 4)
