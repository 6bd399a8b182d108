"""Results as rows of the journal, and back."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..reporting import Status, WrittenResult
from ..reporting.limit_layer import LimitLayer

_FAST = 1  # zlib's level: records get five times smaller within a millisecond
_LARGEST_BYTES = 1 << 28
_OF_A_RESULT = ("reason", "candidates", "score", "record", "image_line", "candidates_lines", "bumps_lines")


@dataclass(frozen=True)
class FileResult:
    """What became of one file, as the journal keeps it.

    Parameters
    ----------
    written : WrittenResult or None
        None: it was left to the file that has the same pixels.
    pixel_sha256, instance_sha256 : str or None
        Of the pixels that were read, and of the SOP instance UID.
    left : str or None
        The file that was left to another.
    """

    written: WrittenResult | None
    pixel_sha256: str | None = None
    instance_sha256: str | None = None
    left: str | None = None

    @property
    def file(self) -> str:
        """Its name in the outputs."""
        return self.written.file if self.written is not None else str(self.left)


def key_of(file: str) -> bytes:
    r"""Return a name as the journal has it; bytes that are no text survive.

    Examples
    --------
    >>> name_of(key_of("caf\udce9")) == "caf\udce9"
    True
    """
    return file.encode("utf-8", "surrogatepass")


def name_of(key: bytes) -> str:
    """Return the name that `key_of` was given."""
    return key.decode("utf-8", "surrogatepass")


def row_of(result: FileResult) -> Mapping[str, Any]:
    """Return the values of a row, without its pictures."""
    marks = {"pixels": _digest(result.pixel_sha256), "instance": _digest(result.instance_sha256)}
    written = result.written
    if written is None:
        return marks | dict.fromkeys(_OF_A_RESULT) | {"status": "same"}
    return marks | {
        "status": written.status.value,
        "reason": None if written.reason is None else key_of(written.reason),
        "candidates": written.candidates,
        "score": written.score,
        "record": _packed(written.record),
        "image_line": _packed(written.image_line),
        "candidates_lines": _packed(written.candidates_lines),
        "bumps_lines": _packed(written.bumps_lines),
    }


def pictures_of(written: WrittenResult) -> tuple[Any, ...]:
    """Return how many bytes the packed pixels of a result take, and its pictures, as values of a row."""
    low, high = written.limit_range_px or (None, None)
    layer, packed = written.limit_layer, written.packed_pixels
    return (
        len(packed or b""),
        written.preview_jpeg,
        written.limit_map_jpeg,
        low,
        high,
        *((layer.png, layer.rows, layer.columns) if layer else (None, None, None)),
        packed,
    )


def from_row(file: str, values: Sequence[Any]) -> WrittenResult:
    """Return the result in a row: status, reason, candidates, score, four texts, then its pictures."""
    status, reason, candidates, score, record, image, lines, bumps, *pictures = values
    preview, picture, low, high, layer, layer_rows, layer_columns, packed = pictures
    return WrittenResult(
        file=file,
        status=Status(status),
        reason=None if reason is None else name_of(reason),
        candidates=candidates,
        score=score,
        record=_unpacked(record),
        image_line=_unpacked(image),
        candidates_lines=_unpacked(lines),
        bumps_lines=_unpacked(bumps),
        preview_jpeg=preview,
        limit_map_jpeg=picture,
        limit_range_px=None if low is None or high is None else (low, high),
        limit_layer=None if layer is None else LimitLayer(layer, layer_rows, layer_columns),
        packed_pixels=packed,
    )


def _digest(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass"), _FAST)


def _unpacked(data: bytes) -> str:
    return zlib.decompressobj().decompress(data, _LARGEST_BYTES).decode("utf-8", "surrogatepass")
