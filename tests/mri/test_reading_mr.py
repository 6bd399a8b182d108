"""MR series as volumes: their geometry against the headers, and what is told of slices out of order."""

import shutil

import numpy as np
import pydicom
import pytest
from mr_files import SHARED_DATA, volume
from pydicom.uid import JPEGLSLossless, RLELossless

from microcal_xray.errors import MicrocalError, SettingsError, UnreadableSeriesError
from microcal_xray.mri import MRCaution, Weighting, list_mri, read_mri, read_mri_all
from microcal_xray.mri.simulated_dicom import write_classic, write_enhanced

DICOM = SHARED_DATA / "dicom"
GAPS = MRCaution.SLICE_GAPS  # 3 mm thick, 3.3 mm apart


def header_point(dataset: pydicom.Dataset, row: float, column: float) -> np.ndarray:
    """Return the point of PS3.3 equation C.7.6.2.1-1, straight from the header."""
    position = np.array(dataset.ImagePositionPatient, float)
    cosines = np.array(dataset.ImageOrientationPatient, float)
    between_rows, between_columns = (float(each) for each in dataset.PixelSpacing)
    return position + cosines[:3] * between_columns * column + cosines[3:] * between_rows * row


@pytest.mark.parametrize("plane", ["axial", "sagittal", "coronal"])
@pytest.mark.parametrize("turned_deg", [0.0, 23.0])
def test_every_voxel_lies_where_its_header_says(tmp_path, plane, turned_deg):
    paths = write_classic(volume(plane=plane, turned_deg=turned_deg), tmp_path, reverse=True)
    read = read_mri(tmp_path)
    for path in paths:
        dataset = pydicom.dcmread(path)
        own = np.array(dataset.pixel_array, float) * 0.25
        k = next(k for k in range(5) if np.array_equal(read.voxels[k], own))
        for row, column in ((0, 0), (11, 9), (3.5, 7.25)):
            point = header_point(dataset, row, column)
            assert read.patient_mm([[k, row, column]])[0] == pytest.approx(point, abs=1e-6)
            affine = read.affine @ [k, row, column, 1]
            assert affine[:3] == pytest.approx(point, abs=1e-6)
            assert read.index_of(point[None])[0] == pytest.approx([k, row, column], abs=1e-6)


def test_slices_rise_along_their_normal_whatever_their_number(tmp_path):
    made = volume(plane="coronal")
    write_classic(made, tmp_path, reverse=True)
    read = read_mri(tmp_path)
    assert np.all(np.diff(read.distances_mm) > 0)
    assert read.distances_mm == pytest.approx(3.3 * np.arange(5), abs=1e-6)
    assert np.array_equal(read.voxels, made.voxels)
    assert read.normal == pytest.approx(np.cross(read.row_direction, read.column_direction))
    assert read.cautions == GAPS


def test_enhanced_equals_classic(tmp_path):
    made = volume(plane="sagittal", turned_deg=11.0)
    (tmp_path / "classic").mkdir()
    write_classic(made, tmp_path / "classic")
    classic = read_mri(tmp_path / "classic")
    enhanced = read_mri(write_enhanced(made, tmp_path / "enhanced.dcm", reverse=True))
    assert np.array_equal(classic.voxels, enhanced.voxels)
    for name in ("positions_mm", "row_direction", "column_direction"):
        assert np.array_equal(getattr(classic, name), getattr(enhanced, name))
    assert (classic.row_spacing_mm, classic.column_spacing_mm) == (0.625, 0.5)
    assert enhanced.acquisition.multi_frame
    assert not classic.acquisition.multi_frame
    for name in ("weighting", "repetition_time_ms", "echo_time_ms", "inversion_time_ms", "field_strength_t"):
        assert getattr(classic.acquisition, name) == getattr(enhanced.acquisition, name)
    assert classic.acquisition.weighting is Weighting.STIR


