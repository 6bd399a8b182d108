"""An archive for the tests, on the loopback: it keeps what it gets, and misbehaves as a test likes."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE, AllStoragePresentationContexts, evt

FIND, GET = "1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.5.1.4.1.2.2.3"


@dataclass
class Archive:
    """What happened there, and how it is to behave."""

    port: int = 0
    kept: dict[str, bytes] = field(default_factory=dict)
    stored: list[str] = field(default_factory=list)
    opened: int = 0
    statuses: list[int] = field(default_factory=list)  # of the next storages; then success
    abort_after: int | None = None  # storages
    overwrites: bool = False
    find_fails: bool = False
    gets: int = 0
    abort_get: int | None = None  # the one that is cut off


@contextmanager
def archive(
    *,
    title="ARCHIVE",
    answers=(FIND, GET),
    takes=None,
    calling=(),
    tls=None,
    syntaxes=(ExplicitVRLittleEndian,),
) -> Iterator[Archive]:
    state = Archive()
    entity = AE(ae_title=title)
    entity.require_called_aet = True
    entity.require_calling_aet = list(calling)
    for context in AllStoragePresentationContexts:
        if takes is None or context.abstract_syntax in takes:
            entity.add_supported_context(
                context.abstract_syntax, list(syntaxes), scu_role=True, scp_role=True
            )
    for sop_class in answers:
        entity.add_supported_context(sop_class)
    entity.maximum_associations = 10

    def on_open(event):
        state.opened += 1

    def on_store(event):
        if state.abort_after is not None and len(state.stored) >= state.abort_after:
            state.abort_after = None
            event.assoc.abort()
            return 0xC001
        identifier = str(event.request.AffectedSOPInstanceUID)
        status = state.statuses.pop(0) if state.statuses else 0
        if status == 0 or 0xB000 <= status < 0xC000:
            state.stored.append(identifier)
            if state.overwrites or identifier not in state.kept:
                state.kept[identifier] = event.encoded_dataset()
        return status

    def on_find(event):
        asked = event.identifier
        level = {"STUDY": "StudyInstanceUID", "SERIES": "SeriesInstanceUID"}.get(
            asked.QueryRetrieveLevel, "SOPInstanceUID"
        )
        told = set()
        for copy in state.kept.values():
            kept = pydicom.dcmread(io.BytesIO(copy), stop_before_pixels=True)
            keys = [each.keyword for each in asked if each.keyword != "QueryRetrieveLevel"]
            if (
                any(asked[key].value and asked[key].value != kept.get(key) for key in keys)
                or kept[level].value in told
            ):
                continue
            told.add(kept[level].value)
            answer = Dataset()
            answer.QueryRetrieveLevel = asked.QueryRetrieveLevel
            for key in keys:
                setattr(answer, key, kept.get(key, ""))
            yield 0xFF00, answer
        if state.find_fails:
            yield 0xA700, None

    def on_get(event):
        state.gets += 1
        if state.gets == state.abort_get:
            event.assoc.abort()
            return
        copy = state.kept.get(str(event.identifier.SOPInstanceUID))
        yield int(copy is not None)
        if copy is not None:
            yield 0xFF00, pydicom.dcmread(io.BytesIO(copy))

    handlers = [
        (evt.EVT_ESTABLISHED, on_open),
        (evt.EVT_C_STORE, on_store),
        (evt.EVT_C_FIND, on_find),
        (evt.EVT_C_GET, on_get),
    ]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers, ssl_context=tls)
    state.port = server.socket.getsockname()[1]
    try:
        yield state
    finally:
        server.shutdown()
