"""A part: what came of one shard, as one Parquet file and one list of errors, written once."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..batch.options import BatchOptions
from ..errors import UnreadableResultError
from ..reporting import Status, WrittenResult
from ..reporting.capsule import run_capsule
from ..reporting.parquet import COLUMNS_OF_IMAGES, image_row, write_table
from ..version import __version__
from .place import Place
from .shard import Shard, order_of

PART_SCHEMA_NAME = "microcal-part/1"

_ROWS_AT_A_TIME = 200
_OF_A_PART: Mapping[str, tuple[str, str, str]] = {
    "name": ("binary", "", "of the file, as it is; `file` is made printable"),
    "instance_sha256": ("string", "", "of the SOP instance UID"),
    "same_pixels": ("bool", "", "whether it is skipped since another file of the shard has its pixels"),
    "record": ("string", "", "as in candidates.json"),
    "image_line": ("string", "", "as in images.csv"),
    "candidates_lines": ("string", "", "as in candidates.csv"),
    "bumps_lines": ("string", "", "as in bumps.csv"),
}
_COLUMNS = {**COLUMNS_OF_IMAGES, **_OF_A_PART}
TEXTS = ("record", "image_line", "candidates_lines", "bumps_lines")
_SHORT = ("name", "status", "reason", "candidates", "strongest_score", "same_pixels")


@dataclass(frozen=True)
class PartRow:
    """One file of a part.

    Parameters
    ----------
    written : WrittenResult
    pixel_sha256, instance_sha256 : str or None
    same_pixels : bool
        It was left to another file of the shard, and is `skipped` for that.
    """

    written: WrittenResult
    pixel_sha256: str | None = None
    instance_sha256: str | None = None
    same_pixels: bool = False


@dataclass(frozen=True)
class PartHead:
    """What a part says of itself.

    Parameters
    ----------
    number : int
        Of its shard.
    asked : dict
        All that it depends on: hash of the shard, settings, way of reading, capsule.
    files, ok, failed, skipped, candidates : int
        Numbers.
    first : str
        The name of its first file.
    """

    number: int
    asked: Mapping[str, Any]
    files: int
    ok: int
    failed: int
    skipped: int
    candidates: int
    first: str


def part_name(number: int) -> str:
    """Return the name of the part of a shard.

    Examples
    --------
    >>> part_name(7), errors_name(7)
    ('part-000007.parquet', 'errors-000007.jsonl')
    """
    return f"part-{number:06d}.parquet"


def errors_name(number: int) -> str:
    """Return the name of the list of errors of a shard."""
    return f"errors-{number:06d}.jsonl"


def asked_of_part(shard: Shard, options: BatchOptions) -> dict[str, Any]:
    """Return all that a part depends on: what the shard is, how it is read and searched, and by what."""
    asked = {
        "shard": shard.sha256,
        "settings": options.settings.as_dict(),
        "reading": options.reading.as_dict(),
        "capsule": run_capsule(),
    }
    plain: dict[str, Any] = json.loads(json.dumps(asked))
    return plain


def write_part(rows: Iterable[PartRow], head: PartHead, path: Path) -> None:
    """Write a part as Parquet; the same rows give the same bytes.

    Parameters
    ----------
    rows : iterable of PartRow
        In the order of the outputs.
    head : PartHead
    path : Path
    """
    told = {
        "schema": PART_SCHEMA_NAME,
        "version": __version__,
        "head": json.dumps(vars(head), sort_keys=True),
    }
    write_table(path, _COLUMNS, map(_values, rows), told, rows_at_a_time=_ROWS_AT_A_TIME)


def error_lines(rows: Iterable[WrittenResult]) -> str:
    """Return the list of errors: a line of JSON for each file that failed."""
    return "".join(_error(row) for row in rows if row.status is Status.FAILED)


def read_head(place: Place, number: int) -> PartHead | None:
    """Return what a finished part says of itself; None: it is not there.

    Raises
    ------
    UnreadableResultError
        If it is no part.
    """
    file = place.opened(part_name(number))
    if file is None:
        return None
    with file:
        return _head(_parquet(file, place, number), place, number)


def part_rows(place: Place, number: int, texts: Iterable[str] = TEXTS) -> Iterator[PartRow]:
    """Yield the rows of a part, a few at a time.

    Parameters
    ----------
    place : Place
    number : int
    texts : iterable of str
        Which of the texts are read; the others come out empty.

    Raises
    ------
    UnreadableResultError
        If there is none, or it is damaged.
    """
    file = place.opened(part_name(number))
    if file is None:
        raise UnreadableResultError(f"{place.address}: {part_name(number)} is no longer there")
    wanted = [*_SHORT, "pixel_sha256", "instance_sha256", *texts]
    with file:
        parquet = _parquet(file, place, number)
        try:
            for batch in parquet.iter_batches(batch_size=_ROWS_AT_A_TIME, columns=wanted, use_threads=False):
                yield from map(_row, batch.to_pylist())
        except (OSError, ValueError, KeyError, TypeError) as error:  # of pyarrow, which derives its own
            raise _damaged(place, number) from error


def _parquet(file: BinaryIO, place: Place, number: int) -> Any:
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(file)
    except (OSError, ValueError) as error:
        raise _damaged(place, number) from error


def _head(parquet: Any, place: Place, number: int) -> PartHead:
    told = parquet.schema_arrow.metadata or {}
    try:
        if told[b"microcal.schema"].decode() != PART_SCHEMA_NAME:
            raise ValueError
        head = PartHead(**json.loads(told[b"microcal.head"]))
        if head.number != number or head.files != parquet.metadata.num_rows or not head.files:
            raise ValueError
        order_of(head.first)
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(place, number) from error
    return head


def _damaged(place: Place, number: int) -> UnreadableResultError:
    name = part_name(number)
    return UnreadableResultError(
        f"{place.address}: {name} is no part of this release, or damaged; remove it and do its shard again"
    )


def _values(row: PartRow) -> dict[str, Any]:
    written = row.written
    (image,) = image_row(json.loads(written.record))
    return image | {
        "pixel_sha256": row.pixel_sha256,
        "name": written.file.encode("utf-8", "surrogatepass"),
        "instance_sha256": row.instance_sha256,
        "same_pixels": row.same_pixels,
        **{text: getattr(written, text) for text in TEXTS},
    }


def _row(values: Mapping[str, Any]) -> PartRow:
    return PartRow(
        WrittenResult(
            file=values["name"].decode("utf-8", "surrogatepass"),
            status=Status(values["status"]),
            reason=values["reason"],
            candidates=values["candidates"],
            score=values["strongest_score"],
            **{text: values.get(text, "") for text in TEXTS},
        ),
        values["pixel_sha256"],
        values["instance_sha256"],
        values["same_pixels"],
    )


def _error(row: WrittenResult) -> str:
    record = json.loads(row.record)
    return json.dumps({"file": record["file"], "reason": record["reason"]}) + "\n"
