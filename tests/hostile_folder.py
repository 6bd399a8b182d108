"""A folder of files as nobody would wish them, made by code; each with the status it must get."""

import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from drawing import gaussian_line, shaft

LINE = "a line.png"


def fill(folder: Path) -> dict[str, str]:
    """Fill a folder; return the expected status of each file by its name relative to the folder."""
    expected = {}
    for name, (content, status) in _contents().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        expected[name] = status
    return expected


def limb_with_a_line(path: Path, *, mark: int = 0) -> None:
    """Write a picture of a shaft with one dark line across it; another mark makes another picture."""
    grey = shaft((160, 120), width_px=60, soft_px=100, noise=4)
    grey -= gaussian_line(grey.shape, 10, fwhm_px=4, height=120, length_px=50)
    grey[0, 0] = mark
    save(path, grey)


def save(path: Path, grey: np.ndarray) -> None:
    Image.fromarray(np.clip(grey * 40 + 2000, 0, 65535).astype(np.uint16)).save(path, format="PNG")


def _contents() -> dict[str, tuple[bytes, str]]:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64)).astype(np.uint8)
    ramp = np.tile(np.arange(64, dtype=np.uint8) * 4, (64, 1))
    return {
        "empty.dcm": (b"", "failed"),
        "text.txt": (b"dear colleague,\n", "skipped"),
        "truncated.dcm": (b"\0" * 128 + b"DICM\x02\0\0\0UL\x04\0", "failed"),
        "truncated.png": (_png(ramp)[:-600], "failed"),
        "bomb.png": (_png_declaring(30_000, 30_000), "failed"),
        "lying.png": (_png_declaring(64, 64), "failed"),
        "8x8.png": (_png(np.zeros((8, 8), np.uint8)), "ok"),
        "constant.png": (_png(np.full((64, 64), 7, np.uint8)), "ok"),
        "noise.png": (_png(noise), "ok"),
        "sub folder/grün 骨.png": (_png(ramp), "ok"),
        "=cmd|' /C calc'!A0.png": (_png(ramp // 2), "ok"),
        "<script>alert(1)<.png": (_png(ramp // 3), "ok"),
        ".hidden.png": (_png(ramp), "skipped"),
    }


def _png(grey: np.ndarray) -> bytes:
    rows, columns = grey.shape
    raw = b"".join(b"\0" + row.tobytes() for row in grey)
    return _png_header(rows, columns) + _chunk(b"IDAT", zlib.compress(raw, 0)) + _chunk(b"IEND", b"")


def _png_declaring(rows: int, columns: int) -> bytes:
    """Return a picture whose header says more than its data hold."""
    data = _chunk(b"IDAT", zlib.compress(b"\0" * 9))
    return _png_header(rows, columns) + data + _chunk(b"IEND", b"")


def _png_header(rows: int, columns: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
