"""A result file as it was written by `microcal analyze`, read without trust."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from ..errors import SettingsError, UnreadableResultError
from ..loading import Photometric
from ..loading.complaints import one_line, shown_path
from ..origin import Origin
from ..radiograph import spacing_from_user
from ..reporting import CANDIDATES_SCHEMA_NAME, ImageResult, Status, image_result_from_dict
from ..reporting.capsule import capsule_from_dict
from ..settings import Settings, settings_from_dict

_LARGEST_BYTES = 1 << 30  # about 40,000 images with their candidates
_RESULT_NAME = "candidates.json"
_SHA256 = re.compile("[0-9a-f]{64}")
_VERSION = re.compile("[0-9A-Za-z.+]{1,32}")
_ANALYSE_AGAIN = "run `microcal analyze` again to get one"
_GIVE_A_RESULT = "give the output folder of `microcal analyze`"


@dataclass(frozen=True)
class RecordedImage:
    """One input file of the recorded run.

    Parameters
    ----------
    file : str
        Its name then; only compared with others, never opened.
    status : Status
    record : mapping
        Its record in candidates.json.
    origin : Origin
    pixel_sha256 : str or None
    """

    file: str
    status: Status
    record: Mapping[str, Any]
    origin: Origin
    pixel_sha256: str | None


@dataclass(frozen=True)
class RecordedRun:
    """What a run was asked, what it ran on and what it found.

    Parameters
    ----------
    version : str
        Of microcal_xray.
    settings : Settings
    capsule : mapping
        What all its results have in common.
    images : tuple of RecordedImage
        In the order of the file.
    """

    version: str
    settings: Settings
    capsule: Mapping[str, Any]
    images: tuple[RecordedImage, ...]


def read_recorded(path: str | Path) -> RecordedRun:
    """Return the run that a result file records.

    Parameters
    ----------
    path : str or Path
        A candidates.json, or the output folder with one.

    Raises
    ------
    UnreadableResultError
        If it cannot be read, is no result of ours, or lacks what a replay or an export needs.
    """
    path = Path(path)
    if path.is_dir():
        path = path / _RESULT_NAME
    shown = shown_path(path)
    document = _document(path, shown)
    try:
        return _run(document)
    except (_UnusableError, SettingsError) as error:
        raise UnreadableResultError(f"{shown}: {one_line(error)}") from error


def recorded_results(path: str | Path, run: RecordedRun) -> tuple[ImageResult, ...]:
    """Return what a recorded run found, as it was found.

    A replay does without: it compares records as they stand, also those that this version cannot read.

    Parameters
    ----------
    path : str or Path
        Of the result, to name it in a complaint.
    run : RecordedRun

    Returns
    -------
    tuple of ImageResult
        One per image, in order, without pictures.

    Raises
    ------
    UnreadableResultError
        If a record is not as this version writes it.
    """
    results = []
    for number, image in enumerate(run.images, start=1):
        try:
            results.append(image_result_from_dict(image.record))
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError) as error:
            raise UnreadableResultError(
                f"{shown_path(Path(path))}: image {number} is not as this version writes it; {_ANALYSE_AGAIN}"
            ) from error
    return tuple(results)


class _UnusableError(Exception):
    """Says what is wrong and what to do, without the path."""


def _document(path: Path, shown: str) -> Any:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = one_line(getattr(error, "strerror", None) or "no such file")
        raise UnreadableResultError(f"{shown}: cannot be read ({reason}); {_GIVE_A_RESULT}") from error
    if len(content) > _LARGEST_BYTES:
        raise UnreadableResultError(f"{shown}: over 1 GiB; analyse and replay the files in several parts")
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        reason = one_line(error, longest=100)
        raise UnreadableResultError(f"{shown}: not a JSON file ({reason}); {_GIVE_A_RESULT}") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{one_line(text, longest=20)} is too large a number")
    return value


def _run(document: Any) -> RecordedRun:
    if not isinstance(document, dict):
        raise _UnusableError(f"holds no result of `microcal analyze`; {_GIVE_A_RESULT}")
    schema = document.get("schema")
    if schema != CANDIDATES_SCHEMA_NAME:
        said = one_line(repr(schema), longest=60) if isinstance(schema, str) else "missing"
        raise _UnusableError(f"its schema is {said}, not {CANDIDATES_SCHEMA_NAME!r}; {_GIVE_A_RESULT}")
    if "capsule" not in document:
        raise _UnusableError(f"holds no capsule, it was written by an older version; {_ANALYSE_AGAIN}")
    images = document.get("images")
    if not isinstance(images, list):
        raise _UnusableError(f"has no list of images; {_ANALYSE_AGAIN}")
    version = document.get("version")
    if not (isinstance(version, str) and _VERSION.fullmatch(version)):
        raise _UnusableError(f"does not say which version wrote it; {_ANALYSE_AGAIN}")
    return RecordedRun(
        version=version,
        settings=settings_from_dict(_object(document.get("settings"), "settings")),
        capsule=_object(document["capsule"], "capsule"),
        images=tuple(_image(image, f"image {number}") for number, image in enumerate(images, start=1)),
    )


def _image(record: Any, where: str) -> RecordedImage:
    record = _object(record, where)
    file, candidates = record.get("file"), record.get("candidates")
    try:
        status = Status(record.get("status"))
    except ValueError as error:
        raise _UnusableError(f"{where} has no known status; {_ANALYSE_AGAIN}") from error
    if not isinstance(file, str) or not isinstance(candidates, list):
        raise _UnusableError(f"{where} has no file name or no list of candidates; {_ANALYSE_AGAIN}")
    if status is Status.OK and record.get("capsule") is None:
        raise _UnusableError(f"{where} has no capsule; {_ANALYSE_AGAIN}")
    try:
        origin, pixels = capsule_from_dict(record.get("capsule"))
        _check(origin or Origin(), pixels)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _UnusableError(f"{where} has a damaged capsule; {_ANALYSE_AGAIN}") from error
    return RecordedImage(file, status, record, origin or Origin(), pixels)


def _check(origin: Origin, pixel_sha256: str | None) -> None:
    """Raise ValueError or TypeError for what no capsule of ours holds."""
    for digest in (origin.file_sha256, pixel_sha256):
        if digest is not None and not _SHA256.fullmatch(digest):
            raise ValueError
    if origin.file_bytes is not None and type(origin.file_bytes) is not int:
        raise TypeError
    if not all(isinstance(version, str | None) for version in origin.decoders.values()):
        raise TypeError
    if origin.reading.photometric is not None:
        Photometric(origin.reading.photometric)
    if type(origin.reading.secondary_capture) is not bool:
        raise TypeError
    spacing_from_user(origin.reading.spacing_mm)  # its SettingsError is a ValueError


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _UnusableError(f"{where} is not a JSON object; {_ANALYSE_AGAIN}")
    return value
