from dataclasses import replace

import numpy as np
import pytest

from microcal_xray.errors import SettingsError
from microcal_xray.findings import Kind
from microcal_xray.radiograph import Intent, Signal, radiograph_from_array
from microcal_xray.resolution import sharpest_edge_px
from microcal_xray.simulation import Course, Detector, Exposure, Fissure, Output, simulate_limb
from microcal_xray.simulation.detector import MTF_CORNER_PER_MM, blur
from microcal_xray.simulation.inserting import LineToInsert, insert_line, remove_line
from microcal_xray.simulation.surroundings import Surroundings

SPACING_MM = 0.143
DETECTOR_MM = np.log(2) / (np.pi * MTF_CORNER_PER_MM)  # full width at half maximum of its line spread
ACROSS = np.array([[60.0, 15.0], [60.0, 105.0]])


def plain(value=1.0, **options):
    return radiograph_from_array(
        np.full((120, 120), value), spacing_mm=SPACING_MM, signal=Signal.LOG, **options
    )


def limb(**options):
    arguments = {
        "seed": 3,
        "lines": [],
        "detector": Detector(240, 360, SPACING_MM, electronic_noise=0),
        "exposure": Exposure(air_kerma_ugy=10_000),
        "centre_mm": (0, -150),
    }
    return simulate_limb(**(arguments | options))


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("intent", [Intent.FOR_PROCESSING, Intent.FOR_PRESENTATION])
def test_what_was_put_in_comes_out_within_rounding(kind, intent):
    before = limb(output=Output(intent=intent), exposure=Exposure()).radiograph
    line = LineToInsert(np.array([[100.0, 150.0], [120.0, 180.0], [118.0, 200.0]]), kind, width_mm=0.6)
    changed, truth = insert_line(before, line)
    after = remove_line(changed, truth)
    assert np.abs(changed.pixels - before.pixels).max() > 100 * np.spacing(before.pixels.max())
    assert np.abs(after.pixels - before.pixels).max() <= np.spacing(np.abs(before.pixels).max())


def test_eight_bits_give_back_the_picture_within_half_a_grey_level():
    grey = np.random.default_rng(0).integers(60, 180, (120, 120)).astype(np.float32)
    before = radiograph_from_array(grey, spacing_mm=SPACING_MM)
    changed, truth = insert_line(before, LineToInsert(ACROSS), resolution_mm=0.2, grey_per_log=80)
    stored = replace(changed, pixels=np.rint(changed.pixels))
    assert np.array_equal(np.rint(changed.pixels) == grey, np.rint(changed.pixels - grey) == 0)
    assert np.abs(remove_line(stored, truth).pixels - grey).max() <= 0.5 + 1e-4


