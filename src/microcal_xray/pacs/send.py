"""Send objects to an archive, and read them back: it may report success and keep another object."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from . import dimse_send, web_send
from .address import Connection, WebAddress
from .association import require_pynetdicom
from .failures import PacsError
from .objects import ObjectFile
from .retries import with_retries
from .sight import Sight


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
        If pynetdicom is not installed, and the address is no DICOMweb service.

    Examples
    --------
    >>> from microcal_xray.pacs import Connection, address_from_text, objects_to_send, send
    >>> archive = Connection(address_from_text("ARCHIVE@localhost:104"))  # or https://localhost/dicom-web
    >>> send(objects_to_send(["report/"]), archive)  # doctest: +SKIP
    """
    archive = _archive(connection)
    stored = archive.store(objects, connection, pause)
    every = []
    for each in objects:
        reason = stored[each.sop_instance_uid]
        sent = Sent(each, Proof.FAILED, reason) if reason else _confirmed(each, archive, connection, pause)
        every.append(sent)
        report(sent)
    return SendSummary(tuple(every))


@dataclass(frozen=True)
class _Archive:
    """How objects go to one sort of archive, and how it is asked what it has of them."""

    store: Callable[[Sequence[ObjectFile], Connection, Callable[[float], None]], dict[str, str | None]]
    look: Callable[[ObjectFile, Connection], Sight]


def _archive(connection: Connection) -> _Archive:
    if isinstance(connection.address, WebAddress):
        return _Archive(web_send.store, web_send.look)
    require_pynetdicom()
    return _Archive(dimse_send.store, dimse_send.look)


def _confirmed(
    each: ObjectFile, archive: _Archive, connection: Connection, pause: Callable[[float], None]
) -> Sent:
    """Return what can be proved of one object that was stored."""
    try:
        seen = with_retries(lambda: archive.look(each, connection), connection, pause)
    except PacsError:  # it answers no questions, or not any more
        return Sent(each, Proof.STORED)
    if seen.is_same is not None:
        if seen.is_same:
            return Sent(each, Proof.IDENTICAL)
        return Sent(each, Proof.FAILED, "the archive keeps another object under this identifier")
    if seen.is_listed:
        return Sent(each, Proof.LISTED)
    if seen.is_listed is not None:
        return Sent(each, Proof.FAILED, "the archive reported success and does not list it")
    return Sent(each, Proof.STORED)
