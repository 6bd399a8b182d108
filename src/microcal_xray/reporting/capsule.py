"""What must be recorded of a result so that it can be made again: the capsule in candidates.json."""

from collections.abc import Mapping
from typing import Any

from ..environment import installed_versions, model_hashes, platform_words
from ..origin import Origin, Reading


def run_capsule() -> dict[str, Any]:
    """Return what all results of a run have in common, beside the settings.

    Examples
    --------
    >>> list(run_capsule())
    ['versions', 'models', 'seeds', 'platform']
    """
    return {
        "versions": installed_versions(),
        "models": model_hashes(),
        "seeds": {},  # a run takes none; where a stage draws numbers, its seed is fixed
        "platform": platform_words(),
    }


def image_capsule(
    origin: Origin | None, pixel_sha256: str | None, bone_sha256: str | None = None
) -> dict[str, Any] | None:
    """Return what is recorded of one input file; None where nothing is known of it.

    Parameters
    ----------
    origin : Origin or None
        None: an array, or a file that was not opened.
    pixel_sha256 : str or None
        Of the pixels that were searched; None: there were none.
    bone_sha256 : str or None
        Of the bone mask that the caller gave; None: bone was looked for.

    Examples
    --------
    >>> image_capsule(Origin(), None)["reading"]
    {'spacing_mm': None, 'photometric': None, 'secondary_capture': False}
    """
    if origin is None and pixel_sha256 is None:
        return None
    origin = origin or Origin()
    return {
        "pixel_sha256": pixel_sha256,
        "bone_sha256": bone_sha256,
        "file_sha256": origin.file_sha256,
        "file_bytes": origin.file_bytes,
        "decoders": dict(origin.decoders),
        "reading": origin.reading.as_dict(),
    }


def capsule_from_dict(record: Mapping[str, Any] | None) -> tuple[Origin | None, str | None]:
    """Return the origin and the hash of the pixels that `image_capsule` wrote.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the record is not one of ours.

    Examples
    --------
    >>> origin = Origin("00", 12, {"pydicom": "3.0.2"}, Reading(spacing_mm=(0.1, 0.1)))
    >>> capsule_from_dict(image_capsule(origin, "ff")) == (origin, "ff")
    True
    """
    if record is None:
        return None, None
    given = record["reading"]
    spacing_mm = given["spacing_mm"]
    if spacing_mm is not None:
        row_mm, column_mm = spacing_mm
        spacing_mm = (float(row_mm), float(column_mm))
    reading = Reading(spacing_mm, given["photometric"], given["secondary_capture"])
    origin = Origin(record["file_sha256"], record["file_bytes"], dict(record["decoders"]), reading)
    return origin, record["pixel_sha256"]
