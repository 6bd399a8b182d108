import hashlib
import json
from pathlib import Path

import numpy as np
import pydicom
import pytest

FOLDER = Path(__file__).parents[2] / "sample_data"
IMAGES = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))["images"]


def test_the_list_of_sums_covers_the_folder_and_is_true():
    lines = (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert set(listed) == {path.name for path in FOLDER.glob("*.dcm")} | {"truth.json"}
    for name, digest in listed.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest


def test_the_folder_is_small_enough_to_ship():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 15_000_000


def test_the_samples_are_as_various_as_promised():
    headers = [pydicom.dcmread(FOLDER / image["file"], stop_before_pixels=True) for image in IMAGES]
    assert {header.PhotometricInterpretation for header in headers} == {"MONOCHROME1", "MONOCHROME2"}
    assert {header.PresentationIntentType for header in headers} == {"FOR PROCESSING", "FOR PRESENTATION"}
    assert any(header.file_meta.TransferSyntaxUID.is_compressed for header in headers)
    assert {image["anatomy"] for image in IMAGES} == {"tibia", "femur", "forearm", "metatarsals"}
    assert sum(not image["lines"] for image in IMAGES) == 2
    assert {line["kind"] for image in IMAGES for line in image["lines"]} == {"lucent", "sclerotic"}


@pytest.mark.parametrize("image", IMAGES, ids=[image["file"] for image in IMAGES])
def test_the_truth_fits_the_file(image):
    header = pydicom.dcmread(FOLDER / image["file"], stop_before_pixels=True)
    assert (header.Rows, header.Columns) == (image["rows"], image["columns"])
    assert list(header.ImagerPixelSpacing) == image["spacing_mm"]
    assert 0.1 <= image["spacing_mm"][0] <= 0.16
    for line in image["lines"]:
        path = np.array(line["path_px"])
        assert (path >= 0).all()
        assert (path <= [image["rows"] - 1, image["columns"] - 1]).all()


def test_the_licence_is_cc0():
    assert "CC0-1.0" in (FOLDER / "LICENSE").read_text(encoding="utf-8")
