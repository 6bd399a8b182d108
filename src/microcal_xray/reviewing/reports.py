"""The consensus as structured reports, in the folder of the DICOM results, which name the patient."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ..batch import BatchOptions, ExportSummary, Progress
from ..batch.export import exported
from ..batch.inputs import inputs_root
from ..batch.output_folder import held_output
from ..errors import SettingsError
from ..exporting import (
    Analysis,
    ExportOptions,
    ResultKind,
    Review,
    ReviewedLine,
    Verifier,
    require_highdicom,
)
from ..reader_verdicts import ReaderVerdict
from .consensus import ConsensusImage, ConsensusLine
from .exports import Decisions
from .study import StudyImage


def reviewed_analyses(
    decisions: Decisions, *, verifier: Verifier | None = None
) -> tuple[tuple[Analysis, ...], tuple[tuple[str, str], ...]]:
    """Return what the reports say, and which images get none, each with its reason.

    Parameters
    ----------
    decisions : Decisions
    verifier : Verifier, optional
        Who takes responsibility. Nobody can for an image on which readers still disagree.
    """
    known = {each.image.file: each for each in decisions.consensus}
    analyses, without = [], []
    for image in decisions.study.images:
        each = known.get(image.file)
        if each is None:
            without.append((image.file, "nobody is done with it"))
        elif verifier is not None and each.open:
            without.append((image.file, "readers disagree on it; adjudicate before it is verified"))
        else:
            review = _review(each, verifier)
            settings, version = decisions.study.settings, decisions.study.version
            analyses.append(Analysis(image.result, settings, version, review))
    return tuple(analyses), tuple(without)


def write_reports(
    decisions: Decisions,
    paths: Sequence[str | Path],
    *,
    verifier: Verifier | None = None,
    jobs: int | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
) -> ExportSummary:
    """Write a structured report of the consensus for each image, in place of the one about its candidates.

    Parameters
    ----------
    decisions : Decisions
    paths : sequence of path
        The same files or folders that were analysed.
    verifier : Verifier, optional
        None: the reports stay unverified and preliminary.
    jobs : int, optional
    report : callable, optional

    Raises
    ------
    SettingsError
        If there is no image to report on.
    MicrocalError
        As `batch.export`.
    """
    require_highdicom()
    analyses, without = reviewed_analyses(decisions, verifier=verifier)
    if not analyses:
        file, reason = without[0]
        raise SettingsError(f"there is nothing to report: {file}: {reason}")
    root = inputs_root(paths)
    with held_output(decisions.study.out) as folder:
        summary = exported(
            analyses, root, folder, ExportOptions(kinds=(ResultKind.SR,)), BatchOptions(jobs=jobs), report
        )
    return replace(summary, failures=tuple(sorted([*summary.failures, *without])))


def _review(each: ConsensusImage, verifier: Verifier | None) -> Review:
    kept = [line for line in each.lines if line.verdict is not ReaderVerdict.REJECT]
    kept.sort(key=lambda line: line.verdict is ReaderVerdict.UNSURE)
    left_out = _rejected_candidates(each.lines, each.image)
    return Review(tuple(_reviewed(line, each.image) for line in kept), left_out, len(each.readers), verifier)


def _rejected_candidates(lines: Iterable[ConsensusLine], image: StudyImage) -> int:
    return sum(line.verdict is ReaderVerdict.REJECT and line.line in image.candidates for line in lines)


def _reviewed(line: ConsensusLine, image: StudyImage) -> ReviewedLine:
    candidate = None if line.is_moved else image.candidates.get(line.line)
    return ReviewedLine(line.line, line.kind, line.path_px, line.verdict, line.reason, candidate)
