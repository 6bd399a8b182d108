"""`microcal export` and `microcal analyze --dicom` as a user calls them."""

import json
import subprocess
import sys

import numpy as np
import pydicom
import pytest
from PIL import Image

from microcal_xray.cli import main
from microcal_xray.exporting import export, read_results
from microcal_xray.simulation import Anatomy, Detector, simulate_limb, write_dicom


def run_microcal(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "microcal_xray", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    limb = simulate_limb(anatomy=Anatomy.TIBIA, seed=1, detector=Detector(160, 240, 0.5))
    write_dicom(limb, folder / "a.dcm")
    Image.fromarray(np.full((40, 40), 900, np.uint16)).save(folder / "b.png")
    return folder


@pytest.fixture(scope="module")
def analyzed(images, tmp_path_factory):
    out = tmp_path_factory.mktemp("analyzed") / "my report"
    run = run_microcal("analyze", images, "--out", out, "--jobs", "1", "--dicom", "sr, gsps", "--json")
    return run, out


def test_analyze_writes_objects_beside_the_report(analyzed):
    run, out = analyzed
    assert run.returncode == 0, run.stderr
    assert sorted(path.name for path in (out / "dicom").iterdir()) == ["a.dcm.gsps.dcm", "a.dcm.sr.dcm"]
    summary = json.loads(run.stdout)
    assert summary["dicom"] == {
        "images": 1,
        "objects": 2,
        "failures": [],
        "without_study": ["b.png"],
        "folder": "dicom",
    }


def test_export_does_the_same_later(analyzed, images):
    _, out = analyzed
    run = run_microcal(
        "export", out, "--source", images, "--dicom", "sr,sc,seg", "--ohif-editable", "--jobs", "1"
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(f"DICOM results: {out / 'dicom'}, ")
    assert run.stdout.rstrip().endswith("for 1 image; 1 picture without a study")
    report = out / "dicom" / "a.dcm.sr.dcm"
    assert read_results(report).candidates
    assert b"Cornerstone3DTools" in report.read_bytes()


def test_a_wrong_source_ends_with_1_and_names_each_image(analyzed, tmp_path, capsys):
    _, out = analyzed
    assert main(["export", str(out), "--source", str(tmp_path), "--jobs", "1", "--json"]) == 1
    summary = json.loads(capsys.readouterr().out)
    assert summary["schema"] == "microcal-export/1"
    assert summary["failures"][0]["file"] == "a.dcm"


def test_an_image_that_fails_makes_analyze_end_with_1_and_is_named(images, tmp_path, capsys):
    dataset = pydicom.dcmread(images / "a.dcm")
    dataset.SeriesInstanceUID = ""
    (tmp_path / "in").mkdir()
    dataset.save_as(tmp_path / "in" / "a.dcm")
    arguments = [
        "analyze",
        str(tmp_path / "in"),
        "--out",
        str(tmp_path / "out"),
        "--jobs",
        "1",
        "--dicom",
        "sr",
    ]
    assert main(arguments) == 1
    shown = capsys.readouterr()
    assert "no DICOM results: a.dcm: SeriesInstanceUID is missing" in shown.err
    assert "1 failed" in shown.out
    assert (tmp_path / "out" / "report.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--source", "."], "candidates.json: cannot be read"),
        (["--source", "."], "give the output folder of `microcal analyze`"),
        (["--source", "absent"], "no such file or folder"),
        (["--source", ".", "--jobs", "0"], "jobs is 0"),
        (["--source", ".", "--dicom", "pdf"], "'pdf' is no DICOM result; known are sr, gsps, sc, seg"),
        (["--source", ".", "--dicom", ","], "no DICOM result was asked for"),
        ([], "--source"),
    ],
)
def test_bad_usage_ends_with_2(tmp_path, monkeypatch, capsys, arguments, complaint):
    monkeypatch.chdir(tmp_path)
    assert main(["export", "out", *arguments]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


def test_without_the_extra_both_commands_say_so_before_any_work(images, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(export, "find_spec", lambda name: None)
    for arguments in (
        ["analyze", str(images), "--out", str(tmp_path / "out"), "--dicom", "sr"],
        ["export", str(tmp_path / "out"), "--source", str(images)],
    ):
        assert main(arguments) == 1
        error = capsys.readouterr().err
        assert error == "microcal: DICOM results need one more package: pip install microcal-xray[dicom]\n"
        assert not (tmp_path / "out").exists()
