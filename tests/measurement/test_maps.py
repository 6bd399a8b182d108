import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import shaft
from microcal_xray.measurement import AxisMap, picture_maps
from microcal_xray.preprocessing import in_range

SHAPE = (500, 320)
BONE_PX = 60  # about a limb's width: twice 6 % of the longer side
# Air 0, soft tissue 300, bone 800, cavity 550.
MIDDLE = 159


def limb(*, noise: float = 4.0, gain: float = 1.0, offset: float = 0.0) -> np.ndarray:
    image = shaft(SHAPE, width_px=BONE_PX, soft_px=260, noise=noise)
    return in_range((gain * image + offset).astype(np.float32), body=image > 150)


def maps_of(image):
    return picture_maps(image, axes=())


def test_the_level_is_one_on_cortex_and_zero_in_soft_tissue_beside_it():
    level = maps_of(limb()).level[100:400]
    cortex = level[:, [MIDDLE - 23, MIDDLE + 24]]  # the middle of a wall of 15 pixels
    beside = level[:, [MIDDLE - 50, MIDDLE + 51]]
    assert cortex.mean() == pytest.approx(1, abs=0.08)  # blurred by both windows and by the drawing
    assert beside.mean() == pytest.approx(0, abs=0.2)  # toward the skin the darkest place around is air
    # Half way between soft tissue and cortex in brightness.
    assert level[:, MIDDLE].mean() == pytest.approx(0.5, abs=0.12)


def test_the_level_stays_between_the_darkest_and_the_brightest_place_around():
    level = maps_of(limb(noise=15)).level
    assert level.min() > -0.3  # the extremes are taken on blurred pixels: noise reaches beyond
    assert level.max() < 1.3


def test_the_contrast_is_the_range_around():
    contrast = maps_of(limb()).contrast
    # The range of the body is soft tissue to cortex, blurred here by the drawing and by both windows.
    assert contrast[100:400, MIDDLE - 30].mean() == pytest.approx(1, abs=0.15)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(gain=st.floats(0.1, 40), offset=st.floats(-500, 500))
def test_gain_and_offset_of_the_exposure_change_no_map(gain, offset):
    one, other = maps_of(limb()), maps_of(limb(gain=gain, offset=offset))
    for name in ("smooth", "even", "level", "contrast", "noise", "texture"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name), atol=2e-3)  # float32


def gaussian_taps(sigma: float) -> tuple[float, float]:
    """Return the centre of a sampled Gaussian in two dimensions, and the sum of its squares."""
    taps = np.exp(-0.5 * (np.arange(-20, 21) / sigma) ** 2)
    taps /= taps.sum()
    return float(taps[20] ** 2), float((taps**2).sum() ** 2)


@pytest.mark.parametrize("sd", [0.01, 0.05])
def test_the_noise_is_in_proportion_to_that_of_the_picture(sd):
    noise = np.random.default_rng(0).normal(0, sd, (300, 300)).astype(np.float32)
    found = maps_of(noise)
    centre, squares = gaussian_taps(1.2)
    # White noise less its own blurred copy: the variances of both, less twice what they share.
    left = np.sqrt(1 - 2 * centre + squares)
    assert found.noise[40:-40, 40:-40].mean() == pytest.approx(left * sd, rel=0.03)
    assert found.texture.mean() < found.noise.mean()


def test_even_takes_away_what_changes_slowly_and_keeps_a_line():
    ramp = np.linspace(0, 1, 400, dtype=np.float32)[:, None] * np.ones((1, 300), np.float32)
    assert np.abs(maps_of(ramp).even[100:-100]).max() < 0.02  # block means of a ramp
    line = ramp.copy()
    line[200:203] -= 0.1
    assert maps_of(line).even[201, 150] == pytest.approx(-0.1, rel=0.25)  # blurred by 0.7 px


def test_a_blank_has_no_texture_and_level_zero():
    found = maps_of(np.full((120, 90), 0.4, np.float32))
    assert np.abs(found.level).max() < 1e-3
    np.testing.assert_array_equal(found.contrast, np.float32(0.05))  # the least that a range can mean
    assert np.abs(found.even).max() < 1e-5
    assert found.noise.max() < 1e-4


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (32, 32)])
def test_the_smallest_pictures_have_maps(shape):
    found = maps_of(np.random.default_rng(0).normal(0, 1, shape).astype(np.float32))
    for name in ("smooth", "even", "level", "contrast", "noise", "texture"):
        assert getattr(found, name).shape == shape
        assert np.isfinite(getattr(found, name)).all()


def test_the_axes_are_handed_on():
    axis = AxisMap(np.zeros((40, 40), np.float32), np.ones((40, 40), np.float32))
    assert picture_maps(np.zeros((40, 40), np.float32), axes=[axis, axis]).axes == (axis, axis)


def test_a_quarter_turn_turns_the_maps():
    image = limb()
    one, other = maps_of(image), maps_of(np.ascontiguousarray(np.rot90(image)))
    for name in ("smooth", "level", "contrast"):
        # Blocks of pixels that do not divide a side fall differently.
        np.testing.assert_allclose(getattr(other, name), np.rot90(getattr(one, name)), atol=0.06)
