"""Decisions records: the events of one reader as a JSON file, downloaded from the page or written by us."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UnreadableResultError
from ..loading.complaints import shown_path
from .events import Event, RefusedEventError, event_from_dict, reader_name
from .store import Role
from .study import Study

RECORD_SCHEMA = "microcal-decisions"
_FORMAT = 1
_LARGEST_BYTES = 256 << 20
_MOST_EVENTS = 1_000_000
_GIVE_A_RECORD = "give a record that the report page saved"


@dataclass(frozen=True)
class Record:
    """The events of one reader.

    Parameters
    ----------
    reader : str
    role : Role
    events : tuple of Event
        By their own clock; the order of the file where that is equal.
    """

    reader: str
    role: Role
    events: tuple[Event, ...]


def read_record(path: str | Path, study: Study, *, reader: str | None = None) -> Record:
    """Return a decisions record.

    Parameters
    ----------
    path : str or Path
    study : Study
        What was read.
    reader : str, optional
        Whose it is, where the record does not say; one that says somebody else is refused.

    Raises
    ------
    UnreadableResultError
        If it is no decisions record, nobody's, or one of its events is not about this study.
    """
    path = Path(path)
    shown = shown_path(path)
    document = _document(path, shown)
    if document.get("schema") != RECORD_SCHEMA or document.get("format") != _FORMAT:
        raise UnreadableResultError(
            f"{shown}: is no {RECORD_SCHEMA} record of format {_FORMAT}; {_GIVE_A_RECORD}"
        )
    events = document.get("events")
    if not isinstance(events, list) or len(events) > _MOST_EVENTS:
        raise UnreadableResultError(f"{shown}: has no list of events; {_GIVE_A_RECORD}")
    name = _reader(document, shown, reader)
    found = [_event(each, study, name, f"{shown}: event {number}") for number, each in enumerate(events, 1)]
    role = Role.ADJUDICATION if document.get("role") == Role.ADJUDICATION else Role.READING
    return Record(name, role, tuple(sorted(found, key=lambda event: event.utc)))


def is_record(path: Path) -> bool:
    """Return whether a file says that it is a decisions record."""
    try:
        with path.open("rb") as file:
            return f'"{RECORD_SCHEMA}"'.encode() in file.read(_LARGEST_BYTES)[:4096]
    except OSError:
        return False


def record_json(study: Study, events: Sequence[Event], *, reader: str, role: Role, exported_utc: str) -> str:
    """Return a decisions record as JSON.

    Parameters
    ----------
    study : Study
    events : sequence of Event
        In the order of their arrival.
    reader : str
    role : Role
    exported_utc : str
        When it is written; empty for a file that is the same whenever it is.
    """
    document = {
        "schema": RECORD_SCHEMA,
        "format": _FORMAT,
        "results": {"version": study.version},
        "reader": reader,
        "role": role.value,
        "exported_utc": exported_utc,
        "events": [event.as_dict() for event in events],
    }
    return json.dumps(document, ensure_ascii=True, allow_nan=False, indent=1) + "\n"


def _document(path: Path, shown: str) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
        if len(content) > _LARGEST_BYTES:
            raise UnreadableResultError(f"{shown}: over 256 MiB; {_GIVE_A_RECORD}")
        document = json.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise UnreadableResultError(
            f"{shown}: cannot be read ({error.strerror}); {_GIVE_A_RECORD}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableResultError(f"{shown}: not a JSON file; {_GIVE_A_RECORD}") from error
    if not isinstance(document, dict):
        raise UnreadableResultError(f"{shown}: holds no JSON object; {_GIVE_A_RECORD}")
    return document


def _reader(document: Mapping[str, Any], shown: str, asked: str | None) -> str:
    said = document.get("reader")
    if not isinstance(said, str) or not said.strip():
        if asked is None:
            raise UnreadableResultError(f"{shown}: does not say who read; give --reader NAME")
        return reader_name(asked)
    try:
        name = reader_name(said)
    except RefusedEventError as error:
        raise UnreadableResultError(f"{shown}: {error}") from error
    if asked is not None and reader_name(asked) != name:
        raise UnreadableResultError(f"{shown}: is of {name!r}, not of {asked!r}")
    return name


def _event(values: object, study: Study, reader: str, where: str) -> Event:
    if isinstance(values, dict) and isinstance(values.get("reader"), str) and values["reader"].strip():
        try:  # the page may have written the name in another way
            values = {**values, "reader": reader_name(values["reader"])}
        except RefusedEventError as error:
            raise UnreadableResultError(f"{where}: {error}") from error
    try:
        return event_from_dict(values, study, reader=reader)
    except RefusedEventError as error:
        raise UnreadableResultError(
            f"{where}: {error}; is it about the images of this output folder?"
        ) from error
