"""From files and folders to the output folder: the whole batch."""

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..exporting import ExportOptions, require_highdicom
from ..origin import Origin
from ..radiograph import ImageCaution
from ..reporting import (
    PageOptions,
    Status,
    WrittenResult,
    failed_result,
    overlay_name,
    overlays_folder,
    written,
)
from ..reporting.parquet import require_pyarrow
from .export import ExportSummary, exported, recorded_analyses
from .finishing import shown_rows, write_outputs
from .inputs import find_inputs, inputs_root
from .interrupts import interrupts_ignored
from .journal import Journal, opened_journal, remove_journal
from .journal_rows import FileResult
from .one_file import FileAnalysis, FileTask
from .options import BatchOptions, Earlier, TableFormat, usable_cores
from .output_folder import OutputFolder, held_output, keep_dicom
from .progress import Progress
from .resuming import asked_of_run, prepare
from .supervisor import supervise

_MOST_NOTES = 1000
_USUAL_OPTIONS = BatchOptions()
_USUAL_PAGE = PageOptions()


@dataclass(frozen=True)
class BatchSummary:
    """What a batch came to.

    Parameters
    ----------
    report : Path
        The page to open.
    ok, failed, skipped : int
        Numbers of files.
    candidates : int
        Number of candidates in all files.
    failures : tuple of (file, reason)
        Sorted by file.
    dicom : ExportSummary or None
        What became of the DICOM results; None when none were asked for.
    resumed : int
        Number of files that an earlier run had finished.
    same_instance : tuple of (file, file)
        Images with the SOP instance UID of an earlier one but other pixels, and that one. Both are analysed,
        but one of them is not what it says; at most a thousand.
    hardly_searched : tuple of str
        Files of which hardly anything could be searched, so that no candidate means nothing; at most a
        thousand.
    """

    report: Path
    ok: int
    failed: int
    skipped: int
    candidates: int
    failures: tuple[tuple[str, str], ...] = ()
    dicom: ExportSummary | None = None
    resumed: int = 0
    same_instance: tuple[tuple[str, str], ...] = ()
    hardly_searched: tuple[str, ...] = ()

    @property
    def files(self) -> int:
        """Number of files in all."""
        return self.ok + self.failed + self.skipped


def analyze(
    paths: Sequence[str | Path],
    out: str | Path,
    *,
    options: BatchOptions = _USUAL_OPTIONS,
    dicom: ExportOptions | None = None,
    page: PageOptions = _USUAL_PAGE,
    report: Callable[[Progress], None] = lambda progress: None,
) -> BatchSummary:
    """Look for lines in many files and write candidates, images, overlays and the report page.

    Each file is analysed in a child process: one that crashes, hangs or needs too much memory is a failed
    file among the others. The results do not depend on the number of jobs. What is finished is kept in a
    journal in the output folder, so that a run that was killed loses the files in flight and the next one
    goes on.

    Parameters
    ----------
    paths : sequence of path
        Files, or folders that are walked down. In the outputs a file is named relative to the deepest folder
        that holds all of them: the folder itself, if there is one.
    out : path
        Output folder: new, empty, or an earlier result. If that has a journal, the run goes on with it; a
        result without one is replaced.
    options : BatchOptions
    dicom : ExportOptions, optional
        Write DICOM results too, see `export`. None: those of an earlier run in `out` are removed.
    page : PageOptions
        How the report page starts and how large it may become.
    report : callable, optional
        Called with a `Progress` before the first file and after each one.

    Returns
    -------
    BatchSummary

    Raises
    ------
    SettingsError
        If a path does not exist.
    OutputError
        If the output folder is not ours to fill, cannot be written to, another batch is writing there, or it
        holds a run over other inputs, with other settings or versions.
    BatchStoppedError
        If writing fails midway, as on a full disk. What can be written is written first.
    MicrocalError
        If DICOM results are asked for and highdicom is not installed, or Parquet and pyarrow is not.

    Notes
    -----
    If the batch ends early (Ctrl-C, a full disk, an error in `report`), what is finished is written before
    the exception goes on; the other files are listed as skipped.

    Examples
    --------
    >>> analyze(["radiographs/"], "report/", options=BatchOptions(jobs=4))  # doctest: +SKIP
    """
    if dicom is not None:
        require_highdicom()
    if options.table_format is TableFormat.PARQUET:
        require_pyarrow()
    inputs, root, masks = find_inputs(paths, out=out), inputs_root(paths), options.masks
    if masks is not None:
        inputs = masks.beside(inputs)
    work = FileAnalysis(options.settings, options.reading, masks)
    with held_output(out) as folder:
        if options.earlier is Earlier.FRESH:
            remove_journal(folder.path)
        with opened_journal(folder.path, full_depth_bytes=page.full_depth_bytes) as journal:
            asked = asked_of_run(root, options.settings, options.reading, masks)
            prepare(journal, folder, inputs, asked, earlier=options.earlier, masks=masks)
            del inputs  # the journal knows them
            try:
                summary = _analyzed(root, folder, journal, work, options, page, report)
                made = _exported(paths, folder, dicom, options) if dicom else None
            except BaseException:
                keep_dicom(folder, [])  # what is there is about results that are no more
                raise
            keep_dicom(folder, made.names if made else [])
    return replace(summary, dicom=made)


