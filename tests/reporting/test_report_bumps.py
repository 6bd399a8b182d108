"""Bumps and clusters in every file that is written."""

import csv
import io
import json
import re
from dataclasses import replace
from functools import partial

import jsonschema
import pytest

from invented_bumps import invented_bump, with_invented_bumps
from microcal_xray.bump import BUMP_CAUTIONS, BumpCaution
from microcal_xray.cluster import Cluster, ClusterPattern
from microcal_xray.reporting import (
    BUMP_COLUMNS,
    bump_table,
    bumps_csv,
    candidates_json,
    candidates_schema,
    image_result,
    image_result_from_dict,
    overlay,
    report_html,
    words_of,
    write_results,
    written,
)
from microcal_xray.reporting.page_bumps import bump_card, cluster_facts


@pytest.fixture
def with_bumps(make_findings):
    return partial(with_invented_bumps, make_findings)


@pytest.mark.parametrize("spacing_mm", [(0.1, 0.1), None])
def test_they_are_in_the_record_by_the_schema_and_come_back(with_bumps, spacing_mm):
    findings = with_bumps(spacing_mm=spacing_mm)
    result = image_result(findings, "a.dcm")
    document = json.loads(candidates_json([result], findings.settings))
    jsonschema.validate(document, candidates_schema())
    (record,) = document["images"]
    assert [one["kind"] for one in record["bumps"]] == ["bump", "periosteal"]
    assert (record["bumps"][0]["height_mm"] is None) == (spacing_mm is None)
    again = image_result_from_dict(record)
    assert again.as_dict() == record
    assert again.clusters == result.clusters
    assert again.outlines == result.outlines


def test_a_record_without_them_is_read_as_before(make_findings):
    record = image_result(make_findings(), "a.dcm").as_dict()
    for name in ("bumps", "outlines", "clusters"):
        del record[name]
    assert image_result_from_dict(record).bumps == ()


def test_the_table_has_a_row_for_each_and_the_same_columns_always(with_bumps, make_findings):
    rows = list(csv.DictReader(io.StringIO(bumps_csv([image_result(with_bumps(), "a.dcm")]))))
    assert [row["id"] for row in rows] == ["1", "2"]
    assert float(rows[0]["height_low_mm"]) == pytest.approx(0.72)
    assert rows[0]["cautions"] == "one_sided"
    assert rows[0]["endosteal_mm"] == ""
    empty = bumps_csv([image_result(make_findings(), "a.dcm")])
    assert empty == ",".join(BUMP_COLUMNS) + "\n"
    assert tuple(bump_table(with_bumps())[0]) == BUMP_COLUMNS


def test_the_overlay_draws_them_dotted_and_named(with_bumps, make_findings):
    plain, marked = overlay(make_findings()), overlay(with_bumps())
    assert len(marked.axes[0].lines) == len(plain.axes[0].lines) + 2
    words = [text.get_text() for text in marked.axes[0].texts]
    assert {"B1", "P2"} <= set(words)
    dashes = {str(line.get_linestyle()) for line in marked.axes[0].lines[len(plain.axes[0].lines) - 2 :]}
    assert dashes  # drawn at all; the look is judged by eye


def test_the_page_tells_them_in_the_words_of_both_languages(with_bumps):
    findings = with_bumps()
    result = image_result(findings, "a.dcm")
    first, second = result.bumps
    english, french = (bump_card(first, words_of(language)) for language in ("en", "fr"))
    rows = {label: (value, interval) for label, value, interval, _ in english["rows"]}
    assert rows["Height"] == ("0.8 mm", "0.7 to 0.9")
    assert rows["Callus index"] == ("1.16", "1.10 to 1.20")
    assert "Endosteal thickening" not in rows  # unknown, so not said
    assert english["cautions"] == [BUMP_CAUTIONS[BumpCaution.ONE_SIDED]]
    assert ["Hauteur", "0,8 mm", "0,7 \u00e0 0,9"] in [row[:3] for row in french["rows"]]
    assert bump_card(second, words_of("fr"))["kind"].startswith("r\u00e9action p\u00e9riost\u00e9e")
    assert dict(cluster_facts(result, words_of("en")))["Cluster 1"] == (
        "line 1, bump B1; within 3.0 mm, 3.0 mm apart"
    )


