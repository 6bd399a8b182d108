"""`microcal mri` from files to a report."""

import json

import numpy as np
import pytest

from microcal_xray.cli import main
from microcal_xray.mri.simulated import Leg, Oedema, Slices, simulate_mr
from microcal_xray.mri.simulated_dicom import write_classic, write_enhanced


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    pair = simulate_mr(Leg(seed=2020, oedema=Oedema(80, 34), slices=Slices(pixel_mm=1.2)))
    write_classic(pair.t1, folder, series=1)
    write_enhanced(pair.stir, folder / "stir.dcm", series=2)
    return folder


def test_it_lists_the_series(study, capsys):
    assert main(["mri", str(study), "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:6] for line in lines] == ["1: t1,", "2: sti"]


def test_it_measures_and_writes_a_report(study, tmp_path, capsys):
    assert main(["mri", str(study), "--out", str(tmp_path / "out"), "--at-mm", "82"]) == 0
    said = capsys.readouterr().out
    assert "marrow oedema on fat-suppressed T2 or STIR: yes" in said
    assert "may be the same place" in said
    assert "grade" not in said
    record = json.loads((tmp_path / "out" / "mri.json").read_text(encoding="utf-8"))
    assert record["marrow"]["length"]["value"] == pytest.approx(34, rel=0.1)
    assert "SIMULATED" not in json.dumps(record)


def test_the_page_is_french_on_request_and_the_terminal_stays_english(study, tmp_path, capsys):
    assert main(["mri", str(study), "--out", str(tmp_path), "--lang", "fr"]) == 0
    assert "marrow oedema on fat-suppressed T2 or STIR: yes" in capsys.readouterr().out
    assert '<html lang="fr">' in (tmp_path / "mri.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["absent", "--out", "x"], 2, "absent: no such file or folder; check the path"),
        (["{study}"], 2, "--out is missing"),
        (["{study}", "--out", "x", "--lang", "de"], 2, "'de' is none of en, fr"),
        (["{study}", "--out", "x", "--at-mm", "-3"], 2, "--at-mm is -3.0"),
        (["{study}", "--out", "x", "--joint", "1,2"], 2, "not three numbers"),
        (["{study}", "--out", "x", "--series", "9"], 2, "series is 9"),
        (["{study}", "--out", "x", "--radiograph", "nowhere"], 2, "nowhere"),
    ],
)
def test_a_wrong_argument_is_one_line(study, tmp_path, monkeypatch, capsys, arguments, status, words):
    monkeypatch.chdir(tmp_path)
    assert main(["mri", *(each.format(study=study) for each in arguments)]) == status
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_candidate_of_a_result_is_compared(study, tmp_path, capsys):
    from microcal_xray import Settings, find_lines, write_report
    from microcal_xray.simulation import Anatomy, Detector, simulate_limb

    made = simulate_limb(anatomy=Anatomy.TIBIA, seed=3, detector=Detector(420, 260, 0.35))
    findings = find_lines(made.radiograph, Settings(false_marks=20))
    assert findings.candidates
    write_report([findings], tmp_path / "report")
    arguments = ["--radiograph", str(tmp_path / "report"), "--candidate", "1", "--out", str(tmp_path / "mr")]
    assert main(["mri", str(study), *arguments]) == 0
    said = capsys.readouterr()
    has_place = findings.candidates[0].measured.place.end_distance_mm is not None
    assert ("radiograph:" in said.out) is has_place
    assert ("give --at-mm" in said.err) is not has_place
    page = (tmp_path / "mr" / "mri.html").read_text(encoding="utf-8")
    assert "the radiograph with its candidates" in page
    assert main(["mri", str(study), *arguments[:3], "999", *arguments[4:]]) == 2
    assert "--candidate is 999" in capsys.readouterr().err
    assert np.isfinite(findings.candidates[0].score)
