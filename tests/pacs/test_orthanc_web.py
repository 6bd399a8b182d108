"""`microcal send` and `fetch` to the DICOMweb plugin of a real archive: Orthanc, by https with a login."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest
from orthanc import DICOM_PORT, DICOM_WEB, HTTP_PORT, require_dicom_web, with_orthanc

import microcal_xray as mx
from microcal_xray.exporting import ResultKind, object_bytes

pytestmark = pytest.mark.slow
SAMPLE = Path(__file__).parents[2] / "sample_data" / "tibia_microcallus.dcm"
OBJECTS = len(ResultKind)
HTTPS_PORT = 18443
SCRIPT = """
{python} {front} {https_port} {http_port} {tls}/all.pem {tls}/key.pem &
front=$!
trap 'kill $front $archive; wait $archive' EXIT
for attempt in $(seq 40); do ss -tln | grep -q :{https_port} && break; sleep 0.1; done
{python} {several} {folder}/commands.json 2>{folder}/errors
"""


def commands(folder, tls):
    header = pydicom.dcmread(SAMPLE, stop_before_pixels=True)
    url, study = f"https://localhost:{HTTPS_PORT}/dicom-web", ["--study", str(header.StudyInstanceUID)]
    trust, login = ["--tls-authorities", tls / "all.pem"], ["--login-file", folder / "login"]
    there = [*trust, *login, "--json"]
    fetch = ["fetch", "--from", url, *there, "--out"]
    every = [
        ["send", folder / "out", SAMPLE, "--to", url, *there],
        ["send", folder / "out", SAMPLE, "--to", url, *there],
        ["send", folder / "changed", "--to", url, *there],
        ["send", folder / "out", "--to", f"https://localhost:{HTTPS_PORT}/nowhere", *there],
        ["send", folder / "out", "--to", url, *trust],
        ["send", folder / "out", "--to", url, *login],
        ["send", folder / "out", SAMPLE, "--to", f"ARCHIVE@127.0.0.1:{DICOM_PORT}", "--json"],
        [*fetch, folder / "fetched", "--patient", header.PatientID],
        [*fetch, folder / "fetched", *study],
        [*fetch, folder / "results", "--modality", "SR,PR,OT,SEG", *study],
        [*fetch, folder / "none", "--accession", "nobody"],
    ]
    return [[str(word) for word in command] for command in every]


@pytest.fixture(scope="module")
def said(tmp_path_factory, certificate):
    require_dicom_web("DICOMweb")
    folder = tmp_path_factory.mktemp("orthanc")
    for name in ("out", "changed"):
        (folder / name).mkdir()
    (folder / "login").write_text("basic reader:s3cr3t\n")
    made = mx.to_dicom(mx.find_lines(mx.read_radiograph(SAMPLE)), SAMPLE, kinds=list(ResultKind))
    assert len(made) == OBJECTS
    for kind, dataset in made.items():
        (folder / "out" / f"{kind}.dcm").write_bytes(object_bytes(dataset))
    report = (folder / "out" / "sr.dcm").read_bytes()
    (folder / "changed" / "sr.dcm").write_bytes(report.replace(b"COMPLETE", b"PARTIAL "))
    (folder / "commands.json").write_text(json.dumps(commands(folder, certificate)))
    beside = Path(__file__).parent
    script = SCRIPT.format(
        folder=folder,
        tls=certificate,
        python=sys.executable,
        front=beside / "tls_front.py",
        several=beside / "several_commands.py",
        https_port=HTTPS_PORT,
        http_port=HTTP_PORT,
    )
    output = with_orthanc(
        folder,
        script,
        Plugins=[str(DICOM_WEB)],
        DicomWeb={"Enable": True, "Root": "/dicom-web/"},
        AuthenticationEnabled=True,
        RegisteredUsers={"reader": "s3cr3t"},
    )
    statuses = [int(status) for status in re.findall(r"^status (\d+)$", output, re.MULTILINE)]
    summaries = [json.loads(line) for line in output.splitlines() if line.startswith('{"schema"')]
    return statuses, summaries, (folder / "errors").read_text(), folder


def test_all_objects_and_the_image_are_there_and_identical(said):
    statuses, summaries, errors, _ = said
    assert statuses[:2] == [0, 0], errors
    assert [summary["identical"] for summary in summaries[:2]] == [OBJECTS + 1] * 2


def test_an_object_that_orthanc_silently_keeps_in_place_of_ours_is_found_out(said):
    statuses, summaries, errors, _ = said
    assert statuses[2] == 1
    reason = "the archive keeps another object under this identifier"
    assert summaries[2]["failures"][0]["reason"] == reason, errors


def test_a_wrong_path_no_login_and_an_unknown_certificate_are_refused_and_said(said):
    statuses, _, errors, _ = said
    assert statuses[3:6] == [1, 1, 1]
    assert "/nowhere: takes no objects there (HTTP 404); check the path\n" in errors
    assert "wants a login that it knows (HTTP 401)" in errors
    assert "its certificate is not trusted" in errors
    assert "s3cr3t" not in errors


def test_what_was_stowed_is_read_back_the_same_by_dimse(said):
    statuses, summaries, errors, _ = said
    assert statuses[6] == 0, errors
    assert summaries[3]["identical"] == OBJECTS + 1


def test_the_radiograph_comes_back_as_it_was_sent_and_the_objects_do_not_come(said):
    statuses, summaries, errors, folder = said
    assert statuses[7:] == [0, 0, 0, 0], errors
    by_patient, by_study, results, nobody = summaries[4:]
    assert (by_patient["found"], by_patient["written"]) == (1, 1), errors
    assert (by_study["found"], by_study["written"]) == (1, 0)
    assert (results["found"], results["written"]) == (OBJECTS, OBJECTS)
    assert nobody["found"] == 0
    (path,) = (folder / "fetched").iterdir()
    assert pydicom.dcmread(path) == pydicom.dcmread(SAMPLE)
    assert np.array_equal(mx.read_radiograph(path).pixels, mx.read_radiograph(SAMPLE).pixels)


def test_the_results_come_back_element_for_element(said):
    _, _, _, folder = said
    sent = {each.SOPInstanceUID: each for each in map(pydicom.dcmread, (folder / "out").iterdir())}
    came = [pydicom.dcmread(path) for path in (folder / "results").iterdir()]
    assert {each.SOPInstanceUID for each in came} == set(sent)
    assert all(each == sent[each.SOPInstanceUID] for each in came)
