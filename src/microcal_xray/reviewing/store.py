"""Decisions in SQLite, in the output folder: events are only added, and what was acknowledged is on the disk.

Every call opens its own connection, so that threads and processes can share the file: SQLite lets one write
at a time and the others wait. With a write-ahead log and `synchronous = FULL`, a commit returns after the log
was flushed to the disk, and a process that is killed before leaves nothing of its transaction.
"""

import contextlib
import datetime
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..errors import OutputError, UnreadableResultError
from ..whole_files import PRIVATE_FILE
from .events import Event, RefusedEventError, event_from_dict
from .study import Study

STORE_NAME = "decisions.sqlite"
_FORM = 1
_APPLICATION = 0x6D637872  # "mcxr": so that nobody else's database is taken for ours
_WAIT_S = 20.0
_TABLES = """
CREATE TABLE images (file TEXT PRIMARY KEY, lines_sha256 TEXT NOT NULL) STRICT;
CREATE TABLE orders (reader TEXT PRIMARY KEY, seed INTEGER, files TEXT NOT NULL) STRICT;
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
    reader TEXT NOT NULL, image TEXT NOT NULL, arrived_utc TEXT NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX events_of_a_reader ON events (role, reader, number);
CREATE TRIGGER events_are_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'only added'); END;
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'only added'); END;
"""


class Role(StrEnum):
    """As what somebody decides."""

    READING = "reading"
    ADJUDICATION = "adjudication"  # with the readings of others in view


@dataclass(frozen=True)
class Order:
    """In which order a reader reads which images.

    Parameters
    ----------
    files : tuple of str
    seed : int or None
        By which they were mixed; None: in the order of the study.
    """

    files: tuple[str, ...]
    seed: int | None = None


@dataclass(frozen=True)
class Store:
    """The decisions on a study.

    Parameters
    ----------
    study : Study
    path : Path
        Of the database.

    See Also
    --------
    open_store : how one is made
    """

    study: Study
    path: Path

    def add(self, events: Sequence[Event], *, role: Role = Role.READING) -> tuple[str, ...]:
        """Store events, all or none, and return their ids once they are on the disk.

        An event that is there already counts as stored.

        Raises
        ------
        RefusedEventError
            If another event has the same id.
        OutputError
            If they cannot be written.
        """
        arrived = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        with self._writing() as connection:
            for event in events:
                body = json.dumps(event.as_dict(), ensure_ascii=True, sort_keys=True)
                known = connection.execute(
                    "SELECT role, reader, body FROM events WHERE id = ?", (event.id,)
                ).fetchone()
                if known is not None and known != (role.value, event.reader, body):
                    raise RefusedEventError(f"event {event.id} is known with another content; give a new id")
                if known is None:
                    connection.execute(
                        "INSERT INTO events (id, role, reader, image, arrived_utc, body) "
                        "VALUES (?, ?, ?, ?, ?, ?)",
                        (event.id, role.value, event.reader, event.image, arrived, body),
                    )
        return tuple(event.id for event in events)

    def events(self, reader: str | None = None, *, role: Role = Role.READING) -> tuple[Event, ...]:
        """Return the events of a reader, or of all, in the order of their arrival."""
        query, values = "SELECT reader, body FROM events WHERE role = ?", [role.value]
        if reader is not None:
            query, values = f"{query} AND reader = ?", [role.value, reader]
        with self._reading() as connection:
            rows = connection.execute(f"{query} ORDER BY number", values).fetchall()
        try:
            return tuple(event_from_dict(json.loads(body), self.study, reader=name) for name, body in rows)
        except (RefusedEventError, ValueError) as error:
            raise UnreadableResultError(f"{self.path}: holds an event that is none ({error})") from error

    def readers(self, *, role: Role = Role.READING) -> tuple[str, ...]:
        """Return everybody with an event or an order, sorted."""
        query = "SELECT reader FROM events WHERE role = ?"
        if role is Role.READING:
            query += " UNION SELECT reader FROM orders"
        with self._reading() as connection:
            return tuple(sorted({row[0] for row in connection.execute(query, (role.value,))}))

    def orders(self) -> dict[str, Order]:
        """Return the recorded order of each reader that has one."""
        with self._reading() as connection:
            rows = connection.execute("SELECT reader, seed, files FROM orders ORDER BY reader").fetchall()
        return {reader: Order(tuple(json.loads(files)), seed) for reader, seed, files in rows}

    def record_order(self, reader: str, order: Order) -> Order:
        """Record the order of a reader, unless one is recorded; return the recorded one."""
        with self._writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO orders (reader, seed, files) VALUES (?, ?, ?)",
                (reader, order.seed, json.dumps(order.files)),
            )
        return self.orders()[reader]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._connected() as connection:
            yield connection

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self.path, timeout=_WAIT_S, isolation_level=None)
            with contextlib.closing(connection):
                connection.execute("PRAGMA synchronous = FULL")
                yield connection
        except sqlite3.Error as error:
            raise OutputError(
                f"{self.path}: cannot be used ({error}); check that it is ours, that the disk has room and "
                "that it is no network folder"
            ) from error