def test_a_converted_object_keeps_its_times_in_unassigned_attributes(tmp_path):
    path = write_enhanced(volume(), tmp_path / "a.dcm")
    dataset = pydicom.dcmread(path)
    shared = dataset.SharedFunctionalGroupsSequence[0]
    converted = pydicom.Dataset()
    converted.RepetitionTime, converted.EchoTime, converted.ScanningSequence = 600, 11, "SE"
    for keyword in ("MRTimingAndRelatedParametersSequence", "MREchoSequence", "MRModifierSequence"):
        delattr(shared, keyword)
    shared.UnassignedSharedConvertedAttributesSequence = [converted]
    dataset.SOPClassUID = pydicom.uid.LegacyConvertedEnhancedMRImageStorage
    dataset.save_as(path)
    assert read_mri(path).acquisition.weighting is Weighting.T1


def test_each_slice_has_its_own_scale(tmp_path):
    made = volume()
    write_classic(made, tmp_path, slopes=[0.25, 0.5, 0.25, 1.0, 0.125])
    read = read_mri(tmp_path)
    assert np.abs(read.voxels - made.voxels).max() <= 0.5  # half a step of the coarsest scale
    assert read.cautions == GAPS | MRCaution.RESCALE_DIFFERS


def test_a_missing_slice_is_told_and_the_others_stay_where_they_are(tmp_path):
    made = volume()
    paths = write_classic(made, tmp_path)
    paths[2].unlink()
    read = read_mri(tmp_path)
    assert read.missing_mm == pytest.approx([6.6], abs=1e-6)
    assert read.cautions == GAPS | MRCaution.MISSING_SLICES
    assert read.positions_mm == pytest.approx(made.positions_mm[[0, 1, 3, 4]], abs=1e-6)
    # Half way between the slices beside the gap lies the lost one.
    assert read.patient_mm([[1.5, 0, 0]])[0] == pytest.approx(made.positions_mm[2], abs=1e-6)


def test_uneven_and_sheared_stacks_are_told(tmp_path):
    paths = write_classic(volume(), tmp_path)
    dataset = pydicom.dcmread(paths[4])
    x, y, z = dataset.ImagePositionPatient
    dataset.ImagePositionPatient = [x + 1, y, z + 1]
    dataset.save_as(paths[4])
    read = read_mri(tmp_path)
    assert read.cautions == GAPS | MRCaution.UNEVEN_SLICES | MRCaution.SHEARED
    assert read.patient_mm([[4, 0, 0]])[0] == pytest.approx([float(x) + 1, float(y), float(z) + 1], abs=1e-6)


def test_a_copied_slice_counts_once(tmp_path):
    paths = write_classic(volume(), tmp_path)
    shutil.copy(paths[1], tmp_path / "copy.dcm")
    read = read_mri(tmp_path)
    assert len(read.voxels) == 5
    assert read.cautions == GAPS | MRCaution.DUPLICATE_SLICES


def test_different_slices_at_one_place_are_told_apart_by_a_tag_or_refused(tmp_path):
    write_classic(volume(seed=1), tmp_path)
    for path in sorted(tmp_path.iterdir()):
        dataset = pydicom.dcmread(path)
        dataset.PixelData = bytes(reversed(dataset.PixelData))
        dataset.SOPInstanceUID += ".9"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.save_as(tmp_path / f"second_{path.name}")
    with pytest.raises(UnreadableSeriesError, match="different slices lie at one place"):
        read_mri(tmp_path)
    for number, path in enumerate(sorted(tmp_path.iterdir())):
        dataset = pydicom.dcmread(path)
        dataset.AcquisitionNumber = 1 + (number < 5)
        dataset.save_as(path)
    assert [series.slices for series in list_mri(tmp_path)] == [5, 5]


def test_several_series_are_a_choice(tmp_path):
    one, other = volume(), volume(plane="sagittal", seed=3)
    write_classic(one, tmp_path, series=1)
    write_classic(other, tmp_path, series=2)
    with pytest.raises(
        UnreadableSeriesError, match=r"holds 2 series; choose one with series=N: 1: stir, axial"
    ):
        read_mri(tmp_path)
    assert np.array_equal(read_mri(tmp_path, series=2).voxels, other.voxels)
    assert [each.voxels.shape for each in read_mri_all(tmp_path)] == [(5, 12, 10)] * 2
    with pytest.raises(SettingsError, match="series is 3"):
        read_mri(tmp_path, series=3)


