"""How a batch is run: how many jobs, what one file may cost, and how files are read."""

import math
import os
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..errors import SettingsError
from ..loading import Photometric
from ..origin import Reading
from ..radiograph import spacing_from_user
from ..settings import Settings
from .bone_masks import BoneMasks
from .worker import Limits

_MOST_JOBS = 1024
_LEAST_MEMORY_GIB = 1.0  # the libraries alone map about half of it
_LONGEST_TIME_S = 86_400.0


def usable_cores() -> int:
    """Return the number of processor cores that this process may use, at least 1."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Earlier(StrEnum):
    """What becomes of what an earlier run into the same output folder has finished."""

    RESUME = "resume"  # it stays; the run goes on with the rest
    RETRY_FAILED = "retry-failed"  # the same, and what failed is tried once more
    FRESH = "fresh"  # it is forgotten


class TableFormat(StrEnum):
    """In which formats the tables are written."""

    CSV = "csv"  # candidates.csv and images.csv, which are always there
    PARQUET = "parquet"  # the tables in Parquet beside them


@dataclass(frozen=True, kw_only=True)
class BatchOptions:
    """How a batch is run. Nothing here but the reading of files and `settings` changes a result.

    Parameters
    ----------
    settings : Settings
        How lines are looked for.
    jobs : int or None
        Number of worker processes, 1 to 1024. None: the number of usable cores.
    spacing_mm : float or (row, column), optional
        Distance between pixel centres, for all files. None: what each file says.
    photometric : Photometric, optional
        Which end of the grey range is black, for all files. None: what each file says.
    secondary_capture : bool
        Whether secondary captures are analysed too; otherwise they are skipped.
    time_limit_s : float
        Wall-clock seconds for one file, up to a day; then it fails.
    memory_limit_gib : float or None
        Address space of one worker process, at least 1 GiB. None: no limit. Windows and macOS enforce none.
    files_per_worker : int
        A worker process is replaced after so many files.
    bone : path, optional
        The bone mask of the only file, or a folder of masks with the names of the files, see `BoneMasks`; a
        file without its mask fails. None: bone is looked for.
    earlier : Earlier
        What becomes of what an earlier run has finished.
    table_format : TableFormat
        PARQUET needs pyarrow, the extra `microcal-xray[parquet]`.

    Raises
    ------
    SettingsError
        If a value is out of its range; the message names it.

    Examples
    --------
    >>> BatchOptions(jobs=0)
    Traceback (most recent call last):
        ...
    microcal_xray.errors.SettingsError: jobs is 0; it must be a whole number from 1 to 1024
    """

    settings: Settings = Settings()
    jobs: int | None = None
    spacing_mm: float | tuple[float, float] | None = None
    photometric: Photometric | None = None
    secondary_capture: bool = False
    time_limit_s: float = 300.0
    memory_limit_gib: float | None = 8.0
    files_per_worker: int = 200
    bone: Path | None = None
    earlier: Earlier = Earlier.RESUME
    table_format: TableFormat = TableFormat.CSV

    def __post_init__(self) -> None:
        spacing_from_user(self.spacing_mm)
        if self.jobs is not None and not (_is_whole(self.jobs) and 1 <= self.jobs <= _MOST_JOBS):
            raise SettingsError(f"jobs is {self.jobs!r}; it must be a whole number from 1 to {_MOST_JOBS}")
        if not (_is_whole(self.files_per_worker) and self.files_per_worker >= 1):
            raise SettingsError(
                f"files_per_worker is {self.files_per_worker!r}; it must be a whole number, 1 or more"
            )
        if not 0 < self.time_limit_s <= _LONGEST_TIME_S:
            raise SettingsError(
                f"time_limit_s is {self.time_limit_s!r}; it must be over 0, up to {_LONGEST_TIME_S:g} seconds"
            )
        memory = self.memory_limit_gib
        if memory is not None and not (math.isfinite(memory) and memory >= _LEAST_MEMORY_GIB):
            raise SettingsError(
                f"memory_limit_gib is {memory!r}; it must be {_LEAST_MEMORY_GIB:g} or more, or no limit"
            )

    @property
    def reading(self) -> Reading:
        """How files are read, as it is recorded."""
        spacing = spacing_from_user(self.spacing_mm)
        return Reading(
            spacing_mm=None if spacing is None else (spacing.row_mm, spacing.column_mm),
            photometric=None if self.photometric is None else self.photometric.value,
            secondary_capture=self.secondary_capture,
        )

    @property
    def masks(self) -> BoneMasks | None:
        """Where bone is, as the caller says; None: it is looked for."""
        return None if self.bone is None else BoneMasks(Path(os.path.realpath(self.bone)))

    @property
    def limits(self) -> Limits:
        """What one file may cost, and how long a worker process is kept."""
        gib = self.memory_limit_gib
        return Limits(
            time_s=self.time_limit_s,
            memory_bytes=None if gib is None else int(gib * 2**30),
            items_per_worker=self.files_per_worker,
        )


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
