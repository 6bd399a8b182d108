"""A folder of files that mean harm: each ends as one row with a true reason, and harms no other."""

import csv
import json
import shutil

import pytest
import quick_work
from PIL import Image

import hostile_corpus
from microcal_xray.batch import BatchOptions, analyze
from microcal_xray.batch import analysis as batch_analysis
from microcal_xray.reporting.foreign_text import printable_text

# Tight enough that a decoder which believes a lie runs into them; every guard must answer before.
LIMITED = BatchOptions(jobs=2, time_limit_s=60, memory_limit_gib=2.0)
HEALTHY = ("healthy one.png", "zz healthy two.png")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The corpus with two healthy files, and those two alone."""
    folder = tmp_path_factory.mktemp("corpus")
    alone = folder / "alone"
    for place in (folder / "in", alone):
        place.mkdir()
    for number, name in enumerate(HEALTHY):
        grey = hostile_corpus.ramp(64, 48)
        grey[0, 0] = number
        Image.fromarray(grey).save(alone / name)
        shutil.copy(alone / name, folder / "in" / name)
    expected = hostile_corpus.fill(folder / "in")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_analysis, "FileAnalysis", quick_work.QuickAnalysis)
        analyze([folder / "in"], folder / "out", options=LIMITED)
        analyze([alone], folder / "out alone", options=LIMITED)
    return folder, {printable_text(name): hostile for name, hostile in expected.items()}


def images(out):
    document = json.loads((out / "candidates.json").read_text(encoding="utf-8"))
    return {image["file"]: image for image in document["images"]}


def test_the_corpus_is_large_enough(run):
    assert len(run[1]) >= 40


def test_every_file_is_one_row_with_its_true_status_and_reason(run):
    folder, expected = run
    found = images(folder / "out")
    assert set(found) == set(expected) | set(HEALTHY)
    wrong = {
        name: (found[name]["status"], found[name]["reason"])
        for name, hostile in expected.items()
        if found[name]["status"] != hostile.status or hostile.reason not in (found[name]["reason"] or "")
    }
    assert wrong == {}


def test_no_file_came_near_the_limits(run):
    reasons = [image["reason"] or "" for image in images(run[0] / "out").values()]
    ends = ("time limit", "more memory", "ended the worker", "nested too deeply", "unexpected", "report it")
    assert [reason for reason in reasons if any(end in reason for end in ends)] == []


def test_the_healthy_ones_beside_them_are_as_alone(run):
    folder, _ = run
    together, alone = images(folder / "out"), images(folder / "out alone")
    assert {name: together[name] for name in HEALTHY} == alone
    for name in HEALTHY:
        overlay = f"overlays/{name}.png"
        assert (folder / "out" / overlay).read_bytes() == (folder / "out alone" / overlay).read_bytes()


def test_no_text_of_a_tag_reaches_an_output_and_none_is_named_after_it(run):
    folder, _ = run
    for path in (folder / "out").rglob("*"):
        assert path.resolve().is_relative_to(folder / "out")
        if path.is_file() and path.name != "journal.sqlite":
            content = path.read_bytes()
            for secret in hostile_corpus.SECRETS:
                assert secret.encode() not in content or secret == "owned", (path.name, secret)


def test_names_cannot_break_page_table_or_line(run):
    folder, expected = run
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    for name in ("candidates.csv", "images.csv"):
        with (folder / "out" / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "@", "+", "-r"))]
        assert all(cell.isprintable() for row in rows for cell in row)
    assert len(rows) == len(expected) + len(HEALTHY) + 1


def test_the_folder_is_as_it_was(run):
    folder, expected = run
    assert len(list((folder / "in").iterdir())) == len(expected) + len(HEALTHY)
