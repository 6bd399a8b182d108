"""Bumps and clusters as Parquet: the numbers of candidates.json, row by row."""

import json

import pytest

from invented_bumps import with_invented_bumps
from microcal_xray.reporting import failed_result, image_result, write_results, written
from microcal_xray.reporting.parquet import write_parquet
from microcal_xray.settings import Settings

pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def out(make_findings, tmp_path):
    results = [
        image_result(with_invented_bumps(make_findings), "a.dcm"),
        failed_result("b.dcm", "the file is empty"),
        image_result(with_invented_bumps(make_findings, spacing_mm=None), "c.png"),
        image_result(make_findings(), "d.dcm"),
    ]
    write_results(results, tmp_path, Settings())
    write_parquet(lambda: map(written, results), tmp_path, Settings())
    return tmp_path


def records(out, name):
    document = json.loads((out / "candidates.json").read_text())
    return [(image, record) for image in document["images"] for record in image.get(name) or ()]


def test_each_bump_has_its_row_with_every_estimate_and_both_ends(out):
    rows = pq.read_table(out / "bumps.parquet").to_pylist()
    expected = records(out, "bumps")
    assert [(row["file"], row["id"]) for row in rows] == [
        (image["file"], one["id"]) for image, one in expected
    ]
    for row, (image, one) in zip(rows, expected, strict=True):
        assert row["pixel_sha256"] == image["capsule"]["pixel_sha256"]
        for field in ("kind", "tier", "score", "contrast", "gap", "cautions"):
            assert row[field] == one[field]
        assert row["expected_false_bumps"] == one["false_bumps"]
        for field in ("height_mm", "length_px", "area_mm2", "shaft_px", "endosteal_mm", "callus_index"):
            stem, _, unit = field.partition("_") if field != "callus_index" else (field, "", "")
            ending = f"_{unit}" if unit else ""
            told = [row[f"{stem}{end}{ending}"] for end in ("", "_low", "_high")]
            known = one[field] or dict.fromkeys(("value", "low", "high"))
            assert told == [known[name] for name in ("value", "low", "high")]
        assert list(zip(row["top_row_px"], row["top_column_px"], strict=True)) == [
            tuple(point) for point in one["top_path_px"]
        ]


def test_millimetres_are_null_without_a_spacing(out):
    unknown = [row for row in pq.read_table(out / "bumps.parquet").to_pylist() if row["file"] == "c.png"]
    assert unknown
    assert all(row["height_mm"] is None and row["height_px"] == 8.0 for row in unknown)


def test_each_cluster_has_its_row_with_its_members(out):
    rows = pq.read_table(out / "clusters.parquet").to_pylist()
    expected = [{"file": image["file"], **one} for image, one in records(out, "clusters")]
    faint = [one.pop("faint_paths_px") for one in expected]
    assert [{name: row[name] for name in expected[0]} for row in rows] == expected
    assert [row["faint_row_px"] for row in rows] == [[[r for r, _ in path] for path in one] for one in faint]
    assert [row["faint_column_px"] for row in rows] == [
        [[c for _, c in path] for path in one] for one in faint
    ]
    assert rows[0]["lines"] == rows[0]["bumps"] == [1]


def test_units_stand_beside_their_columns(out):
    for name in ("bumps.parquet", "clusters.parquet"):
        for field in pq.read_schema(out / name):
            assert field.metadata[b"meaning"]
            for ending, unit in (("_mm2", b"mm2"), ("_px2", b"px2"), ("_mm", b"mm"), ("_px", b"px")):
                if field.name.endswith(ending):
                    assert field.metadata[b"unit"] == unit