def _exported(
    paths: Sequence[str | Path], folder: OutputFolder, dicom: ExportOptions, options: BatchOptions
) -> ExportSummary:
    return exported(recorded_analyses(folder.path), inputs_root(paths), folder, dicom, options)


def _analyzed(
    root: Path,
    folder: OutputFolder,
    journal: Journal,
    work: FileAnalysis,
    options: BatchOptions,
    page: PageOptions,
    report: Callable[[Progress], None],
) -> BatchSummary:
    resumed = sum(journal.counts().values())
    try:
        _first_round(root, folder, journal, work, options, report)
        # What a round leaves open is worked on in the next; nearly always that is nothing.
        while journal.call_up("unfounded"):
            _work_off(root, folder, journal, work, options)
        if journal.call_up("pictures"):
            _work_off(root, folder, journal, work, options)
    finally:
        with interrupts_ignored():  # impatient users press Ctrl-C twice
            html = write_outputs(journal, folder, options.settings, options.table_format, page)
    return _summary(journal, html, resumed)


def _first_round(
    root: Path,
    folder: OutputFolder,
    journal: Journal,
    work: FileAnalysis,
    options: BatchOptions,
    report: Callable[[Progress], None],
) -> None:
    counts = journal.counts()
    resumed = sum(counts.values())
    progress = Progress(
        total=journal.files(),
        done=resumed,
        failed=counts.get(Status.FAILED, 0),
        skipped=counts.get(Status.SKIPPED, 0) + counts.get("same", 0),
        resumed=resumed,
    )
    report(progress)
    for kept in journal.kept(is_opened=False):
        if kept.result is not None:
            progress = progress.after(kept.file, kept.result.status, kept.result.reason)
            report(progress)
    with contextlib.closing(_results(root, folder, journal, work, options)) as finished:
        for result in finished:
            status = result.written.status if result.written is not None else Status.SKIPPED
            reason = result.written.reason if result.written is not None else None
            progress = progress.after(result.file, status, reason)
            report(progress)


def _work_off(
    root: Path, folder: OutputFolder, journal: Journal, work: FileAnalysis, options: BatchOptions
) -> None:
    with contextlib.closing(_results(root, folder, journal, work, options)) as finished:
        for _ in finished:
            pass


def _results(
    root: Path, folder: OutputFolder, journal: Journal, work: FileAnalysis, options: BatchOptions
) -> Generator[FileResult, None, None]:
    """Yield the results of the files that have none, each safe in the journal already."""
    with contextlib.closing(
        supervise(
            _tasks(root, folder, journal),
            work,
            jobs=options.jobs or usable_cores(),
            limits=options.limits,
            answer=lambda question: journal.claim(*question),
        )
    ) as outcomes:
        for outcome in outcomes:
            origin = Origin(reading=work.reading)
            result = outcome.result or FileResult(
                written(failed_result(outcome.item.file, outcome.failure or "", origin=origin))
            )
            journal.keep(result)
            yield result


def _tasks(root: Path, folder: OutputFolder, journal: Journal) -> Iterator[FileTask]:
    overlays = overlays_folder(folder.path)
    for todo in journal.todo():
        name = overlay_name(todo.file, is_alone=todo.is_alone)
        yield FileTask(
            path=root / todo.file,
            file=todo.file,
            overlay=overlays / name,
            draft=folder.work / name,
            is_first=todo.is_first,
        )


def _summary(journal: Journal, page: Path, resumed: int) -> BatchSummary:
    counts = dict.fromkeys(Status, 0)
    candidates = 0
    failures: list[tuple[str, str]] = []
    hardly_searched: list[str] = []
    for row in shown_rows(journal):
        counts[row.status] += 1
        candidates += row.candidates
        if row.status is Status.FAILED:
            failures.append((row.file, row.reason or ""))
        elif _is_hardly_searched(row) and len(hardly_searched) < _MOST_NOTES:
            hardly_searched.append(row.file)
    return BatchSummary(
        report=page,
        ok=counts[Status.OK],
        failed=counts[Status.FAILED],
        skipped=counts[Status.SKIPPED],
        candidates=candidates,
        failures=tuple(failures),
        resumed=resumed,
        same_instance=tuple(journal.shared_instances(_MOST_NOTES)),
        hardly_searched=tuple(hardly_searched),
    )


def _is_hardly_searched(row: WrittenResult) -> bool:
    # Most records do not hold the word, and need not be taken apart.
    if '"hardly_searched"' not in row.record:
        return False
    return ImageCaution.HARDLY_SEARCHED in row.result().cautions
