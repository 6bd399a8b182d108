import hashlib
import json
import shutil
import subprocess

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from microcal_xray.errors import SettingsError
from microcal_xray.findings import Kind
from microcal_xray.simulation import (
    Change,
    Course,
    Detector,
    Exposure,
    Family,
    Fissure,
    Helix,
    Mimic,
    Position,
    Target,
    View,
    line_from_the_side,
    line_later,
    simulate_folder,
    simulate_limb,
    simulate_pair,
    simulate_views,
)

LINE = Fissure(Course(60, length_mm=10, angle_to_bone_deg=84), width_mm=0.4)
SMALL = Detector(200, 220, 0.2)
TINY = Detector(130, 110, 0.9)
PLACE = {"detector": SMALL, "centre_mm": (0.0, -60.0), "seed": 4}


def test_a_healed_line_is_bright_and_lies_where_the_dark_one_was():
    before, after = simulate_pair(lines=[LINE], change=Change.HEALED, moved=Position(), **PLACE)
    assert [p.truth[0].kind for p in (before, after)] == [Kind.LUCENT, Kind.SCLEROTIC]
    middles = [p.truth[0].path_px.mean(axis=0) for p in (before, after)]
    assert middles[0] == pytest.approx(middles[1], abs=4)
    assert before.patient == after.patient
    assert (before.visit, after.visit) == (0, 1)


def test_a_line_that_grew_is_longer_and_one_that_vanished_is_gone():
    before, after = simulate_pair(lines=[LINE], change=Change.GREW, **PLACE)
    assert after.truth[0].length_mm > 1.4 * before.truth[0].length_mm
    assert simulate_pair(lines=[LINE], change=Change.VANISHED, **PLACE)[1].truth == ()


def test_the_bone_keeps_its_texture_when_it_is_shifted():
    quiet = Exposure(air_kerma_ugy=10_000)
    pair = simulate_pair(
        moved=Position(shift_mm=(4.0, 6.0)), exposure=quiet, **PLACE | {"centre_mm": (0, -25)}
    )
    down, right = 30, 20  # 6 and 4 mm
    before, after = (p.radiograph.pixels for p in pair)
    a, b = before[20:150, 60:160], after[20 + down : 150 + down, 60 + right : 160 + right]
    fine = [part - gaussian_filter(part, 5) for part in (a, b)]
    assert np.corrcoef(fine[0].ravel(), fine[1].ravel())[0, 1] > 0.9
    unshifted = after[20:150, 60:160]
    assert np.corrcoef(fine[0].ravel(), (unshifted - gaussian_filter(unshifted, 5)).ravel())[0, 1] < 0.6


def test_two_visits_in_one_position_differ_by_their_noise_alone():
    a, b = simulate_pair(moved=Position(), **PLACE)
    assert not np.array_equal(a.stored, b.stored)
    assert gaussian_filter(a.radiograph.pixels - b.radiograph.pixels, 8) == pytest.approx(0, abs=0.05)


def test_a_tilted_gap_leans_on_the_other_view_and_the_other_way_round():
    line = Fissure(Course(60, angle_to_bone_deg=70), 0.3, tilt_deg=12)
    side = line_from_the_side(line)
    assert side.course.angle_to_bone_deg == pytest.approx(78)
    assert side.tilt_deg == pytest.approx(20)
    assert line_from_the_side(Fissure(Helix(60))).course.start_deg == 90


def test_the_two_views_show_one_patient_at_the_same_height():
    front, side = simulate_views(lines=[LINE], **PLACE)
    assert (front.view, side.view) == (View.AP, View.LATERAL)
    assert front.patient == side.patient
    rows = [made.truth[0].path_px[:, 0].mean() for made in (front, side)]
    assert rows[0] == pytest.approx(rows[1], abs=12)
    assert line_later(LINE, Change.SAME) == LINE


def test_an_absurd_position_is_refused():
    with pytest.raises(SettingsError, match="turn_deg is 80"):
        Position(turn_deg=80)
    with pytest.raises(SettingsError, match="visit is -1"):
        simulate_limb(visit=-1)


def records(folder):
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))["images"]


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.mark.slow
def test_the_number_of_processes_changes_no_byte(tmp_path):
    for name, jobs in (("a", 1), ("b", 2)):
        simulate_folder(tmp_path / name, count=6, seed=7, jobs=jobs, detector=TINY)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


@pytest.mark.slow
@pytest.mark.parametrize("family", list(Family))
def test_forty_files_show_every_line_and_mimic_and_are_valid(family, tmp_path):
    detector = Detector(250, 150, 0.9)
    simulate_folder(tmp_path, count=40, seed=7, detector=detector, family=family)
    images = records(tmp_path)
    assert {line["target"] for image in images for line in image["lines"]} == {str(t) for t in Target}
    assert {mimic["kind"] for image in images for mimic in image["mimics"]} == {str(m) for m in Mimic}
    assert any(line["cluster"] for image in images for line in image["lines"])
    assert 0.25 <= sum(not image["lines"] for image in images) / 40 <= 0.45
    assert {i["relation"]["kind"] for i in images if i["relation"]} == {
        "healed",
        "grew",
        "vanished",
        "view",
        "twin",
    }
    patients = {image["file"]: image["patient"] for image in images}
    assert len(set(patients.values())) == 28
    for image in images:
        if image["relation"]:
            assert patients[image["relation"]["to"]] == image["patient"]
    anatomies = {image["anatomy"] for image in images}
    assert ("humerus" in anatomies) == (family is Family.HELD_OUT)
    program = shutil.which("dciodvfy")
    if program is None:
        pytest.skip("dciodvfy is not installed (Debian package dicom3tools): the files were NOT validated")
    for image in images:
        said = subprocess.run(
            [program, str(tmp_path / image["file"])], capture_output=True, text=True, check=False, timeout=60
        )
        assert "Error" not in said.stdout + said.stderr


def test_the_families_have_no_person_in_common(tmp_path):
    for family in Family:
        simulate_folder(tmp_path / family, count=2, seed=7, detector=TINY, family=family)
    sets = [{image["patient"] for image in records(tmp_path / family)} for family in Family]
    assert not sets[0] & sets[1]
