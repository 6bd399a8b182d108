"""Bumps and clusters in every file that is written."""

import csv
import io
import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest

from microcal_xray.bump import BUMP_CAUTIONS, Bump, BumpCaution, BumpKind, BumpTier, OutlinesSeen
from microcal_xray.cluster import Cluster, ClusterPattern
from microcal_xray.measured import Estimate
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
from microcal_xray.reporting.page_bumps import bump_facts


def bump(number=1, *, mm=0.1, kind=BumpKind.BUMP, tier=BumpTier.STRONG):
    rows = np.linspace(40, 70, 16)
    base = np.stack([rows, np.full(16, 70.0)], axis=1)
    top = base + np.stack([np.zeros(16), 8 * np.sin(np.linspace(0, np.pi, 16))], axis=1)

    def both(value, power=1):
        name = {1: "px", 2: "px2"}[power]
        pixels = Estimate(value, 0.9 * value, 1.1 * value, name)
        return pixels, None if mm is None else pixels.times(mm**power, name.replace("px", "mm"))

    (height, height_mm), (length, length_mm), (area, area_mm2) = both(8.0), both(30.0), both(150.0, 2)
    shaft, shaft_mm = both(50.0)
    index = Estimate(1.16, 1.1, 1.2, "1")
    return Bump(
        number, kind, tier, 0.9, 0.126, base, top, height, height_mm, length, length_mm, area, area_mm2,
        shaft, shaft_mm, index, 0.41, 0.0, cautions=BumpCaution.ONE_SIDED,
    )  # fmt: skip


@pytest.fixture
def with_bumps(make_findings):
    def make(**more):
        mm = 0.1 if more.get("spacing_mm", (0.1, 0.1)) else None
        pair = Cluster(1, ClusterPattern.CLOSE, (1,), (1,), 30.0, mm and 3.0, 30.0, mm and 3.0, 1.0)
        return replace(
            make_findings(**more),
            bumps=(bump(1, mm=mm), bump(2, mm=mm, kind=BumpKind.PERIOSTEAL, tier=BumpTier.WEAK)),
            outlines=OutlinesSeen(300.0, mm and 30.0, 100.0, mm and 10.0),
            clusters=(pair,),
        )

    return make


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
    english, french = (dict(bump_facts(result, words_of(language))) for language in ("en", "fr"))
    assert "height 0.8 mm (0.7 to 0.9)" in english["Bump 1"]
    assert "callus index 1.16" in english["Bump 1"]
    assert BUMP_CAUTIONS[BumpCaution.ONE_SIDED] in english["Bump 1"]
    assert english["Cluster 1"] == "line 1, bump 1; within 3.0 mm, 3.0 mm apart"
    assert "hauteur 0,8 mm (0,7 \u00e0 0,9)" in french["Saillie 1"]
    assert french["Saillie 2"].startswith("r\u00e9action p\u00e9riost\u00e9e")
    page = report_html([result], findings.settings)
    assert "callus index 1.16" in page
    assert "indice de cal 1,16" in page


def test_the_catalogue_says_of_cautions_what_the_code_says():
    for member, sentence in BUMP_CAUTIONS.items():
        assert words_of("en").text(f"bump.caution.{str(member.name).lower()}") == sentence


def test_growth_arrest_is_named_in_both_languages(with_bumps):
    rows = Cluster(1, ClusterPattern.GROWTH_ARREST, (1, 2, 3), (), 90.0, None, 45.0, None, 1.1)
    result = replace(image_result(with_bumps(), "a.dcm"), clusters=(rows,))
    english, french = (bump_facts(result, words_of(language))[-1][1] for language in ("en", "fr"))
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
        replace(bump(), false_bumps=0)
