"""Send objects by C-STORE, and read them back: an archive may report success and keep another object."""

import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .address import Connection
from .association import (
    STUDY_ROOT_FIND,
    STUDY_ROOT_GET,
    PacsError,
    association,
    require_pynetdicom,
)
from .objects import ObjectFile
from .retries import with_retries

_IMPLICIT = "1.2.840.10008.1.2"
_SUCCESS = 0x0000
_WARNINGS = range(0xB000, 0xC000)
_OUT_OF_RESOURCES = range(0xA700, 0xA800)  # the archive is full now, perhaps not later


class Proof(StrEnum):
    """How sure it is that an object is in the archive."""

    IDENTICAL = "identical"  # it was read back, and is the same
    LISTED = "listed"  # the archive lists it, but does not give it back
    STORED = "stored"  # the archive reported success, and answers no questions
    FAILED = "failed"


@dataclass(frozen=True)
class Sent:
    """What became of one object.

    Parameters
    ----------
    object : ObjectFile
    proof : Proof
    reason : str or None
        Why it failed.
    """

    object: ObjectFile
    proof: Proof
    reason: str | None = None


@dataclass(frozen=True)
class SendSummary:
    """What a sending came to.

    Parameters
    ----------
    sent : tuple of Sent
        In the order in which the objects were given.
    """

    sent: tuple[Sent, ...]

    @property
    def failures(self) -> tuple[Sent, ...]:
        """Those that are not in the archive, or not as they were sent."""
        return tuple(each for each in self.sent if each.proof is Proof.FAILED)

    def count(self, proof: Proof) -> int:
        """Return the number of objects with this proof."""
        return sum(each.proof is proof for each in self.sent)


def send(
    objects: Sequence[ObjectFile],
    connection: Connection,
    *,
    pause: Callable[[float], None] = time.sleep,
    report: Callable[[Sent], None] = lambda sent: None,
) -> SendSummary:
    """Send objects to an archive and read each back.

    A connection that fails is tried again, and goes on with what was not yet stored. An object whose storage
    the archive refuses is a failure among the others.

    Parameters
    ----------
    objects : sequence of ObjectFile
    connection : Connection
    pause : callable
        Waits for so many seconds.
    report : callable, optional
        Called with each object that is through.

    Raises
    ------
    PacsError
        If the archive cannot be reached, however often it is tried, or refuses the association.
    MicrocalError
        If pynetdicom is not installed.

    Examples
    --------
    >>> from microcal_xray.pacs import Connection, address_from_text, objects_to_send, send
    >>> archive = Connection(address_from_text("ARCHIVE@localhost:104"))
    >>> send(objects_to_send(["report/"]), archive)  # doctest: +SKIP
    """
    require_pynetdicom()
    stored: dict[str, str | None] = {}  # why an object could not be stored; None: it was
    with_retries(lambda: _store(objects, connection, stored), connection, pause)
    every = []
    for each in objects:
        reason = stored[each.sop_instance_uid]
        sent = Sent(each, Proof.FAILED, reason) if reason else _confirmed(each, connection, pause)
        every.append(sent)
        report(sent)
    return SendSummary(tuple(every))


def _store(objects: Sequence[ObjectFile], connection: Connection, stored: dict[str, str | None]) -> None:
    left = [each for each in objects if each.sop_instance_uid not in stored]
    if not left:
        return
    contexts = [(each.sop_class_uid, each.transfer_syntax_uid) for each in left]
    with association(connection, contexts) as archive:
        accepted = {
            (str(one.abstract_syntax), str(one.transfer_syntax[0])) for one in archive.accepted_contexts
        }
        for each in left:
            if (each.sop_class_uid, each.transfer_syntax_uid) not in accepted:
                stored[each.sop_instance_uid] = "the archive does not take this sort of object"
                continue
            status = archive.send_c_store(each.path).get("Status") if archive.is_established else None
            if status is None or status in _OUT_OF_RESOURCES:
                raise PacsError(f"{connection.address}: the connection was lost or the archive is full")
            is_in = status == _SUCCESS or status in _WARNINGS
            stored[each.sop_instance_uid] = None if is_in else f"the archive refuses it (status {status:04X})"


def _confirmed(each: ObjectFile, connection: Connection, pause: Callable[[float], None]) -> Sent:
    """Return what can be proved of one object that was stored."""
    found: list[bool] = []
    copies: list[bytes] = []
    try:
        with_retries(lambda: _ask(each, connection, found, copies), connection, pause)
    except PacsError:  # it answers no questions, or not any more
        return Sent(each, Proof.STORED)
    if copies:
        if _is_same(each, copies[-1]):
            return Sent(each, Proof.IDENTICAL)
        return Sent(each, Proof.FAILED, "the archive keeps another object under this identifier")
    if found and found[-1]:
        return Sent(each, Proof.LISTED)
    if found:
        return Sent(each, Proof.FAILED, "the archive reported success and does not list it")
    return Sent(each, Proof.STORED)


def _ask(each: ObjectFile, connection: Connection, found: list[bool], copies: list[bytes]) -> None:
    from pydicom.dataset import Dataset  # here: it costs 0.2 s, which other commands should not pay

    question = Dataset()
    question.QueryRetrieveLevel = "IMAGE"
    question.StudyInstanceUID = each.study_instance_uid
    question.SeriesInstanceUID = each.series_instance_uid
    question.SOPInstanceUID = each.sop_instance_uid

    def received(event: object) -> int:
        copies.append(event.encoded_dataset())  # type: ignore[attr-defined]
        return _SUCCESS

    contexts = [
        (STUDY_ROOT_FIND, _IMPLICIT),
        (STUDY_ROOT_GET, _IMPLICIT),
        (each.sop_class_uid, each.transfer_syntax_uid),
    ]
    with association(connection, contexts, received=received) as archive:
        accepted = {str(one.abstract_syntax) for one in archive.accepted_contexts}
        if STUDY_ROOT_FIND in accepted:
            answers = list(archive.send_c_find(question, STUDY_ROOT_FIND))
            if answers and answers[-1][0].get("Status") == _SUCCESS:
                found.append(any(identifier is not None for _, identifier in answers))
        if STUDY_ROOT_GET in accepted and each.sop_class_uid in accepted and archive.is_established:
            for _ in archive.send_c_get(question, STUDY_ROOT_GET):
                pass


def _is_same(each: ObjectFile, copy: bytes) -> bool:
    """Return whether a copy has the elements of the object; an archive may write them in other bytes."""
    import pydicom  # here: as above

    if copy.endswith(_bytes_after_meta(each)):
        return True
    return pydicom.dcmread(each.path) == pydicom.dcmread(io.BytesIO(copy))


def _bytes_after_meta(each: ObjectFile) -> bytes:
    content = each.path.read_bytes()
    # Preamble and DICM, then the group length element of 12 bytes, which says how long the meta group is.
    return content[144 + int.from_bytes(content[140:144], "little") :]
