"""What an image could show, from array to numbers."""

import dataclasses
import math

import numpy as np
import pytest
from scipy import ndimage

from drawing import gaussian_line, shaft
from microcal_xray import (
    Compartment,
    Course,
    ImageCaution,
    Intent,
    Kind,
    Radiograph,
    Settings,
    find_lines,
    radiograph_from_array,
)
from microcal_xray.detectable import detectability_of, quality_of, scenery_of
from microcal_xray.limit import shipped_models
from microcal_xray.radiograph import Signal, Spacing
from microcal_xray.searching import search
from microcal_xray.simulation import Anatomy, Detector, Exposure, simulate_limb

SHAPE = (480, 240)  # of which a working pixel is a pixel, at 0.25 mm


def limb(*, noise: float = 6.0, texture: float = 12.0, seed: int = 3) -> np.ndarray:
    """Return a shaft with some texture."""
    grain = ndimage.gaussian_filter(np.random.default_rng(seed).normal(0, 1, SHAPE), 1.6)
    image = shaft(SHAPE, width_px=110, soft_px=190, noise=noise, seed=seed)
    return image + texture * grain / grain.std()


def radiograph(spacing_mm: float | None = 0.25, **changes) -> Radiograph:
    return radiograph_from_array(limb(**changes), spacing_mm=spacing_mm)


@pytest.fixture(scope="module")
def findings():
    return find_lines(radiograph())


@pytest.fixture(scope="module")
def without_spacing():
    return find_lines(radiograph(None))


def limit_of(image: Radiograph, false_marks: float = 4.0):
    seen = scenery_of(image, search(image))
    return detectability_of(seen, shipped_models(), false_marks=false_marks)


def across(limit, compartment=Compartment.INNER) -> float:
    """Return the width of a dark line of about 10 mm across the bone; infinite where there is none."""
    row = limit.row(
        kind=Kind.LUCENT, compartment=compartment, course=Course.ACROSS, length_px=limit.map_length_px
    )
    return math.inf if row.width_px is None else row.width_px


def test_findings_carry_quality_and_limit(findings):
    assert findings.quality is not None
    assert {each.compartment for each in findings.quality.textures} <= set(Compartment)
    assert findings.limit.false_marks == Settings().false_marks
    assert findings.limit.probes == 0
    # Two kinds, two compartments, three courses, three lengths.
    assert len(findings.limit.rows) == 2 * 2 * 3 * 3
    assert len(findings.limit.tilts) == 2 * 5


@pytest.fixture(scope="module")
def exposures():
    """The limits of one limb at three doses."""
    made = (
        simulate_limb(
            anatomy=Anatomy.FOREARM,
            seed=8,
            lines=[],
            exposure=Exposure(air_kerma_ugy=kerma),
            detector=Detector(800, 500, 0.15),
        )
        for kerma in (60.0, 4.0, 0.5)
    )
    return [find_lines(each.radiograph, Settings(false_marks=4)) for each in made]


def test_less_dose_is_more_noise_and_a_higher_limit(exposures):
    noise = [each.quality.textures[0].noise_log.value for each in exposures]
    widths = [np.nanmedian(each.limit.width_map_mm) for each in exposures]
    assert noise == sorted(noise)
    assert noise[2] > 4 * noise[0]
    assert widths == sorted(widths)
    assert widths[2] > 1.5 * widths[0]


def test_a_stricter_setting_raises_the_limit():
    image = radiograph()
    widths = [np.nanmedian(limit_of(image, marks).width_map_px) for marks in (16.0, 4.0, 1.0, 0.25)]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]


def test_gain_and_offset_of_the_exposure_change_no_limit():
    plain = limit_of(radiograph())
    other = limit_of(radiograph_from_array(5 * limb() + 900, spacing_mm=0.25))
    known = np.isfinite(plain.width_map_px)
    assert other.width_map_px[known] == pytest.approx(plain.width_map_px[known], rel=0.02)


def test_a_tilt_never_lowers_the_width(findings):
    for compartment in Compartment:
        widths = [
            math.inf if row.width_mm is None else row.width_mm / math.cos(math.radians(row.tilt_deg))
            for row in limit_of(radiograph(), 16.0).tilts
            if row.compartment is compartment
        ]
        assert len(widths) == 5
        assert widths == sorted(widths)