@pytest.mark.parametrize("width_mm", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("tilt_deg", [0, 15])
def test_the_integral_across_the_line_is_that_of_the_truth(width_mm, tilt_deg):
    line = LineToInsert(ACROSS, width_mm=width_mm, depth_mm=2, tilt_deg=tilt_deg, contrast_log=0.01)
    changed, truth = insert_line(plain(), line, resolution_mm=DETECTOR_MM)
    across = changed.pixels[:, 50:70].mean(axis=1) - 1.0
    assert across.sum() * SPACING_MM == pytest.approx(truth.integrated_contrast_mm, rel=0.01)
    expected = -0.01 * width_mm / np.cos(np.radians(tilt_deg))
    assert truth.integrated_contrast_mm == pytest.approx(expected, rel=0.01)


def test_the_peak_of_a_slit_is_that_of_the_two_sided_exponential():
    width = 0.2
    line = LineToInsert(ACROSS, width_mm=width, contrast_log=0.01)
    fine = radiograph_from_array(np.zeros((400, 400)), spacing_mm=0.02, signal=Signal.LOG)
    path = np.array([[200.0, 5.0], [200.0, 395.0]])
    changed, _ = insert_line(fine, replace(line, path_px=path), resolution_mm=DETECTOR_MM)
    expected = -0.01 * (1 - np.exp(-np.pi * MTF_CORNER_PER_MM * width))
    assert changed.pixels[200, 200] == pytest.approx(expected, rel=0.02)  # pixels of a tenth of the slit


def test_it_is_the_line_that_the_simulation_draws():
    gap = Fissure(
        Course(from_end_mm=150, angle_to_bone_deg=80, length_mm=14, wander_mm=0), width_mm=0.4, depth_mm=3
    )
    with_gap, without = limb(lines=[gap]), limb()
    truth = with_gap.truth[0]
    drawn = with_gap.radiograph.pixels - without.radiograph.pixels
    contrast = -truth.contrast_log
    line = LineToInsert(truth.path_px, width_mm=0.4, depth_mm=3, contrast_log=contrast)
    inserted, _ = insert_line(without.radiograph, line, resolution_mm=DETECTOR_MM)
    change = inserted.pixels - without.radiograph.pixels
    template = change / np.sqrt((change**2).sum())
    # The contrast of the drawn line follows the bone, that of the inserted one is even and fades at its ends.
    assert (template * drawn).sum() == pytest.approx((template * change).sum(), rel=0.12)
    assert (template * drawn).sum() > 0.95 * np.sqrt((drawn**2).sum())


def test_physics_gives_the_contrast_of_a_leg():
    line = LineToInsert(ACROSS, width_mm=0.5, depth_mm=5)
    _, truth = insert_line(plain(), line, resolution_mm=0.17)
    # 0.078 per mm at 60 kV, 5 mm, scatter of 0.3: near, as the beam hardens and the signal grows in the gap.
    assert truth.contrast_log == pytest.approx(-0.078 * 5 / 1.3, rel=0.1)
    assert Surroundings(tube_kv=50).change_log(np.array([-5.0])) < Surroundings(tube_kv=70).change_log(
        np.array([-5.0])
    )


def test_a_grey_picture_gets_its_share_of_the_step_from_soft_tissue_to_bone():
    columns = np.indices((160, 300))[1]
    grey = np.where(np.abs(columns - 150) < 40, 180.0, np.where(np.abs(columns - 150) < 110, 100.0, 5.0))
    picture = radiograph_from_array(grey, spacing_mm=SPACING_MM)
    line = LineToInsert(np.array([[80.0, 130.0], [80.0, 170.0]]), width_mm=1.5, depth_mm=5)
    around = Surroundings()
    changed, truth = insert_line(picture, line, surroundings=around, resolution_mm=0.2)
    assert truth.units_per_log == pytest.approx(80 / around.bone_over_soft_log())
    expected = truth.contrast_log / around.bone_over_soft_log() * 80
    assert changed.pixels[80, 150] - 180 == pytest.approx(expected, rel=0.05)  # the blur of a wide gap
    negative = radiograph_from_array(300 - grey, spacing_mm=SPACING_MM)
    with pytest.raises(SettingsError, match="no soft tissue darker than the bone"):
        insert_line(negative, line, resolution_mm=0.2)


def test_lucent_is_darker_and_sclerotic_brighter_and_nothing_changes_far_away():
    for kind, sign in ((Kind.LUCENT, -1), (Kind.SCLEROTIC, 1)):
        changed, truth = insert_line(plain(), LineToInsert(ACROSS, kind, width_mm=1.0), resolution_mm=0.17)
        change = changed.pixels - 1
        assert sign * change[60, 60] > 0.01
        assert np.sign(truth.contrast_log) == sign
        assert np.abs(change[:30]).max() < 1e-4 * np.abs(change).max()


def test_unequal_spacing_is_respected():
    picture = replace(plain(), spacing=replace(plain().spacing, column_mm=2 * SPACING_MM))
    along = LineToInsert(np.array([[20.0, 60.0], [100.0, 60.0]]), width_mm=0.3, contrast_log=0.01)
    across = LineToInsert(ACROSS, width_mm=0.3, contrast_log=0.01)
    for line, axis, step_mm in ((along, 1, 2 * SPACING_MM), (across, 0, SPACING_MM)):
        changed, truth = insert_line(picture, line, resolution_mm=0.5)
        middle = (changed.pixels - 1).sum(axis=axis)[55:65].mean() * step_mm
        assert middle == pytest.approx(truth.integrated_contrast_mm, rel=0.01)
        assert truth.length_mm == pytest.approx(80 * SPACING_MM if axis else 90 * 2 * SPACING_MM)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path_px": np.zeros((1, 2))}, r"path_px has shape \(1, 2\)"),
        ({"path_px": np.array([[1.0, np.nan], [2, 2]])}, "path_px"),
        ({"width_mm": 0.0}, "width_mm is 0.0"),
        ({"contrast_log": -0.1}, "contrast_log is -0.1"),
    ],
)
def test_an_absurd_line_is_refused(change, message):
    with pytest.raises(SettingsError, match=message):
        LineToInsert(**({"path_px": ACROSS} | change))


@pytest.mark.parametrize(
    ("line", "options", "message"),
    [
        (LineToInsert(ACROSS + 900), {"resolution_mm": 0.2}, "outside the picture"),
        (LineToInsert(ACROSS * 0 + 9), {"resolution_mm": 0.2}, "no length"),
        (LineToInsert(ACROSS), {}, "no clear edge"),
        (LineToInsert(ACROSS), {"resolution_mm": 0.0}, "resolution_mm is 0.0"),
    ],
)
def test_what_cannot_be_inserted_is_refused(line, options, message):
    with pytest.raises(SettingsError, match=message):
        insert_line(plain(), line, **options)


def test_a_picture_without_spacing_is_refused():
    with pytest.raises(SettingsError, match="spacing is unknown"):
        insert_line(radiograph_from_array(np.zeros((50, 50))), LineToInsert(ACROSS))


@pytest.mark.parametrize("spacing_mm", [0.1, 0.143])
@pytest.mark.parametrize("noise", [0.0, 0.01, 0.03])
def test_the_resolution_is_found_at_a_knife_edge(spacing_mm, noise):
    rows, columns = np.indices((300, 200))
    edge = np.clip(columns - 100 + 0.07 * (rows - 150) + 0.5, 0, 1).astype(np.float32)
    picture = 0.2 + 0.5 * blur(edge, spacing_mm=spacing_mm)
    picture[:4], picture[-4:] = 0, 1  # the ends of the grey range
    picture = picture + np.random.default_rng(1).normal(0, noise, picture.shape)
    found = sharpest_edge_px(picture.astype(np.float32), np.ones(picture.shape, bool))
    assert found * spacing_mm == pytest.approx(DETECTOR_MM, rel=1 / 3)  # an estimate
