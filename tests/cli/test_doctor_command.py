"""`microcal doctor`: what it says in words and as JSON, and its exit status."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from microcal_xray.batch import asked, health
from microcal_xray.batch.health import Check, State, _writing
from microcal_xray.cli import main
from microcal_xray.environment import installed_versions


@pytest.fixture
def trial(monkeypatch):
    """Gives a function that decides what the trial comes to."""
    words = {
        State.GOOD: "the line was found",
        State.FAILED: "no line was found; install the package again",
    }

    def decide(state):
        monkeypatch.setattr(health, "_trial", lambda: Check("trial", state, words[state]))

    return decide


def test_a_real_examination_ends_with_0_and_says_so(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "The main job runs."
    for name, version in installed_versions().items():
        assert f"  {name:<18} {version}" in lines
    assert any(line.startswith("  good ") and "trial: " in line for line in lines)
    assert list(tmp_path.iterdir()) == []


def test_json_says_the_same(tmp_path, capsys, trial):
    trial(State.GOOD)
    assert main(["doctor", "--json", "--out", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert str(tmp_path) not in text
    said = json.loads(text)
    assert (said["schema"], said["able"]) == ("microcal-doctor/1", True)
    assert said["capsule"]["versions"] == installed_versions()
    assert said["decoders"]["pydicom"] == installed_versions()["pydicom"]
    assert {"name": "RLE Lossless", "found": ["pydicom"], "lacking": []} in said["transfer_syntaxes"]
    names = ["versions", "model", "decoding", "memory", "writing", "trial"]
    assert [check["name"] for check in said["checks"]] == names


def test_a_missing_extra_is_named_with_what_it_would_add(tmp_path, capsys, trial, monkeypatch):
    trial(State.GOOD)
    monkeypatch.setattr(health, "package_version", lambda name: None if name == "highdicom" else "9999.2")
    assert main(["doctor", "--out", str(tmp_path)]) == 0  # the main job does without
    lines = capsys.readouterr().out.splitlines()
    assert "  dicom              results as DICOM objects: export, analyze --dicom; not installed" in lines
    assert "  pacs               an archive, by DIMSE: send, fetch, listen; pynetdicom 9999.2" in lines
    assert main(["doctor", "--json", "--out", str(tmp_path)]) == 0
    extras = {each["name"]: each["version"] for each in json.loads(capsys.readouterr().out)["extras"]}
    assert extras == {
        "cluster": "9999.2",
        "codecs-full": "9999.2",
        "dicom": None,
        "pacs": "9999.2",
        "parquet": "9999.2",
        "review": "9999.2",
        "s3": "9999.2",
    }


def test_an_extra_that_is_too_old_is_told(tmp_path, capsys, trial, monkeypatch):
    trial(State.GOOD)
    monkeypatch.setattr(health, "package_version", lambda name: "0.1")
    assert main(["doctor", "--out", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if line.startswith("  pacs ")]
    assert line.endswith("; pynetdicom 0.1, which does not do: >=3.0.4 is asked")


def test_a_package_that_another_one_replaced_is_told_with_the_remedy(tmp_path, capsys, trial, monkeypatch):
    trial(State.GOOD)
    monkeypatch.setattr(asked, "package_version", lambda name: "1.26.4" if name == "numpy" else "9999.1")
    monkeypatch.setattr(
        asked.metadata, "requires", lambda name: ["numpy>=2.0", "scipy (>=1.13)", "x; extra == 'y'"]
    )
    assert main(["doctor", "--out", str(tmp_path)]) == 0  # whether it works is for the trial to say
    told = [line for line in capsys.readouterr().out.splitlines() if "versions: " in line]
    assert told == ['  warning            versions: numpy 1.26.4, not >=2.0: pip install "numpy>=2.0"']


def test_two_builds_of_opencv_are_told(tmp_path, capsys, trial, monkeypatch):
    trial(State.GOOD)
    builds = ("opencv-python-headless", "opencv-python")
    monkeypatch.setattr(health, "package_version", lambda name: "5.0" if name in builds else None)
    assert main(["doctor", "--out", str(tmp_path)]) == 0
    told = "versions: opencv-python-headless and opencv-python are here and overwrite each other"
    assert told in capsys.readouterr().out


def test_every_extra_of_the_package_is_told(tmp_path, trial):
    trial(State.GOOD)
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    extras = health.examine(tmp_path).extras
    assert {extra.name: extra.package for extra in extras} == {
        name: re.match("[a-z0-9]+", needed)[0]
        for name, (needed,) in project["project"]["optional-dependencies"].items()
    }


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_installation_that_does_not_work_ends_with_1(tmp_path, capsys, trial, options):
    trial(State.FAILED)
    assert main(["doctor", "--out", str(tmp_path), *options]) == 1
    out = capsys.readouterr().out
    assert "no line was found; install the package again" in out
    assert ("The main job does not run." in out) or ('"able": false' in out)


def test_bad_usage_is_2(capsys):
    assert main(["doctor", "--out", ""]) == 2
    assert "see `microcal doctor --help`" in capsys.readouterr().err


def test_a_file_in_the_way_of_the_results_is_no_place_for_them(tmp_path):
    (tmp_path / "report").write_text("a letter")
    for place in (tmp_path / "report", tmp_path / "report" / "deeper"):
        check = _writing(place)
        assert (check.state, "in the way" in check.words) == (State.FAILED, True)
    assert _writing(tmp_path / "new" / "deeper").state is not State.FAILED
