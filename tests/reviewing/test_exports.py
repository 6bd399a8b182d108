import csv
import io
import json

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from reading_scenes import checked, drawn, own, row_path, said, write_study

from microcal_xray.errors import UnreadableResultError
from microcal_xray.evaluation import read_truth
from microcal_xray.reviewing import (
    ExportKind,
    Role,
    holds_decisions,
    open_store,
    read_record,
    truth_of_decisions,
    write_decisions,
)
from microcal_xray.reviewing.exports import COLUMNS

HOSTILE = "=cmd|'/c calc'!A1\n<script>alert(1)</script>\u202e,\"x\""
GEOJSON = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"},
                    "geometry": {
                        "type": "object",
                        "required": ["type", "coordinates"],
                        "properties": {
                            "type": {"const": "LineString"},
                            "coordinates": {
                                "type": "array",
                                "minItems": 2,
                                "items": {"type": "array", "minItems": 2, "maxItems": 2},
                            },
                        },
                    },
                },
            },
        },
    },
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Two readers: a line accepted, one rejected, one open, one drawn, one moved; and hostile words."""
    out = tmp_path_factory.mktemp("out")
    study = write_study(out, {"=HYPERLINK(1).png": (20, 60), "b.png": (30,), "c.png": ()})
    first = study.images[0].file
    store = open_store(study)
    store.add(
        checked(
            study,
            "anna",
            said(first, "1", "accept", comment=HOSTILE, overlay_visible=True, seconds=2.5),
            said(first, "2", "reject", reason="overlap"),
            said(first, "", "done"),
            said("b.png", "1", "move", path_px=row_path(32)),
            said("b.png", "1", "accept"),
            drawn("b.png", 1, 90),
            said("b.png", "", "done"),
        )
    )
    store.add(
        checked(
            study,
            "ben",
            said(first, "1", "accept"),
            said(first, "2", "reject"),
            said(first, "", "done"),
            said("b.png", "1", "accept"),
            said("b.png", "", "done"),
        )
    )
    return store


@pytest.fixture(scope="module")
def written(store):
    write_decisions(store, [kind for kind in ExportKind if kind is not ExportKind.SR])
    return store.study.out / "review"


def test_the_table_has_a_row_for_each_line_and_reader_and_for_the_consensus(written):
    rows = list(csv.DictReader(io.StringIO((written / "decisions.csv").read_text(encoding="utf-8"))))
    assert list(rows[0]) == list(COLUMNS)
    said_of = {(row["reader"], row["file"].strip("'"), row["line"]): row for row in rows}
    assert said_of["anna", "=HYPERLINK(1).png", "1"]["verdict"] == "accept"
    assert said_of["anna", "=HYPERLINK(1).png", "1"]["seconds"] == "2.5"
    assert said_of["anna", "=HYPERLINK(1).png", "1"]["overlay_visible"] == "yes"
    assert said_of["consensus", "=HYPERLINK(1).png", "2"]["reason"] == "overlap"
    assert said_of["consensus", "b.png", own(1)]["basis"] == "open"
    assert said_of["consensus", "b.png", "1"]["moved"] == "yes"
    assert said_of["consensus", "b.png", "1"]["length_mm"] == "4.0"  # 40 pixels of 0.1 mm
    assert len(rows) == 4 + 3 + 4


def test_no_cell_is_a_formula_and_no_row_is_broken(written):
    text = (written / "decisions.csv").read_text(encoding="utf-8")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
    assert any(cell.startswith("'=cmd") for cell in cells)
    assert len(text.splitlines()) == 1 + 11
    assert "\u202e" not in text


def test_hostile_words_are_text_in_every_form(written):
    document = json.loads((written / "decisions.json").read_text())
    comments = [line["comment"] for each in document["readings"] for line in each["lines"]]
    assert HOSTILE in comments
    for path in written.rglob("*.json"):
        assert "\u202e" not in path.read_text()  # written out, so that no viewer turns a line round
        json.loads(path.read_text())


def test_nothing_but_its_owner_reads_them(written):
    assert all(path.stat().st_mode & 0o077 == 0 for path in written.rglob("*") if path.is_file())


def test_geojson_is_geojson_with_lines_half_a_pixel_further(written):
    Draft202012Validator.check_schema(GEOJSON)
    paths = sorted((written / "geojson").iterdir())
    assert len(paths) == 2
    documents = [json.loads(path.read_text()) for path in paths]
    for document in documents:
        Draft202012Validator(GEOJSON).validate(document)
    (moved, new) = next(each for each in documents if each["properties"]["file"] == "b.png")["features"]
    assert moved["geometry"]["coordinates"] == [[20.5, 32.5], [40.5, 32.5], [60.5, 32.5]]
    assert moved["properties"]["classification"]["name"] == "lucent: accept"
    assert new["properties"]["basis"] == "open"


def test_labelme_shapes_are_line_strips(written):
    documents = [json.loads(path.read_text()) for path in (written / "labelme").iterdir()]
    (document,) = [each for each in documents if each["imagePath"] == "b.png"]
    assert {"version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth"} == set(
        document
    )
    assert (document["imageHeight"], document["imageWidth"], document["imageData"]) == (120, 90, None)
    shape = document["shapes"][0]
    assert (shape["shape_type"], shape["label"]) == ("linestrip", "lucent")
    assert shape["points"][0] == [20.5, 32.5]
    assert shape["flags"] == {"accept": True, "reject": False, "unsure": False}


def test_coco_boxes_hold_the_accepted_lines_and_are_read_back(written):
    document = json.loads((written / "coco.json").read_text())
    assert [image["file_name"] for image in document["images"]] == ["=HYPERLINK(1).png", "b.png"]
    assert [each["bbox"] for each in document["annotations"]] == [[20, 20, 41, 1], [20, 32, 41, 1]]
    boxes = [box.box for image in read_truth(written / "coco.json") for box in image.boxes]
    assert [(box.top_px, box.left_px, box.right_px) for box in boxes] == [
        (pytest.approx(row - 0.5), pytest.approx(19.5), pytest.approx(60.5)) for row in (20, 32)
    ]


def test_the_truth_is_read_as_the_consensus_says_it(store, written):
    by_file = read_truth(written / "truth.json")
    for one, other in zip(by_file, truth_of_decisions(store.study.out, results="unused"), strict=True):
        assert one.file == other.file
        assert [line.unsure for line in one.lines] == [line.unsure for line in other.lines]
        for a, b in zip(one.lines, other.lines, strict=True):
            np.testing.assert_array_equal(a.path_px, b.path_px)
        assert [mimic.name for mimic in one.mimics] == [mimic.name for mimic in other.mimics]


def test_records_are_read_back_as_they_were_stored(store, written):
    paths = sorted((written / "records").iterdir())
    assert [path.name for path in paths] == ["reading-anna.json", "reading-ben.json"]
    for path, reader in zip(paths, ("anna", "ben"), strict=True):
        record = read_record(path, store.study)
        assert (record.reader, record.role) == (reader, Role.READING)
        assert sorted(event.id for event in record.events) == sorted(
            event.id for event in store.events(reader)
        )
        assert holds_decisions(path)


def test_the_same_decisions_give_the_same_bytes(store, written):
    before = {path: path.read_bytes() for path in written.rglob("*") if path.is_file()}
    write_decisions(store, [kind for kind in ExportKind if kind is not ExportKind.SR])
    assert {path: path.read_bytes() for path in written.rglob("*") if path.is_file()} == before


def record(**changes):
    return {
        "schema": "microcal-decisions",
        "format": 1,
        "results": {},
        "reader": "Anna",
        "events": [],
        **changes,
    }


def test_a_record_is_folded_by_its_own_clock(store, tmp_path):
    late, early = said("b.png", "1", "reject"), said("b.png", "1", "accept")
    late["utc"], early["utc"] = "2026-11-25T10:00:00Z", "2026-11-25T09:00:00Z"
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record(events=[late, early])))
    assert [event.action.value for event in read_record(path, store.study).events] == ["accept", "reject"]


def test_a_record_by_itself_is_a_truth(store, tmp_path):
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record(events=[said("b.png", "1", "accept"), said("b.png", "", "done")])))
    (truth,) = truth_of_decisions(path, results=store.study.out / "candidates.json")
    assert truth.file == "b.png"
    assert len(truth.lines) == 1


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("{", "not a JSON"),
        ("[]", "no JSON object"),
        (json.dumps({"schema": "microcal-candidates/1"}), "is no microcal-decisions record"),
        (json.dumps(record(format=2)), "of format 1"),
        (json.dumps(record(events=3)), "no list of events"),
        (json.dumps(record(reader="")), "--reader"),
        (json.dumps(record(reader="<b>")), "name of the reader"),
        (json.dumps(record(events=[said("z.png", "1", "accept")])), "event 1: image"),
        (json.dumps(record(events=[{**said("b.png", "1", "accept"), "reader": "ben"}])), "event 1: reader"),
    ],
)
def test_a_record_that_is_none_says_why(store, tmp_path, content, named):
    path = tmp_path / "record.json"
    path.write_text(content)
    with pytest.raises(UnreadableResultError, match=named):
        read_record(path, store.study)


def test_a_truth_is_not_taken_for_decisions(written):
    assert not holds_decisions(written / "truth.json")
    assert not holds_decisions(written / "absent.json")
    assert holds_decisions(written.parent)
