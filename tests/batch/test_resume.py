"""Going on where an earlier run ended: what is done stays done, what has changed is done again."""

import json
import os
import sqlite3
import sys

import numpy as np
import pytest
import quick_work
from PIL import Image

from microcal_xray.batch import BatchOptions, BatchStoppedError, Earlier, TableFormat, analyze
from microcal_xray.batch import analysis as batch_analysis
from microcal_xray.errors import OutputError
from microcal_xray.reporting.capsule import run_capsule
from microcal_xray.settings import Settings

ONE = BatchOptions(jobs=1)


def picture(path, seed):
    """Write a picture that differs from those of other seeds."""
    grey = np.add.outer(np.arange(24), np.arange(20)) * 200 + seed
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(grey.astype(np.uint16)).save(path)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr(batch_analysis, "FileAnalysis", quick_work.QuickAnalysis)


@pytest.fixture
def scans(tmp_path):
    for number in range(4):
        picture(tmp_path / "in" / f"{number}.png", number)
    (tmp_path / "in" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    return tmp_path / "in"


@pytest.fixture
def analysed(monkeypatch):
    """The names of the files that workers are given."""
    given = []
    tasks = batch_analysis._tasks

    def watched(*arguments):
        for task in tasks(*arguments):
            given.append(task.file)
            yield task

    monkeypatch.setattr(batch_analysis, "_tasks", watched)
    return given


def outputs(out):
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and path.name != "journal.sqlite"
    }


def images(out):
    return {image["file"]: image for image in json.loads((out / "candidates.json").read_text())["images"]}


def test_a_second_run_has_nothing_to_do_and_writes_the_same(scans, tmp_path, analysed):
    first = analyze([scans], tmp_path / "out", options=ONE)
    before = outputs(tmp_path / "out")
    analysed.clear()
    second = analyze([scans], tmp_path / "out", options=ONE)
    assert analysed == []
    assert outputs(tmp_path / "out") == before
    assert (second.resumed, second.ok, second.failures) == (5, first.ok, first.failures)


def test_what_is_new_or_changed_is_done_and_the_result_is_that_of_a_fresh_run(scans, tmp_path, analysed):
    analyze([scans], tmp_path / "out", options=ONE)
    picture(scans / "1.png", 11)
    picture(scans / "new.png", 12)
    (scans / "3.png").unlink()
    analysed.clear()
    analyze([scans], tmp_path / "out", options=ONE)
    assert analysed == ["1.png", "new.png"]
    analyze([scans], tmp_path / "anew", options=ONE)
    assert outputs(tmp_path / "out") == outputs(tmp_path / "anew")


def test_a_file_of_the_same_length_is_known_as_changed_by_its_time(scans, tmp_path, analysed):
    analyze([scans], tmp_path / "out", options=ONE)
    known = (scans / "1.png").stat()
    os.utime(scans / "1.png", ns=(known.st_atime_ns, known.st_mtime_ns - 3600 * 10**9))  # the clock went back
    analysed.clear()
    analyze([scans], tmp_path / "out", options=ONE)
    assert analysed == ["1.png"]


def test_what_failed_stays_failed_until_it_is_tried_again(scans, tmp_path, analysed):
    analyze([scans], tmp_path / "out", options=ONE)
    analysed.clear()
    summary = analyze([scans], tmp_path / "out", options=BatchOptions(jobs=1, earlier=Earlier.RETRY_FAILED))
    assert analysed == ["broken.png"]
    assert (summary.failed, summary.ok, summary.resumed) == (1, 4, 4)


def test_fresh_forgets_everything(scans, tmp_path, analysed):
    analyze([scans], tmp_path / "out", options=ONE)
    before = outputs(tmp_path / "out")
    analysed.clear()
    asked = BatchOptions(jobs=1, earlier=Earlier.FRESH, settings=Settings(false_marks=2))
    analyze([scans], tmp_path / "out", options=asked)
    assert len(analysed) == 5
    assert json.loads((tmp_path / "out" / "candidates.json").read_text())["settings"]["false_marks"] == 2
    analyze([scans], tmp_path / "out", options=BatchOptions(jobs=1, earlier=Earlier.FRESH))
    assert outputs(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (BatchOptions(settings=Settings(false_marks=2)), r"settings false_marks 1(\.0)? -> 2"),
        (BatchOptions(spacing_mm=0.1), "reading spacing_mm"),
        (BatchOptions(secondary_capture=True), "reading secondary_capture"),
    ],
)
def test_a_run_that_was_asked_otherwise_is_refused_and_its_results_stay(scans, tmp_path, options, reason):
    analyze([scans], tmp_path / "out", options=ONE)
    before = outputs(tmp_path / "out")
    with pytest.raises(OutputError, match=rf"{reason}.*--fresh, or choose another output folder") as refusal:
        analyze([scans], tmp_path / "out", options=options)
    assert not isinstance(refusal.value, BatchStoppedError)
    assert outputs(tmp_path / "out") == before


