"""Objects into a DICOMweb archive by STOW-RS, and what it has of them by WADO-RS and QIDO-RS."""

import contextlib
import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import BinaryIO

from . import dicom_json
from .address import Connection
from .failures import BusyError, RefusedError
from .objects import ObjectFile
from .retries import with_retries
from .sameness import is_same
from .sight import Sight
from .web import Question, asked, json_body
from .web_objects import retrieve

_JSON = "application/dicom+json"
_BLOCK = 1 << 16
_NO_SERVICE = (404, 405, 410, 501)
_OUT_OF_RESOURCES = range(0xA700, 0xA800)  # the archive is full now, perhaps not later


def store(
    objects: Sequence[ObjectFile], connection: Connection, pause: Callable[[float], None]
) -> dict[str, str | None]:
    """Store objects one by one, each tried again if the archive is busy or the connection is lost.

    Returns
    -------
    dict of str to str or None
        For each SOP instance, why it could not be stored; None: it was.

    Raises
    ------
    PacsError
        If the archive cannot be reached, however often it is tried, or refuses us.
    """
    return {
        each.sop_instance_uid: with_retries(partial(_stored, each, connection), connection, pause)
        for each in objects
    }


def look(each: ObjectFile, connection: Connection) -> Sight:
    """Return what the archive shows of an object.

    Raises
    ------
    PacsError
        If it answers no questions.
    """
    # The file has no name where the system can have it so: it names the patient.
    with tempfile.TemporaryFile() as copy, contextlib.suppress(RefusedError):
        uids = (each.study_instance_uid, each.series_instance_uid, each.sop_instance_uid)
        retrieve(*uids, connection, copy)
        return Sight(is_listed=None, is_same=is_same(each, copy))
    return Sight(_is_listed(each, connection), is_same=None)


def _stored(each: ObjectFile, connection: Connection) -> str | None:
    boundary = secrets.token_hex(16)
    head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    tail = f"\r\n--{boundary}--\r\n".encode()
    with each.path.open("rb") as file:
        question = Question(
            path=("studies",),
            accept=_JSON,
            body=_body(head, file, tail),
            body_type=f'multipart/related; type="application/dicom"; boundary={boundary}',
            body_bytes=len(head) + each.path.stat().st_size + len(tail),
        )
        with asked(question, connection) as answer:
            status = answer.status
            if status in _NO_SERVICE:
                raise RefusedError(
                    f"{connection.address}: takes no objects there (HTTP {status}); check the path"
                )
            if status >= 400 and status != 409:  # 409 says which object failed, and why
                return f"the archive refuses it (HTTP {status})"
            failed = _failure(json_body(answer, connection.address), connection)
            return f"the archive refuses it (HTTP {status})" if status == 409 and failed is None else failed


def _body(head: bytes, file: BinaryIO, tail: bytes) -> Iterator[bytes]:
    yield head
    while block := file.read(_BLOCK):
        yield block
    yield tail


def _failure(body: bytes, connection: Connection) -> str | None:
    for record in dicom_json.records(body, connection.address):
        for item in dicom_json.items(record, dicom_json.FAILED):  # an empty sequence is a success
            code = dicom_json.text(item, dicom_json.FAILURE_REASON)
            reason = int(code) & 0xFFFF if code.isdecimal() and len(code) < 8 else 0
            if reason in _OUT_OF_RESOURCES:
                raise BusyError(f"{connection.address}: the archive is full (status {reason:04X})")
            return f"the archive refuses it (status {reason:04X})"
    return None


def _is_listed(each: ObjectFile, connection: Connection) -> bool | None:
    path = ("studies", each.study_instance_uid, "series", each.series_instance_uid, "instances")
    question = Question(path, _JSON, keys=(("SOPInstanceUID", each.sop_instance_uid),))
    with asked(question, connection) as answer:
        if answer.status in (200, 204, 404):  # the series itself may not be there
            body = json_body(answer, connection.address) if answer.status == 200 else b""
            found = dicom_json.records(body, connection.address)
            listed = {dicom_json.text(one, dicom_json.INSTANCE) for one in found}
            return each.sop_instance_uid in listed
    return None
