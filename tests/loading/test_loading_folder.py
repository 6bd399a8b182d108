"""A folder walked: every file judged by its content, in the same order everywhere, without getting lost."""

import os
from pathlib import Path

import numpy as np
import pytest
from dicom_files import dx, ramp, saved
from PIL import Image
from pydicom import uid
from pydicom.dataset import FileDataset

from microcal_xray.errors import NotARadiographError
from microcal_xray.loading import Verdict, find_radiographs, read_radiograph
from microcal_xray.radiograph import ImageCaution, Intent


def of_class(sop_class: uid.UID, **tags: object) -> FileDataset:
    return dx(ramp(), bits=12, SOPClassUID=sop_class, **tags)


def verdicts(folder: Path, **options: bool) -> dict[str, tuple[str, str | None]]:
    found = list(find_radiographs(folder, **options))
    return {file.path.relative_to(folder).as_posix(): (file.verdict.value, file.reason) for file in found}


RADIOGRAPHS = [
    (uid.ComputedRadiographyImageStorage, Intent.UNSPECIFIED),
    (uid.DigitalXRayImageStorageForPresentation, Intent.FOR_PRESENTATION),
    (uid.DigitalXRayImageStorageForProcessing, Intent.FOR_PROCESSING),
    (uid.DigitalIntraOralXRayImageStorageForPresentation, Intent.FOR_PRESENTATION),
    (uid.DigitalIntraOralXRayImageStorageForProcessing, Intent.FOR_PROCESSING),
    (uid.XRayAngiographicImageStorage, Intent.UNSPECIFIED),
    (uid.XRayRadiofluoroscopicImageStorage, Intent.UNSPECIFIED),
]


@pytest.mark.parametrize(("sop_class", "intent"), RADIOGRAPHS)
def test_projection_radiographs_are_accepted(tmp_path, sop_class, intent):
    path = saved(of_class(sop_class, PresentationIntentType=None), tmp_path)
    assert verdicts(tmp_path) == {"a.dcm": ("radiograph", None)}
    assert read_radiograph(path).intent is intent


@pytest.mark.parametrize(
    ("sop_class", "reason"),
    [
        (uid.CTImageStorage, "holds CT Image, not a projection radiograph"),
        (uid.MRImageStorage, "holds MR Image, not a projection radiograph"),
        (uid.ComprehensiveSRStorage, "holds Comprehensive SR"),
        (uid.GrayscaleSoftcopyPresentationStateStorage, "Presentation State"),
        (uid.SegmentationStorage, "holds Segmentation"),
        (uid.KeyObjectSelectionDocumentStorage, "holds Key Object Selection"),
        (uid.EncapsulatedPDFStorage, "holds Encapsulated PDF"),
        (uid.MediaStorageDirectoryStorage, "is a DICOMDIR"),
        (uid.DigitalMammographyXRayImageStorageForPresentation, "is a mammogram"),
        (uid.EnhancedXAImageStorage, "holds Enhanced XA"),
        (uid.UltrasoundImageStorage, "holds Ultrasound"),
    ],
)
def test_other_objects_are_skipped_with_their_name(tmp_path, sop_class, reason):
    path = saved(of_class(sop_class), tmp_path)
    ((verdict, said),) = verdicts(tmp_path, secondary_capture=True).values()
    assert verdict == "skipped"
    assert reason in said
    with pytest.raises(NotARadiographError, match=reason):
        read_radiograph(path)


@pytest.mark.parametrize(
    "sop_class", [uid.SecondaryCaptureImageStorage, uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage]
)
def test_secondary_captures_wait_for_permission(tmp_path, sop_class):
    path = saved(of_class(sop_class, Modality="OT"), tmp_path)
    ((verdict, reason),) = verdicts(tmp_path).values()
    assert verdict == "skipped"
    assert "secondary_capture=True" in reason
    assert "--secondary-capture" in reason
    with pytest.raises(NotARadiographError, match="secondary capture"):
        read_radiograph(path)
    assert verdicts(tmp_path, secondary_capture=True) == {"a.dcm": ("radiograph", None)}
    radiograph = read_radiograph(path, secondary_capture=True)
    assert np.array_equal(radiograph.pixels, ramp())
    assert radiograph.cautions & ImageCaution.SECONDARY_CAPTURE


