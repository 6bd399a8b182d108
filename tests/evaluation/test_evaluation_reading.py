"""Reading candidates and truth in lines: what is read, and one line for what cannot be."""

import json
from pathlib import Path

import numpy as np
import pytest

from microcal_xray.evaluation.candidate_lists import read_candidates
from microcal_xray.evaluation.foreign import UnreadableTruthError
from microcal_xray.evaluation.truth_files import read_truth
from microcal_xray.findings import Kind

DEV_TRUTH = Path(__file__).parents[3] / "shared" / "data" / "dev" / "truth.csv"
CANDIDATE = {
    "kind": "lucent",
    "score": 2.5,
    "path_px": [[1, 2], [3, 4]],
    "length_mm": 1.2,
    "extra": "ignored",
}
IMAGE = {"file": "a/b.dcm", "status": "ok", "rows": 50, "columns": 40, "spacing_mm": [0.2, 0.1]}
TRUE_IMAGE = {"file": "a/b.dcm", "rows": 50, "columns": 40, "spacing_mm": [0.2, 0.1], "anatomy": "tibia"}
TRUE_LINE = {
    "kind": "sclerotic",
    "path_px": [[1, 2], [30, 4]],
    "width_mm": 0.4,
    "length_mm": 6.0,
    "d_prime": 5.5,
}
HEAD = "file,thin_line_visible,line_polarity,polyline,width,height,body_part\n"


def candidates(tmp_path, **changes):
    document = {
        "schema": "microcal-candidates/1",
        "settings": {"false_marks": 2},
        "images": [IMAGE],
        **changes,
    }
    path = tmp_path / "candidates.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def truth(tmp_path, text, name="truth.json"):
    path = tmp_path / name
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return path


def test_the_contract_is_read(tmp_path):
    path = candidates(tmp_path, images=[{**IMAGE, "candidates": [CANDIDATE]}])
    found = read_candidates(path)
    (image,) = found.images
    assert (image.file, image.rows, image.columns, image.spacing_mm) == ("a/b.dcm", 50, 40, (0.2, 0.1))
    (one,) = image.candidates
    assert (one.kind, one.score, one.length_mm, one.length_px) == (Kind.LUCENT, 2.5, 1.2, None)
    assert one.path_px.tolist() == [[1, 2], [3, 4]]
    assert found.false_marks_asked == 2
    assert read_candidates(tmp_path).images[0].file == image.file  # the output folder will do


def test_a_failed_file_is_kept_and_a_skipped_one_is_not(tmp_path):
    failed = {"file": "f.dcm", "status": "failed", "rows": None, "columns": None}
    skipped = {"file": "s.txt", "status": "skipped", "rows": None, "columns": None}
    found = read_candidates(candidates(tmp_path, images=[failed, skipped])).images
    assert [(image.file, image.searched, image.candidates) for image in found] == [("f.dcm", False, ())]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": "other/1"}, "schema is 'other/1'"),
        ({"images": {}}, "images is {}; it must be a list"),
        ({"images": [3]}, "images 1: holds no object but 3"),
        ({"images": [{**IMAGE, "rows": 0}]}, "rows is 0"),
        ({"images": [{**IMAGE, "status": "lost"}]}, "status is 'lost'"),
        ({"images": [{**IMAGE, "spacing_mm": [0, 1]}]}, "spacing_mm is"),
        ({"images": [IMAGE, IMAGE]}, "occurs twice"),
        ({"images": [{**IMAGE, "candidates": [{**CANDIDATE, "kind": "grey"}]}]}, "kind is 'grey'"),
        ({"images": [{**IMAGE, "candidates": [{**CANDIDATE, "score": "high"}]}]}, "score is 'high'"),
        ({"images": [{**IMAGE, "candidates": [{**CANDIDATE, "score": True}]}]}, "score is True"),
        ({"images": [{**IMAGE, "candidates": [{**CANDIDATE, "path_px": [[1, 2]]}]}]}, "path_px is"),
        ({"images": [{**IMAGE, "candidates": [{**CANDIDATE, "path_px": "1 2;3 4"}]}]}, "path_px is"),
        (
            {"images": [{**IMAGE, "candidates": [{**CANDIDATE, "path_px": [[1, 2], [None, 4]]}]}]},
            "path_px is",
        ),
    ],
)
def test_a_bad_candidates_file_is_named_in_one_line(tmp_path, changes, message):
    with pytest.raises(UnreadableTruthError) as error:
        read_candidates(candidates(tmp_path, **changes))
    assert message in str(error.value)
    assert "candidates.json" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"[1, 2]", "no JSON object"),
        (b'{"a": ' * 5000, "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"schema": "microcal-candidates/1", "images": [{"file": "a", "rows": 1, "columns": 1, '
         b'"candidates": [{"kind": "lucent", "score": NaN, "path_px": [[1, 2], [3, 4]]}]}]}', "score is nan"),
    ],
)  # fmt: skip
def test_hostile_bytes_are_refused_in_one_line(tmp_path, content, message):
    path = tmp_path / "c.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableTruthError, match=message) as error:
        read_candidates(path)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UnreadableTruthError, match=r"gone\.json: cannot be read"):
        read_candidates(tmp_path / "gone.json")


