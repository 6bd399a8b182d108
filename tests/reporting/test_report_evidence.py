"""The evidence of a candidate on its way into the files, back, and onto the page."""

import csv
import dataclasses
import io
import json
import math
import re

import pytest

from microcal_xray.evaluation.candidate_lists import read_candidates
from microcal_xray.findings import EVIDENCE_TERMS, MIMICS, Evidence, EvidenceTerm, MimicLikelihood
from microcal_xray.reporting import (
    candidates_csv,
    candidates_json,
    image_result,
    image_result_from_dict,
    report_html,
    table,
)
from microcal_xray.reporting.evidence_record import evidence_dict, evidence_from_dict
from microcal_xray.reporting.page_evidence import evidence_card
from microcal_xray.settings import Settings


def _one_term(value, *, false_marks=1.0, mimics=()):
    return Evidence(value, (EvidenceTerm("copies", value),), mimics, false_marks)


def test_the_record_holds_every_term_and_mimic_in_order(make_findings, with_evidence):
    record = image_result(with_evidence(make_findings()), "a").as_dict()["candidates"][0]["evidence"]
    assert [term["name"] for term in record["terms"]] == list(EVIDENCE_TERMS)
    assert record["terms"][0] == {"name": "detection", "value": 7.0}
    assert record["false_marks"] == 0.0123
    assert record["mimics"][1:3] == [
        {"mimic": "joint_space", "value": 0.62},
        {"mimic": "growth_plate", "value": 0.21},
    ]


def test_without_evidence_the_record_says_null(make_findings):
    record = image_result(make_findings(), "a").as_dict()["candidates"][0]
    assert record["evidence"] is None
    assert evidence_from_dict(None) is None


def test_a_result_with_evidence_comes_back_as_it_was_written(make_findings, with_evidence):
    result = image_result(with_evidence(make_findings()), "a.dcm")
    again = image_result_from_dict(json.loads(json.dumps(result.as_dict())))
    assert again.as_dict() == result.as_dict()
    assert again.candidates[0].evidence.likeliest_mimic == MimicLikelihood("joint_space", 0.62)


def test_the_strength_that_is_written_is_the_sum_of_the_terms_that_are_written():
    terms = tuple(EvidenceTerm(name, 0.1004) for name in EVIDENCE_TERMS)
    record = evidence_dict(Evidence(math.fsum(term.value for term in terms), terms, (), 1.0))
    assert record["strength"] == 1.1  # not 1.104, which no reader would find
    assert evidence_dict(evidence_from_dict(record)) == record


def test_no_number_is_minus_zero():
    assert "-0.0" not in json.dumps(evidence_dict(_one_term(-0.0001)))


def test_a_record_that_is_not_ours_is_refused():
    record = evidence_dict(_one_term(1.0))
    with pytest.raises(ValueError, match="name is 'luck'"):
        evidence_from_dict(record | {"terms": [{"name": "luck", "value": 1.0}]})


def test_the_table_tells_expected_marks_and_the_likeliest_mimic(make_findings, with_evidence):
    first, second = table(with_evidence(make_findings()))
    assert (first["expected_false_marks"], first["likeliest_mimic"]) == (0.01234, "joint_space 0.62")
    assert (second["expected_false_marks"], second["likeliest_mimic"]) == (pytest.approx(1.234), "")
    without = table(make_findings())[0]
    assert (without["expected_false_marks"], without["likeliest_mimic"]) == (None, "")


@pytest.mark.parametrize(
    ("false_marks", "cell"),
    [(1.23e-7, "0.000000123"), (0.05, "0.05"), (1.0, "1"), (10.0, "10"), (123456.0, "123000")],
)
def test_expected_marks_keep_three_digits_and_no_exponent(make_findings, false_marks, cell):
    findings = make_findings(candidates=1)
    explained = dataclasses.replace(findings.candidates[0], evidence=_one_term(0.0, false_marks=false_marks))
    result = image_result(dataclasses.replace(findings, candidates=(explained,)), "a")
    (row,) = csv.DictReader(io.StringIO(candidates_csv([result])))
    assert row["expected_false_marks"] == cell


def test_a_score_of_minus_nothing_is_zero(make_findings):
    result = image_result(make_findings(candidates=1, best_score=-0.0004), "a")
    assert next(csv.DictReader(io.StringIO(candidates_csv([result]))))["score"] == "0"
    assert str(result.as_dict()["candidates"][0]["score"]) == "0.0"


def test_the_evaluation_reads_a_file_with_evidence(make_findings, with_evidence, tmp_path):
    result = image_result(with_evidence(make_findings()), "a.dcm")
    (tmp_path / "candidates.json").write_text(candidates_json([result], Settings()), "utf-8")
    (image,) = read_candidates(tmp_path).images
    assert [candidate.score for candidate in image.candidates] == [1.91, -0.09]


@pytest.mark.parametrize(
    ("false_marks", "words"),
    [
        (0.00001, "fewer than 0.0001 such marks"),
        (0.000123, "0.00012 such marks"),
        (0.123, "0.12 such marks"),
        (1.0, "1 such mark"),
        (9.94, "9.9 such marks"),
        (9.99, "10 such marks"),
        (1234.4, "1230 such marks"),
    ],
)
def test_the_page_says_how_many_marks_are_expected(false_marks, words):
    card = evidence_card(evidence_dict(_one_term(0.0, false_marks=false_marks)))
    assert card["expected"] == f"expected {words} per normal picture"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], ""),
        ([0.09, 0.0], "looks like none of the structures it was compared with"),
        ([0.1], "looks also like: joint space 0.10"),
        (
            [0.2, 0.5, 0.3, 0.4],
            "looks also like: growth plate 0.50, overlap of bones 0.40, outline of a bone 0.30",
        ),
    ],
)
def test_the_page_names_the_three_likeliest_mimics(values, words):
    mimics = tuple(MimicLikelihood(name, value) for name, value in zip(MIMICS, values, strict=False))
    card = evidence_card(evidence_dict(_one_term(0.0, mimics=mimics)))
    assert card["mimics"].replace("\u00a0", " ") == words


def test_the_page_explains_every_term_without_script_too(make_findings):
    page = report_html([image_result(make_findings(), "a")], Settings())
    for name, meaning in EVIDENCE_TERMS.items():
        label = name.replace("_", " ")
        assert f"<dt>{label}</dt><dd>{meaning.replace(chr(39), '&#x27;')}</dd>" in page


def test_the_page_with_evidence_uses_the_words_of_the_field(make_findings, with_evidence):
    page = report_html([image_result(with_evidence(make_findings()), "a")], Settings())
    assert "expected 0.012 such marks per normal picture" in page
    assert not re.search(r"diagnos|fracture|probabilit", page, re.IGNORECASE)


def test_in_the_summary_no_candidate_sorts_below_a_score_under_zero(make_findings):
    results = [
        image_result(make_findings(best_score=-1.5), "a"),
        image_result(make_findings(candidates=0), "b"),
    ]
    cells = re.findall(r'<td class="number" data-sort="(-[^"]*)">', report_html(results, Settings()))
    assert cells == 2 * ["-1.5", "-Infinity"]  # once in each language
