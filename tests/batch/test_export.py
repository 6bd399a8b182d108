"""From an output folder to DICOM objects; all in this process, where tests/cli has real workers."""

import json
import os
import shutil
import stat
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image

from microcal_xray.batch import BatchOptions, Earlier, analyze, export
from microcal_xray.batch.output_folder import OutputFolder, keep_dicom
from microcal_xray.batch.supervisor import Outcome
from microcal_xray.errors import OutputError, SettingsError, UnreadableResultError
from microcal_xray.exporting import ExportOptions, read_results
from microcal_xray.simulation import Anatomy, Detector, simulate_limb, write_dicom

ONE = BatchOptions(jobs=1)
SR = ExportOptions(kinds=("sr",))
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Two simulated radiographs, one of them in a folder, and a picture that is no DICOM."""
    folder = tmp_path_factory.mktemp("images")
    (folder / "left leg").mkdir()
    detector = Detector(160, 240, 0.5)
    for seed, name in ((1, "a.dcm"), (2, "left leg/grün.dcm")):
        write_dicom(simulate_limb(anatomy=Anatomy.TIBIA, seed=seed, detector=detector), folder / name)
    Image.fromarray(np.full((40, 40), 900, np.uint16)).save(folder / "b.png")
    return folder


def in_this_process(items, work, answer=None, **_):
    for item in items:
        yield Outcome(item, work(item, ask=answer) if answer else work(item))


@pytest.fixture(autouse=True, scope="module")
def _no_processes():
    with pytest.MonkeyPatch.context() as patch:
        for module in ("analysis", "export"):
            patch.setattr(sys.modules[f"microcal_xray.batch.{module}"], "supervise", in_this_process)
        yield


@pytest.fixture(scope="module")
def run(images, tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "out"
    return out, analyze([images], out, options=ONE, dicom=ExportOptions())


@pytest.fixture
def done(images, run, tmp_path):
    """Images and an output folder that a test may spoil."""
    sources, out = tmp_path / "in", tmp_path / "out"
    shutil.copytree(images, sources)
    shutil.copytree(run[0], out)
    return sources, out, run[1]


def names(out):
    return sorted(path.name for path in (out / "dicom").iterdir())


def test_one_run_writes_report_and_objects(done):
    _, out, summary = done
    assert names(out) == list(summary.dicom.names)
    assert names(out) == [
        *(f"a.dcm.{kind}.dcm" for kind in ("gsps", "sc", "sr")),
        *(f"left leg__grün.dcm.{kind}.dcm" for kind in ("gsps", "sc", "sr")),
    ]
    assert (summary.dicom.images, summary.dicom.failures) == (2, ())
    assert [file for file, _ in summary.dicom.without] == ["b.png"]
    document = json.loads((out / "candidates.json").read_text(encoding="utf-8"))
    for record in document["images"]:
        if record["file_format"] == "DICOM":
            stem = record["file"].replace("/", "__")
            results = read_results(out / "dicom" / f"{stem}.sr.dcm")
            assert len(results.candidates) == len(record["candidates"])
            for line, written in zip(results.candidates, record["candidates"], strict=True):
                assert np.allclose(line.path_px, written["path_px"], atol=0.01)
    assert sum(len(record["candidates"]) for record in document["images"]) > 0


def test_an_export_afterwards_gives_the_same_objects_and_leaves_them_alone(done):
    sources, out, _ = done
    before = {path.name: (path.read_bytes(), path.stat().st_ino) for path in (out / "dicom").iterdir()}
    summary = export(out, [sources], jobs=1)
    assert list(summary.names) == sorted(before)
    assert before == {
        path.name: (path.read_bytes(), path.stat().st_ino) for path in (out / "dicom").iterdir()
    }


def test_a_fresh_export_differs_in_its_time_alone(done):
    sources, out, _ = done
    identifiers = {path.name: pydicom.dcmread(path).SOPInstanceUID for path in (out / "dicom").iterdir()}
    shutil.rmtree(out / "dicom")
    export(out, [sources], jobs=1)
    assert identifiers == {
        path.name: pydicom.dcmread(path).SOPInstanceUID for path in (out / "dicom").iterdir()
    }


@posix
def test_only_the_owner_can_open_folder_and_files_whatever_the_umask(done):
    sources, out, _ = done
    shutil.rmtree(out / "dicom")
    (out / "dicom").mkdir(mode=0o755)
    before = os.umask(0)
    try:
        export(out, [sources], options=SR, jobs=1)
    finally:
        os.umask(before)
    assert stat.S_IMODE((out / "dicom").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (out / "dicom").iterdir()} == {0o600}


def test_no_identity_stands_outside_the_folder_of_the_objects(done):
    _, out, _ = done
    for path in out.rglob("*"):
        if path.is_file() and path.parent.name != "dicom":
            assert b"SIMULATED^LIMB" not in path.read_bytes(), path
    assert any(b"SIMULATED^LIMB" in path.read_bytes() for path in (out / "dicom").iterdir())


def test_another_choice_removes_what_was_not_chosen(done):
    sources, out, _ = done
    export(out, [sources], options=SR, jobs=1)
    assert names(out) == ["a.dcm.sr.dcm", "left leg__grün.dcm.sr.dcm"]


def test_a_new_analysis_without_objects_leaves_none_of_the_old(done):
    sources, out, _ = done
    (out / "dicom" / "notes.txt").write_text("mine")
    analyze([sources], out, options=replace(ONE, earlier=Earlier.FRESH))
    assert names(out) == ["notes.txt"]
    (out / "dicom" / "notes.txt").unlink()
    keep_dicom(OutputFolder(out), [])
    assert not (out / "dicom").exists()


def test_a_changed_or_missing_image_fails_and_its_objects_of_before_stay(done):
    sources, out, _ = done
    other = simulate_limb(anatomy=Anatomy.TIBIA, seed=9, detector=Detector(160, 240, 0.5))
    write_dicom(other, sources / "a.dcm")
    (sources / "left leg" / "grün.dcm").unlink()
    summary = export(out, [sources], options=SR, jobs=1)
    assert summary.images == 0
    assert dict(summary.failures) == {
        "a.dcm": "holds another picture than the one that was analyzed; analyze it again",
        "left leg/grün.dcm": "is not there any more; give the same paths as to `microcal analyze`",
    }
    assert len(names(out)) == 6


def test_an_image_without_identifiers_is_a_failure_among_the_others(done, tmp_path):
    sources, _, _ = done
    dataset = pydicom.dcmread(sources / "a.dcm")
    del dataset.StudyInstanceUID
    dataset.save_as(sources / "a.dcm")
    summary = analyze([sources], tmp_path / "new", options=ONE, dicom=SR)
    assert summary.failed == 0
    assert [file for file, _ in summary.dicom.failures] == ["a.dcm"]
    assert "StudyInstanceUID is missing" in summary.dicom.failures[0][1]
    assert names(tmp_path / "new") == ["left leg__grün.dcm.sr.dcm"]


def test_a_single_file_is_found_again_by_the_same_path(images, tmp_path):
    out = tmp_path / "out"
    analyze([images / "left leg" / "grün.dcm"], out, options=ONE)
    export(out, [images / "left leg" / "grün.dcm"], options=SR, jobs=1)
    assert names(out) == ["grün.dcm.sr.dcm"]


@posix
def test_a_file_name_that_was_altered_in_the_report_is_found_again(images, tmp_path):
    sources, out = tmp_path / "in", tmp_path / "out"
    sources.mkdir()
    try:
        shutil.copy(images / "a.dcm", sources / os.fsdecode(b"caf\xe9\x1b.dcm"))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    analyze([sources], out, options=ONE, dicom=SR)
    (name,) = names(out)
    assert name.isprintable()


def images_of(out):
    return json.loads((out / "candidates.json").read_text(encoding="utf-8"))["images"]


def spoil_record(out, **changes):
    document = json.loads((out / "candidates.json").read_text(encoding="utf-8"))
    for record in document["images"]:
        if record["file"] == "a.dcm":
            for name, value in changes.items():
                record.update({name: value}) if value is not ... else record.pop(name)
    (out / "candidates.json").write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize("file", ["../in/a.dcm", "/etc/passwd", "x/../../in/a.dcm"])
def test_a_record_that_leads_out_of_the_folder_is_refused(done, file):
    sources, out, _ = done
    spoil_record(out, file=file)
    with pytest.raises(SettingsError, match="leads out of the folder"):
        export(out, [sources], options=SR, jobs=1)


def test_a_record_without_the_hash_of_its_pixels_has_no_proof_and_gets_no_objects(done):
    sources, out, _ = done
    capsule = next(each for each in images_of(out) if each["file"] == "a.dcm")["capsule"]
    spoil_record(out, capsule={**capsule, "pixel_sha256": None})
    summary = export(out, [sources], options=SR, jobs=1)
    assert [reason for _, reason in summary.failures] == [
        "a.dcm: the result does not say which pixels it is about; analyze again"
    ]


def result(**changes):
    head = {"schema": "microcal-candidates/1", "version": "0.1", "capsule": {}, "settings": {}, "images": []}
    return json.dumps({**head, **changes})


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "cannot be read"),
        ("{", "not a JSON file"),
        ("[]", "holds no result of `microcal analyze`"),
        ('{"schema": "microcal-candidates/2"}', "its schema is 'microcal-candidates/2'"),
        ('{"schema": "microcal-candidates/1"}', "holds no capsule"),
        (result(settings={"x": 1}), "unknown setting 'x'"),
        (result(version="<b>"), "does not say which version wrote it"),
        (result(images=[{"status": 1}]), "image 1 has no known status"),
        (
            result(images=[{"file": "a.dcm", "status": "skipped", "candidates": []}]),
            "image 1 is not as this version writes it",
        ),
    ],
)
def test_what_is_no_result_is_refused_in_one_line_and_makes_no_folder(tmp_path, images, content, complaint):
    out = tmp_path / "out"
    out.mkdir()
    if content is not None:
        (out / "candidates.json").write_text(content)
    with pytest.raises(UnreadableResultError, match=complaint) as refused:
        export(out, [images], options=SR, jobs=1)
    assert "\n" not in str(refused.value)
    assert not (out / "dicom").exists()


@posix
@pytest.mark.parametrize("thing", ["link", "file"])
def test_a_link_or_a_file_in_the_place_of_the_folder_is_refused(done, tmp_path, thing):
    sources, out, _ = done
    shutil.rmtree(out / "dicom")
    if thing == "link":
        (tmp_path / "elsewhere").mkdir()
        (out / "dicom").symlink_to(tmp_path / "elsewhere")
    else:
        (out / "dicom").write_text("x")
    with pytest.raises(OutputError, match=r"dicom: (is a link|cannot be made a private folder)"):
        export(out, [sources], options=SR, jobs=1)
    assert not list((tmp_path / "elsewhere").iterdir()) if thing == "link" else True


def test_the_names_of_objects_hold_nothing_from_a_tag(images, tmp_path):
    dataset = pydicom.dcmread(images / "a.dcm")
    dataset.PatientID, dataset.PatientName = "../../x", "Nobody^Else"
    sources = tmp_path / "in"
    sources.mkdir()
    dataset.save_as(sources / "1.dcm")
    analyze([sources], tmp_path / "out", options=ONE, dicom=SR)
    assert names(tmp_path / "out") == ["1.dcm.sr.dcm"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name in ("in", "out", "x")) == [
        "in",
        "out",
    ]
    assert not Path(tmp_path.parent / "x").exists()
