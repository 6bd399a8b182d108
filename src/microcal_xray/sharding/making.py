"""Making shards: a thousand names to a file, so that a cluster has thousands of tasks, not millions."""

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ..errors import OutputError, SettingsError
from .addresses import given_root, is_bucket
from .place import FolderPlace, Place, place_of
from .shard import MOST_FILES, MOST_SHARDS, Shard, ShardEntry, shard_name, shard_text, sorted_entries
from .sources import entries_of_folder, entries_of_list, entries_of_store, require_outside

INDEX_NAME = "shards.json"
INDEX_SCHEMA_NAME = "microcal-shards/1"
USUAL_PER_SHARD = 1000


@dataclass(frozen=True)
class ShardsMade:
    """What came of making shards.

    Parameters
    ----------
    shards, files, bytes : int
        Numbers of shards and of the files in them, and the length of all that are to be opened.
    """

    shards: int
    files: int
    bytes: int


def make_shards(
    source: str, out: str, *, per_shard: int = USUAL_PER_SHARD, root: str | None = None
) -> ShardsMade:
    """Write shards over a folder, an object store or a list of files; the same files give the same bytes.

    Parameters
    ----------
    source : str
        A folder, s3://BUCKET/PREFIX, or a file that lists names (see `entries_of_list`).
    out : str
        A folder or s3://BUCKET/PREFIX, new or empty.
    per_shard : int
        Files in a shard, 1 to 100,000. The last one has what is left.
    root : str, optional
        What the names in a list are relative to; None: the folder that holds the list.

    Raises
    ------
    SettingsError
        If there is no such source, there are no files in it, or an argument is out of its range.
    OutputError
        If `out` is not empty, or cannot be written.

    Notes
    -----
    Shards are cut in the order in which the source is walked, so that no more than one folder and one shard
    are held at a time; within a shard files stand in the order of the outputs. A list is held as a whole.
    The index, shards.json, is written last: without it shards are not complete.
    """
    if not (isinstance(per_shard, int) and 1 <= per_shard <= MOST_FILES):
        raise SettingsError(f"per_shard is {per_shard!r}; it must be a whole number from 1 to {MOST_FILES}")
    place = place_of(out)
    base, entries = _entries(source, place, root)
    if any(True for _ in place.names()):
        raise OutputError(f"{out}: is not empty; choose a new or an empty place for the shards")
    made = ShardsMade(0, 0, 0)
    for shard in _cut(entries, base, per_shard):
        place.write(shard_name(shard.number), shard_text(shard).encode())
        made = ShardsMade(
            shards=made.shards + 1,
            files=made.files + len(shard.entries),
            bytes=made.bytes + sum(entry.bytes or 0 for entry in shard.entries),
        )
    if not made.shards:
        raise SettingsError(f"{source}: there are no files; check the path")
    place.write(INDEX_NAME, _index(base, made).encode())
    return made


def index_of(place: Place) -> ShardsMade:
    """Return how much a place with shards says that it holds.

    Raises
    ------
    SettingsError
        If it has no index, or none of ours: the making of the shards was not finished.
    """
    content = place.read(INDEX_NAME, most_bytes=1 << 16)
    with contextlib.suppress(ValueError, TypeError, LookupError, RecursionError):
        index = json.loads(content or b"")
        made = ShardsMade(int(index["shards"]), int(index["files"]), int(index["bytes"]))
        if (
            index["schema"] == INDEX_SCHEMA_NAME
            and 0 < made.shards <= MOST_SHARDS
            and made.files >= made.shards
        ):
            return made
    raise SettingsError(
        f"{place.address}: holds no finished set of shards; make it with `microcal shards make`"
    )


def _entries(source: str, out: Place, root: str | None) -> tuple[str, Iterator[ShardEntry]]:
    path = Path(source)
    if not is_bucket(source) and path.is_file():
        base = given_root(root if root is not None else os.path.dirname(os.path.realpath(path)))
        return base, entries_of_list(path, base)
    if root is not None:
        raise SettingsError("root goes with a list of files; a folder and an object store are their own")
    base = given_root(source)
    if is_bucket(base):
        return base, entries_of_store(base)
    require_outside(out.address, base)
    return base, entries_of_folder(base, leave_out=out.folder if isinstance(out, FolderPlace) else None)


def _cut(entries: Iterable[ShardEntry], root: str, per_shard: int) -> Iterator[Shard]:
    waiting, number = iter(entries), 0
    while some := sorted_entries(islice(waiting, per_shard)):
        if number == MOST_SHARDS:
            raise SettingsError(f"these are over {MOST_SHARDS} shards; put more files into each")
        yield Shard(number, root, some)
        number += 1


def _index(root: str, made: ShardsMade) -> str:
    index = {
        "schema": INDEX_SCHEMA_NAME,
        "root": root,
        "shards": made.shards,
        "files": made.files,
        "bytes": made.bytes,
    }
    return json.dumps(index) + "\n"
