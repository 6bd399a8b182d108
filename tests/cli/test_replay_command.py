"""`microcal replay` from end to end: what it says, its exit status, and a hostile RESULT."""

import json
import subprocess
import sys

import pytest

import hostile_folder
from microcal_xray.cli import main


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("replay command")
    (folder / "in").mkdir()
    hostile_folder.limb_with_a_line(folder / "in" / "limb.png")
    assert main(["analyze", str(folder / "in"), "--out", str(folder / "out"), "--jobs", "1"]) == 0
    return folder


def changed(recorded, tmp_path, change):
    document = json.loads((recorded / "out" / "candidates.json").read_text(encoding="utf-8"))
    change(document)
    (tmp_path / "changed.json").write_text(json.dumps(document), encoding="utf-8")
    return str(tmp_path / "changed.json")


def test_the_same_run_ends_with_0_and_says_so(recorded):
    arguments = ["replay", recorded / "out" / "candidates.json", recorded / "in", "--jobs", "1"]
    run = subprocess.run(
        [sys.executable, "-m", "microcal_xray", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines() == ["same       limb.png", "1 same, 0 different, 0 missing."]


def test_differences_end_with_1_and_are_named(recorded, tmp_path, capsys):
    def change(document):
        first = document["images"][0]["candidates"][0]
        first["score"] += 1
        first["kind"] = "sclerotic"
        document["capsule"]["versions"] = dict.fromkeys(document["capsule"]["versions"], "0.0.0")
        document["images"] += [{**document["images"][0], "file": "limb two.png"}]

    path = changed(recorded, tmp_path, change)
    (recorded / "in" / "limb.png").rename(tmp_path / "other name")
    try:
        assert main(["replay", path, str(tmp_path), "--jobs", "1"]) == 1
    finally:
        (tmp_path / "other name").rename(recorded / "in" / "limb.png")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("different  limb.png (now other name): microcal_xray 0.0.0 -> ")
    assert "; 3 more; candidate 1 kind sclerotic -> lucent; candidate 1 score " in lines[0]
    assert lines[1].startswith("different  limb two.png (now other name): ")
    assert lines[2] == "0 same, 2 different, 0 missing."
    assert lines[3].startswith("Recorded elsewhere: microcal_xray 0.0.0 -> ")


def test_a_missing_file_ends_with_1_and_is_named(recorded, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert main(["replay", str(recorded / "out"), str(tmp_path / "empty")]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "missing    limb.png: no file has its bytes, its pixels or its name",
        "0 same, 0 different, 1 missing.",
    ]


def test_json_says_it_all_without_a_path_of_this_machine(recorded, tmp_path, capsys):
    def change(document):
        document["images"][0]["candidates"][0]["score"] += 1
        document["images"] += [{**document["images"][0], "status": "skipped", "reason": "is hidden"}]

    path = changed(recorded, tmp_path, change)
    assert main(["replay", path, str(recorded / "in"), "--jobs", "1", "--json"]) == 1
    text = capsys.readouterr().out
    assert str(recorded) not in text
    assert str(tmp_path) not in text
    said = json.loads(text)
    counts = {"same": 0, "different": 1, "missing": 0, "skipped": 1}
    assert said["schema"] == "microcal-replay/1"
    assert {name: said[name] for name in counts} == counts
    assert said["environment"] == []
    (image,) = said["images"]
    differences = image.pop("differences")
    assert image == {
        "file": "limb.png",
        "verdict": "different",
        "exact": False,
        "found_as": "limb.png",
        "found_by": "file",
        "differences_left_out": 0,
    }
    (score,) = differences
    assert score["what"] == "candidate 1 score"
    assert score["recorded"] == pytest.approx(score["now"] + 1)


def test_a_name_of_the_record_can_neither_break_a_line_nor_move_the_cursor(recorded, tmp_path, capsys):
    hostile = {"file": "\x1b[2J\n\u202ea.png"}
    path = changed(recorded, tmp_path, lambda document: document["images"][0].update(hostile))
    main(["replay", path, str(recorded / "in"), "--jobs", "1"])
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "same       \\x1b[2J\\x0a\\u202ea.png (now limb.png)"
    assert out.replace("\n", "").isprintable()


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 10**6, b"\xff\xfe", b'{"schema": NaN}'])
def test_a_hostile_result_is_bad_usage_in_one_line(recorded, tmp_path, capsys, content):
    (tmp_path / "result.json").write_bytes(content)
    assert main(["replay", str(tmp_path / "result.json"), str(recorded / "in")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"microcal: {tmp_path / 'result.json'}: ")
    assert "give the output folder of `microcal analyze`" in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["out", "absent"], "absent: no such folder; check the path"),
        (["absent", "in"], "absent: cannot be read"),
        (["out", "in", "--jobs", "0"], "jobs is 0"),
    ],
)
def test_bad_usage_is_2(recorded, capsys, monkeypatch, arguments, complaint):
    monkeypatch.chdir(recorded)
    assert main(["replay", *arguments]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["out"], ["", "in"], ["out", ""]])
def test_arguments_that_are_left_out_are_bad_usage(arguments, capsys):
    assert main(["replay", *arguments]) == 2
    assert "see `microcal replay --help`" in capsys.readouterr().err
