"""The output folder: whether it is ours to fill, what stands in it, and tidying it up."""

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import OutputError
from ..reporting.overlay_files import OVERLAYS_FOLDER

_WORK = ".microcal-work"
_CANDIDATES = "candidates.json"
_SCHEMA_START = b'"schema": "microcal-candidates/'
_HEAD_BYTES = 256


@dataclass(frozen=True)
class OutputFolder:
    """An output folder that is ready to be written to.

    Parameters
    ----------
    path : Path
    """

    path: Path

    @property
    def overlays(self) -> Path:
        """Where the overlays go."""
        return self.path / OVERLAYS_FOLDER

    @property
    def work(self) -> Path:
        """Where unfinished things lie while the batch runs."""
        return self.path / _WORK


def prepare_output(out: str | Path) -> OutputFolder:
    """Make the output folder, or take over one that is empty or holds an earlier result of ours.

    Raises
    ------
    OutputError
        If it holds anything else, is not a folder, or cannot be written to.
    """
    folder = OutputFolder(Path(out))
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        if not _is_ours(folder):
            raise OutputError(
                f"{out}: the folder is not empty and holds no earlier result; choose a new or an empty one"
            )
        if folder.overlays.is_symlink() or folder.work.is_symlink():
            raise OutputError(f"{out}: it holds links in place of folders; choose a new or an empty one")
        tempfile.TemporaryFile(dir=folder.path).close()
        remove_work(folder)
        folder.work.mkdir()
        folder.overlays.mkdir(exist_ok=True)
    except FileExistsError as error:
        raise OutputError(f"{out}: this is a file, not a folder; choose another output folder") from error
    except OSError as error:
        raise OutputError(
            f"{out}: cannot be written to ({error.strerror}); choose another output folder"
        ) from error
    return folder


def keep_overlays(folder: OutputFolder, names: Iterable[str]) -> None:
    """Remove the overlays of earlier runs: all but those named."""
    kept = set(names)
    for picture in folder.overlays.glob("*.png"):
        if picture.name not in kept:
            picture.unlink(missing_ok=True)


def remove_work(folder: OutputFolder) -> None:
    """Remove the working files."""
    shutil.rmtree(folder.work, ignore_errors=True)


def _is_ours(folder: OutputFolder) -> bool:
    """Whether the folder is empty, holds our results, or what an interrupted run of ours left."""
    if folder.work.is_dir() or not any(folder.path.iterdir()):
        return True
    candidates = folder.path / _CANDIDATES
    if not candidates.is_file():
        return False
    with candidates.open("rb") as file:
        return _SCHEMA_START in file.read(_HEAD_BYTES)
