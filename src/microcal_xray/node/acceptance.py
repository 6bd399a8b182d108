"""What the node takes, and what it answers to an object."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import UnreadableRadiographError
from .glance import Glance, glance
from .inbox import FullError, Inbox, Part, TooLargeError

VERIFICATION = "1.2.840.10008.1.1"
_STORAGE = "1.2.840.10008.5.1.4.1.1."
# What `microcal analyze` reads: CR, DX and intra-oral (for presentation and for processing), XA, RF. No
# others are taken, so that a sender learns at once that nothing would come of them.
RADIOGRAPHS = tuple(_STORAGE + tail for tail in ("1", "1.1", "1.1.1", "1.3", "1.3.1", "12.1", "12.2"))
# Only when asked for, as with `microcal analyze`: screen shots and scans. Our own captures are such, too.
SECONDARY_CAPTURES = tuple(_STORAGE + tail for tail in ("7", "7.2", "7.3", "7.4"))
_EXPLICIT, _IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
_OUR_OWN = "microcal_xray"
_LONGEST_UID = 64


class Status:
    """What is answered to a C-STORE (PS3.4 B.2.3)."""

    SUCCESS = 0x0000
    NO_ROOM = 0xA700  # worth trying again
    NOT_WHAT_IT_SAYS = 0xA900
    BROKEN = 0xC001
    TOO_LARGE = 0xC002
    OUR_OWN_RESULT = 0xC003
    NO_IDENTIFIERS = 0xC004


@dataclass(frozen=True)
class Answer:
    """What became of an object.

    Parameters
    ----------
    status : int
    word : str
        For the log and the counters.
    study : str or None
        The study of an object that is in the inbox now; its identifier.
    """

    status: int
    word: str
    study: str | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the object is in the inbox."""
        return self.status == Status.SUCCESS


def transfer_syntaxes() -> tuple[str, ...]:
    """Return the transfer syntaxes that are taken, the best first.

    Those without compression, and all that `loading` decodes. Not the deflated one, whose header could only
    be read by inflating it, nor big endian, which nobody sends since 2006.
    """
    # Imported here: it imports pydicom, which `microcal --help` should not pay.
    from ..loading.decoding import DECODERS

    return (_EXPLICIT, _IMPLICIT, *map(str, DECODERS))


def storage_classes(*, secondary_capture: bool) -> tuple[str, ...]:
    """Return the SOP classes that are taken."""
    return RADIOGRAPHS + (SECONDARY_CAPTURES if secondary_capture else ())


def answer_to(inbox: Inbox, part: Part, *, sop_class: str, sop_instance: str, syntax: str) -> Answer:
    """Take an object over, and return what the peer is to be told.

    Parameters
    ----------
    inbox : Inbox
    part : Part
        All that was received; it is gone afterwards.
    sop_class, sop_instance, syntax : str
        As the peer announced them.
    """
    try:
        return _judged(inbox, part, sop_class=sop_class, sop_instance=sop_instance, syntax=syntax)
    finally:
        part.discard()


def is_identifier(text: str) -> bool:
    """Whether a text can be an identifier (UID); components with leading zeros do occur.

    Examples
    --------
    >>> is_identifier("1.2.840"), is_identifier("../../x"), is_identifier("")
    (True, False, False)
    """
    parts = text.split(".")
    return text.isascii() and len(text) <= _LONGEST_UID and len(parts) > 1 and all(map(str.isdecimal, parts))


def _judged(inbox: Inbox, part: Part, *, sop_class: str, sop_instance: str, syntax: str) -> Answer:
    if isinstance(part.problem, TooLargeError):
        return Answer(Status.TOO_LARGE, "too large")
    if isinstance(part.problem, FullError):
        return Answer(Status.NO_ROOM, "no room")
    if part.problem is not None:
        return Answer(Status.NO_ROOM, "cannot be written")
    try:
        part.finish()
        with part.path.open("rb") as file:
            seen = glance(file, start=part.start, is_implicit=syntax == _IMPLICIT)
    except UnreadableRadiographError:
        return Answer(Status.BROKEN, "broken")
    except OSError:
        return Answer(Status.NO_ROOM, "cannot be written")
    refusal = _refusal(seen, sop_class, sop_instance)
    if refusal is not None:
        return refusal
    try:
        is_new = inbox.accept(part, study=seen.study, sop_instance=seen.sop_instance)
    except OSError:
        return Answer(Status.NO_ROOM, "cannot be written")
    return Answer(Status.SUCCESS, "stored" if is_new else "known already", seen.study)


def _refusal(seen: Glance, sop_class: str, sop_instance: str) -> Answer | None:
    if seen.manufacturer == _OUR_OWN:
        # An archive that passes on what it gets would send us our captures, and captures of captures.
        return Answer(Status.OUR_OWN_RESULT, "own result")
    if (seen.sop_class, seen.sop_instance) != (sop_class, sop_instance):
        return Answer(Status.NOT_WHAT_IT_SAYS, "not what it says")
    if not all(map(is_identifier, (seen.sop_instance, seen.series, seen.study))):
        return Answer(Status.NO_IDENTIFIERS, "no identifiers")
    if not seen.has_pixels:
        return Answer(Status.BROKEN, "no pixels")
    return None


def proposed(classes: Sequence[str], syntaxes: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return what is agreed to: each class with its transfer syntaxes."""
    return [(VERIFICATION, [_EXPLICIT, _IMPLICIT]), *((each, list(syntaxes)) for each in classes)]
