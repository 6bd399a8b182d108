"""The overlay burned into a copy."""

import io

import numpy as np
import pydicom
import pytest
from dicom_sources import COLUMNS, ROWS, found, source_file

from microcal_xray.exporting import object_bytes, to_dicom
from microcal_xray.reporting.display import display_levels


def capture(path, count=1, **reading):
    dataset = to_dicom(found(path, count, **reading), path, kinds=["sc"])["sc"]
    return pydicom.dcmread(io.BytesIO(object_bytes(dataset)))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return source_file(tmp_path_factory.mktemp("capture"))


def test_it_is_a_colour_picture_derived_from_the_image(path):
    dataset = capture(path)
    assert dataset.SOPClassUID.name == "Secondary Capture Image Storage"
    assert (dataset.PhotometricInterpretation, dataset.BitsStored) == ("RGB", 8)
    assert list(dataset.ImageType[:2]) == ["DERIVED", "SECONDARY"]
    assert dataset.SourceImageSequence[0].ReferencedSOPInstanceUID == "1.2.3.4"
    assert dataset.BurnedInAnnotation == "NO"
    assert list(dataset.PatientOrientation) == ["L", "F"]
    assert dataset.Laterality == "L"


def test_nothing_can_be_measured_on_it(path):
    dataset = capture(path)
    assert not {"PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"} & set(dir(dataset))


def test_the_picture_is_that_of_the_report_and_only_the_marks_differ(path):
    plain, marked = capture(path, 0).pixel_array.astype(int), capture(path, 1).pixel_array.astype(int)
    scale = round(1000 / ROWS)  # the smallest picture is drawn five inches long
    width = plain.shape[1]
    top = 80  # the title
    left = (width - COLUMNS * scale) // 2
    inner = plain[top : top + ROWS * scale, left : left + COLUMNS * scale]
    small = inner[: ROWS * scale : scale, : COLUMNS * scale : scale, 0]
    levels = display_levels(found(path).radiograph)[: small.shape[0], : small.shape[1]]
    assert np.corrcoef(small.ravel(), levels.ravel())[0, 1] > 0.95
    changed = np.argwhere((plain != marked).any(axis=2))
    in_picture = changed[(changed[:, 0] > top + 10) & (changed[:, 0] < top + ROWS * scale - 90)]
    assert len(in_picture) > 500
    assert (
        abs(in_picture[:, 0].mean() - (top + 40 * scale)) < 12 * scale
    )  # about the line, which is in row 40
    colours = marked[tuple(in_picture.T)]
    assert (colours[:, 0] > colours[:, 2] + 60).any()  # the orange of a sclerotic line


def test_the_warning_and_the_count_are_burned_in(path, monkeypatch):
    titles = []
    from microcal_xray.exporting import secondary_capture

    real = secondary_capture.overlay
    monkeypatch.setattr(
        secondary_capture,
        "overlay",
        lambda findings, title: titles.append(title) or real(findings, title=title),
    )
    for count in (0, 1, 2):
        assert capture(path, count).pixel_array[20:60].max() > 200  # bright letters on the dark strip
    assert [title.split("   ·   ") for title in titles] == [
        ["RESEARCH - NOT FOR DIAGNOSIS", "no candidate listed"],
        ["RESEARCH - NOT FOR DIAGNOSIS", "1 candidate"],
        ["RESEARCH - NOT FOR DIAGNOSIS", "2 candidates"],
    ]


def test_once_compressed_with_loss_stays_said(tmp_path, path):
    assert capture(path).LossyImageCompression == "00"
    lossy = source_file(
        tmp_path,
        LossyImageCompression="01",
        LossyImageCompressionRatio=[10, -3],
        LossyImageCompressionMethod="ISO_10918_1",
    )
    dataset = capture(lossy)
    assert dataset.LossyImageCompression == "01"
    assert float(dataset.LossyImageCompressionRatio) == 10
    assert dataset.LossyImageCompressionMethod == "ISO_10918_1"


def test_text_that_is_burned_into_the_source_is_in_the_copy(tmp_path):
    assert capture(source_file(tmp_path, BurnedInAnnotation="YES")).BurnedInAnnotation == "YES"


@pytest.mark.parametrize("orientation", [None, "", "L", ["L", "F", "P"], ["L", "../x"], ["<b>", "F"]])
def test_an_orientation_that_means_nothing_is_left_empty(tmp_path, orientation):
    dataset = capture(source_file(tmp_path, PatientOrientation=orientation))
    assert dataset["PatientOrientation"].is_empty
