"""DICOM JSON (PS3.18 annex F) of an archive: a few values of each record, whatever else comes."""

import json
from collections.abc import Mapping
from typing import Any

from .failures import RefusedError

Record = Mapping[str, Any]

STUDY_DATE, MODALITY = "00080020", "00080060"
ACCESSION_NUMBER, PATIENT_ID = "00080050", "00100020"
STUDY, SERIES, INSTANCE = "0020000D", "0020000E", "00080018"
REFERENCED_INSTANCE = "00081155"
FAILURE_REASON, FAILED, REFERENCED = "00081197", "00081198", "00081199"


def records(body: bytes, where: object) -> tuple[Record, ...]:
    """Return the records of an answer, none of an empty one.

    Parameters
    ----------
    body : bytes
        A list of records, or one record.
    where : object
        Whom a complaint is about.

    Raises
    ------
    RefusedError
        If it is no DICOM JSON.

    Examples
    --------
    >>> [text(each, MODALITY) for each in records(b'[{"00080060": {"vr": "CS", "Value": ["DX"]}}, {}]', "it")]
    ['DX', '']
    """
    if not body.strip():
        return ()
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"{where}: the answer is broken JSON; check the path") from error
    every = found if isinstance(found, list) else [found]
    if not all(isinstance(each, dict) for each in every):
        raise RefusedError(f"{where}: the answer is JSON, but no DICOM JSON; check the path")
    return tuple(every)


def text(record: Record, tag: str) -> str:
    """Return the first value of an element as text, "" where there is none."""
    first = next(iter(_values(record, tag)), "")
    return str(first).strip() if isinstance(first, str | int) else ""


def items(record: Record, tag: str) -> tuple[Record, ...]:
    """Return the items of a sequence, none where there is none."""
    return tuple(each for each in _values(record, tag) if isinstance(each, dict))


def _values(record: Record, tag: str) -> list[object]:
    element = record.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    return values if isinstance(values, list) else []
