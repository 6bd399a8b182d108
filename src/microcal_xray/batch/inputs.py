"""Which files a batch is about, and what each is called in the outputs. No file is opened here."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import OutputError, SettingsError
from ..reporting import Status


@dataclass(frozen=True)
class InputFile:
    """One entry of the list of inputs.

    Parameters
    ----------
    path : Path
    file : str
        Its name in the outputs: relative to the deepest folder that holds all inputs, with forward slashes.
    status : Status
        `Status.OK` if it is worth reading; otherwise it already failed or is skipped, and `reason` says why.
    reason : str or None
    """

    path: Path
    file: str
    status: Status = Status.OK
    reason: str | None = None


def find_inputs(paths: Sequence[str | Path], *, out: str | Path) -> tuple[InputFile, ...]:
    """Return every file in some files and folders, each once, sorted by name.

    Folders are walked down, without following links to other folders; what is hidden in them is skipped. The
    output folder is left out.

    Parameters
    ----------
    paths : sequence of path
    out : path
        The output folder; it need not exist.

    Raises
    ------
    SettingsError
        If there are no paths, a path does not exist, or they have no folder in common (Windows drives).
    OutputError
        If an input lies in the output folder, which would be overwritten.
    """
    named = [_resolved(path) for path in paths]
    root = _common_folder(named)
    own = Path(os.path.realpath(out))
    for path, typed in zip(named, paths, strict=True):
        if path.is_relative_to(own):
            raise OutputError(f"{typed}: this input lies in the output folder {out}; choose another one")
    entries = (
        InputFile(entry.path, entry.path.relative_to(root).as_posix() or ".", entry.status, entry.reason)
        for path in named
        for entry in _walk(path, own)
    )
    return _each_once(sorted(entries, key=lambda entry: entry.file))


def _resolved(path: str | Path) -> Path:
    """Return the real path, but keep the name of a linked file: the target's may be a mere hash."""
    if not os.path.lexists(path) or "\0" in str(path):
        raise SettingsError(f"{path}: no such file or folder; check the path")
    real = os.path.realpath(path)
    if os.path.isdir(real):
        return Path(real)
    parent, name = os.path.split(os.path.abspath(path))
    return Path(os.path.realpath(parent)) / name


def _common_folder(named: Sequence[Path]) -> Path:
    if not named:
        raise SettingsError("no input was given; name at least one file or folder")
    try:
        return Path(os.path.commonpath([path if path.is_dir() else path.parent for path in named]))
    except ValueError as error:
        raise SettingsError("the inputs lie on different drives; analyse each drive on its own") from error


def _walk(path: Path, own: Path) -> Iterator[InputFile]:
    """Yield the entries below a path; their `file` is left empty."""
    if not path.is_dir():
        yield _entry(path)
        return
    folders = [path]
    while folders:
        folder = folders.pop()
        try:
            children = [Path(child) for child in os.scandir(folder)]
        except OSError as error:
            yield InputFile(folder, "", Status.FAILED, f"folder cannot be read ({error.strerror})")
            continue
        for child in children:
            if child == own:
                continue
            if child.name.startswith("."):
                yield InputFile(child, "", Status.SKIPPED, "is hidden")
            elif child.is_dir() and not child.is_symlink():
                folders.append(child)
            else:
                yield _entry(child)


def _entry(path: Path) -> InputFile:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        what = (
            "is a link that leads nowhere" if path.is_symlink() else f"cannot be looked at ({error.strerror})"
        )
        return InputFile(path, "", Status.FAILED, what)
    if stat.S_ISDIR(mode):
        return InputFile(path, "", Status.SKIPPED, "is a link to a folder, which is not followed")
    if not stat.S_ISREG(mode):
        return InputFile(path, "", Status.SKIPPED, "is not an ordinary file")
    return InputFile(path, "")


def _each_once(entries: Sequence[InputFile]) -> tuple[InputFile, ...]:
    """Leave out what was named twice; skip links to a file that is in the list anyway."""
    by_path = {entry.path: entry for entry in entries}
    first_names: dict[str, str] = {
        str(entry.path): entry.file for entry in by_path.values() if not entry.path.is_symlink()
    }
    kept = []
    for entry in by_path.values():
        target = os.path.realpath(entry.path) if entry.path.is_symlink() else str(entry.path)
        first = first_names.setdefault(target, entry.file)
        if first != entry.file and entry.status is Status.OK:
            entry = InputFile(entry.path, entry.file, Status.SKIPPED, f"is a link to {first}")
        kept.append(entry)
    return tuple(kept)
