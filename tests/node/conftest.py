import gc

import pytest

import microcal_xray as mx
from microcal_xray.exporting import object_bytes
from microcal_xray.simulation import Anatomy, Detector, simulate_limb, write_dicom


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Let the tests of this room end without a word of sockets that pynetdicom left."""
    for item in items:
        if item.path.parent.name == "node":
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(scope="module", autouse=True)
def sockets_gone():
    """Collect the socket of a connection that failed here, not in whichever test comes later."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def limb_file(tmp_path_factory):
    """A small radiograph with a study of its own."""
    limb = simulate_limb(anatomy=Anatomy.TIBIA, seed=1, detector=Detector(160, 240, 0.5))
    return write_dicom(limb, tmp_path_factory.mktemp("limb") / "limb.dcm")


@pytest.fixture(scope="session")
def prepared(limb_file, tmp_path_factory):
    """A folder with the three results of that radiograph."""
    folder = tmp_path_factory.mktemp("prepared")
    for kind, made in mx.to_dicom(mx.find_lines(mx.read_radiograph(limb_file)), limb_file).items():
        (folder / f"limb.{kind}.dcm").write_bytes(object_bytes(made))
    return folder
