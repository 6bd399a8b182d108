"""What a received object says of itself, and whether it is whole: read without building anything.

A parser that builds data sets can be made to need any amount of memory (a sequence of millions of empty
items) or of stack (sequences in sequences). This one walks over the elements by their lengths, keeps a few
short values, and holds nothing else. Whoever reads the object for its pixels does so in a child process.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from ..errors import UnreadableRadiographError

MOST_ELEMENTS = 20_000  # as in `loading`; a radiograph has some hundred
_DEEPEST = 32
_UNDEFINED = 0xFFFFFFFF
_LONGEST_VALUE = 128

_FIRST = 0x00080000  # the groups below are of files and of the network
_SOP_CLASS, _SOP_INSTANCE = 0x00080016, 0x00080018
_MANUFACTURER = 0x00080070
_STUDY, _SERIES = 0x0020000D, 0x0020000E
_PIXEL_DATA = 0x7FE00010
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_WANTED = frozenset({_SOP_CLASS, _SOP_INSTANCE, _MANUFACTURER, _STUDY, _SERIES})

# PS3.5 7.1.2: after these stand two bytes of nothing and a length of four.
_LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})


@dataclass(frozen=True)
class Glance:
    """What an object says of itself.

    Parameters
    ----------
    sop_class, sop_instance, study, series : str
        Empty: it does not say.
    manufacturer : str
    has_pixels : bool
    """

    sop_class: str
    sop_instance: str
    study: str
    series: str
    manufacturer: str
    has_pixels: bool


def glance(file: BinaryIO, *, start: int, is_implicit: bool) -> Glance:
    r"""Return what a data set says of itself.

    Parameters
    ----------
    file : binary file
        Seekable, little endian, not deflated.
    start : int
        Where the data set begins, in bytes.
    is_implicit : bool
        Whether its elements do not name their types.

    Raises
    ------
    UnreadableRadiographError
        If it is truncated, no data set, nested too deeply, or has too many elements.

    Examples
    --------
    >>> import io
    >>> glance(io.BytesIO(b"\x08\0\x18\0UI\4\x001.2\0"), start=0, is_implicit=False).sop_instance
    '1.2'
    """
    size = file.seek(0, 2)
    file.seek(start)
    walk = _Walk(file, size, is_implicit=is_implicit)
    walk.elements()
    found = {tag: value.decode("latin-1").strip(" \0") for tag, value in walk.found.items()}
    return Glance(
        sop_class=found.get(_SOP_CLASS, ""),
        sop_instance=found.get(_SOP_INSTANCE, ""),
        study=found.get(_STUDY, ""),
        series=found.get(_SERIES, ""),
        manufacturer=found.get(_MANUFACTURER, ""),
        has_pixels=walk.has_pixels,
    )


class _Walk:
    """Where we are in a data set, and what was found on the way."""

    def __init__(self, file: BinaryIO, size: int, *, is_implicit: bool) -> None:
        self._file = file
        self._size = size
        self._seen = 0
        # What is open without a length, outermost first: sequences ("S") and items ("I"), and whether their
        # elements name no types.
        self._open: list[tuple[str, bool]] = []
        self._usual = is_implicit
        self.found: dict[int, bytes] = {}
        self.has_pixels = False

    def elements(self) -> None:
        """Walk to the end, which must be that of the last element."""
        while self._file.tell() < self._size:
            self._seen += 1
            if self._seen > MOST_ELEMENTS:
                raise UnreadableRadiographError(f"over {MOST_ELEMENTS} elements; it is broken or hostile")
            tag = self._tag()
            if tag in (_ITEM, _ITEM_END, _SEQUENCE_END):
                self._delimiter(tag)
            elif self._inside == "S":
                raise UnreadableRadiographError("a sequence holds something else than items; it is broken")
            else:
                self._element(tag)
        if self._open:
            raise UnreadableRadiographError("truncated in a sequence")

    def _element(self, tag: int) -> None:
        vr, length = self._type_and_length()
        if not self._open:
            if tag < _FIRST:
                raise UnreadableRadiographError("an element is of no data set; it is broken")
            self.has_pixels |= tag == _PIXEL_DATA and length > 0
        if length == _UNDEFINED:
            if vr not in (b"SQ", b"UN", b"OB", b"OW", None):
                raise UnreadableRadiographError("an element without a length is no sequence; it is broken")
            # PS3.5 6.2.2: what is in a sequence of an unknown type names no types, whatever is around it.
            self._enter("S", is_implicit=self._is_implicit or vr == b"UN")
        elif not self._open and tag in _WANTED and length <= _LONGEST_VALUE:
            self.found[tag] = self._exactly(length)
        else:
            self._skip(length)

    def _delimiter(self, tag: int) -> None:
        (length,) = struct.unpack("<I", self._exactly(4))
        if tag == _ITEM and self._inside == "S":
            # Items of a known length, also the fragments of compressed pixel data, are stepped over whole.
            if length == _UNDEFINED:
                self._enter("I", is_implicit=self._is_implicit)
            else:
                self._skip(length)
        elif (tag, self._inside) in ((_ITEM_END, "I"), (_SEQUENCE_END, "S")) and length == 0:
            self._open.pop()
        else:
            raise UnreadableRadiographError("its items are out of order; it is broken")

    @property
    def _inside(self) -> str:
        return self._open[-1][0] if self._open else ""

    @property
    def _is_implicit(self) -> bool:
        return self._open[-1][1] if self._open else self._usual

    def _enter(self, kind: str, *, is_implicit: bool) -> None:
        self._open.append((kind, is_implicit))
        if len(self._open) > 2 * _DEEPEST:
            raise UnreadableRadiographError("its parts are nested too deeply")

    def _tag(self) -> int:
        group, element = struct.unpack("<HH", self._exactly(4))
        return int(group) << 16 | int(element)

    def _type_and_length(self) -> tuple[bytes | None, int]:
        if self._is_implicit:
            return None, int(struct.unpack("<I", self._exactly(4))[0])
        vr = self._exactly(2)
        if not (vr.isalpha() and vr.isupper()):
            raise UnreadableRadiographError("an element is of no type; it is broken")
        if vr in _LONG:
            return vr, int(struct.unpack("<2xI", self._exactly(6))[0])
        return vr, int(struct.unpack("<H", self._exactly(2))[0])

    def _exactly(self, length: int) -> bytes:
        value = self._file.read(length)
        if len(value) != length:
            raise UnreadableRadiographError("truncated in an element")
        return value

    def _skip(self, length: int) -> None:
        if self._file.tell() + length > self._size:
            raise UnreadableRadiographError("truncated in an element")
        self._file.seek(length, 1)