def test_another_version_is_refused(scans, tmp_path, monkeypatch):
    analyze([scans], tmp_path / "out", options=ONE)
    now = run_capsule()
    later = now | {"versions": now["versions"] | {"microcal_xray": "99"}}
    monkeypatch.setattr("microcal_xray.batch.resuming.run_capsule", lambda: later)
    with pytest.raises(OutputError, match=r"microcal_xray .* -> 99"):
        analyze([scans], tmp_path / "out", options=ONE)


def test_other_inputs_of_the_same_names_are_refused(scans, tmp_path):
    analyze([scans], tmp_path / "out", options=ONE)
    picture(tmp_path / "other" / "0.png", 50)
    with pytest.raises(OutputError, match="another folder of inputs; replace it with --fresh"):
        analyze([tmp_path / "other"], tmp_path / "out", options=ONE)


def test_limits_and_jobs_may_change(scans, tmp_path, analysed):
    analyze([scans], tmp_path / "out", options=ONE)
    analysed.clear()
    analyze([scans], tmp_path / "out", options=BatchOptions(jobs=2, time_limit_s=9, memory_limit_gib=None))
    assert analysed == []


def test_an_overlay_that_is_gone_is_drawn_again(scans, tmp_path):
    analyze([scans], tmp_path / "out", options=ONE)
    before = outputs(tmp_path / "out")
    (tmp_path / "out" / "overlays" / "2.png.png").unlink()
    analyze([scans], tmp_path / "out", options=ONE)
    assert outputs(tmp_path / "out") == before


def test_after_an_interrupt_the_same_command_goes_on(scans, tmp_path, analysed):
    def interrupt(progress):
        if progress.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        analyze([scans], tmp_path / "out", options=ONE, report=interrupt)
    assert "the same command goes on" in images(tmp_path / "out")["broken.png"]["reason"]
    reports = []
    analyze([scans], tmp_path / "out", options=ONE, report=reports.append)
    assert reports[0].resumed == reports[0].done >= 2
    assert reports[-1].done == reports[-1].total == 5
    analyze([scans], tmp_path / "anew", options=ONE)
    assert outputs(tmp_path / "out") == outputs(tmp_path / "anew")


@pytest.mark.parametrize("garbage", [b"not a data base at all" * 500, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_journal_that_is_damaged_is_one_line_with_a_remedy(scans, tmp_path, garbage):
    analyze([scans], tmp_path / "out", options=ONE)
    (tmp_path / "out" / "journal.sqlite").write_bytes(garbage)
    with pytest.raises(OutputError, match=r"journal\.sqlite: .*--fresh, or choose another output folder"):
        analyze([scans], tmp_path / "out", options=ONE)
    summary = analyze([scans], tmp_path / "out", options=BatchOptions(jobs=1, earlier=Earlier.FRESH))
    assert summary.ok == 4


def test_a_journal_of_another_release_is_refused(scans, tmp_path):
    analyze([scans], tmp_path / "out", options=ONE)
    with sqlite3.connect(tmp_path / "out" / "journal.sqlite") as journal:
        journal.execute("PRAGMA user_version = 99")
    journal.close()
    with pytest.raises(OutputError, match="another release; start anew with --fresh"):
        analyze([scans], tmp_path / "out", options=ONE)


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_a_link_in_place_of_the_journal_is_not_followed(scans, tmp_path):
    analyze([scans], tmp_path / "out", options=ONE)
    (tmp_path / "out" / "journal.sqlite").unlink()
    (tmp_path / "out" / "journal.sqlite").symlink_to(tmp_path / "victim")
    with pytest.raises(OutputError, match="is a link; remove it"):
        analyze([scans], tmp_path / "out", options=ONE)
    assert not (tmp_path / "victim").exists()


def test_the_journal_names_no_folder_and_no_patient(scans, tmp_path):
    analyze([scans], tmp_path / "out", options=ONE)
    content = (tmp_path / "out" / "journal.sqlite").read_bytes()
    assert b"0.png" in content
    assert str(tmp_path).encode() not in content


def test_parquet_is_written_when_asked_and_does_not_outlive_its_run(scans, tmp_path):
    pytest.importorskip("pyarrow")
    out = tmp_path / "out"
    analyze([scans], out, options=BatchOptions(jobs=1, table_format=TableFormat.PARQUET))
    assert (out / "images.parquet").is_file()
    analyze([scans], out, options=ONE)
    assert not list(out.glob("*.parquet"))
