import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import floats, sampled_from

from microcal_xray.errors import SettingsError
from microcal_xray.simulation import Anatomy
from microcal_xray.simulation.frame import Frame
from microcal_xray.simulation.limbs import average_limb, one_person
from microcal_xray.simulation.limbs.person import mirrored
from microcal_xray.simulation.projection import path_lengths, project_bone
from microcal_xray.simulation.texture import power_law_field, trabeculae

ALL_BONES = [bone for anatomy in Anatomy for bone in average_limb(anatomy).bones]


@given(bone=sampled_from(ALL_BONES), along=floats(0, 150), across=floats(-30, 30))
def test_to_the_limb_and_back(bone, along, across):
    x, y = bone.to_limb(np.array([along]), np.array([across]))
    back_along, back_across = bone.to_bone(x, y)
    assert back_along[0] == pytest.approx(along, abs=1e-6 + abs(bone.bow_mm) * 1e-9)
    assert back_across[0] == pytest.approx(across, abs=1e-6)


@pytest.mark.parametrize("anatomy", [anatomy for anatomy in Anatomy if anatomy is not Anatomy.CALCANEUS])
def test_the_shaft_is_no_tube(anatomy):
    bone = average_limb(anatomy).bones[0]
    first, last = bone.span_mm
    along = np.linspace(max(first, 0), min(last, 250), 400)
    left, right, _, cortex_left, _, trabecular = bone.profiles(along).T
    width = left + right
    assert width.max() > 1.5 * width.min()  # flaring end
    assert cortex_left.max() > 2.5 * cortex_left.min()  # cortex thickest at the shaft
    assert trabecular.max() > 10 * trabecular.min()  # trabeculae at the end only
    assert width[np.argmax(cortex_left)] < 0.75 * width.max()


@pytest.mark.parametrize("anatomy", list(Anatomy))
def test_the_cortex_is_the_densest_part_of_a_cross_section(anatomy):
    limb = average_limb(anatomy)
    bone = limb.bones[0]
    along = 0.5 * min(bone.span_mm[1], 240)
    centre = tuple(float(value) for value in bone.to_limb(np.array(along), np.array(0.0)))
    frame = Frame(21, 401, 0.1, centre)
    projected = project_bone(bone, frame, np.random.default_rng(0))
    solid = np.zeros((21, 401), np.float32)
    solid[projected.window] = projected.solid_mm
    profile = solid[10]
    inside = np.flatnonzero(profile > 0.5)
    middle = int(inside.mean())
    assert profile[inside[0] : middle - 5].max() > 1.25 * profile[middle]
    assert profile[middle + 5 : inside[-1]].max() > 1.25 * profile[middle]


def test_path_lengths_are_never_negative_and_add_up():
    limb = average_limb(Anatomy.TIBIA)
    frame = Frame(150, 220, 0.6, (-6.0, -40.0))
    bones = [
        b
        for b in (project_bone(bone, frame, np.random.default_rng(1)) for bone in limb.bones)
        if b is not None
    ]
    paths = path_lengths(limb, frame, bones, np.random.default_rng(2))
    parts = [paths.soft_mm, paths.adipose_mm, paths.marrow_mm, paths.bone_mm]
    assert min(part.min() for part in parts) >= 0
    depth = sum(parts)
    assert 40 < depth.max() < 130  # a lower leg
    assert depth[:, 0].max() < 1  # air beside it


def test_the_two_sides_mirror_each_other():
    limb = average_limb(Anatomy.TIBIA)
    assert mirrored(mirrored(limb)) == limb
    frames = [Frame(60, 81, 0.8, (side * 6.0, -30.0)) for side in (-1, 1)]
    for left, right in zip(mirrored(limb).bones, limb.bones, strict=True):
        a = project_bone(left, frames[1], np.random.default_rng(0))
        b = project_bone(right, frames[0], np.random.default_rng(0))
        if a is not None and b is not None:
            # the random irregularities of left and right differ; the areas agree
            assert (a.outer_mm > 0).sum() == pytest.approx((b.outer_mm > 0).sum(), rel=0.05)


def test_persons_differ():
    limb = average_limb(Anatomy.FEMUR)
    a, b = (one_person(limb, np.random.default_rng(seed)) for seed in (1, 2))
    assert a != b


def test_a_bone_outside_the_picture_is_left_out():
    bone = average_limb(Anatomy.TIBIA).bones[0]
    assert project_bone(bone, Frame(20, 20, 0.1, (500.0, 0.0)), np.random.default_rng(0)) is None


def test_an_unknown_bone_is_named():
    with pytest.raises(SettingsError, match="no bone 'rib' in tibia"):
        average_limb(Anatomy.TIBIA).bone("rib")


def test_trabeculae_run_along_the_bone():
    pattern = trabeculae((300, 300), spacing_mm=0.125, rng=np.random.default_rng(0))
    assert pattern.std() == pytest.approx(1, rel=1e-3)
    along = np.abs(np.diff(pattern, axis=0)).mean()
    across = np.abs(np.diff(pattern, axis=1)).mean()
    assert across > 1.3 * along


def test_the_power_of_the_field_falls_with_the_asked_slope():
    field = power_law_field(
        (512, 512),
        spacing_mm=0.1,
        slope=3.0,
        corner_per_mm=0.05,
        elongation=1.0,
        rng=np.random.default_rng(0),
    )
    power = np.abs(np.fft.fft2(field)) ** 2
    frequency = np.fft.fftfreq(512, 0.1)
    radius = np.hypot(frequency[:, None], frequency[None, :])
    means = [power[(radius > f * 0.9) & (radius < f * 1.1)].mean() for f in (0.5, 2.0)]
    assert np.log(means[0] / means[1]) / np.log(4) == pytest.approx(
        3.0, abs=0.25
    )  # cropped, so leaking a little
