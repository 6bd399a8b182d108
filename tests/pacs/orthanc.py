"""A real archive for the tests: Orthanc, on the loopback of a network namespace of its own.

Orthanc binds its ports on all addresses whatever its settings say, so it gets a loopback that nobody sees.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

DICOM_PORT, HTTP_PORT = 14242, 18042
DICOM_WEB = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
_AROUND = """
ip link set lo up
Orthanc {folder}/settings.json >{folder}/log 2>&1 &
archive=$!
trap 'kill $archive; wait $archive' EXIT
for attempt in $(seq 120); do grep -q "Orthanc has started" {folder}/log && break; sleep 0.25; done
{script}
"""


def require_orthanc(what):
    """Skip, and say what was not tested, where Orthanc or a namespace cannot be had."""
    if shutil.which("Orthanc") is None:
        pytest.skip(f"Orthanc is not installed (Debian package orthanc): {what} was NOT tested")
    if shutil.which("unshare") is None or not _can_have_a_namespace():
        pytest.skip(f"no network namespace can be made here: {what} was NOT tested")


def require_dicom_web(what):
    """Skip, and say what was not tested, where the plugin cannot be had."""
    require_orthanc(what)
    if not DICOM_WEB.is_file():
        pytest.skip(
            f"Orthanc's plugin is not installed (Debian package orthanc-dicomweb): {what} was NOT tested"
        )


def _can_have_a_namespace():
    run = subprocess.run(["unshare", "-n", "ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    return run.returncode == 0


def with_orthanc(folder, script, **settings):
    """Run a shell script beside a fresh Orthanc that keeps its things in a folder; return what it printed."""
    settings = {
        "StorageDirectory": str(folder / "kept"),
        "IndexDirectory": str(folder / "kept"),
        "HttpPort": HTTP_PORT,
        "DicomPort": DICOM_PORT,
        "DicomAet": "ARCHIVE",
        "DicomCheckCalledAet": True,
        "DicomAlwaysAllowStore": True,
        "DicomAlwaysAllowFind": True,
        "DicomAlwaysAllowGet": True,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "OverwriteInstances": False,
        "Plugins": [],
    } | settings
    (folder / "kept").mkdir()
    (folder / "settings.json").write_text(json.dumps(settings))
    run = subprocess.run(
        ["unshare", "-n", "sh", "-c", _AROUND.format(folder=folder, script=script)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    return run.stdout
