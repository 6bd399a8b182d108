import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import floats
from scipy.ndimage import map_coordinates

from microcal_xray.errors import SettingsError
from microcal_xray.findings import Kind
from microcal_xray.simulation import (
    Anatomy,
    Course,
    Detector,
    Exposure,
    Fissure,
    MicrocallusLine,
    simulate_limb,
)
from microcal_xray.simulation.lines import profile
from microcal_xray.simulation.simulate import person_of

PLACE = Course(60, angle_to_bone_deg=78, wander_mm=0.2)
QUIET = Exposure(air_kerma_ugy=10_000)
SMALL = Detector(220, 260, 0.143, electronic_noise=0)


def with_and_without(line, *, seed=3, centre_mm=(0.0, -60.0)):
    """Return the truth and the change of -ln(signal) that the line makes, in one noise."""
    made, plain = (
        simulate_limb(seed=seed, lines=lines, exposure=QUIET, detector=SMALL, centre_mm=centre_mm)
        for lines in ([line], [])
    )
    return made, made.radiograph.pixels - plain.radiograph.pixels


def across_the_line(change, path, reach_px, step_px=0.1):
    """Return offsets in pixels and the mean change across the path, shape (N,)."""
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
    offsets = np.arange(-reach_px, reach_px + step_px / 2, step_px)
    points = path[:, None, :] + offsets[None, :, None] * normal[:, None, :]
    return offsets, map_coordinates(change, np.moveaxis(points, -1, 0), order=3).mean(axis=0)


@given(width=floats(0.02, 1.0), depth=floats(1, 20), tilt=floats(0, 45))
def test_the_area_of_a_gap_is_its_optical_depth(width, depth, tilt):
    shape = profile(Fissure(PLACE, width_mm=width, depth_mm=depth, tilt_deg=tilt))
    area = np.trapezoid(shape.share, shape.offset_mm)
    assert area == pytest.approx(
        width / math.cos(math.radians(tilt)), rel=0.03, abs=2e-3
    )  # steps of 0.002 mm
    assert shape.share.max() <= 1 + 1e-9


@given(width=floats(0.3, 3.0))
def test_a_band_has_the_asked_full_width(width):
    assert profile(MicrocallusLine(PLACE, width_mm=width)).full_width_mm() == pytest.approx(width, rel=0.01)


def test_a_tilted_gap_is_wider_and_fainter():
    straight, tilted = (profile(Fissure(PLACE, width_mm=0.1, depth_mm=5, tilt_deg=tilt)) for tilt in (0, 20))
    assert tilted.full_width_mm() > 10 * straight.full_width_mm()
    assert tilted.share.max() < 0.1 * straight.share.max()


@pytest.mark.parametrize(
    "line",
    [
        Fissure(PLACE, width_mm=0.4, depth_mm=5),
        Fissure(PLACE, width_mm=0.05, depth_mm=5),
        Fissure(PLACE, width_mm=0.1, depth_mm=5, tilt_deg=10),
        MicrocallusLine(Course(30, 0.0, 20, 85), width_mm=1.0, added_fraction=0.15),
    ],
    ids=["wide gap", "gap finer than a pixel", "tilted gap", "microcallus line"],
)
def test_the_truth_lies_on_the_ridge_and_holds_its_contrast(line):
    centre = (0.0, -float(line.course.from_end_mm))
    made, change = with_and_without(line, centre_mm=centre)
    (truth,) = made.truth
    offsets, mean = across_the_line(change, truth.path_px, reach_px=18)
    integral_mm = np.trapezoid(mean, offsets) * made.detector.spacing_mm
    ridge = (mean * offsets).sum() / mean.sum()
    assert abs(ridge) < 0.02  # pixels; the bone beneath is not symmetric
    assert np.sign(integral_mm) == (1 if truth.kind is Kind.SCLEROTIC else -1)
    # The blur acts on the signal, the truth is about its logarithm; and the mean is over a few dozen points.
    assert integral_mm == pytest.approx(truth.integrated_contrast_mm, rel=0.06)


