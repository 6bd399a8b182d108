"""One study analysed, in a process of its own that has its own for each image."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..batch import BatchOptions, analyze
from ..batch.child import Child, ClosedError, StartError
from ..batch.worker import Limits
from ..exporting import ExportOptions

_MARGIN_S = 300.0  # for starting, and for writing the report
_LONGEST_S = 86_400.0


@dataclass(frozen=True)
class StudyTask:
    """A study that has settled.

    Parameters
    ----------
    images : Path
        The folder of its images.
    out : Path
        Where its results go.
    """

    images: Path
    out: Path


@dataclass(frozen=True)
class StudyOutcome:
    """What an analysis came to; without names, which would say whose study it is.

    Parameters
    ----------
    analyzed, failed, skipped : int
        Numbers of images.
    candidates : int
    objects : int
        Number of DICOM results.
    without : int
        Number of images that were analysed and have no DICOM results.
    """

    analyzed: int
    failed: int
    skipped: int
    candidates: int
    objects: int
    without: int


class StudyAnalysis:
    """The work of the child process: what `microcal analyze` does, for one study.

    Parameters
    ----------
    options : BatchOptions
    export : ExportOptions
    """

    def __init__(self, options: BatchOptions, export: ExportOptions) -> None:
        self._options = options
        self._export = export

    def __call__(self, task: StudyTask) -> StudyOutcome:
        """Analyse one study."""
        summary = analyze([task.images], task.out, options=self._options, dicom=self._export)
        made = summary.dicom
        return StudyOutcome(
            analyzed=summary.ok,
            failed=summary.failed,
            skipped=summary.skipped,
            candidates=summary.candidates,
            objects=len(made.names) if made else 0,
            without=len(made.failures) + len(made.without) if made else 0,
        )


class StoppedError(Exception):
    """The analysis was broken off because the node stops; it can be begun again."""


class AnalysisError(Exception):
    """The analysis could not be done now: the disk is full, or the process was killed."""


class Analyst:
    """Analyses one study after the other; may be stopped from another thread.

    Parameters
    ----------
    options : BatchOptions
    export : ExportOptions
    """

    def __init__(
        self,
        options: BatchOptions,
        export: ExportOptions,
        *,
        child: Callable[[StudyAnalysis, Limits], Child] = Child,
    ) -> None:
        self._work = StudyAnalysis(options, export)
        self._options = options
        self._make = child
        self._child: Child | None = None
        self._is_stopped = False

    def analyzed(self, task: StudyTask, *, images: int) -> StudyOutcome:
        """Return what became of a study; its results are written.

        Parameters
        ----------
        task : StudyTask
        images : int
            Their number, which decides how long it may take.

        Raises
        ------
        AnalysisError
            In one line that names no patient.
        StoppedError
            If `stop` was called.
        """
        # Each image is read and searched, then read again for its DICOM results.
        time_s = min(2 * images * self._options.time_limit_s + _MARGIN_S, _LONGEST_S)
        limits = Limits(time_s=time_s, memory_bytes=self._options.limits.memory_bytes, items_per_worker=1)
        child = self._child = self._make(self._work, limits)
        try:
            if self._is_stopped:
                raise StoppedError
            reply = child.reply_to(task)
        except ClosedError as error:
            raise StoppedError from error
        except StartError as error:
            raise AnalysisError(str(error)) from error
        finally:
            child.retire()
            self._child = None
        if isinstance(reply.result, StudyOutcome):
            return reply.result
        raise AnalysisError(reply.failure or reply.stop or "the worker gave no result")

    def stop(self) -> None:
        """Kill the child process, if there is one, and begin no other."""
        self._is_stopped = True
        child = self._child
        if child is not None:
            child.close()
