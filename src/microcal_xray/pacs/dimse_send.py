"""Objects into an archive by C-STORE, and what it has of them by C-FIND and C-GET."""

import io
from collections.abc import Callable, Sequence

from .address import Connection
from .association import STUDY_ROOT_FIND, STUDY_ROOT_GET, association
from .failures import PacsError
from .objects import ObjectFile
from .retries import with_retries
from .sameness import is_same
from .sight import Sight

_IMPLICIT = "1.2.840.10008.1.2"
_SUCCESS = 0x0000
_WARNINGS = range(0xB000, 0xC000)
_OUT_OF_RESOURCES = range(0xA700, 0xA800)  # the archive is full now, perhaps not later


def store(
    objects: Sequence[ObjectFile], connection: Connection, pause: Callable[[float], None]
) -> dict[str, str | None]:
    """Store objects; a connection that is lost is opened again, and goes on with what is left.

    Returns
    -------
    dict of str to str or None
        For each SOP instance, why it could not be stored; None: it was.

    Raises
    ------
    PacsError
        If the archive cannot be reached, however often it is tried, or refuses the association.
    """
    stored: dict[str, str | None] = {}
    with_retries(lambda: _store(objects, connection, stored), connection, pause)
    return stored


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


def look(each: ObjectFile, connection: Connection) -> Sight:
    """Return what the archive shows of an object.

    Raises
    ------
    PacsError
        If it answers no questions.
    """
    from pydicom.dataset import Dataset  # here: it costs 0.2 s, which other commands should not pay

    question = Dataset()
    question.QueryRetrieveLevel = "IMAGE"
    question.StudyInstanceUID = each.study_instance_uid
    question.SeriesInstanceUID = each.series_instance_uid
    question.SOPInstanceUID = each.sop_instance_uid
    copies: list[bytes] = []
    is_listed: bool | None = None

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
                is_listed = any(identifier is not None for _, identifier in answers)
        if STUDY_ROOT_GET in accepted and each.sop_class_uid in accepted and archive.is_established:
            for _ in archive.send_c_get(question, STUDY_ROOT_GET):
                pass
    return Sight(is_listed, is_same(each, io.BytesIO(copies[-1])) if copies else None)
