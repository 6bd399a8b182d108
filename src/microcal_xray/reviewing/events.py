"""Events: everything that a reader does is one, and nothing is ever overwritten.

What comes in is written by a page, by a file or by anybody who can reach the port. So each field is checked
before an `Event` is made of it: known names only, bounded lengths, an image and a line that exist.
"""

import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from ..errors import MicrocalError, SettingsError
from ..findings import Kind
from ..reader_verdicts import Reason
from .study import Study, StudyImage

LONGEST_COMMENT = 2000
MOST_POINTS = 500
LONGEST_NAME = 40
_MOST_SECONDS = 7 * 86400.0  # a page left open over a week end says nothing about reading
_LARGEST_NUMBER = 1e12  # NaN and infinity are over it as well
_PATH_DECIMALS = 2  # as the paths of candidates

_EVENT_ID = re.compile("[0-9a-f]{32}")
_UTC = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z")
_OWN_LINE = re.compile("own-[0-9a-f]{12}")
_NAME = re.compile(r"\w[\w .\-]*")
_KEPT_CONTROLS = "\n\t"

_Word = TypeVar("_Word", bound=StrEnum)
Path = tuple[tuple[float, float], ...]


class RefusedEventError(MicrocalError):
    """An event that cannot be taken: the message says which field, which value and what it must be."""


class UnusableNameError(RefusedEventError, SettingsError):
    """No reader can have this name."""


class Action(StrEnum):
    """What a reader did."""

    ACCEPT = "accept"
    REJECT = "reject"
    UNSURE = "unsure"
    CLEAR = "clear"  # takes the verdict away
    ADD = "add"  # a line of the reader's own
    MOVE = "move"  # another path for a line
    REMOVE = "remove"  # an own line; or gives a moved candidate its own path back
    DONE = "done"  # with the whole image
    REOPEN = "reopen"
    NOTE = "note"  # a comment on the image or on a line


_OF_THE_IMAGE = frozenset([Action.DONE, Action.REOPEN])
_WITH_PATH = frozenset([Action.ADD, Action.MOVE])


@dataclass(frozen=True)
class Event:
    """One thing that a reader did, checked.

    Parameters
    ----------
    id : str
        32 hexadecimal letters, by which a repeated event is known.
    utc : str
        When, by the reader's clock, as 2026-11-25T22:10:03.120Z.
    reader : str
        The name as `reader_name` writes it.
    image : str
        The `file` of candidates.json.
    pixel_sha256 : str or None
        None: the page did not say; else that of the image.
    line : str
        The number of a candidate, `own-` and 12 hexadecimal letters for a line of the reader's, or empty for
        the image as a whole.
    action : Action
    reason : Reason or None
    comment : str
        At most 2000 letters.
    kind : Kind or None
        For `add` and `move`.
    path_px : tuple of (row, column) or None
        For `add` and `move`: 2 to 500 points within the image.
    overlay_visible : bool
        Whether marks were on.
    seconds : float or None
        How long this line was in focus since the event before; None when unknown.
    """

    id: str
    utc: str
    reader: str
    image: str
    pixel_sha256: str | None
    line: str
    action: Action
    reason: Reason | None = None
    comment: str = ""
    kind: Kind | None = None
    path_px: Path | None = None
    overlay_visible: bool = False
    seconds: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the event as the flat JSON object of the contract."""
        return {
            "event": self.id,
            "utc": self.utc,
            "reader": self.reader,
            "image": self.image,
            "pixel_sha256": self.pixel_sha256,
            "line": self.line,
            "action": self.action.value,
            "reason": None if self.reason is None else self.reason.value,
            "comment": self.comment,
            "kind": None if self.kind is None else self.kind.value,
            "path_px": None if self.path_px is None else [list(point) for point in self.path_px],
            "overlay_visible": self.overlay_visible,
            "seconds": self.seconds,
        }


_FIELDS = frozenset(Event("", "", "", "", None, "", Action.NOTE).as_dict())
_NEEDED = ("event", "utc", "image", "line", "action", "overlay_visible")


def event_from_dict(values: object, study: Study, *, reader: str) -> Event:
    """Return the event that a foreign object describes.

    Parameters
    ----------
    values : object
        Of a JSON text; anything.
    study : Study
        What is read: the image and the line must be in it.
    reader : str
        Who sends it, as `reader_name` writes it. An event of somebody else is refused; one without a reader
        is theirs.

    Raises
    ------
    RefusedEventError
        If a field is unknown, missing or out of its range.
    """
    if not isinstance(values, Mapping):
        raise RefusedEventError("an event is no JSON object")
    unknown = sorted(str(name)[:40] for name in values if name not in _FIELDS)
    missing = [name for name in _NEEDED if name not in values]
    if unknown or missing:
        raise RefusedEventError(f"field {(unknown or missing)[0]!r} is {'unknown' if unknown else 'missing'}")
    fields = _Fields(values)
    if fields.text("reader", "") not in ("", reader):
        raise fields.complaint("reader", f"{reader!r} or empty")
    image = study.by_file.get(fields.text("image"))
    if image is None:
        raise fields.complaint("image", "the file of an image of candidates.json")
    if values.get("pixel_sha256") not in (None, image.result.pixel_sha256):
        raise fields.complaint("pixel_sha256", "that of the image; reload the page")
    action = fields.word("action", Action)
    line = _line(fields, action, image)
    if action is None:
        raise fields.complaint("action", f"one of {', '.join(Action)}")
    return Event(
        id=fields.matching("event", _EVENT_ID, "32 hexadecimal letters"),
        utc=_utc(fields),
        reader=reader,
        image=image.file,
        pixel_sha256=values.get("pixel_sha256"),
        line=line,
        action=action,
        reason=fields.word("reason", Reason),
        comment=_comment(fields),
        kind=_kind(fields, action),
        path_px=_path(fields, action, image),
        overlay_visible=fields.yes("overlay_visible"),
        seconds=_seconds(fields),
    )


def reader_name(text: str) -> str:
    """Return the name of a reader in the one way in which it is stored: no capitals, single spaces.

    Parameters
    ----------
    text : str

    Raises
    ------
    UnusableNameError
        If it is empty, longer than 40 letters, or holds anything but letters, digits, space, point, hyphen
        and underline.

    Examples
    --------
    >>> reader_name("  Anna  Maria ")
    'anna maria'
    """
    name = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise UnusableNameError(
            f"the name of the reader is {text[:60]!r}; it must be 1 to {LONGEST_NAME} letters or digits, "
            "with spaces, points, hyphens and underlines between"
        )
    return name


def is_own_line(line: str) -> bool:
    """Return whether a line is one that a reader drew.

    Examples
    --------
    >>> is_own_line("own-0123456789ab"), is_own_line("3")
    (True, False)
    """
    return _OWN_LINE.fullmatch(line) is not None


class _Fields:
    """Checked access to a foreign object."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def text(self, name: str, default: str | None = None) -> str:
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise self.complaint(name, "a text")
        return value

    def matching(self, name: str, form: re.Pattern[str], must_be: str) -> str:
        value = self.text(name)
        if not form.fullmatch(value):
            raise self.complaint(name, must_be)
        return value

    def yes(self, name: str) -> bool:
        value = self.values.get(name)
        if not isinstance(value, bool):
            raise self.complaint(name, "true or false")
        return value

    def word(self, name: str, kind: type[_Word]) -> _Word | None:
        value = self.values.get(name)
        if value is None:
            return None
        try:
            return kind(self.text(name))
        except ValueError:
            raise self.complaint(name, f"one of {', '.join(kind)}") from None

    def complaint(self, name: str, must_be: str) -> RefusedEventError:
        value = repr(self.values.get(name))
        shown = value if len(value) <= 60 else value[:57] + "..."
        return RefusedEventError(f"{name} is {shown}; it must be {must_be}")


