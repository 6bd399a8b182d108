"""The analysis of one file, as it runs in a worker process."""

import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import MicrocalError, NotARadiographError, OutputError
from ..findings import Findings
from ..loading import Photometric, read_radiograph
from ..loading.complaints import shown_path
from ..loading.origins import origin_of
from ..origin import Reading
from ..pipeline import find_lines
from ..radiograph import Radiograph, spacing_from_user
from ..reporting import ImageResult, failed_result, image_result, skipped_result, write_overlay
from ..settings import Settings


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
    preview : Path
        Where the preview of the report page waits until the page is written.
    pixels : Path or None
        Where its pixels at full depth wait; None: they are not wanted.
    """

    path: Path
    file: str
    overlay: Path
    draft: Path
    preview: Path
    pixels: Path | None = None


@dataclass(frozen=True)
class FileAnalysis:
    """How each file is read and searched; called with a task, it returns the result without its preview.

    Parameters
    ----------
    settings : Settings
    spacing_mm : float or (row, column), optional
    photometric : Photometric, optional
    secondary_capture : bool
    """

    settings: Settings
    spacing_mm: float | tuple[float, float] | None = None
    photometric: Photometric | None = None
    secondary_capture: bool = False

    def __call__(self, task: FileTask) -> ImageResult:
        """Analyse one file and write its pictures.

        Raises
        ------
        OutputError
            If a picture cannot be written; the next one could not either.
        """
        findings = searched(task.path, task.file, settings=self.settings, reading=self.reading)
        if isinstance(findings, ImageResult):
            return findings
        result = image_result(findings, task.file)
        _write_pictures(findings, result, task)
        return result.without_preview()

    @property
    def reading(self) -> Reading:
        """How files are read, as it is recorded."""
        spacing = spacing_from_user(self.spacing_mm)
        return Reading(
            spacing_mm=None if spacing is None else (spacing.row_mm, spacing.column_mm),
            photometric=None if self.photometric is None else self.photometric.value,
            secondary_capture=self.secondary_capture,
        )


def searched(path: Path, file: str, *, settings: Settings, reading: Reading) -> Findings | ImageResult:
    """Return what is found in one file, or else the result that says why it could not be searched.

    Parameters
    ----------
    path : Path
    file : str
        Its name in the outputs.
    settings : Settings
    reading : Reading
    """
    try:
        radiograph = read_as(path, reading)
    except NotARadiographError as error:
        return skipped_result(file, _reason(error, path))
    except (MicrocalError, OSError) as error:
        return failed_result(file, _reason(error, path), origin=origin_of(path, reading=reading))
    return find_lines(radiograph, settings)


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


def _write_pictures(findings: Findings, result: ImageResult, task: FileTask) -> None:
    try:
        if result.preview_jpeg is not None:
            task.preview.write_bytes(result.preview_jpeg)
        if result.packed_pixels is not None and task.pixels is not None:
            task.pixels.write_bytes(result.packed_pixels)
        write_overlay(findings, task.draft)
        os.replace(task.draft, task.overlay)
    except OutputError as error:
        raise OutputError(str(error).replace(str(task.draft), str(task.overlay))) from error
    except OSError as error:
        raise OutputError(f"{task.overlay}: cannot be written ({error.strerror})") from error
