"""The tables as Parquet: the numbers of candidates.json, typed and with their units."""

import json
import sys

import numpy as np
import pytest

from microcal_xray.errors import MicrocalError, OutputError
from microcal_xray.findings import Candidate, Findings, Kind, Tier
from microcal_xray.radiograph import radiograph_from_array
from microcal_xray.reporting import failed_result, image_result, write_results, written
from microcal_xray.reporting.parquet import PARQUET_NAMES, require_pyarrow, write_parquet
from microcal_xray.settings import Settings

duckdb = pytest.importorskip("duckdb")
pq = pytest.importorskip("pyarrow.parquet")


def result(file, scores):
    pixels = np.random.default_rng(len(scores)).normal(1000, 50, (40, 40)).astype(np.float32)
    lines = tuple(
        Candidate(
            number + 1,
            Kind.LUCENT,
            Tier.WEAK,
            score,
            np.array([[1.0, 2.0], [3.25, 4.5]]),
            8.0,
            2.0,
            1.2,
            0.3,
            float("nan"),
            None,
        )
        for number, score in enumerate(scores)
    )
    return image_result(Findings(radiograph_from_array(pixels, spacing_mm=0.15), Settings(), lines), file)


@pytest.fixture
def out(tmp_path):
    results = [
        result("a.dcm", [1.5, 0.5]),
        failed_result("=evil.dcm", "the file is empty"),
        result("c.dcm", []),
    ]
    write_results(results, tmp_path, Settings())
    write_parquet(lambda: map(written, results), tmp_path, Settings())
    return tmp_path


def test_the_numbers_are_those_of_candidates_json(out):
    document = json.loads((out / "candidates.json").read_text())
    rows = pq.read_table(out / "candidates.parquet").to_pylist()
    records = [candidate for image in document["images"] for candidate in image["candidates"]]
    assert [row["score"] for row in rows] == [record["score"] for record in records] == [1.5, 0.5]
    for name in (
        "id",
        "kind",
        "tier",
        "length_mm",
        "width_px",
        "contrast_sd",
        "angle_to_bone_deg",
        "cautions",
    ):
        assert [row[name] for row in rows] == [record[name] for record in records]
    assert rows[0]["path_row_px"] == [1.0, 3.25]
    assert rows[0]["contrast_sd"] is None  # unknown, not NaN


def test_every_input_has_a_row_with_its_status(out):
    rows = pq.read_table(out / "images.parquet").to_pylist()
    assert [(row["file"], row["status"], row["candidates"]) for row in rows] == [
        ("a.dcm", "ok", 2),
        ("=evil.dcm", "failed", 0),
        ("c.dcm", "ok", 0),
    ]
    assert rows[0]["row_spacing_mm"] == 0.15


def test_units_stand_beside_the_columns_and_the_run_in_the_metadata(out):
    for name in PARQUET_NAMES:
        schema = pq.read_schema(out / name)
        for field in schema:
            for ending, unit in (("_mm", b"mm"), ("_px", b"px"), ("_deg", b"deg"), ("_bytes", b"byte")):
                if field.name.endswith(ending):
                    assert field.metadata[b"unit"] == unit
            assert field.metadata[b"meaning"]
        assert json.loads(schema.metadata[b"microcal.settings"]) == Settings().as_dict()
        assert schema.metadata[b"microcal.schema"] == b"microcal-parquet/1"


def test_a_run_without_candidates_has_the_same_columns(tmp_path, out):
    columns = pq.read_schema(out / "candidates.parquet").names
    write_parquet(lambda: [written(failed_result("a.dcm", "broken"))], tmp_path, Settings())
    assert pq.read_schema(tmp_path / "candidates.parquet").names == columns
    assert pq.read_table(tmp_path / "candidates.parquet").num_rows == 0


def test_the_same_results_give_the_same_bytes_and_no_part_is_left(out):
    before = {name: (out / name).read_bytes() for name in PARQUET_NAMES}
    rows = [result("a.dcm", [1.5, 0.5]), failed_result("=evil.dcm", "the file is empty"), result("c.dcm", [])]
    write_parquet(lambda: map(written, rows), out, Settings())
    assert {name: (out / name).read_bytes() for name in PARQUET_NAMES} == before
    assert not list(out.glob(".*.part"))


def test_the_query_of_the_documentation_runs(out):
    found = duckdb.sql(
        f"""SELECT file, count(*) AS candidates, max(score) AS strongest
            FROM '{out / "candidates.parquet"}' WHERE length_mm > 1 GROUP BY file ORDER BY strongest DESC"""
    ).fetchall()
    assert found == [("a.dcm", 2, 1.5)]


def test_what_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "candidates.parquet").mkdir()
    with pytest.raises(OutputError, match=r"candidates\.parquet: cannot be written"):
        write_parquet(list, tmp_path, Settings())
    assert not list(tmp_path.glob(".*.part"))


def test_without_the_package_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MicrocalError, match=r"pip install microcal-xray\[parquet\]"):
        require_pyarrow()
