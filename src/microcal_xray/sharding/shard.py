"""A shard: a small list of files, versioned, the same bytes for the same files, safe to hand around."""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from ..errors import SettingsError
from ..loading.complaints import one_line
from ..reporting import Status
from ..reporting.foreign_text import printable_text
from .addresses import is_bucket, require_root

SHARD_SCHEMA_NAME = "microcal-shard/1"
LARGEST_SHARD_BYTES = 1 << 26
MOST_FILES = 100_000
MOST_SHARDS = 1_000_000

_LARGEST_FILE_BYTES = 1 << 50  # a petabyte: beyond it a size is a lie
_LONGEST_NAME = 4096
_LONGEST_REASON = _LONGEST_NAME + 100
_FILE_NAME = re.compile(r"shard-([0-9]{6})\.json")


@dataclass(frozen=True)
class ShardEntry:
    """One file of a shard.

    Parameters
    ----------
    file : str
        Its name in the outputs: relative to the root, with forward slashes.
    bytes : int or None
        Its length when the shard was made; None for what is not opened.
    status : Status
        `Status.OK` if it is to be opened; otherwise it already failed or is skipped, and `reason` says why.
    reason : str or None
    """

    file: str
    bytes: int | None
    status: Status = Status.OK
    reason: str | None = None


@dataclass(frozen=True)
class Shard:
    """Some files below one root, in the order of the outputs.

    Parameters
    ----------
    number : int
        Counted from 0; it names the part that the shard comes to.
    root : str
        An absolute folder, or s3://BUCKET/PREFIX.
    entries : tuple of ShardEntry
    """

    number: int
    root: str
    entries: tuple[ShardEntry, ...]

    @property
    def sha256(self) -> str:
        """What tells this shard from every other: the hash of its text."""
        return hashlib.sha256(shard_text(self).encode()).hexdigest()


def shard_name(number: int) -> str:
    """Return the name of the file of a shard.

    Examples
    --------
    >>> shard_name(7), shard_number("shard-000007.json"), shard_number("notes.json")
    ('shard-000007.json', 7, None)
    """
    return f"shard-{number:06d}.json"


def shard_number(name: str) -> int | None:
    """Return the number in the name of the file of a shard; None: it is another file."""
    found = _FILE_NAME.fullmatch(name)
    return None if found is None else int(found[1])


def order_of(file: str) -> tuple[bytes, bytes]:
    """Return what the outputs are sorted by: the name as it is shown, then as it is."""
    shown = printable_text(file).encode("utf-8", "surrogatepass")
    return shown, file.encode("utf-8", "surrogatepass")


def sorted_entries(entries: Iterable[ShardEntry]) -> tuple[ShardEntry, ...]:
    """Return entries in the order of the outputs."""
    return tuple(sorted(entries, key=lambda entry: order_of(entry.file)))


def shard_text(shard: Shard) -> str:
    """Return a shard as JSON, a line for each file, in ASCII: names of any bytes survive.

    Examples
    --------
    >>> print(shard_text(Shard(0, "/scans", (ShardEntry("a.dcm", 12),))), end="")
    {"schema": "microcal-shard/1", "number": 0, "root": "/scans", "files": [
    {"file": "a.dcm", "bytes": 12}
    ]}
    """
    head = json.dumps({"schema": SHARD_SCHEMA_NAME, "number": shard.number, "root": shard.root})
    lines = ",\n".join(json.dumps(_record(entry)) for entry in shard.entries)
    return f'{head[:-1]}, "files": [\n{lines}\n]}}\n'


def shard_from_bytes(data: bytes, *, named: str) -> Shard:
    """Return the shard that `shard_text` wrote; nothing in it is trusted.

    Parameters
    ----------
    data : bytes
    named : str
        What the errors call it.

    Raises
    ------
    SettingsError
        If it is none of ours, too large, or a name in it leads out of its root.

    Examples
    --------
    >>> shard_from_bytes(b"[]", named="a.json")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    microcal_xray.errors.SettingsError: a.json: is no shard of this release (schema None); make it again ...
    """
    try:
        return _shard(data)
    except _ComplaintError as complaint:
        raise SettingsError(f"{named}: {complaint}; make it again with `microcal shards make`") from None


