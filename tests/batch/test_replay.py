"""A recorded run once more, with the real rooms: what is the same, what differs and why, what is missing."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.uid import JPEGLSLossless

import hostile_folder
from microcal_xray import __version__
from microcal_xray.batch import BatchOptions, FoundBy, Verdict, analyze, replay
from microcal_xray.batch.replaying import environment_differences
from microcal_xray.batch.supervisor import Outcome
from microcal_xray.loading import Photometric
from microcal_xray.settings import Settings
from microcal_xray.simulation import Detector, simulate_limb, write_dicom

ONE = BatchOptions(jobs=1)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder with a PNG, a DICOM, a broken file and a text, and the result of its analysis."""
    folder = tmp_path_factory.mktemp("replay")
    files = folder / "in"
    files.mkdir()
    hostile_folder.limb_with_a_line(files / "limb.png")
    write_dicom(
        simulate_limb(seed=3, detector=Detector(240, 360, 0.143), centre_mm=(0, -150)), files / "limb.dcm"
    )
    (files / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 200)
    (files / "notes.txt").write_text("none")
    analyze([files], folder / "out", options=BatchOptions(jobs=1, settings=Settings(false_marks=3)))
    return folder


@pytest.fixture
def files(run, tmp_path):
    """A copy of the files, to be spoiled."""
    return shutil.copytree(run / "in", tmp_path / "copy")


@pytest.fixture
def edited(run, tmp_path):
    """Gives the result file after a change of the document, with some of its images."""

    def edit(change, keep=("limb.png",)):
        document = json.loads((run / "out" / "candidates.json").read_text(encoding="utf-8"))
        change(document)
        document["images"] = [each for each in document["images"] if each["file"] in keep]
        path = tmp_path / "edited.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return edit


@pytest.fixture
def in_process(monkeypatch):
    """Do the work here and not in a child process, whose start takes a second."""

    def work_here(tasks, work, *, jobs, limits):
        yield from (Outcome(task, work(task)) for task in tasks)

    monkeypatch.setattr("microcal_xray.batch.replaying.supervise", work_here)


def image(document, file):
    return next(each for each in document["images"] if each["file"] == file)


def of_image(found, file):
    return next(each for each in found.images if each.file == file)


def said(found, file):
    return [str(each) for each in of_image(found, file).differences]


def test_an_unchanged_run_is_the_same_to_the_last_digit_whatever_the_jobs(run):
    document = json.loads((run / "out" / "candidates.json").read_text(encoding="utf-8"))
    assert image(document, "limb.png")["candidates"]  # there is something to compare
    reports = []
    found = [
        replay(run / "out", run / "in", options=BatchOptions(jobs=jobs), report=reports.append)
        for jobs in (1, 2)
    ]
    assert found[0] == found[1]
    assert found[0].is_same
    assert [(each.file, each.exact, each.found_by) for each in found[0].images] == [
        ("broken.png", True, FoundBy.FILE),
        ("limb.dcm", True, FoundBy.FILE),
        ("limb.png", True, FoundBy.FILE),
    ]
    assert found[0].skipped == 1
    assert found[0].environment == ()
    assert [report.done for report in reports] == [0, 1, 2, 3] * 2


def test_files_are_found_when_renamed_changed_in_their_tags_or_compressed_anew(run, files):
    (files / "sub").mkdir()
    (files / "limb.png").rename(files / "sub" / "7f")
    dataset = dcmread(files / "limb.dcm")
    dataset.PatientID = "ANOTHER"
    dataset.compress(JPEGLSLossless)
    dataset.save_as(files / "0001")
    for name in ("limb.dcm", "broken.png"):
        (files / name).unlink()
    found = replay(run / "out", files, options=ONE)
    assert of_image(found, "limb.png").found_as == "sub/7f"
    assert of_image(found, "limb.dcm").found_as == "0001"
    assert of_image(found, "limb.dcm").found_by is FoundBy.PIXELS
    assert of_image(found, "limb.dcm").verdict is of_image(found, "limb.png").verdict is Verdict.SAME
    assert of_image(found, "broken.png").verdict is Verdict.MISSING
    assert not found.is_same


def test_a_tag_that_changes_the_result_is_a_difference_though_the_pixels_are_the_same(run, files, in_process):
    dataset = dcmread(files / "limb.dcm")
    dataset.ImagerPixelSpacing = [0.2, 0.2]
    dataset.save_as(files / "limb.dcm")
    again = of_image(replay(run / "out", files), "limb.dcm")
    assert (again.verdict, again.found_by) == (Verdict.DIFFERENT, FoundBy.PIXELS)
    assert str(again.differences[0]) == "spacing_mm[0] 0.143 -> 0.2"


