"""Places: what several readers marked, brought together, so that their verdicts can be compared.

Each candidate is a place. An own line that lies on a candidate belongs to it; other own lines form places of
their own, together with the own lines of others on the same spot. Two lines are on the same spot when the hit
rule of `evaluation` holds both ways: same kind, half of each within the tolerance of the other.

A reader says of a place the strongest that they say of any line on it: accept, else unsure, else reject.
Who is done with an image and says nothing of a place rejects it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..evaluation import CandidateList, HitRule, ListedCandidate, TrueImage, TrueLine, judge
from ..evaluation.truth import Paths
from ..findings import Kind
from ..reader_verdicts import ReaderVerdict
from .reading import ImageReading, LineState
from .study import StudyImage

_RULE = HitRule()
_STRENGTH = {ReaderVerdict.REJECT: 0, ReaderVerdict.UNSURE: 1, ReaderVerdict.ACCEPT: 2}


@dataclass(frozen=True)
class Place:
    """A spot in an image about which readers can agree or not.

    Parameters
    ----------
    line : str
        The candidate there, or the first own line.
    kind : Kind
    path_px : (N, 2) float array
        As the first reader moved or drew it, readers sorted by name; else that of the candidate.
    verdicts : mapping of str to ReaderVerdict
        For each reader.
    states : mapping of str to tuple of LineState
        What each reader said of which lines there; empty for who said nothing.
    """

    line: str
    kind: Kind
    path_px: Paths
    verdicts: Mapping[str, ReaderVerdict]
    states: Mapping[str, tuple[LineState, ...]]

    @property
    def is_agreed(self) -> bool:
        """Whether all readers say the same."""
        return len(set(self.verdicts.values())) <= 1


def places(image: StudyImage, readings: Mapping[str, ImageReading]) -> tuple[Place, ...]:
    """Return the places of an image: its candidates, then what readers drew besides.

    Parameters
    ----------
    image : StudyImage
    readings : mapping of str to ImageReading
        Of each reader who is done with it.
    """
    readers = sorted(readings)
    spots: dict[str, dict[str, list[LineState]]] = {name: {} for name in image.candidates}
    first: dict[str, LineState] = {}
    for reader in readers:
        for line in readings[reader].lines:
            if not line.is_own:
                if line.mark is not None or line.is_moved:
                    spots[line.line].setdefault(reader, []).append(line)
                continue
            name = _candidate_under(line, image) or next(
                (name for name, other in first.items() if is_same_spot(line, other, image)), None
            )
            if name is None:
                name = line.line if line.line not in spots else f"{line.line} {reader}"
                spots[name], first[name] = {}, line
            spots[name].setdefault(reader, []).append(line)
    return tuple(_place(name, states, image, readers) for name, states in spots.items())


def is_same_spot(one: LineState, other: LineState, image: StudyImage) -> bool:
    """Return whether two lines are one by the hit rule, each held against the other."""
    return _hits(one, other.kind, other.path_px, image)


def verdict_of(states: tuple[LineState, ...]) -> ReaderVerdict:
    """Return the strongest verdict of some lines; without any, that of who says nothing."""
    marks = [state.mark for state in states if state.mark is not None]
    return max(marks, key=lambda mark: _STRENGTH[mark], default=ReaderVerdict.REJECT)


def _candidate_under(line: LineState, image: StudyImage) -> str | None:
    """Return the strongest candidate on the same spot, at its own path: the same for every reader."""
    return next(
        (
            name
            for name, candidate in image.candidates.items()
            if _hits(line, candidate.kind, candidate.path_px, image)
        ),
        None,
    )


def _hits(line: LineState, kind: Kind, path_px: Paths, image: StudyImage) -> bool:
    if line.kind is not kind:
        return False
    rows, columns = image.shape
    answer = CandidateList(
        image.file,
        rows=rows,
        columns=columns,
        spacing_mm=image.spacing_mm,
        candidates=(ListedCandidate(kind, 1.0, path_px),),
    )
    truth = TrueImage(image.file, lines=(TrueLine(line.kind, line.path_px),))
    return judge(answer, truth, _RULE).targets[0].is_hit


def _place(name: str, states: Mapping[str, list[LineState]], image: StudyImage, readers: list[str]) -> Place:
    candidate = image.candidates.get(name)
    lines = [line for reader in readers for line in states.get(reader, ())]
    drawn = next((line for line in lines if line.is_moved or candidate is None), None)
    shown = drawn or candidate
    if shown is None:
        raise ValueError(f"{image.file}: place {name} has no line")
    kept = {reader: tuple(states.get(reader, ())) for reader in readers}
    return Place(
        line=name,
        kind=shown.kind,
        path_px=shown.path_px,
        verdicts={reader: verdict_of(each) for reader, each in kept.items()},
        states=kept,
    )
