"""Which files a batch is about, and what each is called in the outputs. No file is opened here."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import OutputError, SettingsError
from ..loading import FoundFile, Verdict
from ..loading.folder import walk_folder
from ..reporting import Status
from .output_folder import holds_result

_STATUS = {
    Verdict.RADIOGRAPH: Status.OK,
    Verdict.SKIPPED: Status.SKIPPED,
    Verdict.FAILED: Status.FAILED,
}


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

    Folders are walked down, without following links to other folders; what is hidden in them is skipped, and
    so are folders with results of ours. The output folder is left out.

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
        _input_file(found, known, root)
        for path in named
        for found, known in walk_folder(path, leave_out=own, reason_against=reason_against)
    )
    return _each_once(sorted(entries, key=lambda entry: entry.file))


def inputs_root(paths: Sequence[str | Path]) -> Path:
    """Return the folder that the names in the outputs are relative to: the deepest that holds all inputs.

    Parameters
    ----------
    paths : sequence of path

    Raises
    ------
    SettingsError
        If there are no paths, a path does not exist, or they have no folder in common (Windows drives).
    """
    return _common_folder([_resolved(path) for path in paths])


def reason_against(folder: Path) -> str | None:
    """Return why a folder is not walked: overlays of an earlier run are no radiographs."""
    return "holds results of microcal, which are not analysed" if holds_result(folder) else None


def _input_file(path: Path, known: FoundFile | None, root: Path) -> InputFile:
    file = path.relative_to(root).as_posix()
    if known is None:
        return InputFile(path, file)
    return InputFile(path, file, _STATUS[known.verdict], known.reason)


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
