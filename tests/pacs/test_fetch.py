"""Radiographs from an archive on the loopback."""

import io
import json
import stat
import sys

import pydicom
import pytest
from archive import archive
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless

from microcal_xray.cli import main
from microcal_xray.errors import OutputError, SettingsError
from microcal_xray.loading import read_radiograph
from microcal_xray.pacs import Connection, PacsAddress, Query, fetch
from microcal_xray.pacs.association import PacsError, RefusedError
from microcal_xray.simulation import Anatomy, Detector, simulate_limb, write_dicom


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Bytes of four images: two radiographs of a study, one of another patient, and a CT that is none."""
    folder = tmp_path_factory.mktemp("images")
    made = {}
    for seed, patient, accession, modality in (
        (1, "ID-7", "A-1", "DX"),
        (2, "ID-7", "A-1", "DX"),
        (3, "../../x", "A-2", "DX"),
        (4, "ID-7", "A-1", "CT"),
    ):
        limb = simulate_limb(anatomy=Anatomy.TIBIA, seed=seed, detector=Detector(160, 240, 0.5))
        dataset = pydicom.dcmread(write_dicom(limb, folder / f"{seed}.dcm"))
        dataset.PatientID, dataset.AccessionNumber, dataset.Modality = patient, accession, modality
        dataset.StudyInstanceUID = f"1.2.{accession[-1]}"
        buffer = io.BytesIO()
        dataset.save_as(buffer)
        made[str(dataset.SOPInstanceUID)] = buffer.getvalue()
    return made


def connection(there, **options):
    return Connection(PacsAddress("ARCHIVE", "127.0.0.1", there.port), timeout_s=5, pause_s=0.0, **options)


def fetched(query, there, folder, **options):
    return fetch(query, connection(there, **options), folder, pause=lambda seconds: None)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (Query(patient_id="ID-7"), 2),
        (Query(accession_number="A-2"), 1),
        (Query(study_instance_uid="1.2.1"), 2),
        (Query(patient_id="ID-7", accession_number="A-2"), 0),
        (Query(patient_id="ID-7", modalities=("CT",)), 1),
        (Query(patient_id="nobody"), 0),
    ],
)
def test_what_matches_is_fetched_and_nothing_else(images, tmp_path, query, count):
    with archive() as there:
        there.kept.update(images)
        summary = fetched(query, there, tmp_path / "new")
    files = sorted((tmp_path / "new").iterdir())
    assert (summary.found, summary.written, len(files)) == (count, count, count)
    for path in files:
        dataset = pydicom.dcmread(path)
        assert images[dataset.SOPInstanceUID].endswith(dataset.PixelData)
        assert read_radiograph(path).pixels.shape == (160, 240) or dataset.Modality == "CT"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_only_the_owner_can_open_them_and_no_name_is_from_a_tag(images, tmp_path):
    with archive() as there:
        there.kept.update(images)
        fetched(Query(patient_id="../../x"), there, tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    (path,) = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stem.isalnum()
    assert len(path.stem) == 16


def test_what_is_there_already_is_not_fetched_again(images, tmp_path):
    with archive() as there:
        there.kept.update(images)
        assert fetched(Query(patient_id="ID-7"), there, tmp_path).written == 2
        again = fetched(Query(patient_id="ID-7"), there, tmp_path)
    assert (again.found, again.written, there.gets) == (2, 0, 2)


def test_a_lost_connection_is_opened_again_and_goes_on(images, tmp_path):
    with archive() as there:
        there.kept.update(images)
        there.abort_get = 2
        summary = fetched(Query(patient_id="ID-7"), there, tmp_path)
    assert (summary.written, summary.failures) == (2, ())
    assert there.gets == 3


def test_an_image_that_is_not_given_out_is_a_failure_among_the_others(images, tmp_path):
    with archive(takes=["1.2.840.10008.5.1.4.1.1.1"]) as there:  # CR alone, and these are DX
        there.kept.update(images)
        summary = fetched(Query(patient_id="ID-7"), there, tmp_path)
    assert summary.written == 0
    assert len(summary.failures) == 2
    assert all(reason.startswith("an image was not sent") for reason in summary.failures)
    assert not list(tmp_path.iterdir())


def test_a_compressed_image_comes_as_it_is(images, tmp_path):
    dataset = pydicom.dcmread(io.BytesIO(next(iter(images.values()))))
    dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    with archive(syntaxes=(ExplicitVRLittleEndian, JPEG2000Lossless)) as there:
        there.kept[dataset.SOPInstanceUID] = buffer.getvalue()
        assert fetched(Query(patient_id="ID-7"), there, tmp_path).written == 1
    (path,) = tmp_path.iterdir()
    assert pydicom.dcmread(path).file_meta.TransferSyntaxUID == JPEG2000Lossless
    assert read_radiograph(path).acquisition.decoder


def test_too_many_are_refused_and_none_is_fetched(images, tmp_path):
    with archive() as there:
        there.kept.update(images)
        with pytest.raises(RefusedError, match="more than 1 images match; ask for fewer"):
            fetched(Query(patient_id="ID-7", most_images=1), there, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert there.gets == 0


def test_an_archive_that_cannot_answer_is_said(images, tmp_path):
    with archive() as there:
        there.kept.update(images)
        there.find_fails = True
        with pytest.raises(PacsError, match=r"does not answer this question \(status A700\)"):
            fetched(Query(patient_id="ID-7"), there, tmp_path)
    with archive(answers=()) as there, pytest.raises(PacsError):
        fetched(Query(patient_id="ID-7"), there, tmp_path)


def test_a_folder_that_is_a_file_is_refused(images, tmp_path):
    (tmp_path / "file").write_text("x")
    with archive() as there:
        there.kept.update(images)
        with pytest.raises(OutputError, match="cannot be made a private folder"):
            fetched(Query(patient_id="ID-7"), there, tmp_path / "file")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"study_date": "20240101"},
        {"patient_id": "*"},
        {"patient_id": " ??* "},
        {"patient_id": "A\\B"},
        {"accession_number": "x" * 65},
        {"study_instance_uid": "1.2.*"},
        {"patient_id": "ID-7", "study_date": "2024"},
        {"patient_id": "ID-7", "most_images": 0},
    ],
)
def test_a_question_that_is_none_or_would_match_all_is_refused(asked):
    with pytest.raises(SettingsError):
        Query(**asked)


def test_the_command_says_what_came(images, tmp_path, capsys):
    with archive() as there:
        there.kept.update(images)
        arguments = ["fetch", "--from", f"ARCHIVE@127.0.0.1:{there.port}", "--out", str(tmp_path / "new")]
        assert main([*arguments, "--patient", "ID-7"]) == 0
        assert capsys.readouterr().out == f"2 images found, 2 new: {tmp_path / 'new'}\n"
        assert main([*arguments, "--accession", "A-2", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == {
            "schema": "microcal-fetch/1",
            "found": 1,
            "written": 1,
            "failures": [],
        }
        assert main(arguments) == 2
        assert "give a study, a patient or an accession number" in capsys.readouterr().err
