"""What a radiograph tells of its file: its bytes, who decoded it, and what the caller said."""

import hashlib
import math
import os
import sys
from dataclasses import replace
from importlib.metadata import version

import numpy as np
import pytest
import tifffile
from dicom_files import dx, ramp, saved
from PIL import Image
from pydicom import uid

from microcal_xray.loading import Photometric, origins, read_radiograph
from microcal_xray.loading.modality import attenuation
from microcal_xray.loading.origins import file_mark
from microcal_xray.origin import Reading, pixel_sha256
from microcal_xray.radiograph import radiograph_from_array
from microcal_xray.simulation.inserting import LineToInsert, insert_line


def test_the_hash_is_that_of_all_bytes(tmp_path):
    path = saved(dx(ramp(), bits=12), tmp_path)
    origin = read_radiograph(path).origin
    assert origin.file_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert origin.file_bytes == path.stat().st_size


@pytest.mark.parametrize(
    ("syntax", "decoders"),
    [
        (None, ["pydicom"]),
        (uid.RLELossless, ["pydicom"]),
        (uid.JPEGLSLossless, ["pydicom", "pyjpegls"]),
        (uid.JPEG2000Lossless, ["pydicom", "pylibjpeg", "pylibjpeg-openjpeg"]),
    ],
)
def test_the_decoders_of_dicom_are_named_with_their_versions(tmp_path, syntax, decoders):
    dataset = dx(ramp(), bits=12)
    if syntax:
        dataset.compress(syntax)
    origin = read_radiograph(saved(dataset, tmp_path)).origin
    assert origin.decoders == {name: version(name) for name in decoders}


def test_the_decoders_of_pictures_are_named_with_their_versions(tmp_path):
    grey = ramp(bits=8)
    Image.fromarray(grey).save(tmp_path / "a.png")
    Image.fromarray(grey).save(tmp_path / "a.jpg")
    tifffile.imwrite(tmp_path / "plain.tif", grey)
    Image.fromarray(grey).save(tmp_path / "packed.tif", compression="tiff_lzw")
    decoders = {path.name: read_radiograph(path).origin.decoders for path in tmp_path.iterdir()}
    for name in ("a.png", "a.jpg", "packed.tif"):
        assert decoders[name]["pillow"] == version("pillow")
        assert any(library.startswith("libjpeg") for library in decoders[name])
    assert decoders["plain.tif"] == {"tifffile": version("tifffile")}
    assert decoders["packed.tif"]["tifffile"] == version("tifffile")


def test_what_the_caller_said_is_recorded(tmp_path):
    path = saved(dx(ramp(), bits=12), tmp_path)
    assert read_radiograph(path).origin.reading == Reading()
    said = read_radiograph(
        path, spacing_mm=0.2, photometric=Photometric.MONOCHROME1, secondary_capture=True
    ).origin.reading
    assert said == Reading((0.2, 0.2), "MONOCHROME1", secondary_capture=True)


def test_an_array_has_no_file_and_a_changed_picture_none_any_more(tmp_path):
    assert radiograph_from_array(ramp()).origin is None
    stored = np.full((120, 120), 2000, np.uint16)
    radiograph = read_radiograph(saved(dx(stored, bits=12, PixelSpacing=[0.1, 0.1]), tmp_path))
    assert replace(radiograph, name="b").origin == radiograph.origin
    line = LineToInsert(np.array([[60.0, 15.0], [60.0, 105.0]]))
    changed, _ = insert_line(radiograph, line, resolution_mm=0.2, grey_per_log=80)
    assert changed.origin is None


def test_the_same_pixels_have_the_same_hash_however_they_are_stored(tmp_path):
    stored = ramp()
    plain = read_radiograph(saved(dx(stored, bits=12), tmp_path, "a.dcm"))
    packed_set = dx(stored, bits=12, PatientID="another")
    packed_set.compress(uid.JPEGLSLossless)
    packed = read_radiograph(saved(packed_set, tmp_path, "b.dcm"))
    turned_set = dx(4095 - stored, bits=12, PhotometricInterpretation="MONOCHROME1")
    turned = read_radiograph(saved(turned_set, tmp_path, "c.dcm"))
    hashes = {pixel_sha256(each.pixels, each.usable) for each in (plain, packed, turned)}
    assert len(hashes) == 1
    assert len({each.origin.file_sha256 for each in (plain, packed, turned)}) == 3


def test_attenuation_is_the_logarithm_in_double_precision_rounded_once():
    """Single precision logarithms differ between processors, and with them the hash of the pixels."""
    signal = np.arange(1, 65536, dtype=np.float32)
    full_scale = np.float32(math.log(65535))
    expected = full_scale - np.array([math.log(value) for value in signal.tolist()]).astype(np.float32)
    found = attenuation(signal, full_scale=65535, quantum=1)
    assert found.dtype == np.float32
    assert np.count_nonzero(found != expected) <= 1  # two good libraries may round a tie in 2**29 apart


def test_a_file_over_the_limit_is_not_hashed_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(origins, "_LARGEST_BYTES", 1000)
    (tmp_path / "small").write_bytes(b"x" * 1000)
    (tmp_path / "large").write_bytes(b"x" * 1001)
    assert file_mark(tmp_path / "small") == (hashlib.sha256(b"x" * 1000).hexdigest(), 1000)
    assert file_mark(tmp_path / "large") is None


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert file_mark(tmp_path / "pipe") is None


def test_what_cannot_be_read_has_no_mark(tmp_path):
    assert file_mark(tmp_path / "absent") is None
    assert file_mark(tmp_path) is None
    assert file_mark(tmp_path / "a\0b") is None
