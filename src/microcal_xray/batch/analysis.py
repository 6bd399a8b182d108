"""From files and folders to the output folder: the whole batch."""

import contextlib
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import OutputError
from ..exporting import ExportOptions, require_highdicom
from ..origin import Origin
from ..reporting import (
    ImageResult,
    PageOptions,
    Status,
    StrongestFirst,
    failed_result,
    overlay_names,
    overlays_folder,
    skipped_result,
    write_results,
)
from .export import ExportSummary, exported, recorded_analyses
from .inputs import InputFile, find_inputs, inputs_root
from .interrupts import interrupts_ignored
from .one_file import FileAnalysis, FileTask
from .options import BatchOptions, usable_cores
from .output_folder import OutputFolder, held_output, keep_dicom, keep_overlays
from .progress import Progress
from .supervisor import BatchStoppedError, supervise

_NOT_REACHED = "not analysed: the run ended before its turn"
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
    """

    report: Path
    ok: int
    failed: int
    skipped: int
    candidates: int
    failures: tuple[tuple[str, str], ...] = ()
    dicom: ExportSummary | None = None

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
    file among the others. The results do not depend on the number of jobs.

    Parameters
    ----------
    paths : sequence of path
        Files, or folders that are walked down. In the outputs a file is named relative to the deepest folder
        that holds all of them: the folder itself, if there is one.
    out : path
        Output folder: new, empty, or an earlier result, which is replaced.
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
        If the output folder is not ours to fill, cannot be written to, or another batch is writing there.
    BatchStoppedError
        If writing fails midway, as on a full disk. What can be written is written first.
    MicrocalError
        If DICOM results are asked for and highdicom is not installed.

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
    inputs = find_inputs(paths, out=out)
    with held_output(out) as folder:
        try:
            every, written = _analyzed(inputs, folder, options, page, report)
            made = _exported(paths, folder, dicom, options) if dicom else None
        except BaseException:
            keep_dicom(folder, [])  # what is there is about results that are no more
            raise
        keep_dicom(folder, made.names if made else [])
    return replace(_summary(every, written), dicom=made)


def _exported(
    paths: Sequence[str | Path], folder: OutputFolder, dicom: ExportOptions, options: BatchOptions
) -> ExportSummary:
    return exported(recorded_analyses(folder.path), inputs_root(paths), folder, dicom, options)


def _analyzed(
    inputs: Sequence[InputFile],
    folder: OutputFolder,
    options: BatchOptions,
    page: PageOptions,
    report: Callable[[Progress], None],
) -> tuple[list[ImageResult], Path]:
    names = overlay_names(entry.file for entry in inputs)
    results: dict[str, ImageResult] = {}
    try:
        report(Progress(total=len(inputs)))
        progress = Progress(total=len(inputs))
        deep = StrongestFirst(page.full_depth_bytes)
        with contextlib.closing(_results(inputs, folder, names, options)) as finished:
            for result in finished:
                results[result.file] = result
                _drop_what_no_page_holds(result, deep, folder, names)
                progress = progress.after(result.file, result.status, result.reason)
                report(progress)
    finally:
        with interrupts_ignored():  # impatient users press Ctrl-C twice
            every = _with_the_unreached(inputs, results)
            written = _write(every, folder, names, options, page)
    return every, written


def _with_the_unreached(inputs: Sequence[InputFile], results: Mapping[str, ImageResult]) -> list[ImageResult]:
    unreached = (skipped_result(entry.file, _NOT_REACHED) for entry in inputs if entry.file not in results)
    return sorted([*results.values(), *unreached], key=lambda result: result.file)


def _results(
    inputs: Sequence[InputFile], folder: OutputFolder, names: dict[str, str], options: BatchOptions
) -> Generator[ImageResult, None, None]:
    for entry in inputs:
        if entry.status is Status.SKIPPED:
            yield skipped_result(entry.file, entry.reason or "")
        elif entry.status is Status.FAILED:
            yield failed_result(entry.file, entry.reason or "")
    overlays = overlays_folder(folder.path)
    tasks = [
        FileTask(
            path=entry.path,
            file=entry.file,
            overlay=overlays / names[entry.file],
            draft=folder.work / names[entry.file],
            preview=_preview(folder, names[entry.file]),
            pixels=_pixels(folder, names[entry.file]),
        )
        for entry in inputs
        if entry.status is Status.OK
    ]
    analysis = FileAnalysis(
        options.settings, options.spacing_mm, options.photometric, options.secondary_capture
    )
    with contextlib.closing(
        supervise(tasks, analysis, jobs=options.jobs or usable_cores(), limits=options.limits)
    ) as outcomes:
        for outcome in outcomes:
            yield outcome.result or failed_result(
                outcome.item.file, outcome.failure or "", origin=Origin(reading=analysis.reading)
            )


def _preview(folder: OutputFolder, name: str) -> Path:
    return folder.work / f"{name}.preview.jpg"


def _pixels(folder: OutputFolder, name: str) -> Path:
    return folder.work / f"{name}.pixels"


def _drop_what_no_page_holds(
    result: ImageResult, deep: StrongestFirst, folder: OutputFolder, names: Mapping[str, str]
) -> None:
    """Remove pixels that are sure to be left out of the page: a long run must not fill the disk."""
    waiting = _pixels(folder, names[result.file])
    if result.status is Status.OK and waiting.is_file():
        for file in deep.add(result, waiting.stat().st_size):
            _pixels(folder, names[file]).unlink(missing_ok=True)


def _write(
    results: Sequence[ImageResult],
    folder: OutputFolder,
    names: dict[str, str],
    options: BatchOptions,
    page: PageOptions,
) -> Path:
    previewed = (_with_pictures(result, folder, names[result.file]) for result in results)
    drawn = [names[result.file] for result in results if result.status is Status.OK]
    try:
        written = write_results(previewed, folder.path, options.settings, page=page)
        keep_overlays(folder, drawn)  # only now: until then the earlier report may still need the others
    except OutputError as error:
        raise BatchStoppedError(str(error)) from error
    return written


def _with_pictures(result: ImageResult, folder: OutputFolder, name: str) -> ImageResult:
    # A report without one picture is better than none.
    if result.status is not Status.OK:
        return result
    return replace(
        result,
        preview_jpeg=_content(_preview(folder, name)),
        packed_pixels=_content(_pixels(folder, name)),
    )


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _summary(results: Sequence[ImageResult], page: Path) -> BatchSummary:
    counts = {status: sum(result.status is status for result in results) for status in Status}
    return BatchSummary(
        report=page,
        ok=counts[Status.OK],
        failed=counts[Status.FAILED],
        skipped=counts[Status.SKIPPED],
        candidates=sum(len(result.candidates) for result in results),
        failures=tuple(
            (result.file, result.reason or "") for result in results if result.status is Status.FAILED
        ),
    )
