"""What is asked of a file before a decoder or a parser of others meets it."""

import importlib.util
import io
import struct
import sys
from pathlib import Path

import pytest
from dicom_files import dx, ramp, saved
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom import uid

from microcal_xray.errors import NotARadiographError, UnreadableRadiographError
from microcal_xray.loading import read_radiograph
from microcal_xray.loading.codestream import jpeg2000_tiles
from microcal_xray.loading.origins import file_mark
from microcal_xray.loading.tiff_chain import require_short_chain


def _fuzzer():
    path = Path(__file__).parents[2] / "tools" / "fuzz_loaders.py"
    specification = importlib.util.spec_from_file_location("fuzz_loaders", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def chain(order: str, *, is_big: bool, nexts: list[int]) -> bytes:
    """Return directories without entries; the n-th stands at 16 + 16 n and leads to the given place."""
    count, offset = ("Q", "Q") if is_big else ("H", "I")
    mark = b"II" if order == "<" else b"MM"
    head = mark + struct.pack(order + "H", 43 if is_big else 42)
    head += struct.pack(order + "HHQ", 8, 0, 16) if is_big else struct.pack(order + "I", 16)
    data = head.ljust(16, b"\0")
    for following in nexts:
        data += (struct.pack(order + count, 0) + struct.pack(order + offset, following)).ljust(16, b"\0")
    return data


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("is_big", [False, True])
def test_a_circle_of_directories_is_refused_in_every_kind_of_tiff(tmp_path, order, is_big):
    path = tmp_path / "a.tif"
    path.write_bytes(chain(order, is_big=is_big, nexts=[32, 48, 16]))
    with pytest.raises(UnreadableRadiographError, match="in a circle"):
        require_short_chain(path)
    path.write_bytes(chain(order, is_big=is_big, nexts=[32, 48, 0]))
    require_short_chain(path)
    path.write_bytes(chain(order, is_big=is_big, nexts=[32, 1 << 30]))
    require_short_chain(path)
    path.write_bytes(chain(order, is_big=is_big, nexts=[16 * number for number in range(2, 300)]))
    with pytest.raises(NotARadiographError, match="over 100 pictures"):
        require_short_chain(path)


def test_a_circle_is_refused_at_the_door(tmp_path):
    target = io.BytesIO()
    Image.fromarray(ramp(bits=8)).save(target, "TIFF")
    data = bytearray(target.getvalue())
    (first,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * entries, first)
    (tmp_path / "a.tif").write_bytes(data)
    with pytest.raises(UnreadableRadiographError, match="in a circle"):
        read_radiograph(tmp_path / "a.tif")


def test_tiles_are_counted_and_one_that_is_missing_is_no_black_picture(tmp_path):
    dataset = dx(ramp(), bits=12)
    dataset.compress(uid.JPEG2000Lossless)
    stream = bytes(dataset.PixelData)
    assert jpeg2000_tiles(stream[stream.index(b"\xff\x4f\xff\x51") :]) == (1, 1)
    at = stream.index(b"\xff\x51") + 22
    dataset.PixelData = stream[:at] + struct.pack(">II", 24, 20) + stream[at + 8 :]
    with pytest.raises(UnreadableRadiographError, match="1 of 4 tiles"):
        read_radiograph(saved(dataset, tmp_path))


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space")
def test_a_length_of_four_gigabytes_asks_for_no_memory(tmp_path):
    resource = pytest.importorskip("resource")
    path = saved(dx(ramp(), bits=12), tmp_path)
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", 3840), b"\xf0\xff\xff\xff", 1))
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (mapped + (1 << 30), before[1]))
    try:
        assert read_radiograph(path).pixels.shape == (40, 48)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def test_a_file_of_many_gigabytes_is_not_hashed(tmp_path, monkeypatch):
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(6 << 30)
    monkeypatch.setattr("hashlib.sha256", None)
    assert file_mark(tmp_path / "sparse") is None


@pytest.mark.parametrize("number", [489, 2720, 8558])
def test_no_broken_stream_reaches_a_decoder_that_ends_the_process(tmp_path, number):
    # Cases of tools/fuzz_loaders.py: GDCM, asked after the first decoder, ended the process.
    path = tmp_path / "a.dcm"
    path.write_bytes(_fuzzer().case(number)[1])
    with pytest.raises(UnreadableRadiographError):
        read_radiograph(path)


@settings(derandomize=True, deadline=None, max_examples=100, database=None)
@given(number=st.integers(0, 2**32))
def test_any_spoiled_file_is_a_radiograph_or_one_clear_line(tmp_path_factory, number):
    path = tmp_path_factory.getbasetemp() / "spoiled"
    path.write_bytes(FUZZER.case(number)[1])
    assert FUZZER.outcome(path) in ("read", "refused")


FUZZER = _fuzzer()
