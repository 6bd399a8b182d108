"""What a file is, by its first bytes and never by its name."""

from enum import StrEnum
from pathlib import Path

from ..errors import NotARadiographError, UnreadableRadiographError

_BYTES_NEEDED = 132
_DICM_AT = 128


class FileKind(StrEnum):
    """The kinds of file that can hold a radiograph."""

    DICOM = "DICOM"
    BARE_DICOM = "DICOM without a preamble"
    PNG = "PNG"
    JPEG = "JPEG"
    TIFF = "TIFF"


_PICTURES = {
    b"\x89PNG\r\n\x1a\n": FileKind.PNG,
    b"\xff\xd8\xff": FileKind.JPEG,
    b"II*\0": FileKind.TIFF,
    b"MM\0*": FileKind.TIFF,
    b"II+\0": FileKind.TIFF,
    b"MM\0+": FileKind.TIFF,
}

_FOREIGN = {
    b"GIF8": "a GIF picture",
    b"BM": "a BMP picture",
    b"\0\0\0\x0cjP  ": "a JPEG 2000 picture",
    b"\xff\x4f\xff\x51": "a JPEG 2000 picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
}

_BARE_STARTS = (b"\x08\0", b"\x02\0", b"\0\x08")  # group 0008 or 0002; group 0008 in big endian
_LAST_PLAUSIBLE_ELEMENT = 0x100


def sniff(path: Path) -> FileKind:
    """Return the kind of a file.

    A DICOM file without its 128-byte preamble is only recognised when it begins as data sets do, with group
    0002 or 0008 and a low element; read with force, any text would "succeed" as an empty data set.

    Raises
    ------
    NotARadiographError
        If it is of another kind; the text says which, and what to do.
    UnreadableRadiographError
        If it is absent, empty, a folder or no ordinary file.
    OSError
        If it cannot be opened.
    """
    _require_file(path)
    with path.open("rb") as file:
        head = file.read(_BYTES_NEEDED)
    if not head:
        raise UnreadableRadiographError("the file is empty")
    if head[_DICM_AT:] == b"DICM":
        return FileKind.DICOM
    for magic, kind in _PICTURES.items():
        if head.startswith(magic):
            return kind
    if _begins_like_a_data_set(head):
        return FileKind.BARE_DICOM
    raise NotARadiographError(_foreign(head))


def _require_file(path: Path) -> None:
    # A pipe or a device would block or never end, so nothing but an ordinary file is ever opened.
    if path.is_file():
        return
    if path.is_dir():
        raise UnreadableRadiographError("is a folder; look for its radiographs with find_radiographs")
    if path.is_symlink() or not path.exists():
        raise UnreadableRadiographError("no such file or folder")
    raise UnreadableRadiographError("is not an ordinary file")


def _begins_like_a_data_set(head: bytes) -> bool:
    if len(head) < 8 or head[:2] not in _BARE_STARTS:
        return False
    element = int.from_bytes(head[2:4], "big" if head[0] == 0 else "little")
    return element <= _LAST_PLAUSIBLE_ELEMENT


def _foreign(head: bytes) -> str:
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "is a WebP picture; save it as PNG"
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            remedy = "; save it as PNG" if what.endswith("picture") else ""
            return f"is {what}{remedy}"
    return "is neither DICOM nor PNG, JPEG or TIFF"
