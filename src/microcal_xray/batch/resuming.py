"""Going on where an earlier run into the same folder ended: what may stay, and what must be done again."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..origin import Reading
from ..reporting import Status, failed_result, overlay_name, skipped_result, written
from ..reporting.capsule import run_capsule
from ..settings import Settings
from .bone_masks import BoneMasks
from .differences import differences
from .inputs import InputFile
from .journal import Expected, Journal
from .options import Earlier
from .output_folder import OutputFolder

_HOW_TO_GO_ON = "replace it with --fresh, or choose another output folder"


def asked_of_run(
    root: Path, settings: Settings, reading: Reading, masks: BoneMasks | None = None
) -> dict[str, Any]:
    """Return all that a result depends on beside the files; the folder of the inputs only as its hash.

    Parameters
    ----------
    root : Path
        The folder that the names in the outputs are relative to.
    settings : Settings
    reading : Reading
    masks : BoneMasks or None
    """
    return {
        "inputs": hashlib.sha256(os.fsencode(root)).hexdigest(),
        "bone masks": None if masks is None else hashlib.sha256(os.fsencode(masks.place)).hexdigest(),
        "settings": settings.as_dict(),
        "reading": reading.as_dict(),
        "capsule": run_capsule(),
    }


def prepare(
    journal: Journal,
    folder: OutputFolder,
    inputs: Iterable[InputFile],
    asked: dict[str, Any],
    *,
    earlier: Earlier,
    masks: BoneMasks | None = None,
) -> None:
    """Tell the journal what the run is about; afterwards its files without a result are what is to be done.

    Parameters
    ----------
    journal : Journal
    folder : OutputFolder
    inputs : iterable of InputFile
    asked : dict
        As `asked_of_run` returns it.
    earlier : Earlier
    masks : BoneMasks or None
        A file is done again when its mask has changed.

    Raises
    ------
    OutputError
        If the earlier run was asked something else; the text names the first difference and how to go on.
    """
    recorded = journal.asked()
    if recorded is None:
        journal.ask(json.dumps(asked, sort_keys=True))
    else:
        _require_same(json.loads(recorded), asked, folder.path)
    journal.expect(_expected(each, masks) for each in inputs)
    if earlier is Earlier.RETRY_FAILED:
        journal.forget(status=Status.FAILED)
    for file in list(_without_overlay(journal, folder)):
        journal.forget(file=file)


def _require_same(recorded: dict[str, Any], asked: dict[str, Any], out: Path) -> None:
    if recorded.get("inputs") != asked["inputs"]:
        raise OutputError(f"{out}: holds the results of another folder of inputs; {_HOW_TO_GO_ON}")
    found: Sequence[object] = differences(recorded, json.loads(json.dumps(asked)))
    if found:
        raise OutputError(
            f"{out}: holds the results of a run that was asked otherwise ({found[0]}); {_HOW_TO_GO_ON}"
        )


def _expected(entry: InputFile, masks: BoneMasks | None) -> Expected:
    if entry.status is Status.SKIPPED:
        return Expected(entry.file, known=written(skipped_result(entry.file, entry.reason or "")))
    if entry.status is Status.FAILED:
        return Expected(entry.file, known=written(failed_result(entry.file, entry.reason or "")))
    try:
        known = os.stat(entry.path)
    except OSError:  # gone since the walk; the worker will say so
        return Expected(entry.file, mark=(-1, -1))
    length, changed_ns = masks.mark_of(entry.file) if masks else (0, 0)
    return Expected(entry.file, mark=(known.st_size + length, known.st_mtime_ns + changed_ns))


def _without_overlay(journal: Journal, folder: OutputFolder) -> Iterator[str]:
    """Yield the files whose overlay is gone: a power cut may have taken it, or somebody."""
    for kept in journal.kept():
        if kept.result is None or kept.result.status is not Status.OK or kept.first is not None:
            continue
        if not (folder.overlays / overlay_name(kept.file, is_alone=kept.is_alone)).is_file():
            yield kept.file
