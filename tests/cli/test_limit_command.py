import json

import numpy as np
import pytest
from PIL import Image

from microcal_xray.cli import main
from test_detectable import limb


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp("limit") / "limb.png"
    Image.fromarray(np.clip(limb() * 50, 0, 65535).astype(np.uint16)).save(path)
    return str(path)


def test_the_limit_is_said_in_words_and_drawn(picture, tmp_path, capsys):
    out = tmp_path / "map.png"
    asked = ["limit", picture, "--probes", "0", "--spacing-mm", "0.25", "--map", str(out)]
    assert main([*asked, "--false-marks", "16"]) == 0
    said = capsys.readouterr().out
    assert "At 16 false marks per image, a dark line across the bone, 10 mm long," in said
    assert "Expected from the noise" in said
    assert " px" not in said
    with Image.open(out) as drawn:
        assert drawn.size == (240, 480)
        assert np.ptp(np.asarray(drawn).astype(int), axis=2).max() > 60  # in colour
        assert not drawn.info


def test_without_spacing_nothing_is_in_millimetres(picture, capsys):
    assert main(["limit", picture, "--probes", "0"]) == 0
    said = capsys.readouterr().out
    assert " px" in said
    assert " mm" not in said


def test_probes_are_counted(picture, capsys):
    assert main(["limit", picture, "--probes", "4", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["schema"] == "microcal-limit-report/1"
    assert report["probes"] == 4
    assert report["mm_per_px"] is None
    assert all(row["width_mm"] is None for row in report["rows"])


def test_a_picture_without_bone_excludes_nothing(tmp_path, capsys):
    path = tmp_path / "flat.png"
    Image.fromarray(np.full((64, 64), 7, np.uint8)).save(path)
    assert main(["limit", str(path), "--map", str(tmp_path / "map.png")]) == 0
    told = capsys.readouterr()
    assert told.out == "No bone was found to search: this image excludes nothing.\n"
    assert "not written" in told.err
    assert not (tmp_path / "map.png").exists()


def test_a_map_without_a_folder_is_refused_before_the_search(picture, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("microcal_xray.cli.limit.detectability", lambda *arguments, **options: 1 / 0)
    assert main(["limit", picture, "--map", str(tmp_path / "nowhere" / "map.png")]) == 2
    assert "map.png: the folder of the map is not there; make it" in capsys.readouterr().err


def test_bad_usage(tmp_path, picture, capsys):
    assert main(["limit", str(tmp_path / "absent.png")]) == 2
    assert main(["limit", picture, "--probes", "-3"]) == 2
    assert "probes is -3; it must be 0 to 2000" in capsys.readouterr().err
