"""One conversation with an archive: opened with our limits, closed whatever happens.

pynetdicom is imported inside the functions: it is an extra, and takes 0.3 s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..errors import MicrocalError
from .address import Connection, PacsAddress
from .failures import PacsError, RefusedError

if TYPE_CHECKING:
    from pynetdicom.association import Association


STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_ROOT_GET = "1.2.840.10008.5.1.4.1.2.2.3"
_QUESTIONS = (STUDY_ROOT_FIND, STUDY_ROOT_GET)


__all__ = [
    "STUDY_ROOT_FIND",
    "STUDY_ROOT_GET",
    "PacsError",
    "RefusedError",
    "association",
    "require_pynetdicom",
]


def require_pynetdicom() -> None:
    """Say how to get what sending needs, where it is missing.

    Raises
    ------
    MicrocalError
        If pynetdicom is not installed.
    """
    if find_spec("pynetdicom") is None:
        raise MicrocalError("sending needs one more package: pip install microcal-xray[pacs]")


@contextmanager
def association(
    connection: Connection,
    contexts: Sequence[tuple[str, str]],
    *,
    received: Callable[[Any], int] | None = None,
) -> Iterator[Association]:
    """Open an association, and release or abort it at the end.

    Parameters
    ----------
    connection : Connection
    contexts : sequence of (SOP class, transfer syntax)
        What is to be spoken about.
    received : callable, optional
        Gets each object that comes by C-GET, and returns the status of its storage. The storage classes in
        `contexts` are then offered in that role.

    Raises
    ------
    PacsError
        If there is none: nobody is there, or it was refused.
    """
    from pynetdicom import AE, build_role, evt

    entity = AE(ae_title=connection.calling_title)
    entity.acse_timeout = entity.dimse_timeout = connection.timeout_s
    entity.network_timeout = entity.connection_timeout = connection.timeout_s
    for sop_class, syntax in dict.fromkeys(contexts):
        entity.add_requested_context(sop_class, syntax)
    roles = [build_role(each, scp_role=True) for each, _ in contexts if received and each not in _QUESTIONS]
    address, tls = connection.address, connection.tls
    if not isinstance(address, PacsAddress):
        raise TypeError(f"{address} is no application entity")
    opened = entity.associate(
        address.host,
        address.port,
        ae_title=address.title,
        ext_neg=list({role.sop_class_uid: role for role in roles}.values()),
        evt_handlers=[(evt.EVT_C_STORE, received)] if received else [],
        tls_args=(tls.context(), address.host) if tls else None,
    )
    if not opened.is_established:
        _explain(opened, connection)
    try:
        yield opened
    finally:
        if opened.is_established:
            opened.release()


def _explain(refused: Association, connection: Connection) -> None:
    where = connection.address
    if refused.is_rejected:
        reason = refused.acceptor.primitive.reason_str if refused.acceptor.primitive else "no reason"
        raise RefusedError(f"{where}: the archive refuses us as {connection.calling_title} ({reason})")
    if refused.acceptor.primitive is not None:
        raise RefusedError(f"{where}: the archive takes none of these objects")
    raise PacsError(f"{where}: no archive answers; check host, port, TLS and title")
