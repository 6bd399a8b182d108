"""A folder of simulated radiographs with their truth."""

import multiprocessing
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import OutputError, SettingsError
from .detector import Detector
from .dicom import write_dicom
from .plan import Family, planned
from .truth import Relation, truth_record, write_truth

_TRUTH = "truth.json"
_IMAGE_NAME = re.compile(r"simulated_\d{5,}\.dcm|\.[0-9a-f]{16}\.part")  # the second: left by a kill

_Record = dict[str, Any]


def simulate_folder(
    out: str | Path,
    *,
    count: int,
    seed: int = 0,
    family: Family = Family.TUNING,
    detector: Detector | None = None,
    jobs: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Write simulated radiographs as DICOM files, and truth.json beside them; return the path of truth.json.

    Limb, lines, mimics, exposure and the form of the output change from file to file, so that 40 files show
    every limb of the family, every sort of line and every mimic. Three in ten have no line. In each ten, one
    file shows the patient before it at a later visit, one from the side, and one the same exposure made up
    for presentation.

    Parameters
    ----------
    out : str or Path
        The folder: new, empty, or an earlier simulation, which is replaced. Each file is written whole or not
        at all.
    count : int
        1 to 100000.
    seed : int
        The same seed gives the same bytes, whatever `jobs` is. The first files are the same for every count.
    family : Family
        What one family shows, the other does not: choose with `TUNING`, report on `HELD_OUT`.
    detector : Detector, optional
        None: the usual size for each limb.
    jobs : int
        Processes, 1 to 256. With more than one, a script must guard its start by ``__name__ == "__main__"``.
    progress : callable, optional
        Called with the number of files written so far, after each.

    Raises
    ------
    SettingsError
        If `count`, `seed` or `jobs` is out of range.
    OutputError
        If the folder cannot be made or written to, or holds anything else.
    """
    for name, value, low, high in (("count", count, 1, 100_000), ("jobs", jobs, 1, 256)):
        if not low <= value <= high:
            raise SettingsError(f"{name} is {value!r}; it must be {low} to {high}")
    if seed < 0:
        raise SettingsError(f"seed is {seed!r}; it must be 0 or more")
    folder = _taken_over(Path(out))
    write = partial(_written, folder=folder, seed=seed, family=Family(family), detector=detector)
    records = []
    for record in _all(write, count, min(jobs, count)):
        records.append(record)
        if progress is not None:
            progress(len(records))
    return write_truth(records, folder / _TRUTH)


def _all(write: Callable[[int], _Record], count: int, jobs: int) -> Iterator[_Record]:
    if jobs == 1:
        yield from map(write, range(count))
        return
    # Spawned, not forked: the parent may hold threads of numerical libraries.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        yield from pool.map(write, range(count))


def _written(index: int, *, folder: Path, seed: int, family: Family, detector: Detector | None) -> _Record:
    """Write the file of that index and return its truth."""
    picture = planned(index, seed=seed, family=family, detector=detector)
    path = write_dicom(picture.simulated, folder / _name(index))
    relation = None
    if picture.related_to is not None and picture.relation is not None:
        relation = Relation(_name(picture.related_to), picture.relation)
    return truth_record(picture.simulated, path.name, relation=relation)


def _name(index: int) -> str:
    return f"simulated_{index + 1:05d}.dcm"


def _taken_over(folder: Path) -> Path:
    """Make the folder, or take over one that is empty or holds an earlier simulation, which is removed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = list(folder.iterdir())
        if not _are_ours(held):
            raise OutputError(
                f"{folder}: the folder is not empty and holds more than an earlier simulation; "
                "choose a new or an empty one"
            )
        for path in held:
            path.unlink()
    except OSError as error:
        raise OutputError(
            f"{folder}: no folder can be made or emptied here ({error.strerror}); choose another"
        ) from error
    return folder


def _are_ours(held: Sequence[Path]) -> bool:
    """Return whether a folder holds nothing but what this module writes; a truth alone may be anyone's."""
    names = {path.name for path in held if path.is_file()}
    images = {name for name in names if _IMAGE_NAME.fullmatch(name)}
    return len(names) == len(held) and names - images <= ({_TRUTH} if images else set())