def test_our_truth_is_read(tmp_path):
    mimics = [
        {"kind": "nutrient-canal", "path_px": [[1, 1], [2, 2]]},
        {"kind": "text", "box_px": [1, 2, 3, 4]},
    ]
    image = {**TRUE_IMAGE, "patient": 7, "lines": [TRUE_LINE], "mimics": mimics}
    (found,) = read_truth(truth(tmp_path, {"schema": "microcal-truth/1", "images": [image]}))
    assert (found.file, found.rows, found.spacing_mm, found.anatomy) == ("a/b.dcm", 50, (0.2, 0.1), "tibia")
    assert found.patient == "7"
    (line,) = found.lines
    assert (line.kind, line.width_mm, line.length_mm, line.d_prime) == (Kind.SCLEROTIC, 0.4, 6.0, 5.5)
    assert [mimic.name for mimic in found.mimics] == ["nutrient-canal", "text"]
    assert found.mimics[1].box.right_px == 4
    assert not found.unsure


def test_a_picture_whose_lines_are_all_unsure_is_unsure(tmp_path):
    image = {**TRUE_IMAGE, "lines": [{**TRUE_LINE, "unsure": True}]}
    (found,) = read_truth(truth(tmp_path, {"schema": "microcal-truth/1", "images": [image]}))
    assert found.unsure


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ({**TRUE_IMAGE, "file": ""}, "file is ''"),
        ({**TRUE_IMAGE, "rows": "many"}, "rows is 'many'"),
        ({**TRUE_IMAGE, "lines": [{**TRUE_LINE, "path_px": [[1, 1], [1, 1]]}]}, "no length"),
        ({**TRUE_IMAGE, "lines": [{**TRUE_LINE, "d_prime": "inf"}]}, "d_prime is 'inf'"),
        ({**TRUE_IMAGE, "lines": [{**TRUE_LINE, "unsure": "no"}]}, "unsure is 'no'"),
        ({**TRUE_IMAGE, "mimics": [{"kind": "text"}]}, "box_px is missing"),
        ({**TRUE_IMAGE, "mimics": [{"kind": "text", "box_px": [4, 3, 2, 1]}]}, "box_px is"),
    ],
)
def test_a_bad_truth_is_named_in_one_line(tmp_path, image, message):
    with pytest.raises(UnreadableTruthError) as error:
        read_truth(truth(tmp_path, {"schema": "microcal-truth/1", "images": [image]}))
    assert message in str(error.value)
    assert "truth.json" in str(error.value)
    assert "\n" not in str(error.value)


def test_polylines_are_read_with_x_first(tmp_path):
    text = HEAD + 'd1.jpg,yes,dark|bright,"10 20;11 25|30 40;35 40",300,600,tibia\nd2.jpg,no,,,300,600,\n'
    one, two = read_truth(truth(tmp_path, text, "t.csv"))
    assert one.lines[0].path_px.tolist() == [[20, 10], [25, 11]]
    assert [line.kind for line in one.lines] == [Kind.LUCENT, Kind.SCLEROTIC]
    assert (one.rows, one.columns, one.anatomy) == (600, 300, "tibia")
    assert (two.lines, two.unsure, two.anatomy) == ((), False, None)


def test_an_unsure_row_makes_its_lines_unsure(tmp_path):
    text = HEAD + 'a.jpg,unsure,dark,"1 2;3 4",9,9,\nb.jpg,unsure,,,9,9,\n'
    one, two = read_truth(truth(tmp_path, text, "t.csv"))
    assert one.unsure
    assert one.lines[0].unsure
    assert two.unsure
    assert two.lines == ()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a.jpg,maybe,,,9,9,", "thin_line_visible is 'maybe'"),
        ("a.jpg,yes,,,9,9,", "0 lines are drawn"),
        ('a.jpg,no,dark,"1 2;3 4",9,9,', "1 lines are drawn"),
        ('a.jpg,yes,dark|bright,"1 2;3 4",9,9,', "1 polylines but 2 polarities"),
        ('a.jpg,yes,grey,"1 2;3 4",9,9,', "line_polarity is 'grey'"),
        ('a.jpg,yes,dark,"1 2",9,9,', "polyline '1 2'"),
        ('a.jpg,yes,dark,"1 2;3",9,9,', "not a pair"),
        ('a.jpg,yes,dark,"1 2;x y",9,9,', "could not convert"),
        ('a.jpg,yes,dark,"1 2;nan 4",9,9,', "finite"),
        ("a.jpg,no,,,-9,9,", "width is '-9'"),
        (",no,,,9,9,", "file is empty"),
    ],
)
def test_a_bad_row_is_named_with_its_line(tmp_path, row, message):
    with pytest.raises(UnreadableTruthError) as error:
        read_truth(truth(tmp_path, HEAD + row + "\n", "t.csv"))
    assert message in str(error.value)
    assert "line 2" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(UnreadableTruthError, match="column 'polyline' is missing"):
        read_truth(truth(tmp_path, "file,thin_line_visible,line_polarity\na,no,\n", "t.csv"))


def test_an_empty_truth_and_a_doubled_picture_are_refused(tmp_path):
    with pytest.raises(UnreadableTruthError, match="no picture"):
        read_truth(truth(tmp_path, HEAD, "t.csv"))
    with pytest.raises(UnreadableTruthError, match="'a' occurs twice"):
        read_truth(truth(tmp_path, HEAD + "a,no,,,9,9,\na,no,,,9,9,\n", "t.csv"))


@pytest.mark.skipif(not DEV_TRUTH.is_file(), reason="the development pictures are not here")
def test_the_truth_of_the_development_pictures_is_read():
    found = read_truth(DEV_TRUTH)
    sure = [line for image in found for line in image.lines if not line.unsure]
    kinds = [line.kind for line in sure]
    # The counts that its README states.
    assert (len(found), len(sure), sum(image.unsure for image in found)) == (108, 70, 9)
    assert (kinds.count(Kind.LUCENT), kinds.count(Kind.SCLEROTIC)) == (58, 12)
    for image in found:
        for line in image.lines:
            assert (np.max(line.path_px, axis=0) <= (image.rows, image.columns)).all()
