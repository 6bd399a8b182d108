"""Files that others made. They lie beside the repository, and the tests are left out where they do not."""

import csv
import importlib.util

import numpy as np
import pytest
from dicom_files import SHARED_DATA

from microcal_xray.errors import UnreadableRadiographError
from microcal_xray.loading import Verdict, find_radiographs, read_radiograph
from microcal_xray.radiograph import ImageCaution, SpacingSource

DICOM = SHARED_DATA / "dicom"
pytestmark = pytest.mark.skipif(not DICOM.is_dir(), reason="the shared data are not here")


def test_every_dicom_file_gets_the_verdict_of_its_kind():
    with (DICOM / "INDEX.csv").open(newline="", encoding="utf-8") as file:
        kinds = {row["file"]: row["modality"] for row in csv.DictReader(file)}
    found = {file.path.name: file for file in find_radiographs(DICOM, secondary_capture=True)}
    assert set(found) == {*kinds, "INDEX.csv"}
    for name, kind in kinds.items():
        is_radiograph = kind in ("CR", "DX", "XA", "OT")
        assert found[name].verdict is (Verdict.RADIOGRAPH if is_radiograph else Verdict.SKIPPED), name


@pytest.mark.parametrize(
    ("name", "bone", "air"),
    [
        ("RG3_lowerleg_J2KI.dcm", np.s_[600:1000, 860:960], np.s_[600:1000, 520:620]),
        ("RG2_hip_J2KI.dcm", np.s_[450:600, 500:600], np.s_[1500:1700, 700:800]),
    ],
)
def test_bone_is_bright_in_limbs_of_either_photometric(name, bone, air):
    radiograph = read_radiograph(DICOM / name)
    assert radiograph.pixels[bone].mean() > radiograph.pixels[air].mean() + 300
    assert not radiograph.cautions & (
        ImageCaution.AIR_BRIGHTER_THAN_BONE | ImageCaution.POLARITY_TAGS_DISAGREE
    )
    assert radiograph.cautions & ImageCaution.LOSSY


def test_twelve_bit_jpeg_is_read_or_its_extra_named():
    path = DICOM / "RG2_hip_JPLY.dcm"
    if importlib.util.find_spec("imagecodecs"):
        other = read_radiograph(DICOM / "RG2_hip_J2KI.dcm")
        assert np.corrcoef(read_radiograph(path).pixels.ravel(), other.pixels.ravel())[0, 1] > 0.99
        return
    with pytest.raises(UnreadableRadiographError, match=r"microcal-xray\[codecs-full\]"):
        read_radiograph(path)


def test_the_spacing_of_real_headers():
    assert read_radiograph(DICOM / "RG3_lowerleg_J2KI.dcm").spacing is None
    dog = read_radiograph(DICOM / "DX_dog_mono1.dcm")
    assert (dog.spacing.row_mm, dog.spacing_source) == (1.2, SpacingSource.DETECTOR)
    assert not dog.cautions & ImageCaution.POLARITY_TAGS_DISAGREE


def test_a_modality_lookup_table_of_others_is_applied():
    radiograph = read_radiograph(DICOM / "mlut_18.dcm", secondary_capture=True)
    assert (radiograph.pixels.min(), radiograph.pixels.max()) == (0, 65535)


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["real", "dev"])
def test_no_picture_raises_a_false_alarm_of_polarity(folder):
    seen = 0
    for file in find_radiographs(SHARED_DATA / folder):
        if file.verdict is Verdict.RADIOGRAPH:
            radiograph = read_radiograph(file.path)
            assert not radiograph.cautions & ImageCaution.AIR_BRIGHTER_THAN_BONE, file.path.name
            seen += 1
        else:
            assert file.path.name == "truth.csv"
    assert seen > 20
