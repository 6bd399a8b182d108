"""From an output folder and the images it is about to DICOM objects."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import SettingsError
from ..exporting import Analysis, ExportOptions, ResultKind, require_highdicom
from ..loading.folder import walk_folder
from ..reporting import Status, overlay_names
from ..reporting.foreign_text import printable_text
from .file_export import ExportTask, FileExport
from .inputs import inputs_root
from .options import BatchOptions, usable_cores
from .output_folder import DICOM_ENDING, OutputFolder, held_output, keep_dicom, private_dicom_folder
from .progress import Progress
from .recorded import read_recorded, recorded_results
from .supervisor import supervise

_NO_STUDY = "is no DICOM file, so there is no study that a result could join"
_NOT_THERE = "is not there any more; give the same paths as to `microcal analyze`"
_USUAL_EXPORT = ExportOptions()


@dataclass(frozen=True)
class ExportSummary:
    """What an export came to.

    Parameters
    ----------
    folder : Path
        Where the objects are.
    images : int
        Number of images with objects.
    names : tuple of str
        Of the objects, sorted.
    failures : tuple of (file, reason)
        Images of DICOM files without objects. Sorted by file.
    without : tuple of (file, reason)
        Pictures that cannot have objects. Sorted by file.
    """

    folder: Path
    images: int
    names: tuple[str, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    without: tuple[tuple[str, str], ...] = ()


def export(
    out: str | Path,
    paths: Sequence[str | Path],
    *,
    options: ExportOptions = _USUAL_EXPORT,
    jobs: int | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
) -> ExportSummary:
    """Write the results in an output folder as DICOM objects, into a folder `dicom` in it.

    Objects carry the patient of their image, so the folder and the files are for their owner alone. Each
    image is read again, and gets objects only if its pixels are those that were searched.

    Parameters
    ----------
    out : path
        What `microcal analyze` wrote.
    paths : sequence of path
        The same files or folders that were analysed.
    options : ExportOptions
    jobs : int, optional
        Number of worker processes. None: the number of usable cores.
    report : callable, optional
        Called with a `Progress` before the first image and after each one.

    Notes
    -----
    Objects of other kinds that an earlier export left are removed; those of an image that fails now are kept.

    Raises
    ------
    SettingsError
        If a path does not exist.
    UnreadableResultError
        If there is no result, or it cannot be read.
    OutputError
        If the folder cannot be written to, or another run is writing there.
    MicrocalError
        If highdicom is not installed.

    Examples
    --------
    >>> export("report/", ["radiographs/"])  # doctest: +SKIP
    """
    require_highdicom()
    batch = BatchOptions(jobs=jobs)
    root = inputs_root(paths)
    analyses = recorded_analyses(out)
    with held_output(out) as folder:
        summary = exported(analyses, root, folder, options, batch, report)
        stems = _stems(analyses)
        failed = [stems[file] for file, _ in summary.failures]
        kept = [f"{stem}.{kind.value}{DICOM_ENDING}" for stem in failed for kind in ResultKind]
        keep_dicom(folder, [*summary.names, *kept])
    return summary


def recorded_analyses(out: str | Path) -> tuple[Analysis, ...]:
    """Return what stands in the candidates.json of an output folder, one for each input file.

    Raises
    ------
    UnreadableResultError
        If there is none, or it is not one that this version can read.
    """
    path = Path(out) / "candidates.json"
    run = read_recorded(path)
    return tuple(Analysis(result, run.settings, run.version) for result in recorded_results(path, run))


def exported(
    analyses: Sequence[Analysis],
    root: Path,
    folder: OutputFolder,
    options: ExportOptions,
    batch: BatchOptions,
    report: Callable[[Progress], None] = lambda progress: None,
) -> ExportSummary:
    """Write the objects of what was analysed into a folder that is already held; see `export`."""
    private = private_dicom_folder(folder)
    searched = [analysis for analysis in analyses if analysis.result.status is Status.OK]
    stems = _stems(analyses)
    sources = _Sources(root)
    without, failures, tasks = [], [], []
    for analysis in searched:
        result = analysis.result
        if result.acquisition is None or result.acquisition.file_format != "DICOM":
            without.append((result.file, _NO_STUDY))
            continue
        path = sources.path(result.file)
        if path is None:
            failures.append((result.file, _NOT_THERE))
            continue
        targets = {
            kind: private / f"{stems[result.file]}.{kind.value}{DICOM_ENDING}" for kind in options.kinds
        }
        tasks.append(ExportTask(path, result.file, analysis, targets))
    written: list[str] = []
    progress = Progress(total=len(tasks))
    report(progress)
    with contextlib.closing(
        supervise(tasks, FileExport(options), jobs=batch.jobs or usable_cores(), limits=batch.limits)
    ) as outcomes:
        for outcome in outcomes:
            done = outcome.result
            reason = outcome.failure if done is None else done.failure
            if done is not None:
                written += done.written
            if reason is not None:
                failures.append((outcome.item.file, reason))
            status = Status.OK if reason is None else Status.FAILED
            progress = progress.after(outcome.item.file, status, reason)
            report(progress)
    return ExportSummary(
        folder=private,
        images=len(searched) - len(failures) - len(without),
        names=tuple(sorted(written)),
        failures=tuple(sorted(failures)),
        without=tuple(without),
    )


def _stems(analyses: Sequence[Analysis]) -> dict[str, str]:
    """Return what the objects of each file are called, before their endings: as its overlay is."""
    names = overlay_names(analysis.result.file for analysis in analyses)
    return {file: name.removesuffix(".png") for file, name in names.items()}


class _Sources:
    """Find an image by its name in the outputs; names that had to be altered are looked for in the folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._by_name: dict[str, Path] | None = None

    def path(self, file: str) -> Path | None:
        relative = PurePosixPath(file)
        if relative.is_absolute() or ".." in relative.parts:
            raise SettingsError(
                f"candidates.json names {printable_text(file)}, which leads out of the folder; analyze again"
            )
        path = self._root / relative
        if path.is_file():
            return path
        if self._by_name is None:
            found = (path for path, known in walk_folder(self._root) if known is None)
            self._by_name = {printable_text(each.relative_to(self._root).as_posix()): each for each in found}
        return self._by_name.get(file)