def test_mixed_directions_of_one_series_are_two_stacks(tmp_path):
    write_classic(volume(), tmp_path)
    for number, path in enumerate(sorted(tmp_path.iterdir())):
        if number < 2:
            dataset = pydicom.dcmread(path)
            dataset.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
            dataset.save_as(path)
    assert sorted((each.plane, each.slices) for each in list_mri(tmp_path)) == [("axial", 3), ("sagittal", 2)]


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
def test_compressed_slices_are_the_same(tmp_path, syntax):
    made = volume()
    write_classic(made, tmp_path, transfer_syntax=syntax)
    read = read_mri(tmp_path)
    assert np.array_equal(read.voxels, made.voxels)
    assert read.acquisition.compression


def test_compressed_frames_of_one_object_are_the_same(tmp_path):
    made = volume()
    path = write_enhanced(made, tmp_path / "a.dcm")
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless)
    dataset.save_as(path)
    assert np.array_equal(read_mri(path).voxels, made.voxels)


def test_no_patient_stays(tmp_path):
    paths = write_classic(volume(), tmp_path)
    for path in paths:
        dataset = pydicom.dcmread(path)
        dataset.PatientName = dataset.SeriesDescription = dataset.ProtocolName = "SECRET^PATIENT"
        dataset.SequenceName = "SECRETPATIENT"
        dataset.BodyPartExamined = "SECRETPATIENT"
        dataset.save_as(path)
    read = read_mri(tmp_path)
    assert "SECRET" not in repr((read.acquisition, read.name, read.left_out, list_mri(tmp_path)))


@pytest.mark.skipif(not DICOM.is_dir(), reason="the shared data are not here")
@pytest.mark.parametrize(
    ("name", "weighting", "cautions"),
    [
        ("MR3_knee_J2KR.dcm", Weighting.T1, MRCaution.NONE),
        ("MR_small_RLE.dcm", Weighting.T2, MRCaution.NONE),
        ("MR_small_bigendian.dcm", Weighting.T2, MRCaution.NONE),
        ("MR_small_jpeg_ls_lossless.dcm", Weighting.T2, MRCaution.NONE),
        ("MR_truncated.dcm", Weighting.T2, MRCaution.TRUNCATED),
        ("MR_wrist_MR08.dcm", Weighting.UNKNOWN, MRCaution.NONE),
    ],
)
def test_the_files_of_others_load(name, weighting, cautions):
    read = read_mri(DICOM / name)
    assert read.acquisition.weighting is weighting
    assert read.cautions == cautions | MRCaution.SINGLE_SLICE
    header = pydicom.dcmread(DICOM / name, stop_before_pixels=True)
    rows, columns = header.Rows - 1, header.Columns - 1
    assert read.patient_mm([[0, rows, columns]])[0] == pytest.approx(
        header_point(header, rows, columns), abs=0.01
    )


@pytest.mark.skipif(not DICOM.is_dir(), reason="the shared data are not here")
def test_what_is_whole_of_a_truncated_file_is_read():
    cut, whole = read_mri(DICOM / "MR_truncated.dcm"), read_mri(DICOM / "MR_small_RLE.dcm")
    assert cut.usable_rows.tolist() == [63]
    assert np.array_equal(cut.voxels[0, :63], whole.voxels[0, :63])
    assert not cut.voxels[0, 63].any()
    assert not cut.usable[0, 63, 0]


@pytest.mark.skipif(not DICOM.is_dir(), reason="the shared data are not here")
def test_what_is_no_mr_is_refused_in_one_line():
    for name in ("RG3_lowerleg_J2KI.dcm", "CT_JPEGLL.dcm", "INDEX.csv"):
        with pytest.raises(MicrocalError, match=name) as refused:
            read_mri(DICOM / name)
        assert "\n" not in str(refused.value)
