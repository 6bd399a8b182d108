"""`microcal review` without its server, which tests/reviewing/test_server.py starts."""

import json

import pytest
from reading_scenes import checked, said, write_study

from microcal_xray.cli import main
from microcal_xray.reviewing import open_store, read_study


@pytest.fixture
def out(tmp_path):
    write_study(tmp_path / "out", {"a.png": (20, 60), "b.png": (30,), "c.png": ()})
    return tmp_path / "out"


@pytest.fixture
def review(out, capsys):
    def call(*options):
        capsys.readouterr()
        status = main(["review", str(out), *options])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return call


def test_images_are_assigned_once_and_evenly(review, out):
    status, said_out, _ = review("--assign", "Anna, ben,carl", "--readings", "2", "--seed", "7")
    assert status == 0
    assert said_out.splitlines() == ["anna: 2 images", "ben: 2 images", "carl: 2 images"]
    orders = open_store(read_study(out)).orders()
    files = sorted(file for order in orders.values() for file in order.files)
    assert files == sorted(["a.png", "b.png", "c.png"] * 2)
    assert review("--assign", "anna,dora")[0] == 2


def test_progress_is_told_for_each_reader(review, out):
    assert review("--progress")[0] == 2  # there are no decisions yet
    study = read_study(out)
    events = [said("a.png", "1", "accept", seconds=90), said("a.png", "", "done", seconds=30)]
    open_store(study).add(checked(study, "anna", *events))
    assert review("--progress")[:2] == (0, "anna: 1 of 3 images done, 1 line, 2 min\n")


def test_a_record_is_taken_in_once(review, tmp_path):
    record = {
        "schema": "microcal-decisions",
        "format": 1,
        "results": {},
        "reader": "",
        "exported_utc": "",
        "events": [said("a.png", "1", "accept"), said("a.png", "", "done")],
    }
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record))
    status, _, complaint = review("--import", str(path))
    assert status == 2
    assert "--reader" in complaint
    assert "2 new events of anna, 0 known" in review("--import", str(path), "--reader", "Anna")[1]
    assert "0 new events of anna, 2 known" in review("--import", str(path), "--reader", "Anna")[1]
    assert "anna 1 of 3" in review("--agreement", "--replicates", "10")[1]


def test_agreement_is_json_for_programs(review, out):
    study = read_study(out)
    for reader in ("anna", "ben"):
        open_store(study).add(checked(study, reader, said("a.png", "1", "accept"), said("a.png", "", "done")))
    document = json.loads(review("--agreement", "--json", "--replicates", "10")[1])
    assert document["schema"] == "microcal-agreement/1"
    assert document["cohen"][0]["line_counts"] == [[1, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert document["is_small"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--export", "pdf"], "--export is 'pdf'"),
        (["--export", ""], "--export"),
        (["--export", "csv"], "holds no decisions"),
        (["--agreement"], "holds no decisions"),
        (["--reader", "<script>"], "name of the reader"),
        (["--seed", "7"], "--seed"),
        (["--port", "70000"], "port is 70000"),
        (["--assign", "anna", "--readings", "2"], "1 readers for 2 readings"),
        (["--assign", "anna,anna"], "each once"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(review, options, named):
    status, printed, complaint = review(*options)
    assert status == 2
    assert named in complaint
    assert len(complaint.splitlines()) == 1
    assert printed == ""


def test_a_folder_without_a_result_is_refused(tmp_path, capsys):
    assert main(["review", str(tmp_path)]) == 2
    assert "candidates.json" in capsys.readouterr().err
