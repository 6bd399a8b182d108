"""`microcal compare`, as a user runs it."""

import json

import numpy as np
import pytest
from PIL import Image

from compared_bones import bone, taken, with_line
from microcal_xray.cli import main


@pytest.fixture(scope="module")
def visits(tmp_path_factory):
    folder = tmp_path_factory.mktemp("visits")
    for name, who, how in (("before", 1, {}), ("after", 1, {"turn_deg": 3.0}), ("other", 2, {})):
        radiograph, _ = taken(with_line(bone(who), height=-0.7), seed=len(name), **how)
        levels = np.clip(radiograph.pixels * 14000 + 1000, 0, 65535).astype(np.uint16)
        Image.fromarray(levels).save(folder / f"{name}.png")
    return folder


def test_it_says_what_changed_and_writes_three_files(visits, tmp_path, capsys):
    files = [str(visits / f"{name}.png") for name in ("before", "after")]
    dates = "2020-02-03,2020-03-09"
    status = main(["compare", *files, "--spacing-mm", "0.25", "--dates", dates, "--out", str(tmp_path)])
    assert status == 0
    assert "before -> after:" in capsys.readouterr().out
    text = (tmp_path / "comparison.json").read_text()
    assert json.loads(text)["weeks"] == [0.0, 5.0]
    assert "2020-0" not in text
    assert (tmp_path / "comparison.html").exists()
    assert (tmp_path / "comparison.csv").exists()


def test_different_bones_end_with_one(visits, tmp_path, capsys):
    files = [str(visits / f"{name}.png") for name in ("before", "other")]
    assert main(["compare", *files, "--spacing-mm", "0.25", "--out", str(tmp_path)]) == 1
    assert "not comparable" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--weeks", "0"], "give one for each"),
        (["--weeks", "0,a"], "not a list of weeks"),
        (["--dates", "yesterday,today"], "YYYY-MM-DD"),
        (["--dates", "2020-03-01,2020-01-01"], "each date must be later than the one before"),
        (["--weeks", "0,1", "--dates", "2020-01-01,2020-01-02"], "not allowed with"),
    ],
)
def test_bad_usage_ends_with_two(options, complaint, visits, tmp_path, capsys):
    files = [str(visits / "before.png"), str(visits / "after.png")]
    assert main(["compare", *files, *options, "--out", str(tmp_path)]) == 2
    assert complaint in capsys.readouterr().err


def test_an_absent_file_is_named(visits, tmp_path, capsys):
    assert (
        main(["compare", str(visits / "absent.png"), str(visits / "after.png"), "--out", str(tmp_path)]) == 2
    )
    assert "absent.png: no such file" in capsys.readouterr().err
