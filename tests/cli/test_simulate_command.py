import json

import pytest

from microcal_xray.cli import main


def test_images_and_their_truth_are_written(tmp_path, capsys, monkeypatch):
    asked = []

    def simulate_folder(out, *, count, seed, family, jobs, progress):
        asked.append((out, count, seed, family, jobs))
        for number in range(count):
            progress(number + 1)
        (out / "truth.json").write_text(json.dumps([]))
        return out / "truth.json"

    monkeypatch.setattr("microcal_xray.cli.simulate.simulate_folder", simulate_folder)
    options = ["--count", "3", "--seed", "7", "--jobs", "2", "--family", "held-out"]
    assert main(["simulate", "--out", str(tmp_path), *options]) == 0
    assert asked == [(tmp_path, 3, 7, "held-out", 2)]
    assert capsys.readouterr().out == f"Images: 3, in {tmp_path}; their lines: truth.json\n"


@pytest.mark.parametrize("options", [["--count", "0"], ["--count", "-2"], ["--seed", "-1"]])
def test_a_number_out_of_range_is_bad_usage(tmp_path, capsys, options):
    assert main(["simulate", "--out", str(tmp_path / "out"), *options]) == 2
    assert options[0].strip("-") in capsys.readouterr().err


def test_a_file_in_the_way_is_bad_usage(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(["simulate", "--out", str(tmp_path / "file"), "--count", "1"]) == 2
    assert capsys.readouterr().err.startswith("microcal: ")


def test_a_folder_in_use_is_bad_usage(tmp_path, capsys):
    (tmp_path / "notes.txt").touch()
    assert main(["simulate", "--out", str(tmp_path), "--count", "1", "--jobs", "1"]) == 2
    complaint = capsys.readouterr().err.splitlines()[-1]
    assert complaint.startswith(f"microcal: {tmp_path}: the folder is not empty")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.slow
def test_a_simulated_image_is_read_as_a_radiograph(tmp_path, capsys):
    assert main(["simulate", "--out", str(tmp_path), "--count", "1", "--seed", "1"]) == 0
    (image,) = tmp_path.glob("*.dcm")
    assert main(["info", str(image)]) == 0
    assert "at the detector" in capsys.readouterr().out
