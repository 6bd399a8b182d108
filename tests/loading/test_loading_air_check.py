"""The look at the pixels: an alarm for clear negatives only."""

import numpy as np
import pytest
from dicom_files import dx, saved
from scipy import ndimage

from microcal_xray.loading import Photometric, read_radiograph
from microcal_xray.loading.air_check import air_looks_bright
from microcal_xray.radiograph import ImageCaution

ALARM = ImageCaution.AIR_BRIGHTER_THAN_BONE


def limb(shape: tuple[int, int] = (400, 300), *, width: float = 0.5) -> np.ndarray:
    """A bulging limb in air, bone bright: tissue as a half ellipse, a bone with bright cortices in it."""
    rows, columns = np.indices(shape)
    half = shape[1] * width / 2 * (1 + 0.5 * np.sin(rows / shape[0] * 3))
    across = np.abs(columns - shape[1] / 2)
    tissue = np.sqrt(np.clip(1 - (across / half) ** 2, 0, None))
    bone = np.clip(1 - np.abs(across / (half / 4) - 0.8) / 0.2, 0.3, None) * (across < half / 4)
    noise = np.random.default_rng(3).normal(0, 0.01, shape)
    return ndimage.gaussian_filter(1000 * (0.1 + 0.4 * tissue + 0.4 * bone + noise), 1).astype(np.float32)


def pelvis(shape: tuple[int, int] = (300, 400)) -> np.ndarray:
    """Tissue from edge to edge, without any air."""
    texture = np.random.default_rng(5).normal(size=shape)
    return (ndimage.gaussian_filter(texture, 15) * 1000).astype(np.float32)


def alarm(pixels: np.ndarray, usable: np.ndarray | None = None) -> bool:
    return air_looks_bright(pixels, np.ones(pixels.shape, bool) if usable is None else usable)


def test_a_limb_is_right_and_its_negative_is_not():
    assert not alarm(limb())
    assert alarm(-limb())


def test_gain_and_offset_change_nothing():
    assert alarm(-17.5 * limb() + 3e4)
    assert not alarm(1e-3 * limb() - 5)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_turning_changes_nothing(turns):
    assert alarm(np.rot90(-limb(), turns))
    assert not alarm(np.rot90(limb(), turns))


@pytest.mark.parametrize("unexposed", ["frame", "sides", "top"])
def test_an_unexposed_margin_is_no_air(unexposed):
    picture = limb()
    white = picture.max()
    if unexposed == "frame":
        picture = np.pad(picture, 60, constant_values=white)
    elif unexposed == "sides":
        picture[:, :50] = picture[:, -50:] = white
    else:
        picture[:120] = white
    assert not alarm(picture)


def test_a_pelvis_raises_no_alarm_either_way_nor_inside_a_white_frame():
    assert not alarm(pelvis())
    assert not alarm(-pelvis())
    assert not alarm(np.pad(pelvis(), 50, constant_values=pelvis().max()))


@pytest.mark.parametrize("degrees", [2, 7, 20])
@pytest.mark.parametrize("picture", [pelvis, limb])
def test_a_tilted_collimator_is_no_air(degrees, picture):
    white = picture().max()
    assert not alarm(ndimage.rotate(picture()[80:-80, 80:-80], degrees, order=1, cval=white))


def test_what_the_shutter_hides_does_not_count():
    picture = np.full((500, 400), 1e5, np.float32)  # a blown-out surround
    usable = np.zeros(picture.shape, bool)
    picture[50:450, 50:350], usable[50:450, 50:350] = limb(), True
    assert not alarm(picture, usable)
    picture[50:450, 50:350] = -limb()
    assert alarm(picture, usable)


@pytest.mark.parametrize(
    "picture", [np.zeros((300, 300)), np.eye(8), np.ones((1, 500)), np.zeros((40, 3000))]
)
def test_degenerate_pictures_raise_no_alarm(picture):
    assert not alarm(picture.astype(np.float32))
    assert not alarm(picture.astype(np.float32), np.zeros(picture.shape, bool))


def test_noise_raises_no_alarm():
    assert not alarm(np.random.default_rng(1).normal(size=(300, 300)).astype(np.float32))


def test_the_alarm_is_a_caution_and_the_callers_word_silences_it(tmp_path):
    path = saved(dx((1200 - limb()).astype(np.uint16), bits=12), tmp_path)
    assert read_radiograph(path).cautions & ALARM
    assert not read_radiograph(path, photometric=Photometric.MONOCHROME1).cautions & ALARM
