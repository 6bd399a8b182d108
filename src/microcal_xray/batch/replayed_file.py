"""One file of a replay, as it runs in a worker process: its pixels' hash, or its whole record once more."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import MicrocalError
from ..origin import Reading, pixel_sha256
from ..reporting import ImageResult, image_result
from ..settings import Settings
from .bone_masks import BoneMasks
from .one_file import read_as, searched


@dataclass(frozen=True)
class PixelTask:
    """One file whose pixels are to be hashed.

    Parameters
    ----------
    number : int
    path : Path
    reading : Reading
    """

    number: int
    path: Path
    reading: Reading


def hash_pixels(task: PixelTask) -> str | None:
    """Return the hash of the pixels of a file; None if it holds no radiograph that can be read."""
    try:
        radiograph = read_as(task.path, task.reading)
    except (MicrocalError, OSError):
        return None
    return pixel_sha256(radiograph.pixels, radiograph.usable)


@dataclass(frozen=True)
class ReplayTask:
    """One file to analyse again.

    Parameters
    ----------
    number : int
        Of the recorded image, from 0.
    path : Path
    file : str
        Its recorded name.
    reading : Reading
    with_mask : bool
        Whether it was analysed with a bone mask of the caller's.
    """

    number: int
    path: Path
    file: str
    reading: Reading
    with_mask: bool = False


@dataclass(frozen=True)
class FileReplay:
    """Analyses a file with the recorded settings; called with a task, it returns the record as it is now.

    Parameters
    ----------
    settings : Settings
    masks : BoneMasks or None
        For the files that were analysed with a mask.
    """

    settings: Settings
    masks: BoneMasks | None = None

    def __call__(self, task: ReplayTask) -> dict[str, Any]:
        """Return the record of candidates.json, as a reader of the file would get it."""
        masks = self.masks if task.with_mask else None
        found = searched(task.path, task.file, settings=self.settings, reading=task.reading, masks=masks)
        result = found if isinstance(found, ImageResult) else image_result(found, task.file)
        return as_read(result)


def as_read(result: ImageResult) -> dict[str, Any]:
    """Return the record of a result after the way through JSON, in which a tuple becomes a list."""
    record: dict[str, Any] = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    return record
