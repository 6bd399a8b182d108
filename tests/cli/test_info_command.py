import json

import pytest

import hostile_folder
from microcal_xray.cli import main


@pytest.fixture
def limb(tmp_path):
    hostile_folder.limb_with_a_line(tmp_path / "limb.png")
    return str(tmp_path / "limb.png")


def test_facts_are_said_in_words(limb, capsys):
    assert main(["info", limb]) == 0
    facts = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert facts["format"] == "PNG"
    assert facts["size"] == "160 rows x 120 columns, 100% usable"
    assert facts["bits"] == "16"
    assert facts["spacing"] == "pixel spacing unknown"
    assert facts["caution"] == "no pixel spacing: nothing is measured in millimetres"


def test_facts_are_said_as_json(limb, capsys):
    assert main(["info", limb, "--json", "--spacing-mm", "0.2"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["rows"], facts["columns"]) == (160, 120)
    assert facts["spacing_mm"] == [0.2, 0.2]
    assert facts["spacing_source"] == "user"
    assert facts["cautions"] == []


def test_an_overruled_polarity_is_said(limb, capsys):
    assert main(["info", limb, "--photometric", "MONOCHROME1"]) == 0
    assert "MONOCHROME1, stored with bone low" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_1(tmp_path, capsys):
    (tmp_path / "empty.dcm").touch()
    assert main(["info", str(tmp_path / "empty.dcm")]) == 1
    assert capsys.readouterr().err == f"microcal: {tmp_path / 'empty.dcm'}: the file is empty\n"


def test_a_missing_file_is_bad_usage(tmp_path, capsys):
    assert main(["info", str(tmp_path / "absent.dcm")]) == 2
    assert "no such file" in capsys.readouterr().err
