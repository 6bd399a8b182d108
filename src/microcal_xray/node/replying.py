"""Results to whoever wanted them, once each, with what is proved of them on record."""

from collections.abc import Callable
from pathlib import Path

from ..errors import MicrocalError
from ..pacs import Connection, Sent, objects_to_send, send
from ..pacs.objects import ObjectFile
from ..pacs.send import Proof
from .studies import MOST_REFUSALS, Record

DICOM_FOLDER = "dicom"


def replied(
    out: Path,
    record: Record,
    connection: Connection,
    *,
    keep: Callable[[Record], None],
    now_s: Callable[[], float],
    pause: Callable[[float], None],
    told: Callable[[Sent], None] = lambda sent: None,
) -> Record:
    """Send the results of a study that are not sent yet; return its record, which is kept after each.

    Parameters
    ----------
    out : Path
        The folder of the results.
    record : Record
    connection : Connection
    keep : callable
        Brings a record to the disk.
    now_s : callable
        Returns the time, in seconds of the epoch.
    pause : callable
        Waits for so many seconds.
    told : callable
        Told of each result.

    Notes
    -----
    A result whose arrival could not be put on record is sent again: it has the same identifier and the same
    bytes, so nothing doubles.
    """
    failures: list[str] = []

    def note(sent: Sent) -> None:
        nonlocal record
        identifier = sent.object.sop_instance_uid
        if sent.proof is Proof.FAILED:
            record = record.turned_down(identifier)
            failures.append(sent.reason or "refused")
        else:
            record = record.confirmed(identifier, sent.proof.value)
        keep(record)
        told(sent)

    try:
        left = [each for each in _results(out) if not record.is_settled(each.sop_instance_uid)]
        if left:
            send(left, connection, pause=pause, report=note)
    except MicrocalError as error:
        failures.append(str(error))
    else:
        if all(record.is_settled(each.sop_instance_uid) for each in left):
            failures.clear()  # what is refused is refused for good
    record = record.failed(failures[-1], now_s()) if failures else record.finished(now_s())
    keep(record)
    return record


def _results(out: Path) -> tuple[ObjectFile, ...]:
    """Return the results of a study; there are none where no image could be read."""
    folder = out / DICOM_FOLDER
    return objects_to_send([folder]) if any(folder.glob("*.dcm")) else ()


def undelivered(record: Record) -> int:
    """Return the number of results that the archive refused for good."""
    return sum(count >= MOST_REFUSALS for each, count in record.refused.items() if each not in record.sent)
