"""Read candidates.json back: what an earlier run found, how, and with which version."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SettingsError
from ..settings import Settings, settings_from_dict
from .contract import CANDIDATES_SCHEMA_NAME
from .results import ImageResult, image_result_from_dict

_VERSION = re.compile(r"[0-9A-Za-z.+]{1,32}")


@dataclass(frozen=True)
class RecordedRun:
    """What `microcal analyze` wrote into an output folder.

    Parameters
    ----------
    version : str
        Of microcal_xray.
    settings : Settings
    results : tuple of ImageResult
        One per input file, without previews.
    """

    version: str
    settings: Settings
    results: tuple[ImageResult, ...]


def read_run(out: str | Path) -> RecordedRun:
    """Return what stands in the candidates.json of an output folder.

    Parameters
    ----------
    out : str or Path

    Raises
    ------
    SettingsError
        If there is none, or it is not one that this version can read.
    """
    path = Path(out) / "candidates.json"
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"{out}: holds no result that can be read ({error.strerror}); run `microcal analyze` first"
        ) from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: is broken; run `microcal analyze` again") from error
    if not isinstance(document, dict) or document.get("schema") != CANDIDATES_SCHEMA_NAME:
        raise SettingsError(
            f"{path}: is not of schema {CANDIDATES_SCHEMA_NAME}; run `microcal analyze` again"
        )
    try:
        return _run(document)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}; run `microcal analyze` again") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            f"{path}: a record is not as this version writes it; run `microcal analyze` again"
        ) from error


def _run(document: dict[str, Any]) -> RecordedRun:
    version = document["version"]
    if not _VERSION.fullmatch(version):
        raise SettingsError("the version is none")
    return RecordedRun(
        version=version,
        settings=settings_from_dict(document["settings"]),
        results=tuple(image_result_from_dict(record) for record in document["images"]),
    )
