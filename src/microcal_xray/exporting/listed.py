"""Which lines a report lists, with their numbers and words: candidates, or what reviewers made of them.

A line that reviewers rejected is not listed. Who verifies a report attests all of it (PS3.3 C.17.2), and a
program that does not know our word for a verdict would take a listed line for a finding. So the rejected are
counted, and that is all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from ..findings import Candidate
from ..radiograph import Spacing
from . import codes
from .analysis import Analysis
from .codes import Concept
from .numbers import NUMBERS, ReportedNumber, reported_numbers
from .reviewed import ReviewedLine

_DECIMALS = 3


@dataclass(frozen=True)
class ListedLine:
    """One measurement group of a report.

    Parameters
    ----------
    name : str
        As "candidate 3".
    kind : StrEnum
        What it is among those of its finding.
    path_px : (N, 2) float array
    numbers : tuple of (ReportedNumber, float)
    words : tuple of (Concept, Concept)
        Names and values of its qualitative evaluations.
    finding : Concept
    """

    name: str
    kind: StrEnum
    path_px: npt.NDArray[np.float64]
    numbers: tuple[tuple[ReportedNumber, float], ...]
    words: tuple[tuple[Concept, Concept], ...]
    finding: Concept = codes.LINE


def listed_lines(analysis: Analysis) -> tuple[ListedLine, ...]:
    """Return what a report of an image lists, in its order.

    Parameters
    ----------
    analysis : Analysis
    """
    if analysis.review is None:
        return tuple(_of_candidate(candidate) for candidate in analysis.result.candidates)
    return tuple(_of_review(line, analysis.result.spacing) for line in analysis.review.lines)


def result_concept(analysis: Analysis) -> Concept:
    """Return the word for what came out for the image as a whole."""
    if analysis.review is None:
        return codes.SOME_LISTED if analysis.result.candidates else codes.NONE_LISTED
    return codes.SOME_ACCEPTED if analysis.review.lines else codes.NONE_ACCEPTED


def review_counts(analysis: Analysis) -> Iterator[tuple[Concept, int]]:
    """Yield what is counted about a review; nothing without one."""
    if analysis.review is not None:
        yield codes.LEFT_OUT, analysis.review.left_out
        yield codes.READERS, analysis.review.readers


def _of_candidate(candidate: Candidate) -> ListedLine:
    cautions = tuple((codes.CAUTION, codes.caution_concept(caution)) for caution in candidate.cautions)
    return ListedLine(
        f"candidate {candidate.id}",
        candidate.kind,
        candidate.path_px,
        tuple(reported_numbers(candidate)),
        (
            (codes.APPEARANCE, codes.APPEARANCES[candidate.kind]),
            (codes.TIER, codes.TIERS[candidate.tier]),
            *cautions,
        ),
    )


def _of_review(line: ReviewedLine, spacing: Spacing | None) -> ListedLine:
    words = [(codes.VERDICT, codes.VERDICTS[line.verdict])]
    words += [(codes.REASON, codes.reason_concept(line.reason))] if line.reason else []
    if line.candidate is not None:
        found = _of_candidate(line.candidate)
        return ListedLine(found.name, line.kind, line.path_px, found.numbers, (*found.words, *words))
    return ListedLine(
        f"line {line.name}",
        line.kind,
        line.path_px,
        (_length(line.path_px, spacing),),
        ((codes.APPEARANCE, codes.APPEARANCES[line.kind]), (codes.ORIGIN, codes.DRAWN), *words),
    )


def _length(path_px: npt.NDArray[np.float64], spacing: Spacing | None) -> tuple[ReportedNumber, float]:
    scale = (1.0, 1.0) if spacing is None else (spacing.row_mm, spacing.column_mm)
    length = float(np.hypot(*(np.diff(path_px, axis=0) * scale).T).sum())
    name = "length_px" if spacing is None else "length_mm"
    return next(number for number in NUMBERS if number.name == name), round(length, _DECIMALS)
