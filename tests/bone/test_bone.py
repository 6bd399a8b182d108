import numpy as np
import pytest
from scipy import ndimage

from drawing import shaft
from microcal_xray.bone import bone_mask, find_anatomy, long_axis

ALL = np.ones((400, 300), bool)


@pytest.fixture(scope="module")
def limb():
    return shaft((400, 300), width_px=80, soft_px=220, noise=10)


def test_a_shaft_is_bone_with_its_cavity_and_soft_tissue_is_not(limb):
    mask = bone_mask(limb, body=limb > 150)
    overlap = mask[:, 112:188].mean(), mask[:, :95].mean(), mask[:, 205:].mean()
    assert overlap == (pytest.approx(1, abs=0.02), pytest.approx(0, abs=0.02), pytest.approx(0, abs=0.02))


def test_gain_and_offset_change_no_mask(limb):
    np.testing.assert_array_equal(bone_mask(limb, body=limb > 150), bone_mask(3 * limb + 50, body=limb > 150))


def test_an_empty_body_has_no_bone(limb):
    assert not bone_mask(limb, body=~ALL).any()
    assert not bone_mask(np.ones((400, 300), np.float32), body=ALL).any()


@pytest.mark.parametrize("degrees", [0, 30, 60, 90, 120, 150])
def test_the_axis_follows_a_turned_shaft(degrees):
    big = shaft((600, 600), width_px=80, soft_px=300, noise=5)  # runs down: 90 degrees
    turned = ndimage.rotate(big, 90 - degrees, reshape=False, order=1, mode="nearest")[150:450, 150:450]
    axis_rad, coherence = long_axis(turned, scale_px=25)
    middle = np.s_[120:180, 120:180]
    turn = (np.degrees(axis_rad[middle]) - degrees + 90) % 180 - 90
    assert np.abs(np.median(turn)) < 2
    assert coherence[middle].mean() > 0.5


def test_noise_has_no_axis():
    noise = np.random.default_rng(0).normal(0, 1, (200, 200)).astype(np.float32)
    assert long_axis(noise, scale_px=25)[1].mean() < 0.25


def anatomy_of(image, body, *, scale_px):
    axis_rad, coherence = long_axis(image, scale_px=scale_px)
    return find_anatomy(image, body=body, axis_rad=axis_rad, coherence=coherence)


def test_the_outline_is_where_the_bone_ends(limb):
    anatomy = anatomy_of(limb, limb > 150, scale_px=20)
    edge = anatomy.outline_distance_px[200, 100:120].argmin() + 100
    assert edge == pytest.approx(110, abs=4)
    assert np.degrees(anatomy.outline_rad[200, edge]) == pytest.approx(90, abs=5)
    assert anatomy.outline_distance_px[200, 150] == pytest.approx(40, abs=5)


@pytest.mark.parametrize("shape", [(1, 40), (40, 1), (2, 2), (8, 8)])
def test_the_smallest_pictures_have_an_anatomy(shape):
    image = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    anatomy = anatomy_of(image, np.ones(shape, bool), scale_px=3)
    assert anatomy.axis_rad.shape == shape
