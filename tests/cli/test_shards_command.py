"""`microcal shards` and `microcal analyze --shard`, as a user meets them."""

import json

import pytest
from PIL import Image

from microcal_xray.cli import main


@pytest.fixture
def scans(tmp_path):
    (tmp_path / "in").mkdir()
    for number in range(3):
        Image.new("L", (20, 24), number * 40).save(tmp_path / "in" / f"{number}.png")
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    return tmp_path / "in"


def spoken(capsys):
    said = capsys.readouterr()
    return said.out.splitlines(), said.err.splitlines()


def test_from_a_folder_to_one_result(scans, tmp_path, capsys):
    shards, parts, result = (str(tmp_path / name) for name in ("shards", "parts", "result"))
    assert main(["shards", "make", str(scans), "--out", shards, "--per-shard", "2"]) == 0
    assert spoken(capsys)[0][0].startswith("2 shards of 4 files, ")
    (tmp_path / "in" / "2.png").write_bytes(b"")  # fails, since it has another length now
    assert main(["analyze", "--shard", f"{shards}/shard-000000.json", "--out", parts, "--jobs", "1"]) == 0
    assert spoken(capsys) == ([f"0 candidates in 2 images; 0 failed, 0 skipped. 1 part in {parts}."], [])
    assert main(["shards", "merge", parts, "--shards", shards, "--out", result]) == 2
    assert "lacks 1 of 2 parts (of the shards 1)" in spoken(capsys)[1][0]

    command = ["analyze", "--shard", shards, "--out", parts, "--jobs", "1", "--json"]
    assert main(command) == 0  # the part is there, which is what a scheduler must know
    out, errors = spoken(capsys)
    record = json.loads(out[0])
    assert {name: record[name] for name in ("shards", "files", "ok", "failed", "skipped", "resumed")} == {
        "shards": 2,
        "files": 4,
        "ok": 2,
        "failed": 1,
        "skipped": 1,
        "resumed": False,
    }
    assert errors[-1].startswith("failed: 2.png: has 0 bytes, and had ")
    assert main(command) == 0
    assert json.loads(spoken(capsys)[0][0])["resumed"]

    assert main(["shards", "merge", parts, "--shards", shards, "--out", result, "--tables", "csv"]) == 1
    assert spoken(capsys)[0] == [
        f"0 candidates in 2 images; 1 failed, 1 skipped. 2 parts joined in {result}."
    ]
    assert [
        line.split(",")[:2] for line in (tmp_path / "result" / "images.csv").read_text().splitlines()
    ] == [
        ["file", "status"],
        ["0.png", "ok"],
        ["1.png", "ok"],
        ["2.png", "failed"],
        ["notes.txt", "skipped"],
    ]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "no input was given"),
        (["--dask", "tcp://127.0.0.1:1"], "--dask goes with --shard"),
        (["--shard", "absent.json"], "absent.json: no such shard"),
        (["--shard", "{tmp}"], "holds no finished set of shards"),
        (["--shard", "{tmp}/evil.json"], "leads out of the root"),
        (
            ["--shard", "{tmp}/evil.json", "--dask", "tcp://127.0.0.1:1"],
            "--dask takes the folder of all shards",
        ),
        (["--shard", "{tmp}/evil.json", "--merge", "m"], "--merge takes the folder of all shards"),
        (["a.png", "--shard", "{tmp}/evil.json"], "a shard names its files"),
        (["--shard", "{tmp}/evil.json", "--dicom", "sr"], "--dicom does not go with --shard"),
        (["s3://clinic/2024"], "s3:// goes through shards"),
    ],
)
def test_bad_usage_is_one_line_and_does_nothing(tmp_path, capsys, arguments, why):
    evil = {"schema": "microcal-shard/1", "number": 0, "root": "/", "files": [{"file": "../etc", "bytes": 1}]}
    (tmp_path / "evil.json").write_text(json.dumps(evil))
    given = [argument.format(tmp=tmp_path) for argument in arguments]
    assert main(["analyze", *given, "--out", str(tmp_path / "out")]) == 2
    (line,) = spoken(capsys)[1]
    assert why in line
    assert not (tmp_path / "out").exists()
