"""Files with the same pixels: analysed once, each named, whatever came first."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import quick_work
from PIL import Image

sys.path.append(str(Path(__file__).parents[1] / "loading"))
from dicom_files import dx, saved

from microcal_xray.batch import BatchOptions, analyze
from microcal_xray.batch import analysis as batch_analysis
from microcal_xray.batch.journal import Expected, Journal, opened_journal
from microcal_xray.batch.journal_rows import FileResult
from microcal_xray.reporting import Status, WrittenResult, failed_result, written

ONE = BatchOptions(jobs=1)
A, B = "aa" * 32, "bb" * 32


def noise(seed):
    return np.random.default_rng(seed).integers(0, 256, (24, 24)).astype(np.uint8)


def images(out):
    return {image["file"]: image for image in json.loads((out / "candidates.json").read_text())["images"]}


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr(batch_analysis, "FileAnalysis", quick_work.QuickAnalysis)


@pytest.fixture
def journal(tmp_path):
    with opened_journal(tmp_path, full_depth_bytes=10**8) as journal:
        yield journal


def expect(journal: Journal, *files: str) -> None:
    journal.expect(Expected(file, mark=(1, 1)) for file in files)


def analysed(file: str, pixels: str, instance: str | None = None) -> FileResult:
    ok = WrittenResult(file, Status.OK, None, 0, None, "{}", "", "", "")
    return FileResult(ok, pixels, instance)


def left(file: str, pixels: str, instance: str | None = None) -> FileResult:
    return FileResult(None, pixels, instance, left=file)


def todo(journal):
    return [each.file for each in journal.todo()]


def test_copies_are_skipped_by_the_name_of_the_first_and_have_no_overlay(tmp_path):
    for name in ("b/copy.png", "a.png", "c.png"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noise(1)).save(tmp_path / "in" / name)
    Image.fromarray(noise(2)).save(tmp_path / "in" / "other.png")
    summary = analyze([tmp_path / "in"], tmp_path / "out", options=ONE)
    found = images(tmp_path / "out")
    assert {file: image["status"] for file, image in found.items()} == {
        "a.png": "ok",
        "b/copy.png": "skipped",
        "c.png": "skipped",
        "other.png": "ok",
    }
    assert found["c.png"]["reason"] == "has the same pixels as a.png, which is analysed"
    assert (summary.ok, summary.skipped) == (2, 2)
    assert len(list((tmp_path / "out" / "overlays").iterdir())) == 2


def test_a_copy_under_the_same_uid_is_called_the_same_instance(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a.dcm", "b.dcm"):
        saved(dx(noise(1)), tmp_path / "in", name)
    analyze([tmp_path / "in"], tmp_path / "out", options=ONE)
    reason = images(tmp_path / "out")["b.dcm"]["reason"]
    assert reason == "is the same image as a.dcm, which is analysed: the same SOP instance, the same pixels"
    assert b"1.2.3.4" not in (tmp_path / "out" / "journal.sqlite").read_bytes()


def test_one_uid_with_other_pixels_is_analysed_too_and_named(tmp_path):
    (tmp_path / "in").mkdir()
    for seed, name in enumerate(("a.dcm", "b.dcm", "c.dcm")):
        saved(dx(noise(seed)), tmp_path / "in", name)
    summary = analyze([tmp_path / "in"], tmp_path / "out", options=ONE)
    assert summary.ok == 3
    assert summary.same_instance == (("b.dcm", "a.dcm"), ("c.dcm", "a.dcm"))


def test_a_claim_is_the_first_in_order_not_the_first_that_came(journal):
    expect(journal, "a", "b", "c")
    assert journal.claim(A, "b") is None
    assert journal.claim(A, "c") == "b"
    assert journal.claim(A, "a") is None
    assert journal.claim(A, "c") == "a"
    assert journal.claim(B, "c") is None
    journal.keep(analysed("a", A))
    assert journal.claim(A, "b") == "a"
    assert journal.claim(A, "a") is None  # a worker that died asks once more


def test_where_the_first_fails_the_next_is_called_up(journal):
    expect(journal, "a", "b", "c")
    journal.claim(A, "a")
    journal.keep(left("b", A))
    journal.keep(left("c", A))
    journal.keep(FileResult(written(failed_result("a", "it ended the worker"))))
    assert todo(journal) == []
    assert journal.call_up("unfounded") == 1
    assert [(each.file, each.is_first) for each in journal.todo()] == [("b", True)]
    journal.keep(FileResult(written(failed_result("b", "it ended the worker"))))
    assert journal.call_up("unfounded") == 1
    assert todo(journal) == ["c"]
    journal.keep(analysed("c", A))
    assert journal.call_up("unfounded") == 0


def test_one_that_is_analysed_though_it_comes_later_gives_way(journal):
    expect(journal, "a", "b")
    journal.keep(analysed("b", A))
    journal.keep(analysed("a", A))
    assert [(kept.file, kept.first) for kept in journal.kept()] == [("a", None), ("b", "a")]


def test_where_the_first_is_gone_the_other_takes_its_place(journal):
    expect(journal, "a", "b")
    journal.keep(analysed("a", A))
    journal.keep(left("b", A))
    expect(journal, "b")
    assert journal.call_up("unfounded") == 1
    assert todo(journal) == ["b"]


def test_a_changed_file_stands_for_nobody(journal):
    expect(journal, "a", "b")
    journal.keep(analysed("a", A))
    journal.keep(left("b", A))
    journal.expect([Expected("a", mark=(2, 1)), Expected("b", mark=(1, 1))])
    assert journal.claim(A, "b") is None
    assert todo(journal) == ["a"]
    assert journal.call_up("unfounded") == 1
