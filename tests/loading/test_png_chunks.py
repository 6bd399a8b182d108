"""A PNG's chunks are walked before its decoder makes room for what they say."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from microcal_xray.errors import UnreadableRadiographError
from microcal_xray.loading import read_radiograph
from microcal_xray.loading.png_chunks import require_whole_chunks


def png(path, *, extra: bytes = b""):
    """Write a small PNG with more bytes before its last chunk."""
    Image.fromarray(np.arange(48 * 40, dtype=np.uint16).reshape(48, 40)).save(path, format="PNG")
    data = path.read_bytes()
    path.write_bytes(data[:-12] + extra + data[-12:])
    return path


def chunk(name: bytes, body: bytes, *, said: int | None = None) -> bytes:
    length = len(body) if said is None else said
    return struct.pack(">I", length) + name + body + struct.pack(">I", zlib.crc32(name + body))


def test_a_whole_picture_passes(tmp_path):
    path = png(tmp_path / "a.png", extra=chunk(b"tEXt", b"Title\0leg"))
    require_whole_chunks(path)
    assert read_radiograph(path).pixels.shape == (48, 40)


@pytest.mark.parametrize("said", [100, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_chunk_longer_than_the_file_is_refused(tmp_path, said):
    path = png(tmp_path / "a.png", extra=chunk(b"tEXt", b"Title\0leg", said=said))
    with pytest.raises(UnreadableRadiographError, match=f"says that it has {said} bytes, but"):
        read_radiograph(path)


def test_chunks_without_end_are_refused(tmp_path):
    path = png(tmp_path / "a.png", extra=chunk(b"tEXt", b"") * 200_001)
    with pytest.raises(UnreadableRadiographError, match="more than 200000 chunks"):
        read_radiograph(path)


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"GIF89a....", b"\x89PNG\r\n\x1a\n\0\0"])
def test_what_is_no_png_or_ends_at_once_is_left_to_others(tmp_path, content):
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    require_whole_chunks(path)