def test_burned_in_text_is_a_caution(tmp_path):
    path = saved(dx(ramp(), BurnedInAnnotation="YES"), tmp_path)
    assert read_radiograph(path).cautions & ImageCaution.BURNED_IN_TEXT


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    for folder in ("b", "b/deep", "A", ".git"):
        (tmp_path / folder).mkdir()
    saved(dx(ramp(), bits=12), tmp_path, "b/deep/no extension")
    saved(dx(ramp(), bits=12), tmp_path, "b/wrong.txt")
    saved(of_class(uid.CTImageStorage), tmp_path, "A/ct.dcm")
    Image.fromarray(ramp(bits=8)).save(tmp_path / "A/tibia ü.png")
    (tmp_path / "A/truth.csv").write_text("a,b\n")
    (tmp_path / "A/truth.json").write_text("{}")
    (tmp_path / "empty.dcm").touch()
    (tmp_path / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (tmp_path / ".git/config").write_text("x")
    saved(dx(ramp(), bits=12, Rows=0), tmp_path, "zero.dcm")
    return tmp_path


def test_every_file_is_listed_with_a_verdict_in_the_order_of_names(mixed):
    found = verdicts(mixed)
    assert [(name, verdict) for name, (verdict, _) in found.items()] == [
        (".DS_Store", "skipped"),
        (".git", "skipped"),
        ("A/ct.dcm", "skipped"),
        ("A/tibia ü.png", "radiograph"),
        ("A/truth.csv", "skipped"),
        ("A/truth.json", "skipped"),
        ("b/deep/no extension", "radiograph"),
        ("b/wrong.txt", "radiograph"),
        ("empty.dcm", "failed"),
        ("zero.dcm", "failed"),
    ]
    for verdict, reason in found.values():
        assert (reason is None) == (verdict == "radiograph")
        assert reason is None or (reason.isprintable() and str(mixed) not in reason)
    assert found == verdicts(mixed)


def test_the_pixels_are_not_read(tmp_path, monkeypatch):
    saved(dx(ramp(), bits=12), tmp_path)
    Image.fromarray(ramp(bits=8)).save(tmp_path / "b.png")
    monkeypatch.setattr("microcal_xray.loading.dicom.read_whole", None)
    monkeypatch.setattr("microcal_xray.loading.pictures.picture_pixels", None)
    assert [found.verdict for found in find_radiographs(tmp_path)] == [Verdict.RADIOGRAPH] * 2


def test_a_single_file_is_judged_even_if_it_is_hidden(tmp_path):
    path = saved(dx(ramp(), bits=12), tmp_path, ".hidden")
    assert [(found.path, found.verdict) for found in find_radiographs(path)] == [(path, Verdict.RADIOGRAPH)]
    assert [found.verdict for found in find_radiographs(str(path))] == [Verdict.RADIOGRAPH]


def test_an_empty_folder_holds_nothing(tmp_path):
    assert list(find_radiographs(tmp_path)) == []


def linked(link: Path, target: Path) -> None:
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("this system makes no symbolic links")


def test_links_to_folders_are_not_followed_and_broken_links_fail(tmp_path):
    (tmp_path / "in").mkdir()
    saved(dx(ramp(), bits=12), tmp_path, "in/a.dcm")
    linked(tmp_path / "in/loop", tmp_path)
    linked(tmp_path / "in/gone", tmp_path / "nowhere")
    linked(tmp_path / "in/same.dcm", tmp_path / "in/a.dcm")
    assert {name: verdict for name, (verdict, _) in verdicts(tmp_path).items()} == {
        "in/a.dcm": "radiograph",
        "in/gone": "failed",
        "in/loop": "skipped",
        "in/same.dcm": "radiograph",
    }
    linked(tmp_path / "door", tmp_path / "in")
    assert verdicts(tmp_path / "door")["a.dcm"] == ("radiograph", None)


def test_a_folder_that_cannot_be_opened_fails_and_the_rest_goes_on(tmp_path, monkeypatch):
    for name in ("a", "locked", "z"):
        (tmp_path / name).mkdir()
        saved(dx(ramp(), bits=12), tmp_path, f"{name}/a.dcm")
    iterdir = Path.iterdir

    def locked(path: Path):
        if path.name == "locked":
            raise PermissionError(13, "Permission denied")
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", locked)
    assert verdicts(tmp_path) == {
        "a/a.dcm": ("radiograph", None),
        "locked": ("failed", "folder cannot be read (Permission denied)"),
        "z/a.dcm": ("radiograph", None),
    }


def test_a_file_that_cannot_be_opened_fails(tmp_path, monkeypatch):
    path = saved(dx(ramp(), bits=12), tmp_path)

    def denied(path: Path, mode: str = "r"):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert verdicts(tmp_path) == {path.name: ("failed", "cannot be read (Permission denied)")}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert verdicts(tmp_path) == {"pipe": ("skipped", "is not an ordinary file")}


def test_a_file_without_pixels_is_found_when_it_is_read(tmp_path):
    saved(dx(ramp(), bits=12, PixelData=None), tmp_path)
    assert verdicts(tmp_path) == {"a.dcm": ("radiograph", None)}
