"""The pixels of a radiograph at full depth for the report page, unpacked by templates/pixels.js."""

import base64
import json
import struct
import zlib

import numpy as np
import numpy.typing as npt

from ..radiograph import Radiograph, Signal
from .display import LOG_GAMMA, display_window

# A code is two bytes. Code 0 is kept for what is no picture (outside `usable`) where there is any.
_CODES = 65536
_ROWS_AT_ONCE = 256  # what is worked on at once stays in the cache of the processor

_Codes = npt.NDArray[np.uint16]


def packed_pixels(radiograph: Radiograph) -> bytes:
    """Return all pixels of a radiograph in as few bytes as a browser unpacks at once, without any metadata.

    Parameters
    ----------
    radiograph : Radiograph

    Returns
    -------
    bytes
        Little-endian length of the header (4 bytes), the header (JSON), a zlib stream.

    Notes
    -----
    A pixel is stored as the place of its value among all whole numbers from the smallest to the largest, or
    where it is none among all values that occur, so nothing is rounded, be it
    12 or 16 bits of grey or their logarithms. Only where more than 65 536 values occur are they rounded to as
    many equal steps, and the header says so (`exact`). Codes are predicted from their
    neighbours as in JPEG-LS (ITU-T T.87, A.4.1), the errors folded to unsigned, low bytes before high bytes.
    The stream is the values (float32) where they are not equal steps from `first`, then the two planes.

    Examples
    --------
    >>> from microcal_xray.radiograph import radiograph_from_array
    >>> packed = packed_pixels(radiograph_from_array([[0.5, 9.0], [0.5, 4095.0]]))
    >>> packed_header(packed)["values"], unpacked_pixels(packed).tolist()
    (3, [[0.5, 9.0], [0.5, 4095.0]])
    """
    pixels, usable = radiograph.pixels, radiograph.usable
    hole = not usable.all()
    codes, values, step = _coded(pixels, usable, first_code=int(hole))
    low, high = display_window(radiograph)
    header = {
        "rows": pixels.shape[0],
        "columns": pixels.shape[1],
        "hole": hole,
        "values": len(values),
        "first": float(values[0]) if len(values) else 0.0,
        "step": step,
        "exact": step is None or float(step).is_integer(),
        "low": low,
        "high": high,
        "gamma": LOG_GAMMA if radiograph.signal is Signal.LOG else 1.0,
    }
    table = b"" if step is not None else values.astype("<f4").tobytes()
    errors = _folded_errors(codes)
    planes = (errors & 255).astype(np.uint8).tobytes() + (errors >> 8).astype(np.uint8).tobytes()
    head = json.dumps(header, allow_nan=False, separators=(",", ":")).encode("ascii")
    return struct.pack("<I", len(head)) + head + _deflated(table + planes)


def packed_header(packed: bytes) -> dict[str, float | int | bool | None]:
    """Return what `packed_pixels` says of its pixels: size, number of values, first window."""
    (length,) = struct.unpack("<I", packed[:4])
    header: dict[str, float | int | bool | None] = json.loads(packed[4 : 4 + length])
    return header


def unpacked_pixels(packed: bytes) -> npt.NDArray[np.float64]:
    """Return the pixels that were packed, NaN where there is no picture; what the page does, for checks.

    Returns
    -------
    (R, C) float64 array
    """
    header = packed_header(packed)
    rows, columns, count = int(header["rows"] or 0), int(header["columns"] or 0), int(header["values"] or 0)
    body = zlib.decompress(packed[4 + struct.unpack("<I", packed[:4])[0] :])
    if header["step"] is None:
        values: npt.NDArray[np.float64] = np.frombuffer(body, "<f4", count).astype(np.float64)
        body = body[4 * count :]
    else:
        values = float(header["first"] or 0) + float(header["step"]) * np.arange(count, dtype=np.float64)
    low, high = np.frombuffer(body, np.uint8).reshape(2, rows, columns).astype(np.int32)
    codes = _unfolded(low | (high << 8))
    if header["hole"]:
        return np.concatenate([[np.nan], values])[codes]
    return np.asarray(values[codes], np.float64)


def page_text(packed: bytes) -> str:
    """Return packed pixels as text for a data block of the page."""
    return base64.b64encode(packed).decode("ascii")


def _coded(
    pixels: npt.NDArray[np.float32], usable: npt.NDArray[np.bool_], *, first_code: int
) -> tuple[_Codes, npt.NDArray[np.float64], float | None]:
    """Return codes, the value of each from the first on, and the step between values if it is the same."""
    room = _CODES - first_code
    if not usable.any():
        return np.zeros(pixels.shape, np.uint16), np.zeros(0), 1.0
    low, high = float(pixels[usable].min()), float(pixels[usable].max())
    if high - low < room and bool((np.rint(pixels) == pixels)[usable].all()):  # grey levels: no need to sort
        codes = np.where(usable, pixels - np.float32(low) + first_code, 0).astype(np.uint16)
        return codes, low + np.arange(int(high - low) + 1, dtype=np.float64), 1.0
    values = np.unique(pixels[usable]).astype(np.float64)
    step = None
    if len(values) > room:
        step = (high - low) / (room - 1)
        values = low + step * np.arange(room, dtype=np.float64)
    places = np.searchsorted((values[1:] + values[:-1]) / 2, pixels, side="right") + first_code
    return np.where(usable, places, 0).astype(np.uint16), values, step


def _folded_errors(codes: _Codes) -> npt.NDArray[np.uint16]:
    """Return prediction errors as 0, -1, 1, -2, ... written 0, 1, 2, 3, ...; they wrap at 16 bits."""
    rows = len(codes)
    folded = np.empty(codes.shape, np.uint16)
    for start in range(0, rows, _ROWS_AT_ONCE):
        part = slice(start, min(start + _ROWS_AT_ONCE, rows))
        here = codes[part].astype(np.int32)
        above = np.zeros_like(here)
        above[max(0, 1 - start) :] = codes[max(start - 1, 0) : part.stop - 1]
        left, corner = np.zeros_like(here), np.zeros_like(here)
        left[:, 1:], corner[:, 1:] = here[:, :-1], above[:, :-1]
        left[:, 0] = corner[:, 0] = above[:, 0]  # the first column is predicted from above
        if start == 0:
            above[0], corner[0] = left[0], left[0]  # the first row from the left
        low, high = np.minimum(left, above), np.maximum(left, above)
        predicted = np.clip(left + above - corner, low, high)
        error = (here - predicted).astype(np.int16).astype(np.int32)
        folded[part] = ((error << 1) ^ (error >> 31)).astype(np.uint16)
    return folded


def _unfolded(folded: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Return the codes of `_folded_errors`, pixel by pixel as the page does it."""
    rows, columns = folded.shape
    errors = ((folded >> 1) ^ -(folded & 1)).tolist()
    codes: list[list[int]] = []
    for row in range(rows):
        line: list[int] = []
        for column in range(columns):
            if row == 0:
                predicted = line[-1] if column else 0
            elif column == 0:
                predicted = codes[-1][0]
            else:
                left, above, corner = line[-1], codes[-1][column], codes[-1][column - 1]
                predicted = min(max(left + above - corner, min(left, above)), max(left, above))
            line.append((predicted + errors[row][column]) & 65535)
        codes.append(line)
    return np.array(codes, np.int64)


def _deflated(data: bytes) -> bytes:
    # Noise repeats nothing: without looking for repeats (but for runs, as in padding) zlib is five times
    # faster and no larger.
    packer = zlib.compressobj(6, zlib.DEFLATED, 15, 9, zlib.Z_RLE)
    return packer.compress(data) + packer.flush()
