"""The pixels of each candidate."""

import io

import numpy as np
import pydicom
from dicom_sources import LINE_FIRST, LINE_LAST, LINE_ROW, candidate, found, source_file

from microcal_xray.exporting import object_bytes, to_dicom
from microcal_xray.exporting.segmentation import line_mask


def test_each_candidate_is_a_segment_on_its_line(tmp_path):
    path = source_file(tmp_path)
    dataset = to_dicom(found(path, 2), path, kinds=["seg"])["seg"]
    read = pydicom.dcmread(io.BytesIO(object_bytes(dataset)))
    assert [item.SegmentNumber for item in read.SegmentSequence] == [1, 2]
    assert [item.SegmentedPropertyTypeCodeSequence[0].CodeValue for item in read.SegmentSequence] == [
        "112033",
        "112062",
    ]
    first, second = read.pixel_array
    assert first[LINE_ROW, LINE_FIRST : LINE_LAST + 1].all()
    assert first[: LINE_ROW - 3].sum() == first[LINE_ROW + 4 :].sum() == 0
    assert second[LINE_ROW + 12, LINE_FIRST + 1 : LINE_LAST].all()


def test_without_candidates_there_is_none(tmp_path):
    path = source_file(tmp_path)
    assert list(to_dicom(found(path, 0), path, kinds=["sr", "seg"])) == ["sr"]


def test_a_mask_is_as_wide_as_the_line_and_at_least_a_pixel():
    line = candidate(1, path=np.array([[20.0, 5.0], [20.0, 45.0]]))
    wide, thin = (
        line_mask(type(line)(**{**vars(line), "width_px": width}), (50, 50)) for width in (5.0, float("nan"))
    )
    assert wide[:, 25].sum() == 5
    assert thin[:, 25].sum() == 1
    assert set(np.flatnonzero(thin[20])) == set(range(5, 46))
