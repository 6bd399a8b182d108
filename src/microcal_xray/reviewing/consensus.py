"""Consensus: what the readers say together, and what is decided where they disagree.

A place on which all readers of an image say the same is agreed. Any other is open until somebody adjudicates,
with the readings in view and without names; then that verdict counts. An open place is never guessed: it
is unsure. With a single reader the consensus is that reading, and says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..evaluation import Mimic, TrueImage, TrueLine
from ..evaluation.truth import Paths
from ..findings import Kind
from ..reader_verdicts import ReaderVerdict, Reason
from .events import Event
from .places import Place, places
from .reading import ImageReading, LineState, fold
from .study import Study, StudyImage


class Basis(StrEnum):
    """Why the consensus says what it says of a line."""

    ONE_READER = "one_reader"
    AGREED = "agreed"
    ADJUDICATED = "adjudicated"
    OPEN = "open"  # the readers disagree and nobody has adjudicated


@dataclass(frozen=True)
class ConsensusLine:
    """What the consensus says of one place.

    Parameters
    ----------
    line : str
        The candidate there, or the name of an own line.
    kind : Kind
    path_px : (N, 2) float array
    verdict : ReaderVerdict
        Unsure where it is open.
    basis : Basis
    reason : Reason or None
        Of the adjudicator, else of the first reader who gave one.
    comment : str
        The same.
    is_moved : bool
        The candidate has another path than its own.
    """

    line: str
    kind: Kind
    path_px: Paths
    verdict: ReaderVerdict
    basis: Basis
    reason: Reason | None = None
    comment: str = ""
    is_moved: bool = False


@dataclass(frozen=True)
class ConsensusImage:
    """What the consensus says of one image.

    Parameters
    ----------
    image : StudyImage
    readers : tuple of str
        Who is done with it, sorted.
    lines : tuple of ConsensusLine
        All candidates, then what was drawn besides.
    places : tuple of Place
        What it was made of.
    """

    image: StudyImage
    readers: tuple[str, ...]
    lines: tuple[ConsensusLine, ...]
    places: tuple[Place, ...] = ()

    @property
    def open(self) -> tuple[Place, ...]:
        """The places that wait for somebody to adjudicate."""
        waiting = {line.line for line in self.lines if line.basis is Basis.OPEN}
        return tuple(place for place in self.places if place.line in waiting)


def done_readings(study: Study, events: Sequence[Event]) -> dict[str, dict[str, ImageReading]]:
    """Return for each image, by its file, the readings of those who are done with it.

    Parameters
    ----------
    study : Study
    events : sequence of Event
        Of all readers, in the order that counts.
    """
    mine: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        mine.setdefault((event.image, event.reader), []).append(event)
    found: dict[str, dict[str, ImageReading]] = {image.file: {} for image in study.images}
    for (file, reader), own in sorted(mine.items()):
        reading = fold(own, study.by_file[file])
        if reading.is_done:
            found[file][reader] = reading
    return found


def consensus(
    study: Study, events: Sequence[Event], adjudication: Sequence[Event] = ()
) -> tuple[ConsensusImage, ...]:
    """Return the consensus on every image that somebody is done with.

    Parameters
    ----------
    study : Study
    events : sequence of Event
        Of the readers, in the order that counts.
    adjudication : sequence of Event
        Of whoever adjudicated; the last event about one line wins, whoever sent it.
    """
    done = done_readings(study, events)
    return tuple(
        _of_image(image, done[image.file], fold(adjudication, image))
        for image in study.images
        if done[image.file]
    )


def consensus_truth(images: Iterable[ConsensusImage]) -> tuple[TrueImage, ...]:
    """Return the consensus as a truth that detectors and readers can be scored against.

    Accepted lines are lines, unsure and open ones are unsure (neither hit nor missed), and a rejected
    candidate with a reason is a mimic of that name.

    Parameters
    ----------
    images : iterable of ConsensusImage
    """
    return tuple(
        TrueImage(
            file=each.image.file,
            rows=each.image.shape[0],
            columns=each.image.shape[1],
            spacing_mm=each.image.spacing_mm,
            lines=tuple(
                TrueLine(line.kind, line.path_px, unsure=line.verdict is ReaderVerdict.UNSURE)
                for line in each.lines
                if line.verdict is not ReaderVerdict.REJECT
            ),
            mimics=tuple(
                Mimic(line.reason.value, path_px=line.path_px)
                for line in each.lines
                if line.verdict is ReaderVerdict.REJECT and line.reason is not None
            ),
        )
        for each in images
    )


def _of_image(
    image: StudyImage, readings: Mapping[str, ImageReading], adjudicated: ImageReading
) -> ConsensusImage:
    found = places(image, readings)
    decided = {line.line: line for line in adjudicated.lines if line.is_own or line.mark is not None}
    basis = Basis.AGREED if len(readings) > 1 else Basis.ONE_READER
    lines = [_of_place(place, decided.pop(place.line, None), basis) for place in found]
    # What the adjudicator drew and no reader had.
    lines += [_adjudicated(line) for line in decided.values()]
    return ConsensusImage(image, tuple(sorted(readings)), tuple(lines), found)


def _of_place(place: Place, decided: LineState | None, basis: Basis) -> ConsensusLine:
    said = [line for states in place.states.values() for line in states]
    is_moved = any(line.is_moved for line in said)
    if decided is not None:
        drawn = decided.is_moved or decided.is_own
        return ConsensusLine(
            place.line,
            decided.kind if drawn else place.kind,
            decided.path_px if drawn else place.path_px,
            decided.mark or ReaderVerdict.UNSURE,
            Basis.ADJUDICATED,
            decided.reason or _reason(said, decided.mark),
            decided.comment,
            is_moved or decided.is_moved,
        )
    verdict = next(iter(place.verdicts.values())) if place.is_agreed else ReaderVerdict.UNSURE
    return ConsensusLine(
        place.line,
        place.kind,
        place.path_px,
        verdict,
        basis if place.is_agreed else Basis.OPEN,
        _reason(said, verdict) if place.is_agreed else None,
        next((line.comment for line in said if line.comment), "") if place.is_agreed else "",
        is_moved,
    )


def _reason(said: Iterable[LineState], verdict: ReaderVerdict | None) -> Reason | None:
    """Return the first reason of those who gave that verdict."""
    return next((line.reason for line in said if line.mark is verdict and line.reason), None)


def _adjudicated(line: LineState) -> ConsensusLine:
    return ConsensusLine(
        line.line,
        line.kind,
        line.path_px,
        line.mark or ReaderVerdict.UNSURE,
        Basis.ADJUDICATED,
        line.reason,
        line.comment,
    )
