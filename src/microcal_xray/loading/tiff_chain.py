"""How many directories a TIFF has, counted without a parser that would follow a circle for ever."""

import struct
from pathlib import Path

from ..errors import NotARadiographError, UnreadableRadiographError

_MOST_DIRECTORIES = 100
_BIG = 43


def require_short_chain(path: Path) -> None:
    """Refuse a TIFF whose directories lead in a circle or are more than any radiograph has.

    Each directory ends with the place of the next (TIFF 6.0 section 2; 64 bits wide in BigTIFF). A chain that
    breaks off is left to the parser.

    Raises
    ------
    NotARadiographError
        If there are more than a hundred.
    UnreadableRadiographError
        If one comes twice.
    """
    with path.open("rb") as file:
        head = file.read(16)
        order = "<" if head[:2] == b"II" else ">"
        is_big = len(head) == 16 and struct.unpack_from(order + "H", head, 2)[0] == _BIG
        entry, count, offset = (20, "Q", "Q") if is_big else (12, "H", "I")
        place = head[8:16] if is_big else head[4:8]
        seen: set[int] = set()
        while len(place) == struct.calcsize(offset):
            (at,) = struct.unpack(order + offset, place)
            if at == 0:
                return
            if at in seen:
                raise UnreadableRadiographError("its directories lead in a circle; it is broken or hostile")
            seen.add(at)
            if len(seen) > _MOST_DIRECTORIES:
                raise NotARadiographError(f"holds over {_MOST_DIRECTORIES} pictures; save one on its own")
            try:
                file.seek(at)
                entries = file.read(struct.calcsize(count))
                if len(entries) < struct.calcsize(count):
                    return
                file.seek(struct.unpack(order + count, entries)[0] * entry, 1)
                place = file.read(struct.calcsize(offset))
            except (OverflowError, ValueError, OSError):  # beyond what any file can hold
                return
