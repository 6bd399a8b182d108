import datetime
import gc

import pytest

import microcal_xray as mx
from microcal_xray.exporting import object_bytes
from microcal_xray.simulation import Anatomy, Detector, simulate_limb, write_dicom

NOON = datetime.datetime(2030, 1, 2, 12, 0, 0)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Let the tests of this room end without a word of sockets that pynetdicom left."""
    for item in items:
        if "pacs" in item.path.parts and _is_of_pynetdicom(item.path):
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(autouse=True)
def sockets_gone(request):
    """Collect the socket of a connection that failed here, not in whichever test comes later."""
    yield
    if _is_of_pynetdicom(request.path):
        gc.collect()


def _is_of_pynetdicom(path):
    return not path.name.startswith("test_web_")  # our own client leaves no socket


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    """An output folder with a report, a state and a capture."""
    folder = tmp_path_factory.mktemp("objects")
    limb = simulate_limb(anatomy=Anatomy.TIBIA, seed=1, detector=Detector(160, 240, 0.5))
    path = write_dicom(limb, folder / "a.dcm")
    (folder / "dicom").mkdir()
    for kind, dataset in mx.to_dicom(mx.find_lines(mx.read_radiograph(path)), path, created=NOON).items():
        (folder / "dicom" / f"a.{kind}.dcm").write_bytes(object_bytes(dataset))
    return folder


@pytest.fixture(scope="package")
def report(folder):
    return folder / "dicom" / "a.sr.dcm"