def require_name(file: object, *, root: str) -> str:
    """Return a name that stays below the root.

    Parameters
    ----------
    file : object
        As it was read.
    root : str
        Below which it lies.

    Raises
    ------
    ValueError
        If it does not, or can be no name; the text is the reason.

    Examples
    --------
    >>> require_name("a/../../b.dcm", root="/scans")
    Traceback (most recent call last):
        ...
    ValueError: the name 'a/../../b.dcm' leads out of the root
    """
    if not isinstance(file, str) or not file or len(file) > _LONGEST_NAME or "\0" in file:
        raise ValueError(f"{_shown(file)} is no name of a file")
    parts = file.split("/")
    # On Windows a backslash and a colon lead elsewhere; a bucket may have both in its keys.
    leads_out = sys.platform == "win32" and not is_bucket(root) and any(mark in file for mark in "\\:")
    if leads_out or any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"the name {_shown(file)} leads out of the root")
    try:
        file.encode() if is_bucket(root) else os.fsencode(file)
    except UnicodeEncodeError:
        raise ValueError(f"{_shown(file)} is no name of a file") from None
    return file


class _ComplaintError(Exception):
    """Why the bytes are no shard."""


def _record(entry: ShardEntry) -> dict[str, Any]:
    known = {} if entry.status is Status.OK else {"status": entry.status.value, "reason": entry.reason}
    return {"file": entry.file, "bytes": entry.bytes, **known}


def _shard(data: bytes) -> Shard:
    if len(data) > LARGEST_SHARD_BYTES:
        raise _ComplaintError(f"is over {LARGEST_SHARD_BYTES >> 20} MiB, too large for a shard")
    try:
        values: Any = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _ComplaintError("is no JSON") from None
    if not isinstance(values, dict) or values.get("schema") != SHARD_SCHEMA_NAME:
        schema = values.get("schema") if isinstance(values, dict) else None
        raise _ComplaintError(f"is no shard of this release (schema {_shown(schema)})")
    if set(values) != {"schema", "number", "root", "files"}:
        raise _ComplaintError("does not have the fields of a shard")
    number, files = values["number"], values["files"]
    if not (_is_whole(number) and 0 <= number < MOST_SHARDS):
        raise _ComplaintError(f"has the number {_shown(number)}, which no shard has")
    if not isinstance(files, list) or not 1 <= len(files) <= MOST_FILES:
        raise _ComplaintError(f"must list 1 to {MOST_FILES} files")
    try:
        root = require_root(values["root"])
        entries = tuple(_entry(file, root) for file in files)
    except ValueError as error:  # a SettingsError is one
        raise _ComplaintError(str(error)) from None
    orders = [order_of(entry.file) for entry in entries]
    if any(after <= before for before, after in pairwise(orders)):
        raise _ComplaintError("lists a file twice, or not in order")
    return Shard(number, root, entries)


def _entry(values: object, root: str) -> ShardEntry:
    if not isinstance(values, Mapping):
        raise _ComplaintError("lists something that is no file")
    if set(values) == {"file", "bytes"}:
        file, length = require_name(values["file"], root=root), values["bytes"]
        if not (_is_whole(length) and 0 <= length <= _LARGEST_FILE_BYTES):
            raise _ComplaintError(f"says that {_shown(file)} has {_shown(length)} bytes")
        return ShardEntry(file, length)
    if set(values) != {"file", "bytes", "status", "reason"} or values["bytes"] is not None:
        raise _ComplaintError("lists something that is no file")
    file, status, reason = values["file"], values["status"], values["reason"]
    if not isinstance(file, str) or not 0 < len(file) <= _LONGEST_NAME:  # never opened, so any text will do
        raise _ComplaintError(f"lists {_shown(file)}, which is no name of a file")
    if status not in ("failed", "skipped") or not (
        isinstance(reason, str) and len(reason) <= _LONGEST_REASON
    ):
        raise _ComplaintError(f"does not say why {_shown(file)} is not opened")
    return ShardEntry(file, None, Status(status), reason)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _shown(value: object) -> str:
    return one_line(repr(value), longest=80)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
