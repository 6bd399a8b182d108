"""The door: a folder or a file in, one volume with its geometry or one clear error out."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import MicrocalError, NotARadiographError, SettingsError, UnreadableSeriesError
from ..loading.complaints import clear_reasons, one_line, shown_path
from ..loading.sniff import FileKind, sniff
from .plane import plane_name
from .stacking import directions
from .volume import MRVolume, Weighting
from .weighting import guess_weighting

if TYPE_CHECKING:
    from .frames import Frame
    from .stacks import Stack

# pydicom, and .frames with it, is imported inside the functions: it costs 0.2 s, which other commands should
# not pay.

_MOST_FILES = 20_000
_LONGEST_NAME = 120


@dataclass(frozen=True)
class MRSeries:
    """One stack of slices that a folder or file holds.

    Parameters
    ----------
    number : int
        For `read_mri(..., series=number)`; 1 is the first by file name.
    weighting : Weighting
    plane : str
        "axial", "sagittal", "coronal" or "oblique".
    slices, rows, columns : int
    row_spacing_mm, column_spacing_mm : float
    """

    number: int
    weighting: Weighting
    plane: str
    slices: int
    rows: int
    columns: int
    row_spacing_mm: float
    column_spacing_mm: float

    @property
    def words(self) -> str:
        """The series in a few words."""
        size = f"{self.slices} x {self.rows} x {self.columns}"
        return f"{self.number}: {self.weighting.value}, {self.plane}, {size}"


def list_mri(path: str | Path) -> tuple[MRSeries, ...]:
    """Return the stacks of slices that a folder or a file holds, by headers alone.

    Parameters
    ----------
    path : str or Path
        A folder, searched with all folders below it, or one file.

    Raises
    ------
    UnreadableSeriesError
        If there is none.
    """
    stacks, _ = _stacks(Path(path))
    return tuple(_described(stack, number) for number, stack in enumerate(stacks, 1))


def read_mri(path: str | Path, *, series: int | None = None, weighting: Weighting | None = None) -> MRVolume:
    """Return a DICOM MR series as a volume; patient identity stays behind.

    Parameters
    ----------
    path : str or Path
        A folder, searched with all folders below it, or one file: classic MR images, one slice each, or
        enhanced and legacy converted multi-frame objects. Files are judged by their content.
    series : int, optional
        Which one of `list_mri`, where there are several. None: there must be one alone.
    weighting : Weighting, optional
        What the user knows; None: guessed from the header, unknown when unsure.

    Raises
    ------
    UnreadableSeriesError
        If there is no series, or several and none was chosen (the text lists them), or its slices cannot be
        put in order.
    SettingsError
        If `series` is no number of a series.
    MemoryError
        If there is too little for this series.

    Notes
    -----
    Slices are ordered by their position along their normal (PS3.3 C.7.6.2.1.1), never by instance number.
    What cannot be read of a series is left out with a caution, as long as something is left.

    Examples
    --------
    >>> read_mri("absent")
    Traceback (most recent call last):
        ...
    microcal_xray.errors.UnreadableSeriesError: absent: no such file or folder
    """
    path = Path(path)
    stacks, left_out = _stacks(path)
    if series is None and len(stacks) > 1:
        found = "; ".join(_described(stack, number).words for number, stack in enumerate(stacks, 1))
        raise UnreadableSeriesError(
            f"{shown_path(path)}: holds {len(stacks)} series; choose one with series=N: {one_line(found)}"
        )
    number = 1 if series is None else series
    if not 1 <= number <= len(stacks):
        raise SettingsError(f"series is {number}; {shown_path(path)} holds 1 to {len(stacks)}")
    return _volume(path, stacks[number - 1], left_out, weighting)


def read_mri_all(path: str | Path) -> tuple[MRVolume, ...]:
    """Return every series that a folder or a file holds, in the order of `list_mri`.

    A series that cannot be made a volume is left out, and named in `left_out` of the others.

    Parameters
    ----------
    path : str or Path
        A folder, walked down, or one file.

    Raises
    ------
    UnreadableSeriesError
        If there is none.
    """
    path = Path(path)
    stacks, left_out = _stacks(path)
    volumes, reasons = [], list(left_out)
    for number, stack in enumerate(stacks, 1):
        try:
            volume = _volume(path, stack, (), None)
            volumes.append(replace(volume, name=f"{volume.name}, series {number}"))
        except UnreadableSeriesError as error:
            reasons.append(f"series {number}: {one_line(error)}")
    if not volumes:
        raise UnreadableSeriesError(f"{shown_path(path)}: no series could be read: {reasons[0]}")
    return tuple(replace(each, left_out=(*each.left_out, *reasons)) for each in volumes)


def _stacks(path: Path) -> tuple[tuple["Stack", ...], tuple[str, ...]]:
    """Return the stacks of a path, and a line for each MR file that could not be used."""
    from .frames import frames_of
    from .stacks import stacks_of

    if not path.exists():
        raise UnreadableSeriesError(f"{shown_path(path)}: no such file or folder")
    frames: list[Frame] = []
    left_out: list[str] = []
    others = 0
    for file in _files(path):
        try:
            with clear_reasons():
                if sniff(file) not in (FileKind.DICOM, FileKind.BARE_DICOM):
                    raise NotARadiographError("is no DICOM file")
                frames.extend(frames_of(file))
        except NotARadiographError as error:
            others += 1
            if path.is_file():
                raise UnreadableSeriesError(f"{shown_path(path)}: {one_line(error)}") from error
        except MicrocalError as error:
            left_out.append(f"{one_line(file.name, longest=_LONGEST_NAME)}: {one_line(error)}")
    if not frames:
        reason = left_out[0] if left_out else f"holds no MR image ({others} other files)"
        raise UnreadableSeriesError(f"{shown_path(path)}: {reason}")
    return stacks_of(frames), tuple(left_out)


def _files(path: Path) -> Iterator[Path]:
    """Yield the ordinary files, sorted; links to folders are not followed."""
    if not path.is_dir():
        yield path
        return
    seen = 0
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            file = Path(folder) / name
            try:
                is_file = stat.S_ISREG(file.stat().st_mode)
            except OSError:
                continue
            seen += is_file
            if seen > _MOST_FILES:
                raise UnreadableSeriesError(
                    f"{shown_path(path)}: over {_MOST_FILES} files; give the folder of one study"
                )
            if is_file:
                yield file


def _described(stack: "Stack", number: int) -> MRSeries:
    first = stack.frames[0]
    row, column, _ = directions(first.cosines)
    return MRSeries(
        number=number,
        weighting=guess_weighting(first.tags)[0],
        plane=plane_name(np.cross(row, column)),
        slices=len(stack.frames),
        rows=first.layout.rows,
        columns=first.layout.columns,
        row_spacing_mm=first.spacing_mm[0],
        column_spacing_mm=first.spacing_mm[1],
    )


def _volume(path: Path, stack: "Stack", left_out: Sequence[str], weighting: Weighting | None) -> MRVolume:
    from .stacks import volume_of

    try:
        with clear_reasons():
            volume = volume_of(stack, name=_name(path), left_out=tuple(left_out))
    except MicrocalError as error:
        raise UnreadableSeriesError(f"{shown_path(path)}: {one_line(error)}") from error
    if weighting is None:
        return volume
    known = replace(volume.acquisition, weighting=Weighting(weighting), weighting_reason="given by the user")
    return replace(volume, acquisition=known)


def _name(path: Path) -> str:
    text = path.stem if path.suffix[1:].isalpha() else path.name
    return one_line(text or "series", longest=_LONGEST_NAME)
