"""The analysis of one file, as it runs in a worker process."""

import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import MicrocalError, NotARadiographError, OutputError
from ..findings import Findings
from ..loading import Photometric, read_radiograph
from ..loading.complaints import shown_path
from ..pipeline import find_lines
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
    """

    path: Path
    file: str
    overlay: Path
    draft: Path
    preview: Path


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
        try:
            radiograph = read_radiograph(
                task.path,
                spacing_mm=self.spacing_mm,
                photometric=self.photometric,
                secondary_capture=self.secondary_capture,
            )
        except NotARadiographError as error:
            return skipped_result(task.file, _reason(error, task))
        except (MicrocalError, OSError) as error:
            return failed_result(task.file, _reason(error, task))
        findings = find_lines(radiograph, self.settings)
        result = image_result(findings, task.file)
        _write_pictures(findings, result, task)
        return result.without_preview()


def _reason(error: MicrocalError | OSError, task: FileTask) -> str:
    """Return the error's text without the path on this machine; `file` already names the file."""
    text = error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)
    return text.removeprefix(f"{shown_path(task.path)}: ")


def _write_pictures(findings: Findings, result: ImageResult, task: FileTask) -> None:
    try:
        if result.preview_jpeg is not None:
            task.preview.write_bytes(result.preview_jpeg)
        write_overlay(findings, task.draft)
        os.replace(task.draft, task.overlay)
    except OutputError as error:
        raise OutputError(str(error).replace(str(task.draft), str(task.overlay))) from error
    except OSError as error:
        raise OutputError(f"{task.overlay}: cannot be written ({error.strerror})") from error
