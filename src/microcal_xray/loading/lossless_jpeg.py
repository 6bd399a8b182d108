"""The build of a lossless JPEG stream, checked before anything decodes it.

The one free decoder of this process ends the whole process where a stream contradicts itself, so what a
sound stream must have is asked here first.
"""

from ..errors import UnreadableRadiographError

_START, _END, _FILL = 0xD8, 0xD9, 0xFF
_HUFFMAN_TABLES, _FRAME, _SCAN = 0xC4, 0xC3, 0xDA
_TABLES_AND_COMMENTS = frozenset({_HUFFMAN_TABLES, 0xDB, 0xDD, *range(0xE0, 0xF0), 0xFE})
_RESTARTS = range(0xD0, 0xD8)
_OF_OTHER_PROCESSES = 0x10  # tables for AC coefficients: some encoders write them though nothing uses them
_MOST_CATEGORIES = 17  # differences of up to 16 bits, ITU-T T.81 H.1.2.2


def require_sound_stream(stream: bytes) -> None:
    """Refuse a stream that is not built as ITU-T T.81 annexes B, C and H say.

    Parameters
    ----------
    stream : bytes
        From the start of image on.

    Raises
    ------
    UnreadableRadiographError
        If a marker is missing, out of place or repeated, a segment has another length than its contents, a
        table of codes cannot be, or a scan names components, tables or predictors that are not there.
    """
    try:
        _walk(stream)
    except (IndexError, ValueError) as error:
        reason = error.args[0] if isinstance(error, ValueError) else "it ends too soon"
        raise UnreadableRadiographError(f"the lossless JPEG stream is broken: {reason}") from error


def _walk(stream: bytes) -> None:
    if stream[:2] != bytes((_FILL, _START)):
        raise ValueError("no start of image")
    at, tables, components = 2, set[int](), None
    while True:
        if stream[at] != _FILL:
            raise ValueError("bytes between two segments")
        marker = stream[at + 1]
        if marker == _FILL:
            at += 1
            continue
        length = int.from_bytes(stream[at + 2 : at + 4], "big")
        segment = stream[at + 4 : at + 2 + length]
        if length < 2 or len(segment) != length - 2:
            raise ValueError("a segment is longer than the stream")
        at += 2 + length
        if marker == _HUFFMAN_TABLES:
            tables |= _tables(segment)
        elif marker == _FRAME:
            if components is not None:
                raise ValueError("two frame headers")
            components = _frame(segment)
        elif marker == _SCAN:
            if components is None:
                raise ValueError("a scan before its frame header")
            components = components - _scan(segment, components, tables)
            at = _after_codes(stream, at)
            if stream[at + 1] == _END:
                if components:
                    raise ValueError("a component without a scan")
                return
        elif marker not in _TABLES_AND_COMMENTS:
            raise ValueError("a marker that has no place in it")


def _tables(segment: bytes) -> set[int]:
    """Return the numbers of the tables of a segment."""
    at, found = 0, set()
    while at < len(segment):
        number, counts = segment[at], segment[at + 1 : at + 17]
        values = segment[at + 17 : at + 17 + sum(counts)]
        if number & ~_OF_OTHER_PROCESSES > 3 or len(counts) < 16 or len(values) != sum(counts):
            raise ValueError("a table of codes is cut short")
        room = 1
        for count in counts:
            room = 2 * room - count
            if room < 0:
                raise ValueError("a table has more codes than there are")
        if not values or (number <= 3 and max(values) >= _MOST_CATEGORIES):
            raise ValueError("a table has codes for nothing")
        found.add(number)
        at += 17 + len(values)
    return found


def _frame(segment: bytes) -> frozenset[int]:
    """Return the components of a frame."""
    bits, count, parts = segment[0], segment[5], segment[6:]
    names = frozenset(parts[::3])
    if not 2 <= bits <= 16 or len(parts) != 3 * count or len(names) != count:
        raise ValueError("its frame header contradicts itself")
    if any(each != 0x11 for each in parts[1::3]):
        raise ValueError("samples of several sizes")
    return names


def _scan(segment: bytes, components: frozenset[int], tables: set[int]) -> frozenset[int]:
    """Return the components of a scan."""
    count = segment[0]
    if len(segment) != 2 * count + 4:
        raise ValueError("its scan header contradicts itself")
    names, used = frozenset(segment[1 : 1 + 2 * count : 2]), segment[2 : 2 + 2 * count : 2]
    predictor, last, shift = segment[-3:]
    if not count or len(names) != count or not names <= components:
        raise ValueError("a scan of components that are not there")
    if any(each & 0x0F or each >> 4 not in tables for each in used):
        raise ValueError("a scan with tables that are not there")
    if not 1 <= predictor <= 7 or last or shift > 15:
        raise ValueError("a predictor that is none")
    return names


def _after_codes(stream: bytes, at: int) -> int:
    """Return where the coded pixels of a scan end, at the next marker."""
    while True:
        at = stream.find(_FILL, at)
        if at < 0 or at + 1 >= len(stream):
            raise ValueError("no end of image")
        follower = stream[at + 1]
        if follower not in (0, _FILL) and follower not in _RESTARTS:
            return at
        at += 2 if follower != _FILL else 1
