"""Bone bright, turned exactly once, whatever the tags combine to."""

import itertools

import numpy as np
import pytest
from dicom_files import dx, ramp, saved
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import DigitalXRayImageStorageForProcessing

from microcal_xray.errors import SettingsError, UnreadableRadiographError
from microcal_xray.loading import Photometric, read_radiograph
from microcal_xray.radiograph import ImageCaution, Intent, Signal

DISAGREE = ImageCaution.POLARITY_TAGS_DISAGREE
BONE, AIR = 3000, 200


def limb_stored(*, bone: int, air: int) -> np.ndarray:
    """A bar of bone across the middle of the air."""
    stored = np.full((64, 48), air, np.uint16)
    stored[:, 16:32] = bone
    return stored


def bone_minus_air(path) -> float:
    pixels = read_radiograph(path).pixels
    return float(pixels[:, 16:32].mean() - pixels[:, :16].mean())


@pytest.mark.parametrize(
    ("photometric", "slope", "bone_is_high_when_stored"),
    [
        ("MONOCHROME2", 1, True),
        ("MONOCHROME1", 1, False),
        ("MONOCHROME2", -1, False),  # PS3.4 N.2: the slope acts first, polarity speaks of its result
        ("MONOCHROME1", -1, True),
        ("MONOCHROME2", 0.5, True),
        ("MONOCHROME1", 0.5, False),
    ],
)
@pytest.mark.parametrize("shape", [None, "IDENTITY", "INVERSE"])
def test_polarity_is_photometric_after_the_modality_transform(
    tmp_path, photometric, slope, bone_is_high_when_stored, shape
):
    stored = limb_stored(bone=BONE, air=AIR) if bone_is_high_when_stored else limb_stored(bone=AIR, air=BONE)
    path = saved(
        dx(
            stored,
            bits=12,
            PhotometricInterpretation=photometric,
            RescaleSlope=slope,
            RescaleIntercept=0,
            PresentationLUTShape=shape,
        ),
        tmp_path,
    )
    assert bone_minus_air(path) == pytest.approx(abs(slope) * (BONE - AIR))
    expected = {None: None, "IDENTITY": "MONOCHROME2", "INVERSE": "MONOCHROME1"}[shape]
    contradicted = slope < 0 or expected not in (None, photometric)
    assert bool(read_radiograph(path).cautions & DISAGREE) == contradicted


def test_twins_of_opposite_polarity_load_as_the_same_pixels(tmp_path):
    values = ramp(bits=12)
    plain = read_radiograph(saved(dx(values, bits=12), tmp_path, "2.dcm"))
    twin = dx((4095 - values).astype(np.uint16), bits=12, PhotometricInterpretation="MONOCHROME1")
    negative = read_radiograph(saved(twin, tmp_path, "1.dcm"))
    assert np.array_equal(plain.pixels, values)
    assert np.array_equal(negative.pixels, plain.pixels)


def test_signed_twins_load_as_the_same_pixels(tmp_path):
    values = ramp(bits=12, signed=True)
    twin = dx((-1 - values).astype(np.int16), bits=12, PhotometricInterpretation="MONOCHROME1")
    assert np.array_equal(read_radiograph(saved(twin, tmp_path)).pixels, values)


def test_optical_density_with_monochrome2_contradicts_itself(tmp_path):
    tags = {"RescaleSlope": -10, "RescaleIntercept": 3000, "RescaleType": "OD"}
    dataset = dx(ramp(bits=8), PhotometricInterpretation="MONOCHROME2", **tags)
    assert read_radiograph(saved(dataset, tmp_path)).cautions & DISAGREE
    dataset = dx(ramp(bits=8), PhotometricInterpretation="MONOCHROME1", RescaleType="OD")
    assert not read_radiograph(saved(dataset, tmp_path)).cautions & DISAGREE


@pytest.mark.parametrize("tagged", ["MONOCHROME1", "MONOCHROME2", None, "MONOCHROME9", ""])
def test_the_callers_photometric_wins_and_is_recorded(tmp_path, tagged):
    path = saved(
        dx(ramp(), bits=12, PhotometricInterpretation=tagged, PresentationLUTShape="IDENTITY"), tmp_path
    )
    for asked, sign in ((Photometric.MONOCHROME1, -1), (Photometric.MONOCHROME2, 1)):
        radiograph = read_radiograph(path, photometric=asked)
        assert np.corrcoef(radiograph.pixels.ravel(), ramp().ravel())[0, 1] == pytest.approx(sign)
        assert not radiograph.cautions & DISAGREE
        assert radiograph.cautions & ImageCaution.POLARITY_BY_USER


