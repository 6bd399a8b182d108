"""The size that a compressed picture itself announces, read without decoding it.

A decoder believes the size in the codestream, and allocates it: a file of one megabyte can ask for gigabytes.
So the size is read here first and compared with the header.
"""

import struct
from dataclasses import dataclass

_SIZ = b"\xff\x4f\xff\x51"  # SOC and SIZ follow each other, ITU-T T.800 A.4.1 and A.5.1
_SIZ_MUST_BE_WITHIN = 4096  # a JP2 file header, which DICOM forbids but files hold, comes before
_SOT = b"\xff\x90\x00\x0a"  # the head of a tile-part and its length
_SHORTEST_TILE_PART = 14  # SOT and SOD
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}  # F7: JPEG-LS, T.87 C.1.1
_START_OF_SCAN = 0xDA


@dataclass(frozen=True)
class StreamSize:
    """What a codestream says about itself: pixels, samples per pixel, bits per sample."""

    rows: int
    columns: int
    samples: int
    bits: int


def jpeg2000_size(stream: bytes) -> StreamSize | None:
    """Return the size in the SIZ segment (ITU-T T.800 A.5.1) of JPEG 2000 or HTJ2K; None if there is none.

    The reference grid counts from its origin, since that is what decoders allocate tiles on.
    """
    start = stream[:_SIZ_MUST_BE_WITHIN].find(_SIZ)
    segment = stream[start + 4 : start + 4 + 39]
    if start < 0 or len(segment) < 39:
        return None
    columns, rows = struct.unpack_from(">II", segment, 4)
    samples, depth = struct.unpack_from(">HB", segment, 36)
    return StreamSize(rows=rows, columns=columns, samples=samples, bits=(depth & 0x7F) + 1)


def jpeg2000_tiles(stream: bytes) -> tuple[int, int]:
    """Return how many tiles the SIZ segment announces, and how many are there (ITU-T T.800 A.4.2, B.3).

    A decoder leaves tiles that are not there black and calls it a success; and it makes room for each.

    Parameters
    ----------
    stream : bytes
        With a SIZ segment, see `jpeg2000_size`.
    """
    start = stream[:_SIZ_MUST_BE_WITHIN].find(_SIZ)
    right, lower, _, _, width, height, left, upper = struct.unpack_from(">8I", stream, start + 8)
    if width == 0 or height == 0 or left >= right or upper >= lower:
        return 0, 0
    announced = -(-(right - left) // width) * -(-(lower - upper) // height)
    at, tiles = stream.find(_SOT, start), set()
    while stream[at : at + 4] == _SOT and at + 12 <= len(stream):
        tile, length = struct.unpack_from(">HI", stream, at + 4)
        tiles.add(tile)
        if length < _SHORTEST_TILE_PART:  # 0: the last one, up to the end
            break
        at += length
    return announced, len(tiles)


def jpeg_size(stream: bytes) -> StreamSize | None:
    """Return the size in the frame header of JPEG (ITU-T T.81 B.2.2) or JPEG-LS (T.87 C.2.2), or None."""
    at = 2
    if not stream.startswith(b"\xff\xd8"):
        return None
    while at + 4 <= len(stream) and stream[at] == 0xFF:
        marker = stream[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in _STANDALONE:
            at += 2
            continue
        if marker in _START_OF_FRAME and at + 10 <= len(stream):
            bits, rows, columns, samples = struct.unpack_from(">BHHB", stream, at + 4)
            return StreamSize(rows=rows, columns=columns, samples=samples, bits=bits)
        if marker == _START_OF_SCAN:
            return None
        at += 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
    return None
