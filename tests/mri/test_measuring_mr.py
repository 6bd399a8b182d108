"""What is measured of a bone in MR against what was drawn, on seeds that were used for nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from microcal_xray.errors import UnreadableSeriesError
from microcal_xray.measured import Estimate
from microcal_xray.mri import (
    BoneAsk,
    BoneNotFoundError,
    MRFindings,
    MRVolume,
    RadiographPlace,
    State,
    Weighting,
    find_bone,
    measure_mri,
)
from microcal_xray.mri.normal import bone_voxels
from microcal_xray.mri.simulated import DarkLine, Leg, Oedema, Rim, SimulatedMR, Slices, simulate_mr


@pytest.fixture(scope="module")
def full() -> SimulatedMR:
    """A sagittal pair with everything in it."""
    leg = Leg(seed=2001, oedema=Oedema(88.0, 44.0, 14.0), rim=Rim(88.0, 26.0), line=DarkLine(90.0, 8.0))
    return simulate_mr(leg)


@pytest.fixture(scope="module")
def full_found(full) -> MRFindings:
    place = RadiographPlace(1, Estimate(93.0, 91.0, 95.0, "mm"), is_magnified=True)
    return measure_mri([full.t1, full.stir], radiograph=place)


@pytest.fixture(scope="module")
def axial() -> SimulatedMR:
    """An axial pair, oblique, whose T1 is normal and which has neither rim nor line."""
    slices = Slices("axial", 0.8, 4.0, 4.4, turned_deg=8.0)
    oedema = Oedema(80.0, 36.0, 15.0, side_rad=2.0, on_t1=False)
    return simulate_mr(Leg(seed=2002, oedema=oedema, slices=slices, noise=0.03))


@pytest.fixture(scope="module")
def axial_found(axial) -> MRFindings:
    return measure_mri([axial.stir, axial.t1])


@pytest.fixture(scope="module")
def normal() -> SimulatedMR:
    """A coronal pair of a leg in which nothing is wrong."""
    return simulate_mr(Leg(seed=2003, oedema=None, slices=Slices("coronal"), noise=0.03))


@pytest.fixture(scope="module")
def normal_found(normal) -> MRFindings:
    return measure_mri([normal.t1, normal.stir])


def states(found) -> dict[str, State]:
    return {each.name: each.state for each in found.descriptors}


@pytest.mark.parametrize("name", ["full", "axial"])
def test_the_extent_of_marrow_signal_is_within_a_tenth(name, request):
    truth, found = request.getfixturevalue(name).truth, request.getfixturevalue(f"{name}_found")
    assert found.oedema.length_mm.value == pytest.approx(truth.oedema_length_mm, rel=0.1)
    assert found.oedema.volume_mm3.value == pytest.approx(truth.oedema_mm3, rel=0.1)
    assert found.oedema.length_mm.low <= truth.oedema_length_mm <= found.oedema.length_mm.high


@pytest.mark.parametrize(("name", "middle_mm"), [("full", 88.0), ("axial", 80.0)])
def test_its_place_is_counted_from_the_joint(name, middle_mm, request):
    found = request.getfixturevalue(f"{name}_found")
    low, high = found.from_joint_mm(found.oedema.along_mm)
    # The joint is taken to be the end of the marrow: a plate of 1.5 mm and half a voxel nearer.
    step = max(found.oedema_series.pitch_mm(found.bone.direction), 1.0)
    assert (low + high) / 2 == pytest.approx(middle_mm, abs=1.5 + step)
    assert found.bone.joint_source == "upper end"


def test_periosteal_signal_is_measured(full, full_found):
    rim = full_found.periosteum
    assert rim.length_mm.value == pytest.approx(full.truth.rim_length_mm, rel=0.1)
    assert rim.thickness_mm.value == pytest.approx(2.5, abs=0.8)  # a pixel
    assert rim.contrast.value > 4
    assert abs(np.angle(np.exp(1j * rim.middle_rad))) < 0.2  # it was drawn in front, direction 0


def test_a_dark_line_is_measured_and_meets_the_cortex(full, full_found):
    for each in full_found.lines:
        assert each.line.length_mm.value == pytest.approx(full.truth.line_mm, abs=2.4)  # three pixels
        assert each.line.depth_mm.value == pytest.approx(full.truth.line_mm, abs=2.4)
        assert each.line.meets_cortex
        assert each.line.angle_to_bone_deg.value > 80
    assert len(full_found.lines) == 2


def test_the_descriptors_say_what_was_drawn(full_found, axial_found, normal_found):
    full, axial, normal = states(full_found), states(axial_found), states(normal_found)
    wet, t1 = "marrow oedema on fat-suppressed T2 or STIR", "marrow signal on T1"
    assert (full["periosteal oedema"], full[wet], full[t1]) == (State.YES, State.YES, State.YES)
    assert full["linear dark signal"] is State.YES
    assert (axial["periosteal oedema"], axial[wet], axial[t1]) == (State.NO, State.YES, State.NO)
    assert axial["linear dark signal"] is State.NO
    assert (normal["periosteal oedema"], normal[wet], normal[t1]) == (State.NO, State.NO, State.NO)
    assert normal["linear dark signal"] is State.NO
    assert normal_found.oedema is None
    assert normal_found.lines == ()
    for found in (full, axial, normal):
        assert found["marrow signal on T2 without fat suppression"] is State.NOT_MEASURABLE


def test_no_grade_is_ever_named(full_found):
    words = " ".join(each.words for each in full_found.descriptors).lower()
    assert "grade" not in words
    assert "diagnos" not in words


def test_the_contrast_is_that_of_what_was_drawn(full_found, axial_found):
    # Oedema 0.75 and marrow 0.1 on STIR; noise lifts the low one.
    assert full_found.oedema.contrast.value == pytest.approx(7.2, rel=0.08)
    ratio = next(each for each in full_found.descriptors if each.name == "marrow signal on T1").measured
    assert ratio.value == pytest.approx(0.42 / 0.9, rel=0.05)
    ratio = next(each for each in axial_found.descriptors if each.name == "marrow signal on T1").measured
    assert ratio.value == pytest.approx(1.0, rel=0.05)


def test_a_place_on_the_radiograph_is_compared_with_its_magnification(full, full_found):
    place = full_found.place
    assert place.radiograph_mm.low == pytest.approx(91 / 1.1 - 3)
    assert place.may_be_same
    assert place.difference_mm.low < 0 < place.difference_mm.high


def test_without_t1_the_words_say_so(full):
    given = replace(
        full.stir, acquisition=replace(full.stir.acquisition, weighting=Weighting.UNKNOWN), name="unknown"
    )
    ask = BoneAsk(axis_mm=[full.truth.joint_mm - np.array([0, 0, 20]), full.truth.far_mm])
    # The bone is taken from T1, which is told not to be one: nothing else is asked of it.
    shape = replace(full.t1, acquisition=replace(full.t1.acquisition, weighting=Weighting.UNKNOWN))
    found = measure_mri([shape, given], ask=ask)
    assert {each.state for each in found.descriptors} == {State.NOT_MEASURABLE}
    assert found.descriptors[0].words == (
        "periosteal oedema: not measurable: no fat-suppressed T2, PD or STIR series"
    )


def test_an_axis_and_a_joint_by_the_user_are_used(full):
    truth = full.truth
    axis = [truth.joint_mm + 0.2 * (truth.far_mm - truth.joint_mm), truth.far_mm]
    bone = find_bone(full.t1, BoneAsk(axis_mm=axis, joint_mm=truth.joint_mm))
    assert bone.joint_source == "given"
    assert bone.from_joint(float(bone.along_mm(truth.far_mm[None])[0])) == pytest.approx(140.0, abs=0.1)
    assert np.median(bone.outer_mm - bone.inner_mm) == pytest.approx(4.0, abs=1.0)
    no_joint = find_bone(full.t1, BoneAsk(axis_mm=axis))
    assert no_joint.joint_mm is None
    assert no_joint.from_joint(50.0) is None


def test_a_mask_by_the_user_is_used(full):
    mask = bone_voxels(full.t1, find_bone(full.t1)).marrow
    bone = find_bone(full.t1, BoneAsk(mask=mask))
    assert bone.source == "a mask by the user"
    with pytest.raises(ValueError, match="the mask has shape"):
        find_bone(full.t1, BoneAsk(mask=mask[1:]))
    with pytest.raises(BoneNotFoundError, match="less than 1500 mm3"):
        find_bone(full.t1, BoneAsk(mask=np.zeros_like(mask)))


def noise(level: float) -> MRVolume:
    voxels = np.random.default_rng(5).rayleigh(level, (12, 80, 60)) + level
    return MRVolume(
        voxels, np.arange(12)[:, None] * [0, 0, 4.0], [1, 0, 0], [0, 1, 0], 1.0, 1.0, name="noise"
    )


def test_it_knows_when_there_is_no_bone():
    with pytest.raises(BoneNotFoundError, match="give the axis, a box or a mask"):
        find_bone(noise(100.0))
    with pytest.raises(BoneNotFoundError, match="constant"):
        find_bone(replace(noise(1.0), voxels=np.ones((12, 80, 60))))
    with pytest.raises(BoneNotFoundError, match="of the directions only"):
        find_bone(noise(100.0), BoneAsk(axis_mm=[[30, 40, 0], [30, 40, 44]]))
    with pytest.raises(BoneNotFoundError, match="one slice alone"):
        find_bone(MRVolume(np.ones((1, 8, 8)), [[0, 0, 0]], [1, 0, 0], [0, 1, 0], 1.0, 1.0))
    with pytest.raises(UnreadableSeriesError, match="no series"):
        measure_mri([])