def test_the_page_holds_their_places_once_and_their_words_twice(with_bumps):
    findings = with_bumps()
    page = report_html([image_result(findings, "a.dcm")], findings.settings)
    (block,) = re.findall(r'id="report-data">(.*?)</script>', page)
    (image,) = json.loads(block)["images"]
    assert [bump["name"] for bump in image["bumps"]] == ["B1", "P2"]
    assert image["bumps"][0]["top"] == findings.bumps[0].top_px.round(2).tolist()
    assert image["clusters"] == [{"id": 1, "pattern": "close", "lines": [1], "bumps": [1], "faint": []}]
    assert [len(image["says"][language]["bumps"]) for language in ("en", "fr")] == [2, 2]


def test_the_catalogue_says_of_cautions_what_the_code_says():
    for member, sentence in BUMP_CAUTIONS.items():
        assert words_of("en").text(f"bump.caution.{str(member.name).lower()}") == sentence


FAINT = (((10.0, 20.0), (10.5, 60.0)), ((30.0, 20.0), (30.5, 60.0)))


def test_faint_lines_of_a_pattern_come_back_and_are_told(with_bumps):
    findings = with_bumps()
    rows = Cluster(1, ClusterPattern.GROWTH_ARREST, (1,), (), 40.0, 4.0, 20.0, 2.0, 1.1, FAINT)
    result = replace(image_result(findings, "a.dcm"), clusters=(rows,))
    assert rows.members == 3
    document = json.loads(candidates_json([result], findings.settings))
    jsonschema.validate(document, candidates_schema())
    assert image_result_from_dict(document["images"][0]).clusters == (rows,)
    told = {language: cluster_facts(result, words_of(language))[0][1] for language in ("en", "fr")}
    assert told["en"].startswith("line 1, 2 faint lines that are not listed (dotted); within 4.0 mm")
    assert "2 traits pâles" in told["fr"]
    page = report_html([result], findings.settings)
    (block,) = re.findall(r'id="report-data">(.*?)</script>', page)
    assert json.loads(block)["images"][0]["clusters"][0]["faint"] == [list(map(list, path)) for path in FAINT]


def test_a_cluster_of_an_older_record_has_no_faint_lines(with_bumps):
    result = image_result(with_bumps(), "a.dcm")
    record = result.as_dict()
    del record["clusters"][0]["faint_paths_px"]
    assert image_result_from_dict(record).clusters == result.clusters


def test_growth_arrest_is_named_in_both_languages(with_bumps):
    rows = Cluster(1, ClusterPattern.GROWTH_ARREST, (1, 2, 3), (), 90.0, None, 45.0, None, 1.1)
    result = replace(image_result(with_bumps(), "a.dcm"), clusters=(rows,))
    english, french = (cluster_facts(result, words_of(language))[-1][1] for language in ("en", "fr"))
    assert "growth-arrest (Harris)" in english
    assert "stries d\u2019arr\u00eat de croissance (Harris)" in french
    assert "within 90 px" in english


def test_they_are_written_line_by_line_and_come_back(with_bumps, make_findings):
    result = image_result(with_bumps(), "a.dcm")
    row = written(result)
    assert row.bumps_lines.count("\n") == 2
    assert written(image_result(make_findings(), "b.dcm")).bumps_lines == ""
    again = row.result()
    assert again.as_dict() == result.as_dict()
    assert again.clusters == result.clusters


def test_a_file_off_the_page_holds_none_of_them(with_bumps):
    summarised = written(image_result(with_bumps(), "a.dcm")).summarised()
    assert (summarised.bumps, summarised.outlines, summarised.clusters) == ((), None, ())
    assert len(summarised.candidates) == len(with_bumps().candidates)


def test_the_batch_writes_their_table(with_bumps, make_findings, tmp_path):
    settings = with_bumps().settings
    results = [image_result(with_bumps(), "a.dcm"), image_result(make_findings(), "b.dcm")]
    write_results(results, tmp_path, settings)
    assert (tmp_path / "bumps.csv").read_text(encoding="utf-8") == bumps_csv(results)


def test_a_bump_needs_a_rate_over_nothing():
    with pytest.raises(ValueError, match="false_bumps is 0"):
        replace(invented_bump(), false_bumps=0)
