"""What a batch has finished, kept so that a killed run, a full disk or a power cut costs the files in flight.

One SQLite file in the output folder, written with full synchronisation: a result is in it whole or not at
all. It holds what the outputs hold, no more of a patient than they do. The run that holds the output folder
is alone with it, so its own locks are switched off: network file systems often have none.
"""

import contextlib
import os
import sqlite3
import sys
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..errors import OutputError
from ..reporting import EMBEDDED_IMAGES, Status, WrittenResult
from ..reporting.foreign_text import printable_text
from ..reporting.overlay_files import name_key
from .journal_rows import FileResult, from_row, key_of, name_of, pictures_of, row_of
from .journal_tables import FORMAT, ROUNDS, SCHEMA
from .supervisor import BatchStoppedError

JOURNAL_NAME = "journal.sqlite"
_ENDINGS = ("", "-wal", "-shm", "-journal")
_SPARE_PICTURES = 20  # so that pictures are not sorted out after each file
_PAGE = 100


@dataclass(frozen=True)
class Expected:
    """A file that this run is about.

    Parameters
    ----------
    file : str
    mark : (size, mtime) or None
        By which a changed file is told: bytes and nanoseconds. None: it will not be opened.
    known : WrittenResult or None
        What is written of it without opening it.
    """

    file: str
    mark: tuple[int, int] | None = None
    known: WrittenResult | None = None


@dataclass(frozen=True)
class Todo:
    """A file without a result.

    Parameters
    ----------
    file : str
    is_alone : bool
        Whether no other file's overlay has the same name but for a hash.
    is_first : bool
        It is analysed even where another file is known to have its pixels.
    """

    file: str
    is_alone: bool
    is_first: bool


@dataclass(frozen=True)
class Kept:
    """A file of this run as the journal has it, in the order of the outputs.

    Parameters
    ----------
    file : str
    is_alone : bool
    result : WrittenResult or None
        None: it has no result of its own.
    first : str or None
        The file with the same pixels that stands for it; None: none does.
    same_instance : bool
        Whether both have the same SOP instance UID.
    """

    file: str
    is_alone: bool
    result: WrittenResult | None
    first: str | None = None
    same_instance: bool = False


def remove_journal(folder: Path) -> None:
    """Forget what earlier runs finished.

    Raises
    ------
    OutputError
        If it cannot be removed.
    """
    for ending in _ENDINGS:
        path = folder / f"{JOURNAL_NAME}{ending}"
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{path}: cannot be removed ({error.strerror})") from error


@contextmanager
def opened_journal(folder: Path, *, full_depth_bytes: int) -> Iterator["Journal"]:
    """Open the journal of an output folder that is held, made if need be.

    Parameters
    ----------
    folder : Path
    full_depth_bytes : int
        So much the packed pixels of the strongest images on the page may take.

    Raises
    ------
    OutputError
        If it is damaged or of another release; the text says how to go on.
    BatchStoppedError
        If it cannot be written, as on a full disk, or its damage shows later.
    """
    path = folder / JOURNAL_NAME
    if any(Path(f"{path}{ending}").is_symlink() for ending in _ENDINGS):
        raise OutputError(f"{path}: is a link; remove it, or choose another output folder")
    with _complaints(path, OutputError):
        connection = _connected(path)
    with _complaints(path, BatchStoppedError):
        try:
            yield Journal(connection, full_depth_bytes)
        finally:
            connection.close()


@contextmanager
def _complaints(path: Path, kind: type[OutputError]) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise BatchStoppedError(
            f"{path}: cannot be written ({error}); make room and give the same command again to go on"
        ) from error
    except (sqlite3.DatabaseError, zlib.error) as error:
        raise kind(
            f"{path}: is damaged ({error}); start anew with --fresh, or choose another output folder"
        ) from error


