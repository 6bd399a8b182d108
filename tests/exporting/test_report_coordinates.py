"""Where the lines of an object lie, against pixels whose place is known."""

import io

import numpy as np
import pydicom
import pytest
from content_tree import items
from dicom_sources import (
    COLUMNS,
    LINE_FIRST,
    LINE_LAST,
    LINE_ROW,
    LINE_STEP,
    ROWS,
    candidate,
    found,
    source_file,
)

from microcal_xray.exporting import object_bytes, to_dicom
from microcal_xray.exporting.marks import dashes
from microcal_xray.findings import Findings


def written(dataset):
    return pydicom.dcmread(io.BytesIO(object_bytes(dataset)))


def polylines(report):
    return [np.array(item.GraphicData).reshape(-1, 2) for item in items(report) if item.ValueType == "SCOORD"]


def test_the_centre_of_the_first_pixel_is_half_a_pixel_from_the_corner(tmp_path):
    path = source_file(tmp_path)
    line = candidate(1, path=np.array([[0.0, 0.0], [3.0, 7.0]]))
    findings = Findings(found(path).radiograph, found(path).settings, (line,))
    report = written(to_dicom(findings, path, kinds=["sr"])["sr"])
    assert polylines(report)[0].tolist() == [[0.5, 0.5], [7.5, 3.5]]


def test_the_pixels_under_the_polyline_are_those_of_the_line(tmp_path):
    path = source_file(tmp_path)
    stored = pydicom.dcmread(path).pixel_array.astype(int)
    report = written(to_dicom(found(path, 1), path, kinds=["sr"])["sr"])
    columns, rows = np.floor(polylines(report)[0]).astype(int).T  # the pixel that holds a point
    step = stored[rows, columns] - (stored[rows - 1, columns] + stored[rows + 1, columns]) / 2
    assert (step > LINE_STEP - 100).all()
    assert (columns.min(), columns.max(), set(rows)) == (LINE_FIRST, LINE_LAST, {LINE_ROW})


def test_each_number_that_was_measured_along_the_line_has_it_and_selects_the_image(tmp_path):
    path = source_file(tmp_path)
    report = written(to_dicom(found(path, 1), path, kinds=["sr"])["sr"])
    lines = [item for item in items(report) if item.ValueType == "SCOORD"]
    assert len(lines) == 2  # length and width
    for line in lines:
        assert (line.GraphicType, line.RelationshipType) == ("POLYLINE", "INFERRED FROM")
        (image,) = line.ContentSequence
        assert image.RelationshipType == "SELECTED FROM"
        assert image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == "1.2.3.4"


def graphics(state):
    return {
        annotation.GraphicLayer: [
            np.array(each.GraphicData).reshape(-1, 2)
            for each in annotation.get("GraphicObjectSequence") or []
        ]
        for annotation in state.GraphicAnnotationSequence
    }


def test_the_rails_of_a_strong_line_run_at_both_its_sides(tmp_path):
    path = source_file(tmp_path)
    rails = graphics(written(to_dicom(found(path, 1), path, kinds=["gsps"])["gsps"]))["SCLEROTIC_STRONG"]
    assert len(rails) == 2
    middle = (rails[0] + rails[1]) / 2
    assert np.allclose(
        middle, np.stack([np.arange(LINE_FIRST, LINE_LAST + 1), np.full(41, LINE_ROW)], 1) + 0.5, atol=1e-4
    )
    assert np.allclose(abs(rails[0] - rails[1])[:, 1], 2 * (2.5 / 2 + 2), atol=1e-4)


def test_rails_of_tall_pixels_are_equally_far_in_millimetres(tmp_path):
    path = source_file(tmp_path, ImagerPixelSpacing=[0.3, 0.15])
    upright = candidate(1, path=np.array([[20.0, 40.0], [80.0, 40.0]]))
    findings = Findings(found(path).radiograph, found(path).settings, (upright, candidate(2)))
    drawn = graphics(written(to_dicom(findings, path, kinds=["gsps"])["gsps"]))
    across = abs(drawn["SCLEROTIC_STRONG"][0] - drawn["SCLEROTIC_STRONG"][1])[:, 0].mean()
    first, last = drawn["LUCENT_WEAK"][0], drawn["LUCENT_WEAK"][-1]
    down = abs(first[:, 1].mean() - last[:, 1].mean())
    assert across == pytest.approx(2 * down, rel=1e-3)


def test_a_weak_line_is_dashes_and_a_strong_one_is_not(tmp_path):
    path = source_file(tmp_path)
    drawn = graphics(written(to_dicom(found(path, 2), path, kinds=["gsps"])["gsps"]))
    assert len(drawn["SCLEROTIC_STRONG"]) == 2
    assert len(drawn["LUCENT_WEAK"]) >= 6


def test_nothing_is_drawn_outside_the_picture(tmp_path):
    path = source_file(tmp_path)
    edge = candidate(1, path=np.array([[0.0, 0.0], [0.0, COLUMNS - 1.0], [ROWS - 1.0, COLUMNS - 1.0]]))
    state = to_dicom(Findings(found(path).radiograph, found(path).settings, (edge,)), path, kinds=["gsps"])[
        "gsps"
    ]
    for line in graphics(written(state))["SCLEROTIC_STRONG"]:
        assert line.min() >= 0
        assert (line <= [COLUMNS, ROWS]).all()


@pytest.mark.parametrize("step", [0.3, 1.0, 2.5])
def test_dashes_cover_their_share_of_a_path_whatever_its_points(step):
    along = np.append(np.arange(0, 100, step), 100.0)
    pieces = list(dashes(np.stack([np.zeros_like(along), along], 1), on=6, off=4))
    lengths = [piece[-1, 1] - piece[0, 1] for piece in pieces]
    assert lengths == pytest.approx([6] * 10)
    assert [piece[0, 1] for piece in pieces] == pytest.approx(range(0, 100, 10))


def test_more_points_than_an_element_holds_are_thinned_and_keep_their_ends(tmp_path):
    path = source_file(tmp_path)
    columns = np.linspace(5, 85, 20001)
    line = candidate(1, path=np.stack([np.full_like(columns, 30.0), columns], 1))
    findings = Findings(found(path).radiograph, found(path).settings, (line,))
    (points, _) = polylines(written(to_dicom(findings, path, kinds=["sr"])["sr"]))
    assert len(points) <= 8001
    assert points[[0, -1]].tolist() == [[5.5, 30.5], [85.5, 30.5]]