@pytest.mark.parametrize("tagged", [None, "", "MONOCHROME9", "\x1b[2J"])
def test_a_missing_photometric_is_asked_for(tmp_path, tagged):
    path = saved(dx(ramp(), bits=12, PhotometricInterpretation=tagged), tmp_path)
    with pytest.raises(UnreadableRadiographError, match="pass photometric="):
        read_radiograph(path)


def test_an_unknown_word_for_the_photometric_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="must be MONOCHROME1 or MONOCHROME2"):
        read_radiograph(saved(dx(ramp()), tmp_path), photometric="RGB")  # type: ignore[arg-type]


def for_processing(signal: np.ndarray, **tags: object):
    tags = {"PixelIntensityRelationship": "LIN", "PixelIntensityRelationshipSign": 1, **tags}
    return dx(
        signal,
        bits=14,
        SOPClassUID=DigitalXRayImageStorageForProcessing,
        PresentationIntentType="FOR PROCESSING",
        **tags,
    )


def test_linear_raw_data_become_attenuation(tmp_path):
    signal = np.full((40, 40), 10_000, np.uint16)
    signal[:, 20:] = 5_000
    signal[0, 0] = 0
    path = saved(for_processing(signal, PhotometricInterpretation="MONOCHROME1"), tmp_path)
    radiograph = read_radiograph(path)
    assert radiograph.signal is Signal.LOG
    assert radiograph.intent is Intent.FOR_PROCESSING
    assert radiograph.pixels[5, 30] - radiograph.pixels[5, 5] == pytest.approx(np.log(2), rel=1e-5)  # float32
    assert np.isfinite(radiograph.pixels).all()
    assert not radiograph.cautions & DISAGREE


def test_linear_raw_data_stored_upside_down_become_the_same_attenuation(tmp_path):
    signal = ramp(bits=14)
    straight = for_processing(signal, PhotometricInterpretation="MONOCHROME1")
    turned = for_processing((2**14 - 1 - signal).astype(np.uint16), PixelIntensityRelationshipSign=-1)
    first = read_radiograph(saved(straight, tmp_path, "a.dcm"))
    second = read_radiograph(saved(turned, tmp_path, "b.dcm"))
    assert np.array_equal(first.pixels, second.pixels)
    assert not (first.cautions | second.cautions) & DISAGREE


def test_a_sign_against_the_photometric_of_raw_data_is_a_caution(tmp_path):
    path = saved(for_processing(ramp(bits=14), PhotometricInterpretation="MONOCHROME2"), tmp_path)
    assert read_radiograph(path).cautions & DISAGREE


@pytest.mark.parametrize("relationship", ["LOG", None, "DISP"])
def test_raw_data_that_are_not_linear_stay_grey(tmp_path, relationship):
    path = saved(for_processing(ramp(), PixelIntensityRelationship=relationship), tmp_path)
    radiograph = read_radiograph(path)
    assert radiograph.signal is Signal.GREY
    assert np.array_equal(radiograph.pixels, ramp())


def test_linear_data_for_presentation_are_left_alone(tmp_path):
    path = saved(dx(ramp(), bits=12, PixelIntensityRelationship="LIN"), tmp_path)
    radiograph = read_radiograph(path)
    assert radiograph.signal is Signal.GREY
    assert np.array_equal(radiograph.pixels, ramp())


@pytest.mark.parametrize(
    ("slope", "intercept"), [("0", "0"), ("", "5"), ("1", ""), ("1e300", "0"), ("1", "1e30"), ("nan", "0")]
)
def test_a_rescale_that_cannot_be_used_is_left_out_with_a_caution(tmp_path, slope, intercept):
    dataset = dx(ramp(), bits=12)
    for keyword, value in (("RescaleSlope", slope), ("RescaleIntercept", intercept)):
        dataset[keyword] = _raw_element(keyword, value)
    radiograph = read_radiograph(saved(dataset, tmp_path))
    assert np.array_equal(radiograph.pixels, ramp())
    assert radiograph.cautions & ImageCaution.BAD_TAG


def _raw_element(keyword: str, value: str):
    data = value.encode() + b" " * (len(value) % 2)
    return RawDataElement(Tag(tag_for_keyword(keyword)), "DS", len(data), data, 0, False, True)