def _connected(path: Path) -> sqlite3.Connection:
    address = "file:" + quote(os.fsencode(path.absolute()))
    if sys.platform != "win32":
        address += "?vfs=unix-none"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    try:
        for pragma in (
            "locking_mode=exclusive",
            "journal_mode=wal",
            "synchronous=full",
            "trusted_schema=off",
        ):
            connection.execute(f"PRAGMA {pragma}")
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found not in (0, FORMAT):
            raise OutputError(
                f"{path}: was written by another release; "
                "start anew with --fresh, or choose another output folder"
            )
        connection.executescript(SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


class Journal:
    """The journal of one run; any thread may call it.

    Parameters
    ----------
    connection : sqlite3.Connection
    full_depth_bytes : int
    """

    def __init__(self, connection: sqlite3.Connection, full_depth_bytes: int) -> None:
        self._connection = connection
        self._full_depth_bytes = full_depth_bytes
        self._lock = threading.RLock()
        self._claims: dict[str, str] = {}
        self._pictures_kept = EMBEDDED_IMAGES

    def asked(self) -> str | None:
        """Return what the run was asked, as `ask` was told; None: it is new."""
        row = self._one("SELECT value FROM asked")
        return None if row is None else str(row[0])

    def ask(self, text: str) -> None:
        """Note what the run is asked: all that changes a result."""
        self._do("INSERT OR REPLACE INTO asked VALUES (1, ?)", (text,))

    def expect(self, files: Iterable[Expected]) -> None:
        """Say which files this run is about. What is known of them stays, unless a file has changed."""
        with self._transaction():
            self._do("UPDATE files SET present = 0, first = 0")
            for each in files:
                key, shown, mark = key_of(each.file), _shown(each.file), each.mark or (None, None)
                self._do(ROUNDS["expect"], (key, shown, name_key(each.file), *mark))
                if each.known is not None:
                    self._store(each.file, FileResult(each.known))
            self._do("DELETE FROM pictures WHERE key NOT IN (SELECT key FROM files WHERE present)")

    def forget(self, *, status: Status | None = None, file: str | None = None) -> int:
        """Forget the results of one file, or of all that are opened and have a status; return of how many."""
        if file is not None:
            return self._do("UPDATE files SET status = NULL WHERE key = ?", (key_of(file),))
        return self._do(
            "UPDATE files SET status = NULL WHERE present AND size IS NOT NULL AND status = ?", (str(status),)
        )

    def todo(self) -> Iterator[Todo]:
        """Yield the files without a result, in the order of the outputs."""
        for key, alone, first in self._pages(ROUNDS["todo"]):
            yield Todo(name_of(key), bool(alone), bool(first))

    def claim(self, pixel_sha256: str, file: str) -> str | None:
        """Return the file that stands for these pixels and comes first; None: this one does, from now on."""
        with self._lock:
            row = self._one(
                "SELECT key FROM files WHERE pixels = ? AND present AND status = 'ok' "
                "ORDER BY shown, key LIMIT 1",
                (bytes.fromhex(pixel_sha256),),
            )
            others = [name_of(row[0])] if row else []
            if pixel_sha256 in self._claims:
                others.append(self._claims[pixel_sha256])
            first = min(others, key=_order, default=file)
            if _order(first) < _order(file):
                return first
            self._claims[pixel_sha256] = file
            return None

    def keep(self, result: FileResult) -> None:
        """Keep the result of a file, safe from now on."""
        with self._lock, self._transaction():
            self._claims = {pixels: by for pixels, by in self._claims.items() if by != result.file}
            self._store(result.file, result)

    def call_up(self, what: str) -> int:
        """Forget what must be analysed once more, and return of how many files.

        Parameters
        ----------
        what : str
            "unfounded": files that were left to another with the same pixels, which then failed or is gone.
            "pictures": those that belong on the report page, but whose picture or full depth was left out in
            another run.
        """
        limits = (self._pictures_kept, self._full_depth_bytes) if what == "pictures" else ()
        with self._transaction():
            return self._do(ROUNDS[what], limits)

    def settle_pictures(self) -> None:
        """Leave out the pictures of all but the files that belong on the page; not where the disk is full."""
        with contextlib.suppress(sqlite3.OperationalError):
            self._do(ROUNDS["settle"], (self._pictures_kept,))
            self._do(ROUNDS["flatten"], (self._full_depth_bytes,))

    def kept(self, *, is_opened: bool = True) -> Iterator[Kept]:
        """Yield every file of this run in the order of the outputs, pictures where they belong on the page.

        Parameters
        ----------
        is_opened : bool
            False: only the files whose status was known without opening them.
        """
        query = ROUNDS["kept" if is_opened else "unopened"]
        for key, alone, status, first, same, *values in self._pages(query):
            file = name_of(key)
            others = None if first is None or first == key else name_of(first)
            result = from_row(file, values) if status not in (None, "same") else None
            yield Kept(file, bool(alone), result, others, bool(same))

    def files(self) -> int:
        """Return how many files this run is about."""
        row = self._one("SELECT count(*) FROM files WHERE present")
        return int(row[0]) if row else 0

    def counts(self) -> dict[str, int]:
        """Return how many files that are opened have each status; "same" are left to others."""
        rows = self._all(
            "SELECT status, count(*) FROM files WHERE present AND size IS NOT NULL AND status IS NOT NULL "
            "GROUP BY status"
        )
        return {str(status): int(count) for status, count in rows}

    def shared_instances(self, limit: int) -> list[tuple[str, str]]:
        """Return files that have the SOP instance UID of an earlier one but other pixels, with that one."""
        rows = self._all(ROUNDS["shared"], (limit,))
        return [(name_of(file), name_of(first)) for file, first in rows]

    def _store(self, file: str, result: FileResult) -> None:
        key = key_of(file)
        self._do(ROUNDS["store"], {"key": key, **row_of(result)})
        self._do("DELETE FROM pictures WHERE key = ?", (key,))
        written = result.written
        if written is None or written.preview_jpeg is None or not self._belongs_on_page(written.score, key):
            return
        values = (key, _shown(file), written.score, *pictures_of(written))
        self._do(f"INSERT INTO pictures VALUES ({', '.join('?' * len(values))})", values)
        # At once: a long run must not fill the disk with pixels that no page will hold.
        self._do(ROUNDS["flatten"], (self._full_depth_bytes,))
        row = self._one("SELECT count(*) FROM pictures")
        if row and row[0] >= self._pictures_kept + _SPARE_PICTURES:
            self._do(ROUNDS["sort out"], (self._pictures_kept,))

    def _belongs_on_page(self, score: float | None, key: bytes) -> bool:
        row = self._one(ROUNDS["last picture"], (self._pictures_kept - 1,))
        if row is None:
            return True
        weakest = (-_or_least(row[0]), row[1], row[2])
        return (-_or_least(score), _shown(name_of(key)), key) < weakest

    def _pages(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, without holding many of them or keeping others from writing."""
        after: tuple[bytes, bytes] = (b"", b"")
        while rows := self._all(query, (*after, _PAGE)):
            for row in rows:
                after = (_shown(name_of(row[0])), row[0])
                yield row

    def _one(self, query: str, values: Any = ()) -> tuple[Any, ...] | None:
        rows = self._all(query, values)
        return rows[0] if rows else None

    def _all(self, query: str, values: Any = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def _do(self, query: str, values: Any = ()) -> int:
        with self._lock:
            return self._connection.execute(query, values).rowcount

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _shown(file: str) -> bytes:
    return printable_text(file).encode("utf-8", "surrogatepass")


def _order(file: str) -> tuple[bytes, bytes]:
    return _shown(file), key_of(file)


def _or_least(score: float | None) -> float:
    return float("-inf") if score is None else score
