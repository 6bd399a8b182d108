"""The output folder: whether it is ours to fill, what stands in it, and tidying it up."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import OutputError
from ..reporting.overlay_files import OVERLAYS_FOLDER
from .lock_file import HeldError, LockFile

DICOM_FOLDER = "dicom"
DICOM_ENDING = ".dcm"

_WORK = ".microcal-work"
_LOCK = "microcal.lock"
_OWNER_ALONE = 0o700
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
    def dicom(self) -> Path:
        """Where DICOM results go, which name the patient."""
        return self.path / DICOM_FOLDER

    @property
    def work(self) -> Path:
        """Where unfinished things lie while the batch runs."""
        return self.path / _WORK

    @property
    def lock(self) -> Path:
        """The file by which a run holds the folder, and by which a later one knows it again."""
        return self.work / _LOCK


@contextmanager
def held_output(out: str | Path) -> Iterator[OutputFolder]:
    """Make the output folder, or take over one that is empty or holds an earlier result of ours.

    No other batch can take it meanwhile. Afterwards the working files are gone.

    Raises
    ------
    OutputError
        If it holds anything else, is not a folder, cannot be written to, or another batch is writing there.
    """
    folder = OutputFolder(Path(out))
    lock = _taken_over(folder)
    try:
        _clear_work(folder)
        yield folder
    finally:
        _clear_work(folder)
        # Where a run failed before its result, the lock's file shows the next one that the folder is ours.
        lock.release(remove=holds_result(folder.path))
        with contextlib.suppress(OSError):
            folder.work.rmdir()


def _taken_over(folder: OutputFolder) -> LockFile:
    out = folder.path
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not _is_ours(folder):
            raise OutputError(
                f"{out}: the folder is not empty and holds no earlier result; choose a new or an empty one"
            )
        if folder.overlays.is_symlink() or folder.work.is_symlink():
            raise OutputError(f"{out}: it holds links in place of folders; choose a new or an empty one")
        folder.work.mkdir(exist_ok=True)
        folder.overlays.mkdir(exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
        return LockFile(folder.lock)
    except HeldError as error:
        raise OutputError(
            f"{out}: another run is writing there; wait for its end or choose another output folder"
        ) from error
    except FileExistsError as error:
        raise OutputError(f"{out}: this is a file, not a folder; choose another output folder") from error
    except OSError as error:
        raise OutputError(
            f"{out}: cannot be written to ({error.strerror}); choose another output folder"
        ) from error


def keep_overlays(folder: OutputFolder, names: Iterable[str]) -> None:
    """Remove the overlays of earlier runs: all but those named.

    Raises
    ------
    OutputError
        If some cannot be removed; the others are.
    """
    kept = set(names)
    refused = []
    for picture in sorted(folder.overlays.glob("*.png")):
        if picture.name not in kept:
            try:
                picture.unlink(missing_ok=True)
            except OSError as error:
                refused.append(f"{picture.name} ({error.strerror})")
    if refused:
        raise OutputError(
            f"{folder.overlays}: cannot remove {', '.join(refused)} of an earlier run; the report is complete"
        )


def private_dicom_folder(folder: OutputFolder) -> Path:
    """Return the folder of the DICOM results, made if need be; none but its owner can look into it.

    Raises
    ------
    OutputError
        If it cannot be made or closed to others, or is a link or a file.
    """
    path = folder.dicom
    try:
        if path.is_symlink():
            raise OutputError(f"{path}: is a link; remove it, since DICOM results name the patient")
        path.mkdir(mode=_OWNER_ALONE, exist_ok=True)
        path.chmod(_OWNER_ALONE)
    except OSError as error:
        raise OutputError(f"{path}: cannot be made a private folder ({error.strerror})") from error
    return path


def keep_dicom(folder: OutputFolder, names: Iterable[str]) -> None:
    """Remove the DICOM results of earlier runs, and what a killed one left: all but those named.

    Raises
    ------
    OutputError
        If some cannot be removed; the others are.
    """
    if folder.dicom.is_symlink() or not folder.dicom.is_dir():
        return
    kept = set(names)
    refused = []
    for path in sorted(folder.dicom.iterdir()):
        if path.name not in kept and path.name.endswith((DICOM_ENDING, ".part")):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                refused.append(f"{path.name} ({error.strerror})")
    if not kept:
        with contextlib.suppress(OSError):  # files that others put there stay
            folder.dicom.rmdir()
    if refused:
        raise OutputError(f"{folder.dicom}: cannot remove {', '.join(refused)} of an earlier run")


def _clear_work(folder: OutputFolder) -> None:
    """Remove the working files, but not the file of the lock."""
    with contextlib.suppress(OSError):
        for child in folder.work.iterdir():
            if child.is_dir() and not child.is_symlink():
                shutil.rmtree(child, ignore_errors=True)
            elif child != folder.lock:
                with contextlib.suppress(OSError):
                    child.unlink()


def _is_ours(folder: OutputFolder) -> bool:
    """Whether the folder is empty, holds our results, or what an interrupted run of ours left."""
    return folder.lock.is_file() or not any(folder.path.iterdir()) or holds_result(folder.path)


def holds_result(folder: Path) -> bool:
    """Whether a folder holds a result of ours, by the first bytes of its candidates.json."""
    candidates = folder / _CANDIDATES
    try:
        with candidates.open("rb") as file:
            return _SCHEMA_START in file.read(_HEAD_BYTES)
    except OSError:
        return False
