"""Joining parts into one result, in one pass over each for every file that is written; memory stays flat.

Parts are sorted in themselves, and mostly lie one behind the other, since shards are cut from a walk. A part
is opened when its first name comes up, so that few are open at a time, whatever their number.
"""

import heapq
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..batch.differences import differences
from ..batch.finishing import left_to
from ..batch.journal import JOURNAL_NAME
from ..batch.journal_rows import key_of, name_of
from ..batch.output_folder import held_output
from ..errors import MicrocalError, OutputError, UnreadableResultError
from ..reporting import Status, WrittenResult, skipped_result, written
from ..reporting.capsule import run_capsule
from ..reporting.parquet import PARQUET_NAMES, require_pyarrow, write_parquet
from ..reporting.write import write_tables
from ..settings import Settings, settings_from_dict
from .parts import PartRow, part_name, part_rows, read_head
from .place import Place
from .running import numbered_shard
from .shard import MOST_SHARDS, order_of

_MOST_NAMED = 5


class MergedTable(StrEnum):
    """What a merged result can hold."""

    PARQUET = "parquet"  # candidates.parquet and images.parquet
    CSV = "csv"  # candidates.csv, bumps.csv and images.csv
    JSON = "json"  # candidates.json


_NAMES = {
    MergedTable.JSON: ("candidates.json",),
    MergedTable.CSV: ("candidates.csv", "bumps.csv", "images.csv"),
    MergedTable.PARQUET: PARQUET_NAMES,
}


@dataclass(frozen=True)
class MergeSummary:
    """What merging came to.

    Parameters
    ----------
    out : Path
    parts : int
    ok, failed, skipped : int
        Numbers of files, after those with the same pixels in different shards were told apart.
    candidates : int
    same_instance : tuple of (file, file)
        As of `BatchSummary`; at most a thousand.
    """

    out: Path
    parts: int
    ok: int
    failed: int
    skipped: int
    candidates: int
    same_instance: tuple[tuple[str, str], ...] = ()

    @property
    def files(self) -> int:
        """Number of files in all."""
        return self.ok + self.failed + self.skipped


def merge(
    parts: Place,
    out: str | Path,
    *,
    tables: Sequence[MergedTable] = tuple(MergedTable),
    shards: Place | None = None,
    expected: int | None = None,
) -> MergeSummary:
    """Join finished parts into one result with the tables of an ordinary run.

    Of files with the same pixels in different shards the first stands for all, as in an ordinary run, whose
    bytes candidates.json and the tables then have.

    Parameters
    ----------
    parts : Place
        Where the parts lie.
    out : path
        New, empty, or an earlier result.
    tables : sequence of MergedTable
        candidates.json has about as many bytes as all parts take unpacked.
    shards : Place, optional
        Where the shards lie: each part is then asked whether it is that of its shard as it is now.
    expected : int, optional
        So many parts, numbered from 0, there must be. None: those that are there.

    Returns
    -------
    MergeSummary

    Raises
    ------
    UnreadableResultError
        If there is no part, one is missing or damaged, or they do not belong together.
    OutputError
        If the result cannot be written.
    """
    require_pyarrow()
    heads, settings = _heads(parts, _part_numbers(parts, expected))
    if shards is not None:
        _require_shards(heads, shards, parts)
    with held_output(out) as folder:
        if (folder.path / JOURNAL_NAME).exists():
            raise OutputError(f"{out}: holds an ordinary run; choose another folder for the merged result")
        with closing(_Firsts(folder.work / "firsts.sqlite")) as firsts:
            summary = firsts.fill(_in_order(parts, heads, ()))

            def rows(text: str) -> Iterator[WrittenResult]:
                return map(firsts.shown, _in_order(parts, heads, (text,)))

            _write(rows, folder.path, settings, tables)
        with suppress(OSError):
            folder.overlays.rmdir()  # there are none
    return MergeSummary(folder.path, len(heads), *summary, same_instance=firsts.shared)


@dataclass(frozen=True)
class _Head:
    """What is kept of the head of a part while all are merged."""

    number: int
    first: str
    shard: str


