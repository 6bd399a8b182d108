"""From the journal to the files that a reader opens."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ..errors import OutputError
from ..reporting import PageOptions, Status, WrittenResult, overlay_name, skipped_result, write_lines, written
from ..reporting.foreign_text import printable_text
from ..reporting.parquet import PARQUET_NAMES, write_parquet
from ..settings import Settings
from .journal import Journal, Kept
from .options import TableFormat
from .output_folder import OutputFolder, keep_overlays
from .supervisor import BatchStoppedError

_NOT_REACHED = "not analysed: the run ended before its turn; the same command goes on with it"


def shown_rows(journal: Journal) -> Iterator[WrittenResult]:
    """Yield what is written of each file of the run, in the order of the outputs.

    Of files with the same pixels the first stands for all, and the others are skipped by its name.
    """
    return map(_shown, journal.kept())


def write_outputs(
    journal: Journal,
    folder: OutputFolder,
    settings: Settings,
    table_format: TableFormat,
    options: PageOptions,
) -> Path:
    """Write the tables and the page, then remove overlays that they do not know; return the page.

    Raises
    ------
    BatchStoppedError
        If some cannot be written; what can be is.
    """
    journal.settle_pictures()
    try:
        page = write_lines(lambda: shown_rows(journal), folder.path, settings, page=options)
        if table_format is TableFormat.PARQUET:
            write_parquet(lambda: shown_rows(journal), folder.path, settings)
        else:
            _remove_parquet(folder)
        # Only now: until then the earlier report may still need the others.
        keep_overlays(folder, (row.overlay for row in shown_rows(journal) if row.overlay is not None))
    except OutputError as error:
        raise BatchStoppedError(str(error)) from error
    return page


def _remove_parquet(folder: OutputFolder) -> None:
    """Remove the tables of an earlier run, which would contradict the others."""
    for name in PARQUET_NAMES:
        path = folder.path / name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{path}: cannot be removed ({error.strerror})") from error


def _shown(kept: Kept) -> WrittenResult:
    own = kept.result
    if own is not None and (own.status is not Status.OK or kept.first is None):
        overlay = overlay_name(kept.file, is_alone=kept.is_alone) if own.status is Status.OK else None
        return replace(own, overlay=overlay)
    if kept.first is None:
        return written(skipped_result(kept.file, _NOT_REACHED))
    return written(skipped_result(kept.file, left_to(kept.first, same_instance=kept.same_instance)))


def left_to(first: str, *, same_instance: bool) -> str:
    """Return why a file is skipped: the first one with its pixels stands for it.

    Examples
    --------
    >>> left_to("a.dcm", same_instance=False)
    'has the same pixels as a.dcm, which is analysed'
    """
    shown = printable_text(first)
    if same_instance:
        return f"is the same image as {shown}, which is analysed: the same SOP instance, the same pixels"
    return f"has the same pixels as {shown}, which is analysed"
