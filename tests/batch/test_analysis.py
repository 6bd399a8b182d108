"""The batch with the real rooms: a folder of healthy and hostile files, from end to end."""

import csv
import filecmp
import json
import os
import signal
import sys
import threading

import pytest

import hostile_folder
from microcal_xray.batch import BatchOptions, BatchStoppedError, analyze
from microcal_xray.errors import OutputError
from microcal_xray.reporting import Status, failed_result, write_lines, write_results
from microcal_xray.settings import Settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("batch") / "in"


@pytest.fixture(scope="module")
def expected(folder):
    statuses = hostile_folder.fill(folder)
    hostile_folder.limb_with_a_line(folder / hostile_folder.LINE)
    statuses[hostile_folder.LINE] = "ok"
    if sys.platform == "linux":
        hostile_folder.limb_with_a_line(folder / os.fsdecode(b"caf\xe9\nnew line.png"), mark=1)
        statuses["caf\\xe9\\x0anew line.png"] = "ok"
    return statuses


@pytest.fixture(scope="module")
def two_runs(folder, expected):
    """The same folder with one job and with two; the reports of progress of the second."""
    reports = []
    summaries = [
        analyze([folder], folder.parent / "one", options=BatchOptions(jobs=1)),
        analyze([folder], folder.parent / "two", options=BatchOptions(jobs=2), report=reports.append),
    ]
    return summaries, reports


@pytest.fixture(scope="module")
def images(two_runs, folder):
    document = json.loads((folder.parent / "one" / "candidates.json").read_text(encoding="utf-8"))
    return {image["file"]: image for image in document["images"]}


def outputs(folder):
    """Return the names of all files but the journal, which holds the order in which they came."""
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(file for file in files if file != "journal.sqlite")


def test_every_file_gets_its_true_status(images, expected):
    assert {file: image["status"] for file, image in images.items()} == expected


def test_files_are_sorted(images):
    assert list(images) == sorted(images)


def test_reasons_are_one_line_and_name_no_folder_of_this_machine(images, folder):
    for image in images.values():
        assert (image["reason"] is None) == (image["status"] == "ok")
        assert "\n" not in (image["reason"] or "")
        assert str(folder) not in (image["reason"] or "")
        assert not (image["reason"] or "").startswith("unexpected")
    assert images["empty.dcm"]["reason"] == "the file is empty"


def test_the_line_is_found(images):
    assert [candidate["kind"] for candidate in images[hostile_folder.LINE]["candidates"]][:1] == ["lucent"]


def test_pictures_without_bone_have_no_candidates(images):
    for file in ["8x8.png", "constant.png"]:
        assert images[file]["candidates"] == []


def test_images_csv_lists_every_file(two_runs, folder, expected):
    with (folder.parent / "one" / "images.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(expected)
    assert sorted(row["status"] for row in rows) == sorted(expected.values())


def test_the_number_of_jobs_changes_no_byte(two_runs, folder):
    one, two = folder.parent / "one", folder.parent / "two"
    files = outputs(one)
    assert files == outputs(two)
    assert filecmp.cmpfiles(one, two, files, shallow=False)[1:] == ([], [])


def test_nothing_but_the_outputs_is_left(two_runs, folder):
    out = folder.parent / "two"
    names = [
        "bumps.csv",
        "candidates.csv",
        "candidates.json",
        "images.csv",
        "journal.sqlite",
        "overlays",
        "report.html",
    ]
    assert sorted(path.name for path in out.iterdir()) == names
    assert all(path.suffix == ".png" for path in (out / "overlays").iterdir())


def test_every_image_that_was_read_has_an_overlay(two_runs, folder, expected):
    overlays = list((folder.parent / "two" / "overlays").iterdir())
    assert len(overlays) == list(expected.values()).count("ok")


def test_the_summary_counts(two_runs, expected):
    (one, two), _ = two_runs
    assert (one.ok, one.failed, one.skipped, one.candidates) == (
        two.ok,
        two.failed,
        two.skipped,
        two.candidates,
    )
    assert two.files == len(expected)
    assert two.failed == list(expected.values()).count("failed") == len(two.failures)
    assert two.report.is_file()


def test_progress_is_told_before_the_first_file_and_after_each(two_runs, expected):
    _, reports = two_runs
    assert [report.done for report in reports] == list(range(len(expected) + 1))
    assert reports[0].file is None
    assert {report.total for report in reports} == {len(expected)}
    assert sum(report.status is Status.FAILED for report in reports) == reports[-1].failed


def test_a_later_run_replaces_an_earlier_one_and_removes_stale_overlays(tmp_path):
    out = tmp_path / "out"
    write_results([failed_result("a.png", "the file is empty")], out, Settings())
    (out / "overlays").mkdir()
    (out / "overlays" / "a.png.png").write_bytes(b"stale")
    hostile_folder.limb_with_a_line(tmp_path / "b.png")
    analyze([tmp_path / "b.png"], out, options=BatchOptions(jobs=1))
    assert [path.name for path in (out / "overlays").iterdir()] == ["b.png.png"]
    assert "a.png" not in (out / "images.csv").read_text(encoding="utf-8")


def test_a_batch_that_is_interrupted_keeps_what_is_finished(tmp_path):
    for number in range(3):
        hostile_folder.limb_with_a_line(tmp_path / f"{number}.png", mark=number)

    def interrupt(progress):
        if progress.done == 1:
            raise KeyboardInterrupt

    inputs = [tmp_path / f"{number}.png" for number in range(3)]
    with pytest.raises(KeyboardInterrupt):
        analyze(inputs, tmp_path / "out", options=BatchOptions(jobs=1), report=interrupt)
    document = json.loads((tmp_path / "out" / "candidates.json").read_text(encoding="utf-8"))
    assert [image["status"] for image in document["images"]] == ["ok", "skipped", "skipped"]
    assert "before its turn" in document["images"][1]["reason"]
    assert not (tmp_path / "out" / ".microcal-work").exists()


def test_a_full_disk_at_the_end_is_one_clear_error(tmp_path, monkeypatch):
    def refuse(rows, out, settings, *, page):
        raise OutputError(f"{out}: report.html (No space left on device) cannot be written; make room")

    monkeypatch.setattr("microcal_xray.batch.finishing.write_lines", refuse)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / ".hidden").touch()
    with pytest.raises(
        BatchStoppedError,
        match=r"out: report\.html \(No space left on device\) cannot be written; make room$",
    ):
        analyze([tmp_path / "in"], tmp_path / "out", options=BatchOptions(jobs=1))


