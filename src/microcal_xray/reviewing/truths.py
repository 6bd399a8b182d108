"""Decisions as a truth, for `microcal evaluate`: an output folder, its database, or a decisions record."""

from pathlib import Path

from ..errors import UnreadableResultError
from ..evaluation import TrueImage
from .consensus import consensus, consensus_truth
from .records import is_record, read_record
from .store import STORE_NAME, Role, open_store
from .study import read_study


def holds_decisions(path: str | Path) -> bool:
    """Return whether a path is a database of decisions, a folder with one, or a decisions record."""
    path = Path(path)
    if path.is_dir():
        return (path / STORE_NAME).is_file()
    return path.name == STORE_NAME or (path.suffix.lower() == ".json" and is_record(path))


def truth_of_decisions(path: str | Path, *, results: str | Path) -> tuple[TrueImage, ...]:
    """Return what reviewers decided as a truth.

    Of a folder it is the consensus; of a record, what that one reader left when done with an image.

    Parameters
    ----------
    path : str or Path
    results : str or Path
        candidates.json or its folder, which says what the candidates were that a record is about.

    Raises
    ------
    UnreadableResultError
        If it cannot be read, or nobody is done with any image.
    """
    path = Path(path)
    if path.is_file() and path.name != STORE_NAME:
        folder = Path(results)
        study = read_study(folder if folder.is_dir() else folder.parent)
        found = consensus(study, read_record(path, study).events)
    else:
        study = read_study(path if path.is_dir() else path.parent)
        store = open_store(study, make=False)
        found = consensus(study, store.events(), store.events(role=Role.ADJUDICATION))
    if not found:
        raise UnreadableResultError(f"{path}: nobody is done with any image; there is no truth yet")
    return consensus_truth(found)
