"""`microcal send` to a real archive: Orthanc, on the loopback of a network namespace of its own."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest
from orthanc import require_orthanc, with_orthanc

import microcal_xray as mx
from microcal_xray.exporting import object_bytes

pytestmark = pytest.mark.slow
SAMPLE = Path(__file__).parents[2] / "sample_data" / "tibia_microcallus.dcm"
OBJECTS = 3
SCRIPT = """
send() {{
    {python} -m microcal_xray send "$1" --to "$2@127.0.0.1:14242" --json 2>>{folder}/errors
    echo "status $?"
}}
send {folder}/out ARCHIVE
send {folder}/out ARCHIVE
send {folder}/changed ARCHIVE
send {folder}/out WRONG
send {sample} ARCHIVE
fetch="{python} -m microcal_xray fetch --from ARCHIVE@127.0.0.1:14242 --out {folder}/fetched --json"
$fetch --patient {patient} 2>>{folder}/errors
$fetch --study {study} 2>>{folder}/errors
{python} -c "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:18042/statistics').read().decode())"
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    require_orthanc("sending to it")
    folder = tmp_path_factory.mktemp("orthanc")
    for name in ("out", "changed"):
        (folder / name).mkdir()
    made = mx.to_dicom(mx.find_lines(mx.read_radiograph(SAMPLE)), SAMPLE)
    assert len(made) == OBJECTS
    for kind, dataset in made.items():
        (folder / "out" / f"{kind}.dcm").write_bytes(object_bytes(dataset))
    report = (folder / "out" / "sr.dcm").read_bytes()
    (folder / "changed" / "sr.dcm").write_bytes(report.replace(b"COMPLETE", b"PARTIAL "))
    header = pydicom.dcmread(SAMPLE, stop_before_pixels=True)
    script = SCRIPT.format(
        folder=folder,
        python=sys.executable,
        sample=SAMPLE,
        patient=header.PatientID,
        study=header.StudyInstanceUID,
    )
    output = with_orthanc(folder, script)
    statuses = [int(status) for status in re.findall(r"^status (\d+)$", output, re.MULTILINE)]
    summaries = [json.loads(line) for line in output.splitlines() if line.startswith('{"schema"')]
    return output, statuses, summaries, (folder / "errors").read_text(), folder


def test_all_objects_are_there_and_identical_and_sending_twice_doubles_none(said):
    output, statuses, summaries, errors, _ = said
    assert statuses[:2] == [0, 0], errors
    assert [summary["identical"] for summary in summaries[:2]] == [OBJECTS, OBJECTS]
    assert f'"CountInstances" : {OBJECTS + 1}' in output  # and the image


def test_an_object_that_orthanc_silently_keeps_in_place_of_ours_is_found_out(said):
    _, statuses, summaries, errors, _ = said
    assert statuses[2] == 1
    assert (
        summaries[2]["failures"][0]["reason"] == "the archive keeps another object under this identifier"
    ), errors


def test_a_wrong_title_is_refused_and_said(said):
    _, statuses, _, errors, _ = said
    assert statuses[3] == 1
    assert "microcal: WRONG@127.0.0.1:14242: the archive refuses us as MICROCAL" in errors


def test_the_radiograph_comes_back_as_it_was_sent_and_the_objects_do_not_come(said):
    _, statuses, summaries, errors, folder = said
    assert statuses[4] == 0, errors
    by_patient, by_study = summaries[-2:]
    assert (by_patient["found"], by_patient["written"]) == (1, 1), errors
    assert (by_study["found"], by_study["written"]) == (1, 0)
    (path,) = (folder / "fetched").iterdir()
    assert pydicom.dcmread(path) == pydicom.dcmread(SAMPLE)
    assert np.array_equal(mx.read_radiograph(path).pixels, mx.read_radiograph(SAMPLE).pixels)
