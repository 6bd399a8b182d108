"""Programs of others judge what we write: tools/check_dicom_results.py asks them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dicom_sources import SHARED_DATA

ROOT = Path(__file__).parents[2]
# A few of each sort, to keep the tests short; docs/dicom.md says how to ask about all.
SAMPLES = [ROOT / "sample_data" / name for name in ("tibia_fissure.dcm", "femur_plain.dcm")]
REAL = [SHARED_DATA / "dicom" / name for name in ("RG3_lowerleg_J2KI.dcm", "DX_dog_mono1.dcm")]
HERE = SAMPLES + [path for path in REAL if path.is_file()]
PACKAGES = {
    "dciodvfy": "dicom3tools",
    "DicomSRValidator": "pixelmed-apps",
    "dcmpschk": "dcmtk",
    "dcmp2pgm": "dcmtk",
    "dsrdump": "dcmtk",
}
pytestmark = pytest.mark.slow


def judging(files, programs):
    return subprocess.run(
        [sys.executable, ROOT / "tools" / "check_dicom_results.py", "--json", "--programs", programs, *files],
        capture_output=True,
        text=True,
        check=False,
    )


def verdicts(files, programs):
    run = judging(files, programs)
    assert run.stdout, run.stderr  # nothing is printed only after an exception
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def judged():
    return verdicts(HERE, "dciodvfy,dcmpschk,dcmp2pgm,dsrdump,read_results") + verdicts(
        SAMPLES, "DicomSRValidator"
    )


def require(program):
    if program in PACKAGES and shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (Debian package {PACKAGES[program]}): NOT validated")


@pytest.mark.parametrize("program", ["dciodvfy", "dcmpschk", "dcmp2pgm", "dsrdump", "read_results"])
def test_no_program_finds_an_error_in_any_object_of_any_image(judged, program):
    require(program)
    own = [verdict for verdict in judged if verdict["program"] == program]
    assert {verdict["file"] for verdict in own} == {path.name for path in HERE}
    assert [verdict for verdict in own if verdict["errors"]] == []


def test_the_real_images_were_among_them():
    if not all(path.is_file() for path in REAL):
        pytest.skip("the shared data are not here: results of real images were NOT validated")


def test_a_report_follows_its_templates_with_candidates_and_without(judged):
    require("DicomSRValidator")
    own = [verdict for verdict in judged if verdict["program"] == "DicomSRValidator"]
    assert len(own) == len(SAMPLES)
    assert [verdict for verdict in own if verdict["errors"]] == []


def test_what_is_no_radiograph_is_one_line_and_keeps_none_of_the_others_away(tmp_path):
    (tmp_path / "text.dcm").write_text("text")
    picture = ROOT / "docs" / "pictures" / "tibia_fissure.png"
    run = judging([tmp_path / "text.dcm", picture, tmp_path / "absent.dcm", SAMPLES[0]], "read_results")
    assert run.returncode == 1
    assert [verdict["file"] for verdict in json.loads(run.stdout)] == [SAMPLES[0].name]
    lines = run.stderr.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("NOT JUDGED: ") for line in lines)
    assert judging([SAMPLES[0]], "nonsense").returncode == 2
