"""A DICOM file as a data set, parsed within limits that a hostile file cannot move."""

import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.filereader import read_dataset, read_partial
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from ..errors import UnreadableRadiographError
from .pixel_layout import pixel_layout
from .size_limit import MAXIMUM_FILE_BYTES

MAXIMUM_ELEMENTS = 20_000  # a gigabyte of zeros parses as 125 million empty elements
INFLATED_HEADER_BYTES = 1 << 20

_FIRST_AFTER_META = 0x00030000
_PIXEL_DATA = 0x7FE00010
_FIRST_PIXEL_TAG = 0x7FE00001  # the extended offset table, which stands before the pixel data

_StopWhen = Callable[[BaseTag, str | None, int], bool]


def read_header(path: Path) -> FileDataset:
    """Return all elements before the pixel data.

    Raises
    ------
    UnreadableRadiographError
        If the file is over the limits of size or number of elements.
    """
    with _opened(path) as file:
        deflated = _deflated(file)
        if deflated is None:
            return _parsed(file, _stop_at(_FIRST_PIXEL_TAG))
        return _inflated_header(deflated)


def read_whole(path: Path) -> FileDataset:
    """Return all elements up to the pixel data, those included.

    A deflated data set is inflated only as far as its own header says that its picture needs.

    Raises
    ------
    UnreadableRadiographError
        If the file is over the limits of size or number of elements, or inflates to too much.
    """
    with _opened(path) as file:
        deflated = _deflated(file)
        if deflated is None:
            return _parsed(file, _stop_at(_PIXEL_DATA + 1))
    limit = INFLATED_HEADER_BYTES + pixel_layout(_inflated_header(deflated)).frame_bytes
    inflated, rest = _inflate(deflated, limit)
    if rest:
        raise UnreadableRadiographError("inflates to more than its header says; it is broken or hostile")
    return _explicit(inflated, _stop_at(_PIXEL_DATA + 1))


def _opened(path: Path) -> BinaryIO:
    size = path.stat().st_size
    if size > MAXIMUM_FILE_BYTES:
        raise UnreadableRadiographError(f"{size} bytes are more than the limit of {MAXIMUM_FILE_BYTES}")
    return _BoundedFile(io.FileIO(path, "rb"), size)


class _BoundedFile(io.BufferedReader):
    """A file that is never asked for more than it holds: Python would make room for four gigabytes."""

    def __init__(self, raw: io.FileIO, size: int) -> None:
        super().__init__(raw)
        self._size = size

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > 0:
            size = min(size, max(self._size - self.tell(), 0) + 1)
        return super().read(size)


def _stop_at(last: int) -> _StopWhen:
    """Return a pydicom stop condition: from tag `last` on, and an error after too many elements."""
    seen = 0

    def stop(tag: BaseTag, vr: str | None, length: int) -> bool:
        nonlocal seen
        seen += 1
        if seen > MAXIMUM_ELEMENTS:
            raise UnreadableRadiographError(f"over {MAXIMUM_ELEMENTS} elements; it is broken or hostile")
        return int(tag) >= last

    return stop


def _parsed(file: BinaryIO, stop: _StopWhen) -> FileDataset:
    file.seek(0)
    dataset = read_partial(file, stop_when=stop, force=True)
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, little = dataset.original_encoding
        if not little:
            syntax = ExplicitVRBigEndian
        else:
            syntax = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
        dataset.file_meta.TransferSyntaxUID = UID(syntax)
    return dataset


def _deflated(file: BinaryIO) -> bytes | None:
    """Return the deflated part of a file in the deflated transfer syntax (PS3.5 A.5); None for any other.

    pydicom would inflate it without a limit, a thousandfold at worst. It also reads groups 0000 and 0002
    without end, so their elements are counted here before it meets them.
    """
    if file.read(132)[128:] != b"DICM":
        file.seek(0)
    meta = read_dataset(file, False, True, stop_when=_stop_at(_FIRST_AFTER_META))
    is_deflated = meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian
    return file.read() if is_deflated else None


def _inflated_header(deflated: bytes) -> FileDataset:
    inflated, _ = _inflate(deflated, INFLATED_HEADER_BYTES)
    return _explicit(inflated, _stop_at(_FIRST_PIXEL_TAG))


def _inflate(deflated: bytes, limit: int) -> tuple[bytes, bool]:
    """Return at most `limit` bytes, and whether there are more."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = inflater.decompress(deflated, limit)
    except zlib.error as error:
        raise UnreadableRadiographError(f"the deflated data are broken ({error})") from error
    return inflated, bool(inflater.unconsumed_tail)


def _explicit(inflated: bytes, stop: _StopWhen) -> FileDataset:
    if inflated[:2] in (b"\0\0", b"\2\0"):  # groups that pydicom reads without end
        raise UnreadableRadiographError("the deflated part holds no data set; the file is broken or hostile")
    dataset = read_partial(io.BytesIO(inflated), stop_when=stop, force=True)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return dataset
