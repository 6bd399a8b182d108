"""The records of studies on the disk: each a small file that is replaced whole."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..whole_files import PRIVATE_FILE, write_whole
from .inbox import to_disk
from .studies import Record

_SCHEMA = "microcal-node-study/1"
_LARGEST_BYTES = 8 << 20
_REVISION = re.compile("[0-9a-f]{64}")


class Records:
    """What has been done with each study.

    Parameters
    ----------
    folder : Path
        Made if need be.

    Raises
    ------
    OutputError
        If it cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{folder}: cannot hold the records ({error.strerror})") from error
        self._known: dict[str, Record] = {}

    def of(self, study: str) -> Record:
        """Return the record of a study; a new one where there is none or it cannot be read.

        A record that is lost costs work that is done twice, and nothing else.
        """
        if study not in self._known:
            self._known[study] = _read(self._path(study))
        return self._known[study]

    def keep(self, study: str, record: Record) -> Record:
        """Bring a record to the disk; return it.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        text = json.dumps({"schema": _SCHEMA, **asdict(record)}, indent=1)
        write_whole(self._path(study), text + "\n", mode=PRIVATE_FILE)
        to_disk(self._folder)
        self._known[study] = record
        return record

    def drop_from_memory(self, study: str) -> None:
        """Forget a record until it is asked for again; its file stays."""
        self._known.pop(study, None)

    def _path(self, study: str) -> Path:
        return self._folder / f"{study}.json"


def _read(path: Path) -> Record:
    try:
        with path.open("rb") as file:
            document = json.loads(file.read(_LARGEST_BYTES))
        if document.pop("schema") != _SCHEMA:
            return Record()
        return _checked(document)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Record()


def _checked(values: Mapping[str, Any]) -> Record:
    record = Record(**values)
    analyzed, finished_s = record.analyzed, record.finished_s
    if analyzed is not None and not _REVISION.fullmatch(analyzed):
        raise ValueError
    numbers = [record.next_try_s, record.tries, *record.refused.values()]
    numbers += [] if finished_s is None else [finished_s]
    if not all(isinstance(number, int | float) for number in numbers):
        raise TypeError
    if not all(isinstance(proof, str) for proof in record.sent.values()):
        raise TypeError
    return record
