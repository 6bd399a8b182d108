"""Which files of a folder are radiographs, by their content, and why the others are not."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..errors import NotARadiographError, UnreadableRadiographError
from .complaints import clear_reasons, one_line
from .pictures import check_picture
from .sniff import FileKind, sniff


class Verdict(StrEnum):
    """What a file is to us."""

    RADIOGRAPH = "radiograph"
    SKIPPED = "skipped"  # whole, but something else
    FAILED = "failed"  # it should be readable, and is not


@dataclass(frozen=True)
class FoundFile:
    """A file of a folder and the verdict on it.

    Parameters
    ----------
    path : Path
        Below the folder that was searched; itself a folder where one could not be opened or was left out.
    verdict : Verdict
        By the header alone: pixel data may still turn out to be broken.
    reason : str or None
        Why it is no radiograph, on one line and without the path. None for a radiograph.
    """

    path: Path
    verdict: Verdict
    reason: str | None = None


def find_radiographs(folder: str | Path, *, secondary_capture: bool = False) -> Iterator[FoundFile]:
    """Yield every file of a folder and of the folders in it, judged by its content.

    Parameters
    ----------
    folder : str or Path
        A single file does as well.
    secondary_capture : bool
        Count DICOM secondary captures as radiographs.

    Yields
    ------
    FoundFile
        In the order of the names, folder by folder, the same on every machine. Symbolic links to folders are
        not followed, so that no file comes twice and no walk is endless. Hidden files are skipped.

    Examples
    --------
    >>> [(found.verdict.value, found.reason) for found in find_radiographs("absent")]
    [('failed', 'no such file or folder')]
    """
    for path, known in walk_folder(Path(folder)):
        yield known or _judged(path, secondary_capture=secondary_capture)


def walk_folder(
    folder: Path,
    *,
    leave_out: Path | None = None,
    reason_against: Callable[[Path], str | None] = lambda folder: None,
) -> Iterator[tuple[Path, FoundFile | None]]:
    """Yield every file of a folder and of the folders in it; none is opened.

    Parameters
    ----------
    folder : Path
        A single file does as well, even a hidden one.
    leave_out : Path, optional
        A folder below it that is passed over.
    reason_against : callable, optional
        Says of a folder below it why it is skipped; None: it is not.

    Yields
    ------
    path : Path
        In the order of the names, folder by folder.
    known : FoundFile or None
        The verdict, where none needs to open the file for it. None: an ordinary file.
    """
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        if path is not folder and path.name.startswith("."):
            yield path, FoundFile(path, Verdict.SKIPPED, "is hidden")
        elif path.is_dir() and (path is folder or not path.is_symlink()):
            if path is not folder and (reason := reason_against(path)) is not None:
                yield path, FoundFile(path, Verdict.SKIPPED, reason)
                continue
            try:
                children = [child for child in path.iterdir() if child != leave_out]
            except OSError as error:
                reason = f"folder cannot be read ({one_line(error.strerror)})"
                yield path, FoundFile(path, Verdict.FAILED, reason)
            else:
                waiting.extend(sorted(children, key=lambda child: child.name, reverse=True))
        else:
            yield path, _known_unopened(path)


def _known_unopened(path: Path) -> FoundFile | None:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, ValueError):  # ValueError: a NUL in the name, so no file can have it
        is_link = os.path.islink(path)
        return FoundFile(
            path, Verdict.FAILED, "is a link that leads nowhere" if is_link else "no such file or folder"
        )
    except OSError as error:
        return FoundFile(path, Verdict.FAILED, f"cannot be read ({one_line(error.strerror)})")
    if stat.S_ISDIR(mode):
        return FoundFile(path, Verdict.SKIPPED, "is a link to a folder, which is not followed")
    if not stat.S_ISREG(mode):
        return FoundFile(path, Verdict.SKIPPED, "is not an ordinary file")
    return None


def _judged(path: Path, *, secondary_capture: bool) -> FoundFile:
    try:
        with clear_reasons():
            _check(path, secondary_capture=secondary_capture)
    except NotARadiographError as error:
        return FoundFile(path, Verdict.SKIPPED, one_line(error))
    except UnreadableRadiographError as error:
        return FoundFile(path, Verdict.FAILED, one_line(error))
    except MemoryError:
        return FoundFile(path, Verdict.FAILED, "needs more memory than there is; the file may be hostile")
    return FoundFile(path, Verdict.RADIOGRAPH)


def _check(path: Path, *, secondary_capture: bool) -> None:
    kind = sniff(path)
    if kind in (FileKind.DICOM, FileKind.BARE_DICOM):
        # Imported here: pydicom costs 0.2 s, which `import microcal_xray` should not pay.
        from .dicom import check_dicom

        check_dicom(path, secondary_capture=secondary_capture)
    else:
        check_picture(path, kind)
