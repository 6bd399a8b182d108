"""`microcal listen` as it is, with Orthanc as the archive, in a network namespace of their own."""

import collections
import json
import re
import shutil
import subprocess
import sys

import pydicom
import pytest

from microcal_xray.simulation import Anatomy, Detector, simulate_limb, write_dicom
from pacs.test_orthanc import can_have_a_namespace

pytestmark = pytest.mark.slow
RESULTS = 3
REPORT, STATE, CAPTURE = (f"1.2.840.10008.5.1.4.1.1.{tail}" for tail in ("88.33", "11.1", "7"))
# Orthanc binds its ports on all addresses whatever its settings say, so it gets a loopback that nobody sees.
SCRIPT = """
ip link set lo up
cd {folder}
Orthanc settings.json >orthanc.log 2>&1 &
archive=$!
trap 'kill $archive $node; wait' EXIT
for attempt in $(seq 120); do grep -q "Orthanc has started" orthanc.log && break; sleep 0.25; done
node() {{
    {python} -m microcal_xray listen --port 11112 --aet NODE --out out --settle-seconds 1 --free-gib 0 \\
        --reply-to ARCHIVE@127.0.0.1:14242 --allow-from MICROCAL 2>>node.log &
    node=$!
    for attempt in $(seq 240); do [ $(grep -c " listening" node.log) -ge $1 ] && break; sleep 0.25; done
}}
wait_for() {{
    for attempt in $(seq 480); do [ $(grep -c "$1" node.log) -ge $2 ] && return; sleep 0.25; done
    echo "no line $1" >&2
}}
send() {{ {python} -m microcal_xray send $1 --to $2 --json >>sent 2>>errors; echo "status $?"; }}
statistics() {{
    {python} -c "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:18042/$1').read().decode())"
}}
count() {{ echo "count $(statistics statistics | sed -n 's/.*CountInstances" : \\([0-9]*\\).*/\\1/p')"; }}
node 1
send a.dcm ARCHIVE@127.0.0.1:14242
send a.dcm NODE@127.0.0.1:11112
wait_for " sent study" 1
count
send a.dcm NODE@127.0.0.1:11112
wait_for " known-already " 1
sleep 3
count
send b.dcm NODE@127.0.0.1:11112
kill -9 $node; wait $node
count
node 2
wait_for " sent study" 2
count
kill -TERM $node; wait $node; echo "status $?"
statistics "instances?expand" >instances.json
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    if shutil.which("Orthanc") is None:
        pytest.skip("Orthanc is not installed (Debian package orthanc): the node was NOT tested with it")
    if shutil.which("unshare") is None or not can_have_a_namespace():
        pytest.skip("no network namespace can be made here: the node was NOT tested with Orthanc")
    folder = tmp_path_factory.mktemp("node")
    settings = {
        "StorageDirectory": str(folder / "kept"),
        "IndexDirectory": str(folder / "kept"),
        "HttpPort": 18042,
        "DicomPort": 14242,
        "DicomAet": "ARCHIVE",
        "DicomCheckCalledAet": True,
        "DicomAlwaysAllowStore": True,
        "DicomAlwaysAllowFind": True,
        "DicomAlwaysAllowGet": True,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "OverwriteInstances": False,
        "Plugins": [],
    }
    (folder / "kept").mkdir()
    (folder / "settings.json").write_text(json.dumps(settings))
    for seed, name in ((1, "a"), (2, "b")):
        limb = simulate_limb(anatomy=Anatomy.TIBIA, seed=seed, detector=Detector(160, 240, 0.5))
        write_dicom(limb, folder / f"{name}.dcm")
    run = subprocess.run(
        ["unshare", "-n", "sh", "-c", SCRIPT.format(folder=folder, python=sys.executable)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return run, folder


def test_results_come_to_the_archive_once_and_a_killed_node_goes_on(ran):
    run, folder = ran
    told = f"{run.stdout}{run.stderr}{(folder / 'node.log').read_text()}"
    assert re.findall(r"^status (\d+)$", run.stdout, re.MULTILINE) == ["0"] * 5, told
    counts = [int(count) for count in re.findall(r"^count (\d+)$", run.stdout, re.MULTILINE)]
    image = 1
    assert counts == [image + RESULTS] * 3 + [image + 2 * RESULTS], told


def test_they_are_of_the_patient_and_the_study_that_were_sent(ran):
    _, folder = ran
    instances = json.loads((folder / "instances.json").read_text())
    classes = collections.Counter()
    sources = [pydicom.dcmread(folder / f"{name}.dcm") for name in "ab"]
    for path in sorted((folder / "kept").rglob("*")):
        if not path.is_file() or path.stat().st_size < 200 or path.read_bytes()[128:132] != b"DICM":
            continue
        kept = pydicom.dcmread(path)
        (source,) = [each for each in sources if each.StudyInstanceUID == kept.StudyInstanceUID]
        assert (kept.PatientID, kept.PatientName) == (source.PatientID, source.PatientName)
        classes[kept.SOPClassUID] += 1
    assert len(instances) == 1 + 2 * RESULTS
    assert classes == {sources[0].SOPClassUID: 1, REPORT: 2, STATE: 2, CAPTURE: 2}


def test_the_log_names_nobody(ran):
    _, folder = ran
    log = (folder / "node.log").read_text()
    for name in "ab":
        source = pydicom.dcmread(folder / f"{name}.dcm")
        for value in (source.PatientID, source.PatientName, source.StudyInstanceUID, source.SOPInstanceUID):
            assert str(value) not in log