@pytest.mark.parametrize(("bits", "signed"), list(itertools.product([10, 12, 14, 16], [False, True])))
def test_a_modality_lookup_table_replaces_the_rescale(tmp_path, bits, signed):
    stored = ramp(bits=bits, signed=signed)
    low = int(stored.min())
    table = (np.arange(2**bits) * 3 % 2**16).astype(np.uint16)
    item = Dataset()
    descriptor = [2**bits % 2**16, low, 16]
    item.add_new(0x00283002, "SS" if signed else "US", descriptor)
    item.add_new(0x00283006, "OW", table.astype("<u2").tobytes())
    dataset = dx(stored, bits=bits, RescaleSlope=0, RescaleIntercept=7)
    dataset.ModalityLUTSequence = [item]
    radiograph = read_radiograph(saved(dataset, tmp_path))
    assert np.array_equal(radiograph.pixels, table[stored.astype(int) - low])


def test_values_beyond_a_lookup_table_take_its_ends(tmp_path):
    item = Dataset()
    item.add_new(0x00283002, "US", [3, 10, 16])
    item.add_new(0x00283006, "US", [100, 200, 300])
    stored = np.array([[0, 9, 10, 11, 12, 13, 255]], np.uint8)
    dataset = dx(stored)
    dataset.ModalityLUTSequence = [item]
    pixels = read_radiograph(saved(dataset, tmp_path)).pixels
    assert pixels.tolist() == [[100, 100, 100, 200, 300, 300, 300]]


@pytest.mark.parametrize("broken", ["no items", "no data", "short"])
def test_a_broken_lookup_table_is_left_out_with_a_caution(tmp_path, broken):
    item = Dataset()
    item.add_new(0x00283002, "US", [300, 0, 16])
    if broken == "short":
        item.add_new(0x00283006, "US", [1, 2, 3])
    dataset = dx(ramp(bits=8))
    dataset.ModalityLUTSequence = [] if broken == "no items" else [item]
    radiograph = read_radiograph(saved(dataset, tmp_path))
    assert np.array_equal(radiograph.pixels, ramp(bits=8))
    assert radiograph.cautions & ImageCaution.BAD_TAG


def test_windows_are_not_applied(tmp_path):
    dataset = dx(ramp(), bits=12, WindowCenter=100, WindowWidth=0)
    assert np.array_equal(read_radiograph(saved(dataset, tmp_path)).pixels, ramp())


@pytest.mark.parametrize(
    ("tagged", "sign", "rises"),
    [
        ("MONOCHROME2", 1, True),
        ("MONOCHROME1", -1, False),
        ("MONOCHROME1", None, True),
        ("MONOCHROME2", 0, False),
    ],
)
def test_the_logarithm_of_raw_data_follows_the_sign_of_the_signal(tmp_path, tagged, sign, rises):
    stored = ramp(bits=14)
    tags = {"PhotometricInterpretation": tagged, "PixelIntensityRelationshipSign": sign}
    radiograph = read_radiograph(saved(for_processing(stored, **tags), tmp_path))
    signal = stored.astype(float) if rises else 2**14 - 1.0 - stored
    expected = -np.log(np.maximum(signal, 0.5) / (2**14 - 1))
    assert np.allclose(radiograph.pixels, expected, atol=1e-5)  # float32
    assert bool(radiograph.cautions & DISAGREE) == (sign in (1, -1))
    assert radiograph.acquisition.photometric == tagged


def test_the_caller_overrules_the_sign_of_raw_data_too(tmp_path):
    path = saved(for_processing(ramp(bits=14), PhotometricInterpretation="MONOCHROME1"), tmp_path)
    by_tags, by_user = read_radiograph(path), read_radiograph(path, photometric=Photometric.MONOCHROME2)
    assert np.corrcoef(by_tags.pixels.ravel(), by_user.pixels.ravel())[0, 1] < 0
    assert by_user.cautions & ImageCaution.POLARITY_BY_USER
    assert not by_tags.cautions & ImageCaution.POLARITY_BY_USER


def test_a_falling_transform_turns_what_the_sign_says_of_stored_values(tmp_path):
    signal = ramp(bits=14)
    rising = for_processing(signal, PhotometricInterpretation="MONOCHROME1")
    falling = for_processing(signal, RescaleSlope=-1, RescaleIntercept=2**14 - 1)
    first = read_radiograph(saved(rising, tmp_path, "a.dcm"))
    assert np.array_equal(first.pixels, read_radiograph(saved(falling, tmp_path, "b.dcm")).pixels)
