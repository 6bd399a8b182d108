"""The pictures: simulated ones for tuning and, from another seed, for testing; real ones where present."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from stamps import PACKAGE, ROOT, stamp

from microcal_xray.simulation import simulate_folder

SHARED_DATA = ROOT.parent / "shared" / "data"
TUNING_SEED = 101
TRIAL_SEED = 202  # for trying the benchmark out: its numbers were looked at
TEST_SEED = 303  # never used to choose anything
_PICTURES = (".dcm", ".png", ".jpg", ".jpeg", ".tif", ".tiff")


@dataclass(frozen=True)
class DataSet:
    """Pictures with their truth.

    Parameters
    ----------
    name : str
    words : str
        What it is, for the report.
    truth : Path
    pictures : tuple of Path
        Sorted by name.
    stamp : str
        Changes when the pictures do.
    """

    name: str
    words: str
    truth: Path
    pictures: tuple[Path, ...]
    stamp: str


def simulated_set(name: str, *, count: int, seed: int, cache: Path) -> DataSet:
    """Return simulated pictures, made again only when the simulation has changed."""
    made_by = stamp(PACKAGE / "simulation", PACKAGE / "radiograph.py", text=f"{count} {seed}")
    folder = cache / f"{name}-{made_by}"
    if not (folder / "truth.json").is_file():
        # truth.json comes last; a folder without it is half made.
        shutil.rmtree(folder, ignore_errors=True)
        simulate_folder(folder, count=count, seed=seed, jobs=2)
    return DataSet(
        name,
        f"{count} simulated radiographs, seed {seed}",
        folder / "truth.json",
        _pictures(folder),
        made_by,
    )


def real_sets() -> tuple[DataSet, ...]:
    """Return the sets of real pictures that are on this machine; often none."""
    sets = []
    for name, folder in (("dev", SHARED_DATA / "dev" / "images"), ("real", SHARED_DATA / "real")):
        truth = SHARED_DATA / name / "truth.csv"
        pictures = _pictures(folder) if folder.is_dir() else ()
        if truth.is_file() and pictures:
            sets.append(DataSet(name, f"{len(pictures)} real pictures", truth, pictures, stamp(folder)))
    return tuple(sets)


def spread(data_set: DataSet, count: int) -> DataSet:
    """Return some pictures of a set, evenly over its list: sets are sorted by source, and so by label."""
    total = len(data_set.pictures)
    if count >= total:
        return data_set
    return DataSet(
        data_set.name,
        f"{count} of {data_set.words}, evenly over the list",
        data_set.truth,
        tuple(data_set.pictures[index * total // count] for index in range(count)),
        f"{data_set.stamp}-spread-{count}",
    )


def _pictures(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(path for path in folder.iterdir() if path.suffix.lower() in _PICTURES))