def test_the_map_covers_the_bone_and_nothing_else(findings):
    widths = findings.limit.width_map_px
    covered = np.repeat(np.repeat(~np.isnan(widths), 8, axis=0), 8, axis=1)[: SHAPE[0], : SHAPE[1]]
    columns = np.flatnonzero(covered[SHAPE[0] // 2])
    assert abs(columns.mean() - SHAPE[1] / 2) < 8
    assert 80 < len(columns) < 150
    assert findings.limit.block_px == (8, 8)


def test_the_map_cannot_be_written_to(findings):
    with pytest.raises(ValueError, match="read-only"):
        findings.limit.width_map_px[0, 0] = 1


def walked(value, path=""):
    """Yield (path, value) of everything in nested dataclasses."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from walked(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from walked(each, f"{path}[{number}]")
    else:
        yield path, value


def test_without_spacing_there_is_no_millimetre_anywhere(without_spacing):
    named = [
        (path, value)
        for part in (without_spacing.quality, without_spacing.limit)
        for path, value in walked(part)
        if "_mm" in path
    ]
    assert named
    assert {value for _, value in named} == {None}
    assert without_spacing.limit.tilts == ()
    assert without_spacing.limit.width_map_mm is None


def test_pixels_are_the_same_whatever_the_spacing_is_called(findings, without_spacing):
    # Small pictures are enlarged, the more so where the spacing is unknown.
    assert search(radiograph(None)).working.scale == pytest.approx(640 / 480, rel=0.01)
    assert search(radiograph()).working.scale == 1
    for row in findings.limit.rows:
        assert row.length_mm == pytest.approx(row.length_px * 0.25)
        assert row.width_mm is None or row.width_mm == pytest.approx(row.width_px * 0.25)
    assert findings.quality.resolution_mm.value == pytest.approx(findings.quality.resolution_px.value * 0.25)


def test_twice_the_spacing_doubles_every_length_and_changes_no_pixel(monkeypatch):
    # The working size is held: what is left is the millimetre itself.
    image = radiograph()
    seen = scenery_of(image, search(image))
    doubled = dataclasses.replace(seen, radiograph=dataclasses.replace(image, spacing=Spacing(0.5, 0.5)))
    one, other = (detectability_of(each, shipped_models(), false_marks=4.0) for each in (seen, doubled))
    assert np.array_equal(one.width_map_px, other.width_map_px, equal_nan=True)
    assert [row.width_px for row in one.rows] == [row.width_px for row in other.rows]
    for mine, theirs in zip(one.rows, other.rows, strict=True):
        assert theirs.length_mm == pytest.approx(2 * mine.length_mm)
        assert (theirs.width_mm is None) == (mine.width_mm is None)
        assert theirs.width_mm is None or theirs.width_mm == pytest.approx(2 * mine.width_mm)
    assert quality_of(doubled).resolution_mm.value == pytest.approx(2 * quality_of(seen).resolution_mm.value)


@pytest.mark.parametrize("image", [np.zeros((8, 8)), np.zeros((200, 200)), np.full((300, 200), 40.0)])
def test_a_picture_without_bone_has_neither(image):
    found = find_lines(radiograph_from_array(image))
    assert found.quality is None
    assert found.limit is None


def test_noise_is_told_as_a_share_of_the_step_and_in_log_units_only_of_log_pixels(findings):
    (inner,) = (each for each in findings.quality.textures if each.compartment is Compartment.INNER)
    # The step is 250 to 500 grey levels, the noise 6.
    assert 6 / 500 < inner.noise.value < 6 / 200
    assert inner.noise_log is None
    logged = dataclasses.replace(radiograph(), pixels=limb() / 500, signal=Signal.LOG)
    (inner,) = (each for each in find_lines(logged).quality.textures if each.compartment is Compartment.INNER)
    assert inner.noise_log.value == pytest.approx(6 / 500, rel=0.1)


def cautions(image: Radiograph) -> ImageCaution:
    return find_lines(image).quality.cautions


def test_a_good_picture_raises_no_caution(exposures):
    assert cautions(radiograph(0.1)) is ImageCaution.NONE
    assert exposures[0].quality.cautions is ImageCaution.NONE


def test_cautions_of_processing_blur_noise_and_clipping():
    assert ImageCaution.PROCESSED in cautions(
        dataclasses.replace(radiograph(), intent=Intent.FOR_PRESENTATION)
    )
    blurred = ndimage.gaussian_filter(limb(), 4)
    assert ImageCaution.BLURRED in cautions(radiograph_from_array(blurred, spacing_mm=0.25))
    assert ImageCaution.UNDER_EXPOSED in cautions(radiograph(noise=110.0))
    assert ImageCaution.CLIPPED in cautions(radiograph_from_array(np.minimum(limb(), 760), spacing_mm=0.25))


def test_a_line_in_the_picture_hardly_changes_the_limit():
    line = gaussian_line(SHAPE, 5, fwhm_px=3, height=-120, centre=(240, 120), length_px=60)
    plain, other = (
        limit_of(radiograph_from_array(image, spacing_mm=0.25)) for image in (limb(), limb() + line)
    )
    assert np.nanmedian(other.width_map_px) == pytest.approx(np.nanmedian(plain.width_map_px), rel=0.15)
