"""Broken and hostile MR files: what can be read is read with a caution, the rest ends as one clear line."""

import numpy as np
import pydicom
import pytest
from mr_files import volume

from microcal_xray.errors import MicrocalError, UnreadableSeriesError
from microcal_xray.mri import MRCaution, read_mri
from microcal_xray.mri.simulated_dicom import write_classic, write_enhanced

HALF_TURN = [1, 0, 0, 1, 0, 0]


def spoilt(path, **tags):
    dataset = pydicom.dcmread(path)
    for keyword, value in tags.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    dataset.save_as(path)
    return path


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"ImagePositionPatient": None}, "ImagePositionPatient is missing"),
        ({"ImageOrientationPatient": None}, "ImageOrientationPatient is missing"),
        ({"ImageOrientationPatient": HALF_TURN}, "no two unit vectors at right angles"),
        ({"PixelSpacing": None}, "PixelSpacing is missing"),
        ({"PixelSpacing": [0, 0]}, "PixelSpacing"),
        ({"Rows": 60000, "Columns": 60000}, "limit"),
        ({"Rows": 0}, "there is no picture"),
        ({"NumberOfFrames": 7}, "no place for each"),
        ({"BitsAllocated": 12}, "BitsAllocated is 12"),
    ],
)
def test_a_bad_header_is_one_line(tmp_path, tags, words):
    path = write_classic(volume(slices=1), tmp_path)[0]
    spoilt(path, **tags)
    with pytest.raises(MicrocalError, match=words) as refused:
        read_mri(path)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


def test_a_frame_count_is_not_believed_before_it_is_checked(tmp_path):
    path = spoilt(write_enhanced(volume(), tmp_path / "a.dcm"), NumberOfFrames=100_000_000)
    with pytest.raises(UnreadableSeriesError, match="over the limit of 150 million voxels"):
        read_mri(path)


def test_too_few_functional_groups_are_told(tmp_path):
    path = spoilt(write_enhanced(volume(), tmp_path / "a.dcm"), NumberOfFrames=6)
    with pytest.raises(UnreadableSeriesError, match="5 functional groups for 6 frames"):
        read_mri(path)


def test_of_a_truncated_object_the_whole_frames_are_read(tmp_path):
    made = volume()
    path = write_enhanced(made, tmp_path / "a.dcm")
    content = path.read_bytes()
    path.write_bytes(content[: -2 * 240 - 60])  # frames of 240 bytes: two are lost, of the third 3 rows
    read = read_mri(path)
    assert np.array_equal(read.voxels[:2], made.voxels[:2])
    assert np.array_equal(read.voxels[2, :9], made.voxels[2, :9])
    assert read.usable_rows.tolist() == [12, 12, 9]
    assert read.cautions & MRCaution.TRUNCATED
    assert read.cautions & MRCaution.LEFT_OUT
    assert read.left_out == tuple(f"a.dcm, frame {k}: truncated: 0 of 12 rows are there" for k in (4, 5))


def test_one_bad_file_does_not_end_the_series(tmp_path):
    paths = write_classic(volume(), tmp_path)
    paths[2].write_bytes(paths[2].read_bytes()[:700])
    (tmp_path / "empty.dcm").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("nothing")
    read = read_mri(tmp_path)
    assert len(read.voxels) == 4
    assert read.cautions & MRCaution.LEFT_OUT
    assert read.cautions & MRCaution.MISSING_SLICES
    assert len(read.left_out) == 2


def test_a_folder_without_mr_is_one_line(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(UnreadableSeriesError, match="holds no MR image"):
        read_mri(tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_flipped_bytes_end_as_ours_or_not_at_all(tmp_path, seed):
    """Whatever a broken file holds, it ends as a volume or as one of our errors."""
    rng = np.random.default_rng(seed)
    path = write_enhanced(volume(), tmp_path / "a.dcm")
    content = bytearray(path.read_bytes())
    for place in rng.integers(132, len(content) - 1200, 30):
        content[place] = rng.integers(256)
    path.write_bytes(bytes(content[: rng.integers(len(content) // 2, len(content))]))
    said = ""
    try:
        assert np.isfinite(read_mri(path).voxels).all()
    except MicrocalError as error:
        said = str(error)
    assert "\n" not in said
