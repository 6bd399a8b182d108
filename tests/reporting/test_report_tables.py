import csv
import dataclasses
import io

import pandas
import pytest

from microcal_xray.reporting import (
    CANDIDATE_COLUMNS,
    IMAGE_COLUMNS,
    candidates_csv,
    failed_result,
    image_result,
    images_csv,
    skipped_result,
    table,
)


def test_the_table_has_one_row_per_candidate_and_always_the_same_columns(make_findings):
    for spacing_mm in (None, (0.1, 0.1)):
        rows = table(make_findings(spacing_mm=spacing_mm))
        assert [row["id"] for row in rows] == [1, 2]
        assert all(tuple(row) == CANDIDATE_COLUMNS for row in rows)


def test_an_empty_table_is_a_table(make_findings):
    rows = table(make_findings(candidates=0))
    assert rows == []
    assert list(pandas.DataFrame(rows, columns=CANDIDATE_COLUMNS).columns) == list(CANDIDATE_COLUMNS)


def test_the_middle_of_a_line_is_given_in_pixels(make_findings):
    row = table(make_findings())[0]
    assert (row["middle_row_px"], row["middle_column_px"]) == (30.0, 45.0)


def test_csv_comes_back_through_pandas(make_findings):
    results = [
        image_result(make_findings(), "a b/ünï.dcm"),
        image_result(make_findings(spacing_mm=None), 'quote", comma.png'),
    ]
    frame = pandas.read_csv(io.StringIO(candidates_csv(results)))
    assert list(frame.columns) == list(CANDIDATE_COLUMNS)
    assert frame["file"].tolist() == 2 * ["a b/ünï.dcm"] + 2 * ['quote", comma.png']
    assert frame["length_mm"].tolist()[:2] == [3.0, 3.0]
    assert frame["length_mm"].isna().tolist() == [False, False, True, True]
    assert frame["score"][0] == pytest.approx(12.345)


def test_every_input_is_in_images_csv_with_status_and_reason(make_findings):
    results = [
        image_result(make_findings(), "a.dcm"),
        failed_result("b.dcm", "the file is empty"),
        skipped_result("c.txt", "not an image"),
    ]
    rows = list(csv.DictReader(io.StringIO(images_csv(results))))
    assert tuple(rows[0]) == IMAGE_COLUMNS
    assert [(row["status"], row["reason"]) for row in rows] == [
        ("ok", ""),
        ("failed", "the file is empty"),
        ("skipped", "not an image"),
    ]
    assert [row["candidates"] for row in rows] == ["2", "0", "0"]


def test_numbers_stand_unquoted_with_a_point(make_findings):
    line = candidates_csv([image_result(make_findings(), "a.dcm")]).splitlines()[1]
    assert line == "a.dcm,1,lucent,strong,12.345,3,0.3,30,3,3.1,84,30,45" + 16 * ","


def test_one_newline_form():
    text = images_csv([failed_result("a\r\nb.dcm", "x\ry")])
    assert "\r" not in text
    assert text.count("\n") == 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0", "\x01=", " \t="])
def test_no_cell_of_text_starts_a_formula(start):
    (row,) = csv.DictReader(
        io.StringIO(images_csv([failed_result(f"{start}cmd|' /C calc'!A0", f"{start}1+1")]))
    )
    for column in ("file", "reason"):
        assert row[column][0] in "' \\"
        assert not any(ord(letter) < 32 for letter in row[column])


def test_a_nan_is_an_empty_cell(make_findings):
    findings = make_findings(candidates=1)
    vague = dataclasses.replace(findings.candidates[0], contrast_sd=float("nan"))
    result = image_result(dataclasses.replace(findings, candidates=(vague,)), "a")
    (row,) = csv.DictReader(io.StringIO(candidates_csv([result])))
    assert row["contrast_sd"] == ""
