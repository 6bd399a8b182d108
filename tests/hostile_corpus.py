"""Files that mean harm, made by code, each with the status it must end with and a part of the reason."""

import io
import os
import socket
import struct
import sys
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, PngImagePlugin
from pydicom import uid
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence

sys.path.append(str(Path(__file__).parent / "loading"))
from dicom_files import dx, ramp, with_stream

SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("evil","x")'
ESCAPE = "\x1b]0;owned\x07"
SECRETS = ("SECRET^PATIENT", "SECRET-ID", "alert(1)</script>", "HYPERLINK", "owned", "../../evil")


class Hostile(NamedTuple):
    """A file: what is in it, the status it must get, a part of the reason."""

    content: bytes
    status: str
    reason: str = ""


def corpus() -> dict[str, Hostile]:
    """Return the files by name."""
    with warnings.catch_warnings():  # pydicom warns of bad values, which here are the point
        warnings.simplefilter("ignore")
        return _dicom() | _codestreams() | _pictures() | _others()


def _bytes(dataset) -> bytes:
    target = io.BytesIO()
    dataset.save_as(target, enforce_file_format=False)
    return target.getvalue()


def _head(**tags) -> bytes:
    """Return a file up to the end of its meta information."""
    whole = _bytes(dx(ramp(), **tags))
    return whole[: 132 + 12 + struct.unpack_from("<I", whole, 140)[0]]


def _deflated(inflated: bytes) -> bytes:
    dataset = dx(ramp())
    dataset.file_meta.TransferSyntaxUID = uid.DeflatedExplicitVRLittleEndian
    whole = _bytes(dataset)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    meta = 132 + 12 + struct.unpack_from("<I", whole, 140)[0]
    return whole[:meta] + deflate.compress(inflated) + deflate.flush()


def _body() -> bytes:
    return _bytes(dx(ramp()))[len(_head()) :]