def test_the_truth_of_a_broad_band_with_a_rough_course_is_what_was_drawn():
    rough = Course(30, 0.0, 20, 85, tortuosity_mm=0.2)
    line = MicrocallusLine(rough, width_mm=2.5, added_fraction=0.15)
    made, change = with_and_without(line, centre_mm=(0.0, -30.0))
    (truth,) = made.truth
    straight = replace(line, course=replace(rough, tortuosity_mm=0.0))
    (smooth,) = with_and_without(straight, centre_mm=(0.0, -30.0))[0].truth
    offsets, mean = across_the_line(change, truth.path_px, reach_px=30)
    spacing = made.detector.spacing_mm
    # The path of the truth is rough too, so that the mean across it is a little smeared.
    assert np.trapezoid(mean, offsets) * spacing == pytest.approx(truth.integrated_contrast_mm, rel=0.1)
    wide = offsets[mean > mean.max() / 2]
    assert np.ptp(wide) * spacing == pytest.approx(truth.width_mm, rel=0.15)
    # A rough course moves the band to and fro by 0.2 mm and bends it on itself; it takes nothing away.
    assert truth.width_mm == pytest.approx(line.width_mm, rel=0.1)
    assert truth.integrated_contrast_mm >= 0.97 * smooth.integrated_contrast_mm


def test_the_truth_repeats_what_was_asked():
    line = Fissure(PLACE, width_mm=0.4, depth_mm=5)
    (truth,) = simulate_limb(seed=5, lines=[line], detector=SMALL, centre_mm=(0, -60)).truth
    assert truth.kind is Kind.LUCENT
    assert truth.bone == "tibia"
    assert truth.width_mm == pytest.approx(0.4, abs=0.002)
    assert truth.equivalent_width_mm == pytest.approx(0.4, rel=0.02)
    assert truth.angle_to_bone_deg == pytest.approx(78, abs=3)  # the course wanders
    assert 18 < truth.length_mm < 36  # across a tibia
    assert truth.contrast_log < -0.1


def test_the_angle_of_a_winding_line_is_that_of_its_mean_direction():
    line = Fissure(replace(PLACE, length_mm=14, wander_mm=1.0), width_mm=0.4, depth_mm=5)
    (truth,) = simulate_limb(seed=5, lines=[line], detector=SMALL, centre_mm=(0, -60)).truth
    x, y = person_of(Anatomy.TIBIA, 5).bone("tibia").axis_direction(60.0)
    down, right = (truth.path_px - truth.path_px.mean(axis=0)).T
    mean = 0.5 * math.atan2(2 * (down @ right), right @ right - down @ down)
    chord = math.atan2(*(truth.path_px[-1] - truth.path_px[0]))
    by_mean, by_chord = (
        math.degrees(math.acos(abs(math.cos(heading) * x + math.sin(heading) * y)))
        for heading in (mean, chord)
    )
    assert truth.angle_to_bone_deg == pytest.approx(by_mean, abs=0.2)  # a tenth of the points
    assert abs(truth.angle_to_bone_deg - by_chord) > 0.5


def test_a_line_that_misses_the_bone_is_not_in_the_truth():
    line = Fissure(Course(60, offset=3.0, length_mm=5))
    assert simulate_limb(seed=5, lines=[line], detector=SMALL, centre_mm=(0, -60)).truth == ()


def test_a_line_outside_the_picture_is_not_in_the_truth():
    assert simulate_limb(seed=5, lines=[Fissure(PLACE)], detector=SMALL, centre_mm=(0, -200)).truth == ()


def test_a_wider_gap_has_more_contrast_in_all():
    truths = [
        simulate_limb(seed=5, lines=[Fissure(PLACE, width_mm=w)], detector=SMALL, centre_mm=(0, -60)).truth[0]
        for w in (0.1, 0.2)
    ]
    ratio = truths[1].integrated_contrast_mm / truths[0].integrated_contrast_mm
    assert ratio == pytest.approx(2, rel=0.03)


def test_a_line_in_another_bone():
    line = Fissure(Course(60, bone="fibula"), width_mm=0.4, depth_mm=4)
    made = simulate_limb(seed=5, lines=[line], detector=Detector(300, 600), centre_mm=(0, -60))
    assert [truth.bone for truth in made.truth] == ["fibula"]
    assert made.anatomy is Anatomy.TIBIA


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Fissure(PLACE, width_mm=0), "width_mm is 0"),
        (lambda: Fissure(PLACE, tilt_deg=80), "tilt_deg is 80"),
        (lambda: MicrocallusLine(PLACE, added_fraction=2), "added_fraction is 2"),
        (lambda: Course(10, length_mm=-1), "length_mm is -1"),
        (lambda: Course(10, angle_to_bone_deg=270), "angle_to_bone_deg is 270"),
    ],
)
def test_an_absurd_line_is_refused(make, message):
    with pytest.raises(SettingsError, match=message):
        make()
