"""The analysis of one file, as it runs in a worker process."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import MicrocalError, NotARadiographError, OutputError
from ..findings import Findings
from ..loading import Photometric, read_radiograph
from ..loading.complaints import shown_path
from ..loading.masks import Mask
from ..loading.origins import origin_of
from ..origin import Origin, Reading, mask_sha256, pixel_sha256
from ..pipeline import find_lines
from ..radiograph import Radiograph
from ..reporting import ImageResult, failed_result, image_result, skipped_result, write_overlay, written
from ..settings import Settings
from .bone_masks import BoneMasks
from .journal_rows import FileResult


@dataclass(frozen=True)
class FileTask:
    """One file to analyse, and where its pictures go.

    Parameters
    ----------
    path : Path
    file : str
        Its name in the outputs.
    overlay : Path
        The finished overlay.
    draft : Path
        Where the overlay is drawn; in the same file system, so that it appears whole or not at all.
    is_first : bool
        It is searched whatever other file has the same pixels.
    """

    path: Path
    file: str
    overlay: Path
    draft: Path
    is_first: bool = False


@dataclass(frozen=True)
class FileAnalysis:
    """How each file is read and searched; called with a task, it returns what the outputs hold of the file.

    Parameters
    ----------
    settings : Settings
    reading : Reading
    masks : BoneMasks or None
        Where bone is, as the caller says; None: it is looked for.
    """

    settings: Settings
    reading: Reading
    masks: BoneMasks | None = None

    def __call__(self, task: FileTask, ask: Callable[[tuple[str, str]], str | None]) -> FileResult:
        """Analyse one file and write its overlay.

        Parameters
        ----------
        task : FileTask
        ask : callable
            Takes the hash of the pixels and the name of the file; returns the name of another that stands for
            both, or None.

        Raises
        ------
        OutputError
            If a picture cannot be written; the next one could not either.
        """
        radiograph = radiograph_or_result(task.path, task.file, self.reading)
        if isinstance(radiograph, ImageResult):
            return FileResult(written(radiograph))
        bone = _bone_or_result(radiograph, task.file, self.masks, self.reading)
        if isinstance(bone, ImageResult):
            return FileResult(written(bone))
        pixels = _one_of_its_kind(radiograph, bone)
        instance = (radiograph.origin or Origin()).instance_sha256
        if not task.is_first and ask((pixels, task.file)) is not None:
            return FileResult(None, pixels, instance, left=task.file)
        findings = find_lines(radiograph, self.settings, bone=bone)
        _write_overlay(findings, task)
        return FileResult(written(image_result(findings, task.file)), pixels, instance)


def searched(
    path: Path, file: str, *, settings: Settings, reading: Reading, masks: BoneMasks | None = None
) -> Findings | ImageResult:
    """Return what is found in one file, or else the result that says why it could not be searched.

    Parameters
    ----------
    path : Path
    file : str
        Its name in the outputs.
    settings : Settings
    reading : Reading
    masks : BoneMasks or None
    """
    radiograph = radiograph_or_result(path, file, reading)
    if isinstance(radiograph, ImageResult):
        return radiograph
    bone = _bone_or_result(radiograph, file, masks, reading)
    return bone if isinstance(bone, ImageResult) else find_lines(radiograph, settings, bone=bone)


def radiograph_or_result(path: Path, file: str, reading: Reading) -> Radiograph | ImageResult:
    """Return the radiograph in a file, or else the result that says why there is none.

    Parameters
    ----------
    path : Path
    file : str
        Its name in the outputs.
    reading : Reading
    """
    try:
        return read_as(path, reading)
    except NotARadiographError as error:
        return skipped_result(file, _reason(error, path))
    except (MicrocalError, OSError) as error:
        return failed_result(file, _reason(error, path), origin=origin_of(path, reading=reading))


def _bone_or_result(
    radiograph: Radiograph, file: str, masks: BoneMasks | None, reading: Reading
) -> Mask | ImageResult | None:
    """Return where bone is as the caller says, None: it is to be looked for; or why that cannot be told."""
    if masks is None:
        return None
    rows, columns = radiograph.pixels.shape
    try:
        return masks.of(file, (rows, columns))
    except MicrocalError as error:
        origin = radiograph.origin or Origin(reading=reading)
        return failed_result(file, str(error), origin=origin)


def _one_of_its_kind(radiograph: Radiograph, bone: Mask | None) -> str:
    """Return the hash by which another file is known to give the same result."""
    pixels = pixel_sha256(radiograph.pixels, radiograph.usable)
    if bone is None:
        return pixels
    return hashlib.sha256(f"{pixels} {mask_sha256(bone)}".encode()).hexdigest()


def read_as(path: Path, reading: Reading) -> Radiograph:
    """Return a radiograph, read as it was recorded.

    Raises
    ------
    MicrocalError, OSError
        As `read_radiograph` does.
    """
    return read_radiograph(
        path,
        spacing_mm=reading.spacing_mm,
        photometric=None if reading.photometric is None else Photometric(reading.photometric),
        secondary_capture=reading.secondary_capture,
    )


def _reason(error: MicrocalError | OSError, path: Path) -> str:
    """Return the error's text without the path on this machine; the result already names the file."""
    text = error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)
    return text.removeprefix(f"{shown_path(path)}: ")


def _write_overlay(findings: Findings, task: FileTask) -> None:
    try:
        write_overlay(findings, task.draft)
        os.replace(task.draft, task.overlay)
    except OutputError as error:
        raise OutputError(str(error).replace(str(task.draft), str(task.overlay))) from error
    except OSError as error:
        raise OutputError(f"{task.overlay}: cannot be written ({error.strerror})") from error