def _dicom() -> dict[str, Hostile]:
    head, body = _head(), _body()
    sequence = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff"
    lut, other_body = dx(ramp() // 5), _bytes(dx(ramp() // 6))[len(head) :]
    lut.add_new(0x00283000, "SQ", Sequence([dx(ramp(), PixelData=None)]))
    text = dx(
        ramp() // 7, PatientName=SCRIPT, PatientID=FORMULA, StudyDescription=ESCAPE, BodyPartExamined=FORMULA
    )
    text.SOPInstanceUID = "../../evil"
    return {
        "deflate of zeros.dcm": Hostile(_deflated(b"\0" * (64 << 20)), "failed"),
        "deflate behind a header.dcm": Hostile(
            _deflated(body + b"\0" * (64 << 20)), "failed", "inflates to more"
        ),
        "deflate broken.dcm": Hostile(_deflated(body)[:-900] + b"\xff" * 900, "failed"),
        "frames.dcm": Hostile(_bytes(dx(ramp(), NumberOfFrames=1_000_000)), "skipped", "1000000 frames"),
        "65535 square.dcm": Hostile(
            _bytes(dx(ramp(), Rows=65535, Columns=65535)), "failed", "150 megapixels"
        ),
        "no rows.dcm": Hostile(_bytes(dx(ramp(), Rows=0)), "failed", "no picture"),
        "truncated.dcm": Hostile(_bytes(dx(ramp()))[:-999], "failed", "truncated"),
        "nested.dcm": Hostile(head + sequence * 5000, "failed"),
        "nested with a length.dcm": Hostile(head + _nested(400), "failed"),
        "four gigabytes.dcm": Hostile(head + b"\x08\0\x08\0OB\0\0\xf0\xff\xff\xffabc", "failed"),
        "pixels of four gigabytes.dcm": Hostile(
            head + other_body.replace(struct.pack("<I", 3840), b"\xf0\xff\xff\xff"), "ok"
        ),
        "empty elements.dcm": Hostile(head + b"\x08\0\x08\0CS\0\0" * 30_000, "failed", "elements"),
        "empty meta elements.dcm": Hostile(head[:132] + b"\2\0\3\0CS\0\0" * 30_000, "failed", "elements"),
        "zeros after DICM.dcm": Hostile(head[:132] + b"\0" * 400_000, "failed", "elements"),
        "meta of four gigabytes.dcm": Hostile(head[:140] + b"\xff\xff\xff\xff" + head[144:] + body, "ok"),
        "only DICM.dcm": Hostile(head[:132], "failed"),
        "CT.dcm": Hostile(_bytes(dx(ramp(), SOPClassUID=uid.CTImageStorage)), "skipped"),
        "DICOMDIR": Hostile(
            _bytes(dx(ramp(), SOPClassUID=uid.MediaStorageDirectoryStorage, PixelData=None)), "skipped"
        ),
        "document.dcm": Hostile(_bytes(dx(ramp(), SOPClassUID=uid.EncapsulatedPDFStorage)), "skipped"),
        "no class.dcm": Hostile(_bytes(dx(ramp(), SOPClassUID=SCRIPT)), "skipped", "unknown kind"),
        "lookup table of nothing.dcm": Hostile(_bytes(lut), "ok"),
        "text in tags.dcm": Hostile(_bytes(text), "ok"),
        "program in the preamble.dcm": Hostile(b"MZ" + b"\x90" * 126 + _bytes(dx(ramp() // 2))[128:], "ok"),
        "many character sets.dcm": Hostile(
            _bytes(dx(ramp() // 3, SpecificCharacterSet="\\".join(["ISO 2022 IR 87"] * 500))), "ok"
        ),
    }


def _nested(depth: int) -> bytes:
    """Return sequences in sequences, each with a true length."""
    content = b""
    for _ in range(depth):
        item = b"\xfe\xff\0\xe0" + struct.pack("<I", len(content)) + content
        content = b"\x08\0\x40\x11SQ\0\0" + struct.pack("<I", len(item)) + item
    return content


def _compressed(syntax, change: Callable[[bytearray], None]) -> bytes:
    dataset = dx(ramp())
    dataset.compress(syntax)
    stream = bytearray(dataset.PixelData)
    change(stream)
    dataset.PixelData = bytes(stream)
    return _bytes(dataset)


def _put(marker: bytes, offset: int, data: bytes) -> Callable[[bytearray], None]:
    def change(stream: bytearray) -> None:
        at = stream.index(marker) + offset
        stream[at : at + len(data)] = data

    return change


def _jpeg(size: bytes | None = None) -> bytes:
    target = io.BytesIO()
    Image.fromarray(ramp(bits=8)).save(target, "JPEG")
    stream = bytearray(target.getvalue())
    if size is not None:
        at = stream.index(b"\xff\xc0") + 5
        stream[at : at + 4] = size
    return bytes(stream)


def _codestreams() -> dict[str, Hostile]:
    j2k, jls, siz = uid.JPEG2000Lossless, uid.JPEGLSLossless, b"\xff\x51"
    huge = struct.pack(">II", 60000, 60000)
    rle = struct.pack("<16I", 1, 64, *[0] * 14)
    jpeg, jpeg_huge = _jpeg(), _jpeg(struct.pack(">HH", 65000, 65000))
    twice = jpeg[: jpeg.index(b"\xff\xda")] + jpeg_huge[jpeg_huge.index(b"\xff\xc0") :]
    wild = dx(ramp(bits=8))
    wild.file_meta.TransferSyntaxUID = uid.JPEGBaseline8Bit
    wild.PixelData = encapsulate([jpeg])[:-8] + b"\xfe\xff\0\xe0\0\xff\xff\xff"
    wild["PixelData"].VR, wild["PixelData"].is_undefined_length = "OB", True

    def stream(data: bytes, syntax, **tags) -> bytes:
        dataset = with_stream(dx(ramp(bits=8), **tags), data, syntax)
        return _bytes(dataset)

    return {
        "j2k of 60000.dcm": Hostile(_compressed(j2k, _put(siz, 6, huge)), "failed", "60000 x 60000"),
        "j2k of a million tiles.dcm": Hostile(
            _compressed(j2k, _put(siz, 22, struct.pack(">II", 1, 1))), "failed", "1 of 1920 tiles"
        ),
        "j2k of 16384 parts.dcm": Hostile(
            _compressed(j2k, _put(siz, 38, struct.pack(">H", 16384))), "failed", "16384 samples"
        ),
        "j2k of 38 bits.dcm": Hostile(_compressed(j2k, _put(siz, 40, b"\x25")), "failed"),
        "j2k cut.dcm": Hostile(_compressed(j2k, lambda data: data.__delitem__(slice(200, None))), "failed"),
        "jpeg-ls of 60000.dcm": Hostile(
            _compressed(jls, _put(b"\xff\xf7", 5, struct.pack(">HH", 60000, 60000))),
            "failed",
            "60000 x 60000",
        ),
        "jpeg of 65000.dcm": Hostile(stream(jpeg_huge, uid.JPEGBaseline8Bit), "failed", "65000 x 65000"),
        "jpeg of two sizes.dcm": Hostile(stream(twice, uid.JPEGBaseline8Bit), "failed"),
        "jpeg lossless of nothing.dcm": Hostile(stream(jpeg[:300], uid.JPEGLosslessSV1), "failed"),
        "jpeg for j2k.dcm": Hostile(stream(jpeg, j2k), "failed", "no frame header"),
        "rle of 20000.dcm": Hostile(
            stream(rle + b"\x81\0" * 9000, uid.RLELossless, Rows=20000, Columns=20000),
            "failed",
            "150 megapixels",
        ),
        "rle of too much.dcm": Hostile(
            stream(rle + b"\x81\0" * 100_000, uid.RLELossless), "failed", "too many"
        ),
        "rle beyond the end.dcm": Hostile(
            stream(struct.pack("<16I", 1, 0xFFFFFFF0, *[0] * 14) + b"\x81\0", uid.RLELossless), "failed"
        ),
        "rle of 255 segments.dcm": Hostile(
            stream(struct.pack("<16I", 255, *[64] * 15) + b"\x81\0", uid.RLELossless), "failed"
        ),
        "fragment of four gigabytes.dcm": Hostile(_bytes(wild), "ok"),
        "video.dcm": Hostile(stream(b"\0\0\1\xb3" * 99, uid.MPEG4HP41), "failed", "cannot be decoded"),
        "fragment of nothing.dcm": Hostile(
            stream(b"\0\0", uid.JPEGBaseline8Bit), "failed", "no frame header"
        ),
    }


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(rows: int, columns: int, data: bytes, *before: bytes) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(before) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _tiff(entries: list[tuple[int, int, int, int]], rest: bytes = b"", following: int = 0) -> bytes:
    directory = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    head = b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + struct.pack("<I", following)
    return head.ljust(300, b"\0") + rest


def _tiff_of(size: int, *, compression: int = 1, strip: bytes = b"", following: int = 0, **other) -> bytes:
    entries = [(256, 4, 1, size), (257, 4, 1, size), (258, 3, 1, 8), (259, 3, 1, compression), (262, 3, 1, 1)]
    entries += [(273, 4, other.get("strips", 1), 300), (277, 3, 1, 1), (278, 4, 1, size)]
    return _tiff(
        [*entries, (279, 4, other.get("strips", 1), other.get("length", len(strip)))], strip, following
    )


def _pictures() -> dict[str, Hostile]:
    zeros = zlib.compress(b"\0" * (64 << 20), 9)
    fine = zlib.compress(b"".join(b"\0" + row.tobytes() for row in ramp(64, 64, bits=8)))
    animated = io.BytesIO()
    frames = [Image.fromarray(np.full((8, 8), value, np.uint8)) for value in range(20)]
    frames[0].save(animated, "PNG", save_all=True, append_images=frames[1:])
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SCRIPT)
    told = io.BytesIO()
    Image.fromarray(ramp(60, 50, bits=8)).save(told, "PNG", pnginfo=info)
    jpeg = _jpeg()
    pages = io.BytesIO()
    frames[0].save(pages, "TIFF", save_all=True, append_images=frames[1:])
    return {
        "30000 square.png": Hostile(_png(30000, 30000, zlib.compress(b"\0")), "failed", "150 megapixels"),
        "two billion wide.png": Hostile(_png(1, 0x7FFFFFFF, zlib.compress(b"\0")), "failed", "megapixels"),
        "inflates too far.png": Hostile(_png(64, 64, zeros), "ok"),
        "text that inflates.png": Hostile(_png(64, 64, fine, _chunk(b"zTXt", b"a\0\0" + zeros)), "failed"),
        "profile that inflates.png": Hostile(_png(64, 64, fine, _chunk(b"iCCP", b"a\0\0" + zeros)), "failed"),
        "less than it says.png": Hostile(_png(64, 64, zlib.compress(b"\0" * 99)), "failed", "truncated"),
        "wrong sum.png": Hostile(
            _png(64, 64, fine).replace(b"IDAT", b"IDAT", 1)[:-20] + b"\0" * 20, "failed"
        ),
        "animated.png": Hostile(animated.getvalue(), "skipped", "20 pictures"),
        "script in a text.png": Hostile(told.getvalue(), "ok"),
        "65000 square.jpg": Hostile(_jpeg(struct.pack(">HH", 65000, 65000)), "failed", "150 megapixels"),
        "half.jpg": Hostile(jpeg[: len(jpeg) // 2], "failed", "truncated"),
        "no size.jpg": Hostile(b"\xff\xd8\xff\xe0" + b"\xff" * 5000, "failed"),
        "40000 square.tif": Hostile(_tiff_of(40000, length=1_600_000_000), "failed", "150 megapixels"),
        "strip that inflates.tif": Hostile(_tiff_of(60, compression=8, strip=zeros), "ok"),
        "circle of pages.tif": Hostile(_tiff_of(64, strip=b"\1" * 4096, following=8), "failed"),
        "four billion strips.tif": Hostile(_tiff_of(64, strip=b"\1" * 4096, strips=0xFFFFFFFF), "failed"),
        "strip beyond the end.tif": Hostile(_tiff_of(64, length=0xFFFFFFF0), "failed"),
        "many pages.tif": Hostile(pages.getvalue(), "skipped", "20 pictures"),
        "no entries.tif": Hostile(_tiff([]), "failed"),
    }


def _others() -> dict[str, Hostile]:
    laughs = (
        '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' + '<!ENTITY b "&a;&a;">' * 99 + "]><l>&b;</l>"
    )
    return {
        "empty.dcm": Hostile(b"", "failed", "empty"),
        "laughs.xml": Hostile(laughs.encode(), "skipped", "neither DICOM"),
        "page.svg": Hostile(f"<svg>{SCRIPT}</svg>".encode(), "skipped", "neither DICOM"),
        "model.pkl": Hostile(b"\x80\x04cos\nsystem\n(S'true'\ntR.", "skipped", "neither DICOM"),
        "bomb.zip": Hostile(b"PK\x03\x04" + b"\0" * 500, "skipped", "ZIP"),
        "bomb.gz": Hostile(b"\x1f\x8b" + b"\0" * 500, "skipped", "gzip"),
        "program.exe": Hostile(b"MZ" + b"\0" * 500, "skipped", "neither DICOM"),
    }


def names() -> list[str]:
    """Return names that attack a page, a table, a terminal, a shell or another system."""
    listed = [
        "<img src=x onerror=alert(1)>.png",
        "=cmd|' &C calc'!A0.png",
        "@SUM(1).png",
        "-rf.png",
        "$(reboot).png",
        "%2e%2e%2fetc.png",
        "con.png",
        "a" * 240 + ".png",
    ]
    if sys.platform == "linux":
        listed += [ESCAPE + ".png", "line\nbreak.png", "turned\u202egnp.exe", os.fsdecode(b"caf\xe9.png")]
    return listed


def fill(folder: Path) -> dict[str, Hostile]:
    """Write all of it; return what is expected of each file by its name."""
    expected = corpus()
    for name, hostile in expected.items():
        (folder / name).write_bytes(hostile.content)
    for number, name in enumerate(names()):
        grey = np.add.outer(np.arange(24), np.arange(20)) * 200 + number
        Image.fromarray(grey.astype(np.uint16)).save(folder / name, format="PNG")
        expected[name] = Hostile(b"", "ok")
    return expected | (_special(folder) if sys.platform == "linux" else {})


def _special(folder: Path) -> dict[str, Hostile]:
    """Make what is no ordinary file, and two sparse files of gigabytes."""
    for name, target in {"zero": "/dev/zero", "nowhere": "absent", "up": "..", "self": "self"}.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)  # the path of a socket must be short
        try:
            server.bind("socket")
        finally:
            os.chdir(here)
    for name, magic in {"sparse.dcm": b"\0" * 128 + b"DICM", "sparse.png": b"\x89PNG\r\n\x1a\n"}.items():
        with (folder / name).open("wb") as file:
            file.write(magic)
            file.truncate(6 << 30)
    return {
        "zero": Hostile(b"", "skipped", "not an ordinary file"),
        "nowhere": Hostile(b"", "failed", "leads nowhere"),
        "up": Hostile(b"", "skipped", "link to a folder"),
        "self": Hostile(b"", "failed", "cannot be read"),
        "pipe": Hostile(b"", "skipped", "not an ordinary file"),
        "socket": Hostile(b"", "skipped", "not an ordinary file"),
        "sparse.dcm": Hostile(b"", "failed", "limit"),
        "sparse.png": Hostile(b"", "failed"),
    }
