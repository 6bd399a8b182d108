"""Write decisions into the output folder, in the forms that were asked for."""

from collections.abc import Sequence
from pathlib import Path

from ..errors import OutputError, SettingsError
from ..reporting import overlay_names
from ..whole_files import PRIVATE_FILE, write_whole
from .consensus import consensus
from .exports import (
    Decisions,
    ExportKind,
    coco_json,
    decisions_csv,
    decisions_json,
    geojson_files,
    labelme_files,
    truth_json,
)
from .reading import fold
from .records import record_json
from .store import Role, Store

FOLDER = "review"


def stored_decisions(store: Store) -> Decisions:
    """Return everything that was decided about a study.

    Parameters
    ----------
    store : Store
    """
    study, events = store.study, store.events()
    readings = {}
    for reader in store.readers():
        mine = [event for event in events if event.reader == reader]
        touched = {event.image for event in mine}
        readings[reader] = tuple(fold(mine, image) for image in study.images if image.file in touched)
    found = consensus(study, events, store.events(role=Role.ADJUDICATION))
    return Decisions(study, readings, found)


def write_decisions(store: Store, kinds: Sequence[ExportKind]) -> tuple[Path, ...]:
    """Write decisions into the folder `review` of the output folder; return the files, or their folders.

    Parameters
    ----------
    store : Store
    kinds : sequence of ExportKind
        Without `sr`, which needs the images: see `write_reports`.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    folder = store.study.out / FOLDER
    decisions = stored_decisions(store)
    written = []
    for kind in kinds:
        match kind:
            case ExportKind.CSV:
                written.append(_file(folder / "decisions.csv", decisions_csv(decisions)))
            case ExportKind.JSON:
                written.append(_file(folder / "decisions.json", decisions_json(decisions)))
            case ExportKind.COCO:
                written.append(_file(folder / "coco.json", coco_json(decisions)))
            case ExportKind.TRUTH:
                written.append(_file(folder / "truth.json", truth_json(decisions)))
            case ExportKind.GEOJSON:
                written.append(_files(folder / "geojson", geojson_files(decisions)))
            case ExportKind.LABELME:
                written.append(_files(folder / "labelme", labelme_files(decisions)))
            case ExportKind.RECORDS:
                written.append(_files(folder / "records", _records(store)))
            case ExportKind.SR:
                raise SettingsError("structured reports are written by write_reports")
    return tuple(written)


def _records(store: Store) -> dict[str, str]:
    """Return the record of each reader by a file name that is safe on any system."""
    found = {}
    for role in Role:
        readers = store.readers(role=role)
        names = overlay_names(readers)
        for reader in readers:
            text = record_json(
                store.study,
                store.events(reader, role=role),
                reader=reader,
                role=role,
                exported_utc="",
            )
            found[f"{role.value}-{names[reader].removesuffix('.png')}.json"] = text
    return found


def _files(folder: Path, contents: dict[str, str]) -> Path:
    for name, content in contents.items():
        _file(folder / name, content)
    return folder


def _file(path: Path, content: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent}: cannot be made ({error.strerror}); make room there") from error
    return write_whole(path, content, mode=PRIVATE_FILE)