def _part_numbers(parts: Place, expected: int | None) -> list[int]:
    numbers = sorted(_numbers(parts))
    if expected is not None:
        missing = sorted(set(range(expected)) - set(numbers))
        if missing:
            named = ", ".join(map(str, missing[:_MOST_NAMED])) + (
                ", ..." if len(missing) > _MOST_NAMED else ""
            )
            raise UnreadableResultError(
                f"{parts.address}: lacks {len(missing)} of {expected} parts (of the shards {named}); "
                "analyse these, or merge without naming the shards"
            )
        if numbers[expected:]:
            raise UnreadableResultError(
                f"{parts.address}: holds more parts than there are shards; give these a place of their own"
            )
    if not numbers:
        raise UnreadableResultError(f"{parts.address}: holds no part; check the path")
    return numbers


def _heads(parts: Place, numbers: Sequence[int]) -> tuple[list[_Head], Settings]:
    """Return the heads in the order of their first names, and the settings that all have in common."""
    heads: list[_Head] = []
    asked_of_first: dict[str, Any] = {}
    for number in numbers:
        head = read_head(parts, number)
        if head is None:
            raise UnreadableResultError(f"{parts.address}: {part_name(number)} is no longer there")
        asked = {name: value for name, value in head.asked.items() if name != "shard"}
        if not heads:
            asked_of_first = asked
        elif found := differences(asked_of_first, asked):
            raise UnreadableResultError(
                f"{parts.address}: {part_name(numbers[0])} and {part_name(number)} do not belong together "
                f"({found[0]}); analyse one of them again with --fresh"
            )
        heads.append(_Head(number, head.first, str(head.asked.get("shard"))))
    return sorted(heads, key=lambda head: order_of(head.first)), _settings(asked_of_first, parts)


def _numbers(parts: Place) -> Iterator[int]:
    for name in parts.names():
        digits = name.removeprefix("part-").removesuffix(".parquet")
        if (
            digits.isascii()
            and digits.isdigit()
            and name == part_name(int(digits))
            and int(digits) < MOST_SHARDS
        ):
            yield int(digits)


def _settings(asked: Mapping[str, Any], parts: Place) -> Settings:
    try:
        settings = settings_from_dict(asked["settings"])
        found = differences(asked["capsule"], json.loads(json.dumps(run_capsule())))
    except (MicrocalError, LookupError, TypeError, AttributeError) as error:
        raise UnreadableResultError(f"{parts.address}: its parts do not say how they were made") from error
    if found:  # the result says by what it was made, and that must be true
        raise UnreadableResultError(
            f"{parts.address}: its parts were made by something else than this ({found[0]}); "
            "merge with the release that made them, on a machine like that"
        )
    return settings


def _require_shards(heads: Sequence[_Head], shards: Place, parts: Place) -> None:
    for head in heads:
        if numbered_shard(shards, head.number).sha256 != head.shard:
            raise UnreadableResultError(
                f"{parts.address}: {part_name(head.number)} is not of the shard of that number in "
                f"{shards.address}; analyse it again with --fresh"
            )


def _write(
    rows: Callable[[str], Iterable[WrittenResult]],
    out: Path,
    settings: Settings,
    tables: Sequence[MergedTable],
) -> None:
    names = [name for table in tables for name in _NAMES[table]]
    for name in (name for names_of_table in _NAMES.values() for name in names_of_table if name not in names):
        try:
            (out / name).unlink(missing_ok=True)  # of an earlier merge: it would contradict the rest
        except OSError as error:
            raise OutputError(f"{out / name}: cannot be removed ({error.strerror})") from error
    write_tables(rows, out, settings, names=[name for name in names if name not in PARQUET_NAMES])
    if MergedTable.PARQUET in tables:
        write_parquet(lambda: rows("record"), out, settings)


def _in_order(parts: Place, heads: Sequence[_Head], texts: Iterable[str]) -> Iterator[PartRow]:
    """Yield the rows of all parts in the order of the outputs."""
    texts = tuple(texts)
    before: bytes | None = None
    for row in _merged(parts, heads, texts):
        key = key_of(row.written.file)
        if key == before:
            raise UnreadableResultError(
                f"{parts.address}: a file is in two parts; make the shards and the parts anew"
            )
        before = key
        yield row


