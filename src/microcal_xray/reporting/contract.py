"""candidates.json: the contract with other programs."""

import json
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any

from ..settings import Settings
from ..version import __version__
from .capsule import run_capsule
from .results import ImageResult

CANDIDATES_SCHEMA_NAME = "microcal-candidates/1"


def candidates_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) that every candidates.json follows.

    Examples
    --------
    >>> candidates_schema()["title"]
    'microcal-candidates/1'
    """
    path = resources.files(__package__) / "schema" / "candidates-1.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def candidates_json(results: Iterable[ImageResult], settings: Settings) -> str:
    """Return candidates.json: one line per file, in the order given; the same results give the same bytes.

    Parameters
    ----------
    results : iterable of ImageResult
    settings : Settings
        That they were found with.

    Raises
    ------
    ValueError
        If a number is not finite, which JSON cannot hold.
    """
    return "".join(candidates_json_parts((image_record(result) for result in results), settings))


def image_record(result: ImageResult) -> str:
    """Return the line of one file in candidates.json.

    Raises
    ------
    ValueError
        If a number is not finite, which JSON cannot hold.

    Examples
    --------
    >>> from microcal_xray.reporting import Status
    >>> image_record(ImageResult("a.dcm", Status.FAILED, "the file is empty"))[:37]
    '{"file": "a.dcm", "status": "failed",'
    """
    return _json(result.as_dict())


def candidates_json_parts(records: Iterable[str], settings: Settings) -> Iterator[str]:
    """Yield candidates.json piece by piece, so that no more than one record need be held at a time.

    Parameters
    ----------
    records : iterable of str
        One `image_record` per file, in the order to be written.
    settings : Settings
    """
    head = _json(
        {
            "schema": CANDIDATES_SCHEMA_NAME,
            "version": __version__,
            "settings": settings.as_dict(),
            "capsule": run_capsule(),
        }
    )
    yield f'{head[:-1]}, "images": [\n'
    for number, record in enumerate(records):
        yield f",\n{record}" if number else record
    yield "\n]}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