def test_other_pixels_under_the_old_name_are_different_and_named_first(run, files, in_process):
    grey = np.asarray(Image.open(files / "limb.png")).copy()
    grey[5, 5] += 1
    Image.fromarray(grey).save(files / "limb.png")
    again = of_image(replay(run / "out", files, options=ONE), "limb.png")
    assert (again.verdict, again.found_by) == (Verdict.DIFFERENT, FoundBy.NAME)
    assert again.differences[0].what == "pixels"


def test_a_changed_score_is_named_and_a_rounding_is_none(run, edited, in_process):
    def change(document):
        first = image(document, "limb.png")["candidates"][0]
        first["score"] += 0.02

    score = image(json.loads((run / "out" / "candidates.json").read_text()), "limb.png")["candidates"][0][
        "score"
    ]
    found = replay(edited(change), run / "in", options=ONE)
    assert said(found, "limb.png") == [f"candidate 1 score {score + 0.02} -> {score}"]

    def round_off(document):
        image(document, "limb.png")["candidates"][0]["path_px"][0][0] += 0.01

    again = of_image(replay(edited(round_off), run / "in", options=ONE), "limb.png")
    assert (again.verdict, again.exact) == (Verdict.SAME, False)


def test_what_may_be_the_cause_stands_first(run, edited, in_process):
    def change(document):
        document["capsule"]["versions"] |= {"microcal_xray": "0.0.1", "numpy": "1.26.0"}
        document["capsule"]["models"]["ranker"] = "ab" * 32
        image(document, "limb.dcm")["capsule"]["decoders"]["pydicom"] = "2.0.0"
        image(document, "limb.dcm")["rows"] += 1

    found = replay(edited(change, keep=("limb.png", "limb.dcm")), run / "in", options=ONE)
    assert of_image(found, "limb.png").verdict is Verdict.SAME  # other versions alone are no difference
    told = said(found, "limb.dcm")
    assert told[0] == f"microcal_xray 0.0.1 -> {__version__}"
    assert [words.split()[0] for words in told] == ["microcal_xray", "numpy", "model", "pydicom", "rows"]
    assert [each.what for each in found.environment] == ["microcal_xray", "numpy", "model ranker"]


def test_the_recorded_settings_are_used(run, edited, in_process):
    found = replay(
        edited(lambda document: document["settings"].update(false_marks=1e-9)), run / "in", options=ONE
    )
    now = {each.what: each.now for each in of_image(found, "limb.png").differences}
    assert now["number of candidates"] == 0


def test_a_file_is_read_as_it_was_read(run, tmp_path, in_process):
    options = BatchOptions(jobs=1, spacing_mm=(0.2, 0.25), photometric=Photometric.MONOCHROME1)
    analyze([run / "in" / "limb.png"], tmp_path / "out", options=options)
    document = json.loads((tmp_path / "out" / "candidates.json").read_text(encoding="utf-8"))
    assert document["images"][0]["capsule"]["reading"] == {
        "spacing_mm": [0.2, 0.25],
        "photometric": "MONOCHROME1",
        "secondary_capture": False,
    }
    found = replay(tmp_path / "out", run / "in", options=ONE)
    assert found.is_same
    assert found.images[0].exact


def test_a_file_that_can_be_read_now_is_different(run, files, in_process):
    shutil.copy(files / "limb.png", files / "broken.png")
    assert said(replay(run / "out", files, options=ONE), "broken.png")[0] == "status failed -> ok"


def test_a_file_that_takes_too_long_is_different_and_harms_no_other(run):
    found = replay(run / "out", run / "in", options=BatchOptions(jobs=1, time_limit_s=0.001))
    assert said(found, "limb.png") == [
        "status ok -> failed",
        "reason null -> stopped after 0.001 s, the time limit for one file",
    ]


def test_a_field_of_a_later_version_is_compared(run, edited, in_process):
    found = replay(
        edited(lambda document: image(document, "limb.png").update(later={"width_mm": 0.3})),
        run / "in",
        options=ONE,
    )
    assert said(found, "limb.png") == ["later an object of 1 -> null"]


def test_no_images_at_all_are_the_same(run, edited, tmp_path):
    (tmp_path / "empty").mkdir()
    assert replay(edited(lambda document: document.update(images=[])), tmp_path / "empty").is_same


def test_no_folder_and_no_patient_stands_in_the_result(run):
    text = (run / "out" / "candidates.json").read_text(encoding="utf-8")
    dataset = dcmread(run / "in" / "limb.dcm")
    for secret in (
        str(run),
        run.name,
        str(dataset.PatientID),
        str(dataset.PatientName),
        dataset.SOPInstanceUID,
    ):
        assert secret
        assert secret not in text


@pytest.mark.parametrize("hostile", [[], "x", {"numpy": {"a": [1] * 9}}, None, 10**400])
def test_a_hostile_capsule_is_a_difference(hostile):
    now = {"versions": {"numpy": "2.2.0"}, "models": {"ranker": "ab"}, "seeds": {}}
    for name in now:
        for each in environment_differences({name: hostile}, now):
            assert len(str(each)) < 200