def _merged(parts: Place, heads: Sequence[_Head], texts: tuple[str, ...]) -> Iterator[PartRow]:
    waiting = list(reversed(heads))
    open_parts: list[tuple[tuple[bytes, bytes], int, PartRow, Iterator[PartRow]]] = []
    while waiting or open_parts:
        while waiting and (not open_parts or order_of(waiting[-1].first) <= open_parts[0][0]):
            number = waiting.pop().number
            _advance(open_parts, number, part_rows(parts, number, texts))
        _, number, row, rest = heapq.heappop(open_parts)
        yield row
        _advance(open_parts, number, rest)


def _advance(
    open_parts: list[tuple[tuple[bytes, bytes], int, PartRow, Iterator[PartRow]]],
    number: int,
    rows: Iterator[PartRow],
) -> None:
    row = next(rows, None)
    if row is not None:
        heapq.heappush(open_parts, (order_of(row.written.file), number, row, rows))


class _Firsts:
    """Which file stands for all with its pixels; on disk, since there may be ten million."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=off")
        self._database.execute("PRAGMA synchronous=off")  # it is made anew in every merge
        self._database.execute(
            "CREATE TABLE firsts (pixels BLOB PRIMARY KEY, file BLOB, instance BLOB) WITHOUT ROWID"
        )
        self.shared: tuple[tuple[str, str], ...] = ()

    def fill(self, rows: Iterable[PartRow]) -> tuple[int, int, int, int]:
        """Take in all rows in the order of the outputs; return how many: ok, failed, skipped, candidates."""
        counts, candidates = dict.fromkeys(Status, 0), 0
        self._database.execute("BEGIN")
        for row in rows:
            status = row.written.status
            if status is Status.OK and row.pixel_sha256 is not None and not self._is_first(row):
                status = Status.SKIPPED
            counts[status] += 1
            candidates += row.written.candidates if status is Status.OK else 0
        self._database.execute("COMMIT")
        self.shared = self._shared()
        return counts[Status.OK], counts[Status.FAILED], counts[Status.SKIPPED], candidates

    def shown(self, row: PartRow) -> WrittenResult:
        """Return what is written of a file: its own result, or that another stands for it."""
        if row.pixel_sha256 is None or not (row.written.status is Status.OK or row.same_pixels):
            return row.written
        first, instance = self._first(row.pixel_sha256)
        if first == row.written.file:
            return row.written
        same_instance = row.instance_sha256 is not None and instance == bytes.fromhex(row.instance_sha256)
        return written(skipped_result(row.written.file, left_to(first, same_instance=same_instance)))

    def close(self) -> None:
        """Close the database; whoever gave its path removes it."""
        self._database.close()

    def _is_first(self, row: PartRow) -> bool:
        instance = None if row.instance_sha256 is None else bytes.fromhex(row.instance_sha256)
        values = (bytes.fromhex(row.pixel_sha256 or ""), key_of(row.written.file), instance)
        return self._database.execute("INSERT OR IGNORE INTO firsts VALUES (?, ?, ?)", values).rowcount == 1

    def _first(self, pixel_sha256: str) -> tuple[str, bytes | None]:
        query = "SELECT file, instance FROM firsts WHERE pixels = ?"
        row = self._database.execute(query, (bytes.fromhex(pixel_sha256),)).fetchone()
        if row is None:
            raise UnreadableResultError("a part was changed while it was merged; merge once more")
        return name_of(row[0]), row[1]

    def _shared(self) -> tuple[tuple[str, str], ...]:
        query = """
            SELECT f.file, min(o.file) FROM firsts f JOIN firsts o ON o.instance = f.instance
            WHERE o.file < f.file GROUP BY f.file ORDER BY f.file LIMIT 1000"""
        self._database.execute("CREATE INDEX by_instance ON firsts (instance) WHERE instance IS NOT NULL")
        return tuple((name_of(file), name_of(first)) for file, first in self._database.execute(query))
