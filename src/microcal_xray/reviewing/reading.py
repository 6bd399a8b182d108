"""A reading: the events of one reader on one image, folded into what they come to.

The last event about one thing wins. A verdict sets verdict and reason, and the comment where it has one;
`clear` takes verdict and reason away; a note sets the comment. `add` and `move` set a path, `remove` takes an
own line away and gives a moved candidate its own path back.

An own line without a verdict counts as accepted: to draw it was to say so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..evaluation.truth import Paths, frozen_path
from ..findings import Kind
from ..reader_verdicts import ReaderVerdict, Reason
from .events import Action, Event, is_own_line
from .events import Path as Points
from .study import StudyImage

_VERDICTS = {
    Action.ACCEPT: ReaderVerdict.ACCEPT,
    Action.REJECT: ReaderVerdict.REJECT,
    Action.UNSURE: ReaderVerdict.UNSURE,
}


@dataclass(frozen=True)
class LineState:
    """What a reading says of one line.

    Parameters
    ----------
    line : str
        The number of a candidate, or the name of an own line.
    kind : Kind
    path_px : (N, 2) float array
        As the reader left it. Read-only.
    verdict : ReaderVerdict or None
        As given; None without one.
    reason : Reason or None
    comment : str
    is_own, is_moved : bool
        Drawn by a reader; a candidate with another path than its own.
    overlay_visible : bool or None
        At the last verdict, or when it was drawn; None without either.
    seconds : float
        Time with this line in focus; 0 when the page did not say.
    """

    line: str
    kind: Kind
    path_px: Paths
    verdict: ReaderVerdict | None = None
    reason: Reason | None = None
    comment: str = ""
    is_own: bool = False
    is_moved: bool = False
    overlay_visible: bool | None = None
    seconds: float = 0.0

    @property
    def mark(self) -> ReaderVerdict | None:
        """The verdict that counts: an own line without one is accepted."""
        return ReaderVerdict.ACCEPT if self.is_own and self.verdict is None else self.verdict


@dataclass(frozen=True)
class ImageReading:
    """What a reader made of one image.

    Parameters
    ----------
    image : StudyImage
    lines : tuple of LineState
        All candidates in the order of their numbers, then own lines in the order in which they were drawn.
    is_done : bool
        Whether the reader said so.
    comment : str
        On the image.
    seconds : float
        Time spent, as far as the page said.
    """

    image: StudyImage
    lines: tuple[LineState, ...]
    is_done: bool = False
    comment: str = ""
    seconds: float = 0.0

    @property
    def marked(self) -> tuple[LineState, ...]:
        """The lines that were accepted or left unsure."""
        return tuple(line for line in self.lines if line.mark in (ReaderVerdict.ACCEPT, ReaderVerdict.UNSURE))

    @property
    def unjudged(self) -> tuple[LineState, ...]:
        """The candidates without a verdict."""
        return tuple(line for line in self.lines if line.mark is None)


@dataclass
class _Draft:
    """A line while its events are folded."""

    kind: Kind | None = None
    path: Points | None = None
    is_removed: bool = False
    verdict: ReaderVerdict | None = None
    reason: Reason | None = None
    comment: str = ""
    overlay_visible: bool | None = None
    seconds: float = 0.0


@dataclass
class _Sheet:
    """An image while its events are folded."""

    lines: dict[str, _Draft] = field(default_factory=dict)
    is_done: bool = False
    comment: str = ""
    seconds: float = 0.0


def fold(events: Iterable[Event], image: StudyImage) -> ImageReading:
    """Return what the events of one reader on one image come to.

    Parameters
    ----------
    events : iterable of Event
        In the order that counts; those on other images are left out.
    image : StudyImage
    """
    sheet = _Sheet()
    for event in events:
        if event.image == image.file:
            _apply(event, sheet)
    candidates = [_candidate_state(name, sheet.lines.get(name, _Draft()), image) for name in image.candidates]
    own = [_own_state(name, draft) for name, draft in sheet.lines.items() if is_own_line(name)]
    lines = (*candidates, *(line for line in own if line is not None))
    return ImageReading(image, lines, sheet.is_done, sheet.comment, round(sheet.seconds, 3))


def unaided(events: Sequence[Event], image: StudyImage) -> ImageReading | None:
    """Return the reading before marks were first shown; None where there was none.

    The marks count as shown from the first event on with `overlay_visible`. There was a look without them
    only if an event came before that: an own line, a note, or done.

    Parameters
    ----------
    events : sequence of Event
        Of one reader, in the order that counts.
    image : StudyImage
    """
    before = []
    for event in (event for event in events if event.image == image.file):
        if event.overlay_visible:
            break
        before.append(event)
    return fold(before, image) if before else None


def aided(events: Sequence[Event], image: StudyImage) -> ImageReading | None:
    """Return the final reading of an image that was done with the marks shown; None where it was not.

    Parameters
    ----------
    events : sequence of Event
        Of one reader, in the order that counts.
    image : StudyImage
    """
    reading = fold(events, image)
    was_shown = any(event.overlay_visible for event in events if event.image == image.file)
    return reading if was_shown and reading.is_done else None


def _apply(event: Event, sheet: _Sheet) -> None:
    sheet.seconds += event.seconds or 0.0
    if event.action in (Action.DONE, Action.REOPEN):
        sheet.is_done = event.action is Action.DONE
        sheet.comment = event.comment or sheet.comment
        return
    if not event.line:
        sheet.comment = event.comment
        return
    draft = sheet.lines.setdefault(event.line, _Draft())
    draft.seconds += event.seconds or 0.0
    if event.action in _VERDICTS:
        draft.verdict, draft.reason = _VERDICTS[event.action], event.reason
        draft.overlay_visible = event.overlay_visible
    elif event.action is Action.CLEAR:
        draft.verdict, draft.reason = None, None
    elif event.action is Action.REMOVE:
        draft.is_removed, draft.path = True, None
    elif event.path_px is not None:
        draft.is_removed, draft.path, draft.kind = False, event.path_px, event.kind or draft.kind
        if event.action is Action.ADD:
            draft.overlay_visible = event.overlay_visible
    draft.comment = event.comment if event.action is Action.NOTE else event.comment or draft.comment


def _candidate_state(name: str, draft: _Draft, image: StudyImage) -> LineState:
    candidate = image.candidates[name]
    return LineState(
        line=name,
        kind=draft.kind if draft.kind and draft.path else candidate.kind,
        path_px=candidate.path_px if draft.path is None else frozen_path(draft.path),
        verdict=draft.verdict,
        reason=draft.reason,
        comment=draft.comment,
        is_moved=draft.path is not None,
        overlay_visible=draft.overlay_visible,
        seconds=round(draft.seconds, 3),
    )


def _own_state(name: str, draft: _Draft) -> LineState | None:
    """Return None for a line that was removed, or that was never drawn here."""
    if draft.path is None or draft.kind is None:
        return None
    return LineState(
        line=name,
        kind=draft.kind,
        path_px=frozen_path(draft.path),
        verdict=draft.verdict,
        reason=draft.reason,
        comment=draft.comment,
        is_own=True,
        overlay_visible=draft.overlay_visible,
        seconds=round(draft.seconds, 3),
    )