def _line(fields: _Fields, action: Action | None, image: StudyImage) -> str:
    line = fields.text("line")
    if action in _OF_THE_IMAGE or (action is Action.NOTE and not line):
        if line:
            raise fields.complaint("line", "empty, for the image as a whole")
    elif not is_own_line(line) and (action is Action.ADD or line not in image.candidates):
        raise fields.complaint("line", "the number of a candidate, or own- and 12 hexadecimal letters")
    return line


def _utc(fields: _Fields) -> str:
    text = fields.matching("utc", _UTC, "a time as 2026-11-25T22:10:03.120Z")
    try:
        datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise fields.complaint("utc", "a time that exists") from None
    return text


def _comment(fields: _Fields) -> str:
    text = "" if fields.values.get("comment") is None else fields.text("comment")
    if len(text) > LONGEST_COMMENT:
        raise fields.complaint("comment", f"at most {LONGEST_COMMENT} letters")
    # A control letter or half a surrogate pair is no reason to lose a decision.
    return "".join(letter if _is_writable(letter) else "\ufffd" for letter in text.replace("\r\n", "\n"))


def _is_writable(letter: str) -> bool:
    return letter in _KEPT_CONTROLS or unicodedata.category(letter) not in ("Cc", "Cs")


def _kind(fields: _Fields, action: Action) -> Kind | None:
    kind = fields.word("kind", Kind)
    if action is Action.ADD and kind is None:
        raise fields.complaint("kind", " or ".join(Kind))
    if action not in _WITH_PATH and kind is not None:
        raise fields.complaint("kind", f"null for {action.value}")
    return kind


def _path(fields: _Fields, action: Action, image: StudyImage) -> Path | None:
    values = fields.values.get("path_px")
    if action not in _WITH_PATH:
        if values is not None:
            raise fields.complaint("path_px", f"null for {action.value}")
        return None
    if not isinstance(values, list) or not 2 <= len(values) <= MOST_POINTS:
        raise fields.complaint("path_px", f"a list of 2 to {MOST_POINTS} [row, column] points")
    path = tuple(_point(point, fields, image) for point in values)
    if len(set(path)) < 2:
        raise fields.complaint("path_px", "a line of some length")
    return path


def _point(point: object, fields: _Fields, image: StudyImage) -> tuple[float, float]:
    must_be = f"[row, column] points within {image.shape[0]} rows and {image.shape[1]} columns"
    if not isinstance(point, list) or len(point) != 2 or not all(_is_number(each) for each in point):
        raise fields.complaint("path_px", must_be)
    # From outer edge to outer edge of the picture; whole numbers are pixel centres.
    if not all(-0.5 <= each <= size - 0.5 for each, size in zip(point, image.shape, strict=True)):
        raise fields.complaint("path_px", must_be)
    row, column = (round(float(each), _PATH_DECIMALS) + 0.0 for each in point)
    return row, column


def _seconds(fields: _Fields) -> float | None:
    value = fields.values.get("seconds")
    if value is None:
        return None
    if not _is_number(value) or value < 0:
        raise fields.complaint("seconds", "a number from 0, or null")
    return min(round(float(value), 3), _MOST_SECONDS)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST_NUMBER
