"""Radiographs from a DICOMweb service on the loopback, honest and otherwise."""

import io
import json
import stat
import sys

import pydicom
import pytest
from pydicom.uid import JPEG2000Lossless
from web_archive import Reply, multipart, web_archive, web_connection

from microcal_xray.cli import main
from microcal_xray.loading import read_radiograph
from microcal_xray.pacs import PacsError, Query, RefusedError, fetch
from microcal_xray.pacs.failures import BusyError
from microcal_xray.simulation import Anatomy, Detector, simulate_limb, write_dicom

JSON = {"Content-Type": "application/dicom+json"}


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Files of four images: two radiographs of a study, one of another patient, and a CT that is none."""
    folder = tmp_path_factory.mktemp("images")
    limb = simulate_limb(anatomy=Anatomy.TIBIA, seed=1, detector=Detector(160, 240, 0.5))
    made = {}
    for number, patient, accession, modality in (
        (1, "ID-7", "A-1", "DX"),
        (2, "ID-7", "A-1", "DX"),
        (3, "../../x", "A-2", "DX"),
        (4, "ID-7", "A-1", "CT"),
    ):
        dataset = pydicom.dcmread(write_dicom(limb, folder / "one.dcm"))
        dataset.PatientID, dataset.AccessionNumber, dataset.Modality = patient, accession, modality
        dataset.StudyInstanceUID, dataset.StudyDate = f"1.2.{accession[-1]}", "20240315"
        dataset.SeriesInstanceUID = f"1.3.{number}"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.4.{number}"
        buffer = io.BytesIO()
        dataset.save_as(buffer, enforce_file_format=True)
        made[f"1.4.{number}"] = buffer.getvalue()
    return made


@pytest.fixture
def there(images):
    with web_archive() as there:
        there.kept.update(images)
        yield there


def fetched(query, there, folder, **options):
    return fetch(query, web_connection(there.port, **options), folder, pause=lambda seconds: None)


@pytest.mark.parametrize(
    ("query", "uids"),
    [
        (Query(patient_id="ID-7"), {"1.4.1", "1.4.2"}),
        (Query(accession_number="A-2"), {"1.4.3"}),
        (Query(study_instance_uid="1.2.1"), {"1.4.1", "1.4.2"}),
        (Query(patient_id="ID-7", accession_number="A-2"), set()),
        (Query(patient_id="ID-7", modalities=("CT",)), {"1.4.4"}),
        (Query(patient_id="ID-7", study_date="20240315"), {"1.4.1", "1.4.2"}),
        (Query(patient_id="nobody"), set()),
    ],
)
@pytest.mark.parametrize("page", [1, 1000])
def test_what_matches_is_fetched_byte_for_byte_and_nothing_else(images, there, tmp_path, query, uids, page):
    there.page = page
    summary = fetched(query, there, tmp_path / "new")
    files = {path.read_bytes() for path in (tmp_path / "new").iterdir()}
    assert files == {images[uid] for uid in uids}
    assert (summary.found, summary.written, summary.failures) == (len(uids), len(uids), ())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_only_the_owner_can_open_them_and_no_name_is_from_a_tag(there, tmp_path):
    fetched(Query(patient_id="../../x"), there, tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    (path,) = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stem.isalnum()
    assert len(path.stem) == 16
    assert read_radiograph(path).pixels.shape == (160, 240)


def test_what_is_there_already_is_not_fetched_again(there, tmp_path):
    assert fetched(Query(patient_id="ID-7"), there, tmp_path).written == 2
    again = fetched(Query(patient_id="ID-7"), there, tmp_path)
    assert (again.found, again.written, there.count("wado")) == (2, 0, 2)


def test_a_compressed_image_is_asked_for_as_it_is(images, there, tmp_path):
    dataset = pydicom.dcmread(io.BytesIO(images["1.4.3"]))
    dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    there.kept["1.4.3"] = buffer.getvalue()
    fetched(Query(accession_number="A-2"), there, tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.read_bytes() == buffer.getvalue()
    accepts = {headers["Accept"] for kind, _, headers in there.requests if kind == "wado"}
    assert accepts == {'multipart/related; type="application/dicom"; transfer-syntax=*'}


@pytest.mark.parametrize("qido", [Reply(503), Reply(body=None), Reply(429)])
@pytest.mark.parametrize("wado", [Reply(503), Reply(body=None), Reply(200, {"Content-Length": "9"})])
def test_what_may_be_better_later_is_tried_again(there, tmp_path, qido, wado):
    wado = Reply(wado.status, wado.headers | {"Content-Type": "application/dicom"}, wado.body)
    there.replies = {"qido": [qido], "wado": [wado]}
    summary = fetched(Query(patient_id="ID-7"), there, tmp_path)
    assert (summary.written, there.count("wado")) == (2, 3)
    assert len(list(tmp_path.iterdir())) == 2


def test_each_image_has_its_own_tries(there, tmp_path):
    there.replies["wado"] = [Reply(503)] * 2
    assert fetched(Query(patient_id="ID-7"), there, tmp_path, retries=2).written == 2
    (tmp_path / "new").mkdir()
    there.replies["wado"] = [Reply(503)] * 3
    with pytest.raises(BusyError):
        fetched(Query(patient_id="ID-7"), there, tmp_path / "new", retries=2)
    assert not list((tmp_path / "new").iterdir())


def cut(content):
    whole = multipart(content)
    return Reply(200, whole.headers, whole.body[: len(whole.body) // 2])


def object_reply(body, **headers):
    return Reply(200, {"Content-Type": "application/dicom"} | headers, body)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (lambda images: Reply(404), "does not give it (HTTP 404)"),
        (lambda images: Reply(406), "does not give it (HTTP 406)"),
        (lambda images: Reply(200, {"Content-Type": "text/html"}, b"<p>"), "is text/html, no DICOM object"),
        (lambda images: Reply(200, {"Content-Type": "multipart/related"}, b"--x"), "it has no boundary"),
        (lambda images: cut(images["1.4.1"]), "a broken multipart, it ends too early"),
        (lambda images: multipart(b""), "what came is another object"),
        (lambda images: multipart(b"rubbish" * 100), "what came is "),
        (lambda images: multipart(images["1.4.3"]), "what came is another object"),
        (lambda images: multipart(bytes(3_000_000)), "the answer is longer than the limit"),
        (lambda images: object_reply(b"", **{"Content-Length": "9999999"}), "longer than the limit"),
        (lambda images: object_reply(iter(lambda: bytes(65536), None)), "longer than the limit"),
    ],
)
def test_an_image_that_cannot_be_used_is_a_failure_among_the_others(images, there, tmp_path, reply, reason):
    there.replies["wado"] = [reply(images)]
    summary = fetched(Query(patient_id="ID-7"), there, tmp_path, largest_mb=1.0)
    assert (summary.found, summary.written) == (2, 1)
    (failure,) = summary.failures
    assert failure.startswith("an image was not sent (")
    assert reason in failure
    assert "\n" not in failure
    (path,) = tmp_path.iterdir()  # and nothing half written
    assert path.read_bytes() == images["1.4.2"]


def test_a_single_part_will_do(images, there, tmp_path):
    there.always["wado"] = Reply(200, {"Content-Type": "application/dicom"}, images["1.4.3"])
    assert fetched(Query(accession_number="A-2"), there, tmp_path).written == 1


@pytest.mark.parametrize(
    ("reply", "complaint"),
    [
        (Reply(200, {"Content-Type": "text/html"}, b"<h1>"), "the answer is text/html, no DICOM JSON"),
        (Reply(200, JSON, b"{"), "broken JSON"),
        (Reply(200, JSON, b'"x"'), "no DICOM JSON"),
        (Reply(200, JSON, b"[" + b"9" * 5000 + b"]"), "broken JSON"),
        (Reply(404), r"does not answer this question \(HTTP 404\); check the path"),
        (Reply(400), r"does not answer this question \(HTTP 400\)"),
        (Reply(301, {"Location": "https://elsewhere.example/"}), "sends us to elsewhere.example/"),
        (Reply(401), "wants a login"),
    ],
)
def test_an_answer_that_is_none_is_one_line(there, tmp_path, reply, complaint):
    there.always["qido"] = reply
    with pytest.raises(RefusedError, match=complaint):
        fetched(Query(patient_id="ID-7"), there, tmp_path)
    assert there.count("qido") == 1


@pytest.mark.parametrize("key", ["PatientID", "AccessionNumber", "StudyDate", "StudyInstanceUID"])
def test_an_archive_that_overlooks_what_was_asked_gives_no_strangers_images(there, tmp_path, key):
    there.overlooks = (key,)
    query = {
        "PatientID": Query(patient_id="ID-7"),
        "AccessionNumber": Query(accession_number="A-1"),
        "StudyDate": Query(patient_id="ID-7", study_date="20250101-20251231"),
        "StudyInstanceUID": Query(study_instance_uid="1.2.1"),
    }[key]
    with pytest.raises(RefusedError, match=f"lists studies of another {key}; it does not look at it"):
        fetched(query, there, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("date", ["20240315", "20240301-20240331", "20240315-", "-20240315"])
def test_dates_and_patterns_are_understood_as_the_archive_does(there, tmp_path, date):
    there.overlooks = ("StudyDate", "PatientID")
    there.kept = {uid: content for uid, content in there.kept.items() if uid != "1.4.3"}
    assert fetched(Query(patient_id="id-?", study_date=date), there, tmp_path).written == 2


@pytest.mark.parametrize(
    "listed", [b'{"vr": "UI", "Value": ["../../x"]}', b'{"Value": [{"a": 1}]}', b"7", b"{}"]
)
def test_identifiers_that_are_none_are_overlooked(there, tmp_path, listed):
    there.always["qido"] = Reply(
        200, JSON, b'[{"0020000D": %b, "0020000E": %b, "00080018": %b}]' % ((listed,) * 3)
    )
    assert fetched(Query(patient_id="ID-7"), there, tmp_path).found == 0
    assert there.count("wado") == 0


def test_too_many_are_refused_and_none_is_fetched(there, tmp_path):
    with pytest.raises(RefusedError, match="more than 1 images match; ask for fewer"):
        fetched(Query(patient_id="ID-7", most_images=1), there, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert there.count("wado") == 0


def test_an_archive_that_gives_the_same_page_for_ever_is_left(there, tmp_path):
    page = {"0020000D": "1.2.1", "0020000E": "1.3.1", "00080018": "1.4.1", "00080060": "DX"}
    body = json.dumps([{tag: {"Value": [value]} for tag, value in page.items()}]).encode()
    there.always["qido"] = Reply(200, JSON, body)
    assert fetched(Query(study_instance_uid="1.2.1"), there, tmp_path).written == 1
    assert there.count("qido") == 6


def test_nobody_there_is_said_after_the_retries(there, tmp_path):
    there.always["qido"] = Reply(body=None)
    with pytest.raises(PacsError, match="no archive answers, or the connection was lost"):
        fetched(Query(patient_id="ID-7"), there, tmp_path, retries=1)
    assert there.count("qido") == 2


def test_the_command_says_what_came(there, tmp_path, capsys):
    url = f"http://127.0.0.1:{there.port}/dicom-web/"
    arguments = ["fetch", "--from", url, "--out", str(tmp_path / "new")]
    assert main([*arguments, "--patient", "ID-7"]) == 0
    assert capsys.readouterr().out == f"2 images found, 2 new: {tmp_path / 'new'}\n"
    there.always["wado"] = Reply(404)
    assert main([*arguments, "--accession", "A-2", "--json"]) == 1
    said = capsys.readouterr()
    reason = f"an image was not sent ({url[:-1]}: does not give it (HTTP 404))"
    assert said.err == f"failed: {reason}\n"
    assert json.loads(said.out) == {
        "schema": "microcal-fetch/1",
        "found": 1,
        "written": 0,
        "failures": [reason],
    }
    assert main(arguments) == 2
