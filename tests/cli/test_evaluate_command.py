import json

import numpy as np
import pytest
from PIL import Image

from microcal_xray.cli import main


@pytest.fixture
def files(tmp_path):
    """Two pictures, one with a line that the detector found, and the truth about both."""
    line = [[50.0, column] for column in range(20, 81)]
    image = {"rows": 100, "columns": 100, "spacing_mm": [0.2, 0.2]}
    found = {
        "id": 1,
        "kind": "lucent",
        "score": 5.0,
        "path_px": line,
        "length_mm": 12.0,
        "width_mm": 0.5,
        "contrast_sd": 3.0,
        "angle_to_bone_deg": None,
        "cautions": [],
    }
    answers = [
        {
            **image,
            "file": name,
            "status": "ok",
            "reason": None,
            "spacing_source": "detector",
            "cautions": [],
            "candidates": candidates,
        }
        for name, candidates in (("a.png", [found]), ("b.png", []))
    ]
    document = {
        "schema": "microcal-candidates/1",
        "version": "0",
        "settings": {"false_marks": 1},
        "images": answers,
    }
    truth = [
        {**image, "file": name, "lines": lines}
        for name, lines in (("a.png", [{"kind": "lucent", "path_px": line}]), ("b.png", []))
    ]
    (tmp_path / "candidates.json").write_text(json.dumps(document))
    (tmp_path / "truth.json").write_text(json.dumps({"schema": "microcal-truth/1", "images": truth}))
    for name in ("a.png", "b.png"):
        Image.fromarray(np.arange(10000, dtype=np.uint16).reshape(100, 100)).save(tmp_path / name)
    return tmp_path


def test_a_perfect_detector_is_told_so(files, capsys):
    status = main(
        [
            "evaluate",
            str(files / "candidates.json"),
            str(files / "truth.json"),
            "--out",
            str(files / "scores"),
            "--pictures",
            str(files),
            "--replicates",
            "100",
        ]
    )
    printed = capsys.readouterr().out
    assert status == 0
    assert printed.startswith(
        "2 pictures of 2 patients: 1 with 1 line, 1 line-free, 0 unsure.\n1 candidate: "
    )
    assert len(printed.splitlines()) > 20
    assert sorted(path.name for path in (files / "scores").iterdir()) == [
        "evaluation.html",
        "evaluation.json",
        "evaluation.txt",
    ]


def test_a_detector_against_itself_does_not_differ(files, capsys):
    candidates = str(files / "candidates.json")
    status = main(
        ["evaluate", candidates, str(files / "truth.json"), "--against", candidates, "--replicates", "100"]
    )
    assert status == 0
    assert "0.000" in capsys.readouterr().out


def test_one_picture_of_one_patient_is_told_in_the_singular(files, capsys):
    for name, pictures in (("candidates.json", "images"), ("truth.json", "images")):
        document = json.loads((files / name).read_text())
        document[pictures] = document[pictures][:1]
        (files / name).write_text(json.dumps(document))
    command = ["evaluate", str(files / "candidates.json"), str(files / "truth.json"), "--replicates", "10"]
    assert main([*command, "--out", str(files / "scores")]) == 0
    said = "1 picture of 1 patient: 1 with 1 line, 0 line-free, 0 unsure."
    assert said in capsys.readouterr().out
    assert said in (files / "scores" / "evaluation.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("which", ["candidates", "truth", "against"])
@pytest.mark.parametrize("name", ["absent.json", "a.png", "empty.json", "list.json"])
def test_a_file_that_cannot_be_read_is_one_line(files, capsys, name, which):
    (files / "empty.json").write_text("")
    (files / "list.json").write_text("[]")
    given = {"candidates": "candidates.json", "truth": "truth.json", "against": "candidates.json"}
    given[which] = name
    command = ["evaluate", str(files / given["candidates"]), str(files / given["truth"])]
    assert main([*command, "--against", str(files / given["against"])]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("microcal: ")
    assert printed.count("\n") == 1
    assert str(files / name) in printed
    assert printed.rstrip().endswith(("check the path", "give a file of candidates or truth"))