def test_a_table_that_cannot_be_replaced_costs_no_report_and_no_overlay(tmp_path):
    hostile_folder.limb_with_a_line(tmp_path / "limb.png")
    out = tmp_path / "out"
    analyze([tmp_path / "limb.png"], out, options=BatchOptions(jobs=1))
    for name in ("report.html", "candidates.csv"):
        (out / name).unlink()
    (out / "candidates.csv").mkdir()
    with pytest.raises(BatchStoppedError, match=r"candidates\.csv \(.+\) cannot be written") as raised:
        analyze([tmp_path / "limb.png"], out, options=BatchOptions(jobs=1))
    assert str(raised.value).count("cannot be written") == 1
    assert 'id="pixels-0"' in (out / "report.html").read_text(encoding="utf-8")
    assert (out / "overlays" / "limb.png.png").is_file()


def test_a_second_batch_into_the_same_folder_is_refused_and_harms_nothing(tmp_path):
    hostile_folder.limb_with_a_line(tmp_path / "limb.png")
    refusals = []

    def again(progress):
        with pytest.raises(OutputError, match="another run is writing there") as raised:
            analyze([tmp_path / "limb.png"], tmp_path / "out", options=BatchOptions(jobs=1))
        refusals.append(raised)

    summary = analyze([tmp_path / "limb.png"], tmp_path / "out", options=BatchOptions(jobs=1), report=again)
    assert len(refusals) == 2
    assert summary.ok == 1
    assert 'id="pixels-0"' in summary.report.read_text(encoding="utf-8")


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_the_results_are_written_is_ignored(tmp_path, monkeypatch, end):
    def write_slowly(*arguments, page):
        signal.raise_signal(end)
        return write_lines(*arguments, page=page)

    def interrupt(progress):
        raise KeyboardInterrupt

    monkeypatch.setattr("microcal_xray.batch.finishing.write_lines", write_slowly)
    (tmp_path / "in").mkdir()
    before = signal.getsignal(end)
    with pytest.raises(KeyboardInterrupt):
        analyze([tmp_path / "in"], tmp_path / "out", report=interrupt)
    assert signal.getsignal(end) is before
    assert (tmp_path / "out" / "report.html").is_file()


def test_a_batch_may_run_in_another_thread(tmp_path):
    (tmp_path / "in").mkdir()
    thread = threading.Thread(target=analyze, args=([tmp_path / "in"], tmp_path / "out"))
    thread.start()
    thread.join()
    assert (tmp_path / "out" / "report.html").is_file()


def test_a_folder_without_any_file_gives_an_empty_report(tmp_path):
    (tmp_path / "in").mkdir()
    summary = analyze([tmp_path / "in"], tmp_path / "out")
    assert (summary.files, summary.candidates) == (0, 0)
    assert json.loads((tmp_path / "out" / "candidates.json").read_text())["images"] == []
    assert summary.report.is_file()
