"""candidates.json: the contract with other programs."""

import json
from collections.abc import Iterable
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

    Raises
    ------
    ValueError
        If a number is not finite, which JSON cannot hold.
    """
    head = _json(
        {
            "schema": CANDIDATES_SCHEMA_NAME,
            "version": __version__,
            "settings": settings.as_dict(),
            "capsule": run_capsule(),
        }
    )
    images = ",\n".join(_json(result.as_dict()) for result in results)
    return f'{head[:-1]}, "images": [\n{images}\n]}}\n'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