def open_store(study: Study, *, make: bool = True) -> Store:
    """Return the store of a study.

    Parameters
    ----------
    study : Study
    make : bool
        Make it where there is none.

    Raises
    ------
    UnreadableResultError
        If there is none and none is to be made; or if the images were analysed again since, so that the
        decisions are about other lines.
    OutputError
        If it cannot be made or used, or is no database of ours.
    """
    store = Store(study, study.out / STORE_NAME)
    if not store.path.exists() and not make:
        raise UnreadableResultError(f"{study.out}: holds no decisions; read with `microcal review` first")
    if store.path.is_symlink():
        raise OutputError(f"{store.path}: is a link; remove it")
    _made(store)
    _check_same_lines(store)
    return store


def _made(store: Store) -> None:
    try:
        os.close(os.open(store.path, os.O_CREAT | os.O_RDWR, PRIVATE_FILE))
    except OSError as error:
        raise OutputError(f"{store.path}: cannot be written ({error.strerror})") from error
    with store._connected() as connection:
        connection.execute("BEGIN")  # all of it as it was at one moment: another process may be making it
        application, form = _marks(connection)
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("COMMIT")
        if application == _APPLICATION and form == _FORM:
            return
        if application or form or tables:
            raise OutputError(f"{store.path}: is no database of decisions of this version; move it away")
        connection.execute("PRAGMA journal_mode = WAL")
    with store._writing() as connection:
        if _marks(connection)[1] == _FORM:  # another process was faster
            return
        for statement in _statements(_TABLES):
            connection.execute(statement)
        connection.executemany(
            "INSERT INTO images VALUES (?, ?)",
            [(image.file, image.lines_sha256) for image in store.study.images],
        )
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {_FORM}")


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    application, form = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    return int(application), int(form)


def _statements(script: str) -> list[str]:
    """Return the statements one by one: `executescript` would commit what is open."""
    found, part = [], ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            found.append(part)
            part = ""
    return found


def _check_same_lines(store: Store) -> None:
    """Raise an error where decisions are about other candidates than those that are there now."""
    with store._reading() as connection:
        known = dict(connection.execute("SELECT file, lines_sha256 FROM images"))
        decided = {row[0] for row in connection.execute("SELECT DISTINCT image FROM events")}
    now = {image.file: image.lines_sha256 for image in store.study.images}
    changed = sorted(file for file in decided if now.get(file) != known.get(file))
    if changed:
        raise UnreadableResultError(
            f"{store.path}: {changed[0]} was analysed again since it was read and has other candidates now; "
            "analyse into another folder, or move this file away to read anew"
        )
    if now != known:
        with store._writing() as connection:
            connection.execute("DELETE FROM images")
            connection.executemany("INSERT INTO images VALUES (?, ?)", list(now.items()))
