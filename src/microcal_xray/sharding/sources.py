"""Which files shards are made of: those of a folder, of an object store, or of a list. None is opened."""

import os
from collections.abc import Iterator
from pathlib import Path

from ..batch.inputs import reason_against
from ..errors import OutputError, SettingsError
from ..loading import FoundFile, Verdict
from ..loading.complaints import one_line
from ..loading.folder import walk_folder
from ..reporting import Status
from .addresses import is_bucket
from .shard import ShardEntry, require_name
from .store import GoneError, Store

_LARGEST_LIST_BYTES = 1 << 32
_STATUS = {Verdict.SKIPPED: Status.SKIPPED, Verdict.FAILED: Status.FAILED, Verdict.RADIOGRAPH: Status.OK}


def entries_of_folder(root: str, *, leave_out: Path | None) -> Iterator[ShardEntry]:
    """Yield the files of a folder, folder by folder in the order of their names.

    As `microcal analyze` sees them: links to folders are not followed, what is hidden and results of ours are
    skipped. A link to a file below the root is skipped; one that leads out of it stands for its file.

    Parameters
    ----------
    root : str
    leave_out : Path or None
        A folder below it that is passed over.
    """
    top = Path(root)
    for path, known in walk_folder(top, leave_out=leave_out, reason_against=reason_against):
        yield _entry(path, known, top)


def entries_of_store(root: str) -> Iterator[ShardEntry]:
    """Yield the objects below a prefix, in the order of their keys.

    Raises
    ------
    StoreError
        If they cannot be listed.
    """
    for found in Store(root).listed():
        if not found.name or found.name.endswith("/"):  # what other tools put down for an empty folder
            continue
        if any(part.startswith(".") and part not in (".", "..") for part in found.name.split("/")):
            yield ShardEntry(found.name, None, Status.SKIPPED, "is hidden")
            continue
        try:
            require_name(found.name, root=root)
        except ValueError:
            yield ShardEntry(found.name, None, Status.FAILED, "has a key that is no path below its root")
        else:
            yield ShardEntry(found.name, found.bytes)


def entries_of_list(path: Path, root: str) -> Iterator[ShardEntry]:
    """Yield the files that a list names, sorted.

    Parameters
    ----------
    path : Path
        A name relative to the root in each line; after a tab may stand its length in bytes, which is asked
        for where it is missing. A name that comes twice is taken once.
    root : str

    Raises
    ------
    SettingsError
        If it cannot be read, or a line is no name below the root.
    """
    lengths: dict[str, int | None] = {}
    for number, line in enumerate(_lines(path), start=1):
        name, tab, length = line.partition("\t")
        try:
            lengths[require_name(name, root=root)] = _length(length) if tab else None
        except ValueError as error:
            raise SettingsError(f"{one_line(path)}: line {number}: {error}") from None
    for name in sorted(lengths):
        yield _listed(name, lengths[name], root)


def _lines(path: Path) -> Iterator[str]:
    try:
        if path.stat().st_size > _LARGEST_LIST_BYTES:
            raise SettingsError(f"{one_line(path)}: is over 4 GiB, too large for a list of files")
        # Names of files need not be text; newlines as they are, since a name may end in a carriage return.
        with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            for line in file:
                if name := line.removesuffix("\n").removesuffix("\r"):
                    yield name
    except OSError as error:
        raise SettingsError(f"{one_line(path)}: the list cannot be read ({error.strerror})") from error


def _length(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise ValueError(f"{one_line(repr(text), longest=40)} is no length in bytes")
    return int(text)


def _listed(name: str, length: int | None, root: str) -> ShardEntry:
    if is_bucket(root):
        try:
            return ShardEntry(name, Store(root).length(name) if length is None else length)
        except GoneError as error:
            return ShardEntry(name, None, Status.FAILED, str(error))
    found = next(walk_folder(Path(root) / name), None)
    if found is None or found[0] != Path(root) / name:
        return ShardEntry(name, None, Status.SKIPPED, "is a folder; a list names files")
    entry = _entry(found[0], found[1], Path(root))
    return entry if length is None or entry.bytes is None else ShardEntry(name, length)


def _entry(path: Path, known: FoundFile | None, root: Path) -> ShardEntry:
    file = path.relative_to(root).as_posix()
    if known is not None:
        return ShardEntry(file, None, _STATUS[known.verdict], known.reason)
    if path.is_symlink():
        target = Path(os.path.realpath(path))
        if target.is_relative_to(root):
            reason = f"is a link to {target.relative_to(root).as_posix()}"
            return ShardEntry(file, None, Status.SKIPPED, reason)
    try:
        return ShardEntry(file, path.stat().st_size)
    except OSError as error:
        return ShardEntry(file, None, Status.FAILED, f"cannot be read ({one_line(error.strerror)})")


def require_outside(out: str, root: str) -> None:
    """Refuse an output folder that is the folder of the inputs itself.

    Raises
    ------
    OutputError
    """
    if not is_bucket(root) and os.path.realpath(out) == root:
        raise OutputError(f"{out}: is the folder of the inputs; choose another one")
