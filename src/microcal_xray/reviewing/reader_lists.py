"""A reader as a list of candidates, so that readers are scored exactly as detectors are."""

from collections.abc import Iterable

from ..evaluation import CandidateList, CandidatesFile, ListedCandidate
from ..reader_verdicts import ReaderVerdict
from .reading import ImageReading

# A reader who accepts a line is surer of it than one who is unsure; how much so does not matter to any area.
RATINGS = {ReaderVerdict.ACCEPT: 2.0, ReaderVerdict.UNSURE: 1.0}


def reader_list(readings: Iterable[ImageReading]) -> CandidatesFile:
    """Return what a reader marked: accepted lines rated 2, unsure ones 1; the rest is no mark.

    Parameters
    ----------
    readings : iterable of ImageReading
        One for each image.
    """
    return CandidatesFile(tuple(_listed(reading) for reading in readings))


def _listed(reading: ImageReading) -> CandidateList:
    image = reading.image
    marks = sorted(reading.marked, key=lambda line: line.mark is ReaderVerdict.UNSURE)  # the surer ones first
    return CandidateList(
        file=image.file,
        rows=image.shape[0],
        columns=image.shape[1],
        spacing_mm=image.spacing_mm,
        candidates=tuple(
            ListedCandidate(line.kind, RATINGS[line.mark], line.path_px) for line in marks if line.mark
        ),
    )
