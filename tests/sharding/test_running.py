"""A part is a pure function of its shard, and all parts together are the result of an ordinary run."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import quick_shards
from quick_shards import draw

sys.path += [str(Path(__file__).parents[1] / room) for room in ("batch", "loading")]
import quick_work
from dicom_files import dx, saved

from microcal_xray.batch import BatchOptions, Earlier, TableFormat, analyze
from microcal_xray.batch import analysis as batch_analysis
from microcal_xray.batch.supervisor import BatchStoppedError
from microcal_xray.errors import OutputError, UnreadableResultError
from microcal_xray.reporting.parquet import PARQUET_NAMES
from microcal_xray.settings import Settings
from microcal_xray.sharding import (
    Shard,
    ShardEntry,
    analyze_shard,
    index_of,
    make_shards,
    merge,
    numbered_shard,
    one_shard_file,
    place_of,
    running,
    scratch,
)
from microcal_xray.sharding.store import StoreError

ONE = BatchOptions(jobs=1)
OUTPUTS = (
    *("candidates.json", "candidates.csv", "bumps.csv", "images.csv"),
    *PARQUET_NAMES,
)


def fill(folder):
    """Pictures, copies within a shard and across shards, what cannot be read, and what is none."""
    for number in range(8):
        draw(folder / f"{number % 2}" / f"{number}.png", number % 5)
    draw(folder / "=1+1.png", 11)
    draw(folder / os.fsdecode(b"caf\xe9.png"), 12)
    draw(folder / "tab\t and \x1b[31m.png", 1)
    (folder / "0" / "broken.png").write_bytes((folder / "0" / "0.png").read_bytes()[:400])
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden").write_text("x")
    pixels = np.arange(480, dtype=np.uint16).reshape(24, 20)
    saved(dx(pixels, SOPInstanceUID="1.2.3"), folder, "one.dcm")
    saved(dx(pixels, SOPInstanceUID="1.2.3"), folder, "same.dcm")
    saved(dx(pixels[::-1].copy(), SOPInstanceUID="1.2.3"), folder, "other.dcm")


def shards_of(folder, tmp_path, per_shard=100):
    make_shards(str(folder), str(tmp_path / "shards"), per_shard=per_shard)
    place = place_of(tmp_path / "shards")
    return [numbered_shard(place, number) for number in range(index_of(place).shards)]


def content(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


@pytest.mark.parametrize("per_shard", [1, 4, 100])
def test_all_parts_together_are_the_bytes_of_an_ordinary_run(
    tmp_path, parts, without_processes, monkeypatch, per_shard
):
    monkeypatch.setattr(batch_analysis, "FileAnalysis", quick_work.QuickAnalysis)
    fill(tmp_path / "in")
    for shard in reversed(shards_of(tmp_path / "in", tmp_path, per_shard)):
        analyze_shard(shard, parts, options=ONE)
    merged = merge(parts, tmp_path / "merged", shards=place_of(tmp_path / "shards"))
    parquet = replace(ONE, table_format=TableFormat.PARQUET)
    usual = analyze([tmp_path / "in"], tmp_path / "usual", options=parquet)
    assert (merged.ok, merged.failed, merged.skipped) == (usual.ok, usual.failed, usual.skipped) == (9, 1, 7)
    assert merged.candidates == usual.candidates
    assert merged.same_instance == usual.same_instance == (("other.dcm", "one.dcm"),)
    for name in OUTPUTS:
        assert (tmp_path / "merged" / name).read_bytes() == (tmp_path / "usual" / name).read_bytes(), name


def test_twice_gives_the_same_bytes_and_what_is_finished_is_left(tmp_path, quickly, monkeypatch):
    fill(tmp_path / "in")
    (shard,) = shards_of(tmp_path / "in", tmp_path)
    one, two = place_of(tmp_path / "one"), place_of(tmp_path / "two")
    first = analyze_shard(shard, one, options=replace(ONE, jobs=2))  # in worker processes
    monkeypatch.setattr(running, "supervise", quick_shards.in_this_process)
    analyze_shard(shard, two, options=ONE)
    assert content(tmp_path / "one") == content(tmp_path / "two")
    assert [*content(tmp_path / "one")] == ["errors-000000.jsonl", "part-000000.parquet"]
    (error,) = (tmp_path / "one" / "errors-000000.jsonl").read_text().splitlines()
    assert json.loads(error)["file"] == "0/broken.png"

    monkeypatch.setattr(running, "supervise", None)  # nothing may be analysed from here on
    again = analyze_shard(shard, one, options=ONE)
    assert again == replace(first, resumed=True)


def test_a_part_that_was_asked_otherwise_is_refused_and_replaced_on_request(
    tmp_path, parts, without_processes
):
    draw(tmp_path / "in" / "a.png", 1)
    (shard,) = shards_of(tmp_path / "in", tmp_path)
    analyze_shard(shard, parts, options=ONE)
    before = content(tmp_path / "parts")
    for options, why in [
        (replace(ONE, settings=Settings(false_marks=4)), "false_marks"),
        (replace(ONE, spacing_mm=0.2), "spacing_mm"),
    ]:
        with pytest.raises(OutputError, match=f"was asked otherwise .*{why}.*--fresh"):
            analyze_shard(shard, parts, options=options)
    with pytest.raises(OutputError, match="is the part of another shard"):
        analyze_shard(replace(shard, entries=(ShardEntry("a.png", 3),)), parts, options=ONE)
    assert content(tmp_path / "parts") == before
    analyze_shard(shard, parts, options=replace(ONE, spacing_mm=0.2, earlier=Earlier.FRESH))
    assert content(tmp_path / "parts") != before


def test_what_failed_is_tried_again_on_request(tmp_path, parts, without_processes):
    draw(tmp_path / "in" / "a.png", 1)
    (shard,) = shards_of(tmp_path / "in", tmp_path)
    (tmp_path / "in" / "a.png").rename(tmp_path / "gone")
    assert analyze_shard(shard, parts, options=ONE).failed == 1
    (tmp_path / "gone").rename(tmp_path / "in" / "a.png")
    assert analyze_shard(shard, parts, options=ONE).failed == 1
    again = analyze_shard(shard, parts, options=replace(ONE, earlier=Earlier.RETRY_FAILED))
    assert (again.ok, again.failed, again.resumed) == (1, 0, False)
    assert analyze_shard(shard, parts, options=replace(ONE, earlier=Earlier.RETRY_FAILED)).resumed


def test_a_file_that_changed_fails_instead_of_posing_as_the_one_in_the_shard(
    tmp_path, parts, without_processes
):
    draw(tmp_path / "in" / "a.png", 1)
    (shard,) = shards_of(tmp_path / "in", tmp_path)
    with (tmp_path / "in" / "a.png").open("ab") as file:
        file.write(b"more")
    analyze_shard(shard, parts, options=ONE)
    reason = json.loads((tmp_path / "parts" / "errors-000000.jsonl").read_text())["reason"]
    assert (
        reason
        == f"has {shard.entries[0].bytes + 4} bytes, and had {shard.entries[0].bytes} when the shard was made"
    )


def test_a_root_elsewhere_changes_nothing(tmp_path, parts, without_processes):
    draw(tmp_path / "in" / "a.png", 1)
    (shard,) = shards_of(tmp_path / "in", tmp_path)
    analyze_shard(shard, parts, options=ONE)
    (tmp_path / "in").rename(tmp_path / "moved")
    there = place_of(tmp_path / "there")
    analyze_shard(shard, there, options=ONE, root=str(tmp_path / "moved"))
    assert content(tmp_path / "parts") == content(tmp_path / "there")


def test_a_store_that_does_not_answer_leaves_no_part(tmp_path, parts, monkeypatch, without_processes):
    class Away(quick_shards.QuickShardAnalysis):
        def __call__(self, task, ask):
            raise BatchStoppedError("s3://clinic: does not answer")

    monkeypatch.setattr(running, "ShardAnalysis", Away)
    assert issubclass(
        StoreError, OutputError
    )  # by which a worker stops the whole shard, see `worker._attempt`
    draw(tmp_path / "in" / "a.png", 1)
    (shard,) = shards_of(tmp_path / "in", tmp_path)
    with pytest.raises(BatchStoppedError, match="does not answer"):
        analyze_shard(shard, parts, options=ONE)
    assert not (tmp_path / "parts").exists()


def test_a_root_that_is_gone_costs_no_row(tmp_path):
    work = quick_shards.QuickShardAnalysis(str(tmp_path / "mount"), Settings(), ONE.reading)
    task = one_shard_file.ShardTask("a.png", 12, tmp_path / "fetched")
    with pytest.raises(OutputError, match="mount: is gone"):
        work(task, None)
    (tmp_path / "mount").mkdir()
    assert work(task, None).written.status == "failed"


def test_what_a_killed_run_left_is_removed_by_the_next_and_a_running_one_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead = tmp_path / "microcal-shard-dead"
    dead.mkdir()
    (dead / "lock").touch()
    (dead / "0").write_text("a radiograph")
    with scratch.scratch_folder() as running_one:
        assert not dead.exists()
        with scratch.scratch_folder() as other:
            assert running_one.is_dir()
            assert other != running_one
    assert list(tmp_path.iterdir()) == []


def merged(parts, tmp_path, **options):
    return merge(parts, tmp_path / "merged", **options)


def test_what_does_not_belong_together_is_not_joined(tmp_path, parts, without_processes):
    for number in range(4):
        draw(tmp_path / "in" / f"{number}.png", number)
    shards = shards_of(tmp_path / "in", tmp_path, per_shard=2)
    with pytest.raises(UnreadableResultError, match="holds no part"):
        merged(parts, tmp_path)
    analyze_shard(shards[0], parts, options=ONE)
    with pytest.raises(UnreadableResultError, match=r"lacks 1 of 2 parts \(of the shards 1\)"):
        merged(parts, tmp_path, expected=2)
    assert merged(parts, tmp_path).files == 2

    analyze_shard(shards[1], parts, options=replace(ONE, settings=Settings(false_marks=9)))
    with pytest.raises(UnreadableResultError, match=r"do not belong together .*false_marks"):
        merged(parts, tmp_path)
    twice = Shard(1, shards[0].root, shards[0].entries)
    analyze_shard(twice, parts, options=replace(ONE, earlier=Earlier.FRESH))
    with pytest.raises(UnreadableResultError, match="is not of the shard of that number"):
        merged(parts, tmp_path, shards=place_of(tmp_path / "shards"))
    with pytest.raises(UnreadableResultError, match="a file is in two parts"):
        merged(parts, tmp_path)
    part = tmp_path / "parts" / "part-000001.parquet"
    for spoilt in (b"", b"PAR1 nonsense PAR1", part.read_bytes()[:-40]):
        part.write_bytes(spoilt)
        with pytest.raises(UnreadableResultError, match="is no part of this release, or damaged"):
            merged(parts, tmp_path)


def test_a_merged_result_holds_what_was_asked_for_alone(tmp_path, parts, without_processes):
    draw(tmp_path / "in" / "a.png", 1)
    (shard,) = shards_of(tmp_path / "in", tmp_path)
    analyze_shard(shard, parts, options=ONE)
    merged(parts, tmp_path)
    assert sorted(content(tmp_path / "merged")) == sorted(OUTPUTS)
    merged(parts, tmp_path, tables=["parquet"])
    assert sorted(content(tmp_path / "merged")) == sorted(PARQUET_NAMES)
    merged(parts, tmp_path, tables=["csv"])
    assert sorted(content(tmp_path / "merged")) == ["bumps.csv", "candidates.csv", "images.csv"]
