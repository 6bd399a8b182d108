"""Associations: pynetdicom's, with limits on what they hold in memory and for how long.

pynetdicom is imported inside the functions: it is an extra, and takes 0.3 s.
"""

from __future__ import annotations

import contextlib
import gc
import io
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .acceptance import Answer, Status, answer_to, is_identifier
from .admission import Caller
from .door import Admitted
from .guarded_socket import GuardedSocket
from .inbox import Inbox, Part
from .options import Bounds

if TYPE_CHECKING:
    from pynetdicom import AE
    from pynetdicom.association import Association

LARGEST_PDU = 1 << 17
_LARGEST_COMMAND = 1 << 14
_MOST_UNANSWERED = 1  # one operation at a time is what we agree to
_STORAGE_REQUEST = "C_STORE_RQ"
_LOOP_S = 0.004  # a thread of an association that is idle looks so often; pynetdicom's own 1 ms costs a core
_COLLECT_S = 30.0
_LOOPBACK = "127.0.0.1"


class _TooMuchError(Exception):
    """A message is out of all proportion, or is none."""


class _Command(io.BytesIO):
    """The bytes of a command, of which there are never many."""

    def write(self, data: Any, /) -> int:
        if self.tell() + len(data) > _LARGEST_COMMAND:
            raise _TooMuchError
        return super().write(data)


class _ObjectBytes(io.BytesIO):
    """The bytes of an object, on their way to the disk: pynetdicom holds this for the memory of a message."""

    def __init__(self, begin: Callable[[], Part]) -> None:
        super().__init__()
        self._begin = begin
        self.part: Part | None = None
        self.problem: OSError | None = None

    def write(self, data: Any, /) -> int:
        if self.part is None and self.problem is None:
            try:
                self.part = self._begin()
            except OSError as error:
                self.problem = error
        if self.part is not None:
            self.part.write(data)
        return len(data)


class _Conversation:
    """One association, and what it is receiving."""

    def __init__(self, association: Association, admitted: Admitted, connection: GuardedSocket) -> None:
        self.association = association
        self.admitted = admitted
        self.connection = connection
        self.began = self.progress = time.monotonic()
        self.parts: list[Part] = []  # a peer may begin an object before it has the answer to the last
        self.is_ended = False


class Associations:
    """All associations of the node.

    Parameters
    ----------
    title : str
    contexts : sequence of (SOP class, transfer syntaxes)
    bounds : Bounds
    inbox : Inbox
    answered : callable
        Told of each object: who sent it (title at host), what became of it, its bytes.
    log : callable
        Told of what happens, as an event and its values.
    """

    def __init__(
        self,
        *,
        title: str,
        contexts: Sequence[tuple[str, list[str]]],
        bounds: Bounds,
        inbox: Inbox,
        answered: Callable[[str, Answer, int], None],
        log: Callable[[str, dict[str, object]], None],
    ) -> None:
        self._entity = _entity(title, contexts, bounds)
        self._bounds, self._inbox, self._answered, self._log = bounds, inbox, answered, log
        self._lock = threading.Lock()
        self._conversations: dict[int, _Conversation] = {}
        self._collected = time.monotonic()

    @property
    def count(self) -> int:
        """Associations that are open now."""
        return len(self._conversations)

    @property
    def receives(self) -> bool:
        """Whether an object is under way."""
        with self._lock:
            return any(each.parts for each in self._conversations.values())

    def having(self) -> list[Caller]:
        """Return who has an association."""
        now = time.monotonic()
        with self._lock:
            return [
                Caller(key, each.admitted.host, now - each.connection.heard)
                for key, each in self._conversations.items()
                if not each.is_ended
            ]

    def begin(self, admitted: Admitted) -> None:
        """Make an association of a connection; its request has been read."""
        association = _association(self._entity, admitted.address)
        connection = GuardedSocket(
            admitted,
            association.dul.event_queue,
            largest_pdu=LARGEST_PDU + 6,
            timeout_s=self._bounds.timeout_s,
        )
        association.set_socket(connection)  # type: ignore[arg-type]
        association.dul._run_loop_delay = _LOOP_S
        conversation = _Conversation(association, admitted, connection)
        _bind(
            conversation,
            part=lambda message: self._part(conversation, message),
            store=lambda event: self._store(conversation, event),
        )
        self._log("association", {"from": _who(admitted)})
        association.start()
        with self._lock:  # only now: one that does not live is cleared away
            self._conversations[id(conversation)] = conversation

    def end(self, key: int) -> None:
        """End an association: the peer is told so, where it listens."""
        with self._lock:
            conversation = self._conversations.get(key)
            if conversation is None or conversation.is_ended:
                return
            conversation.is_ended = True
        self._log("ended", {"from": _who(conversation.admitted)})
        _abort(conversation)

    def sweep(self) -> None:
        """Clear away what is over, and end what takes too long."""
        now = time.monotonic()
        with self._lock:
            over = [key for key, each in self._conversations.items() if not each.association.is_alive()]
            gone = [self._conversations.pop(key) for key in over]
            late = [
                key
                for key, each in self._conversations.items()
                if now - each.progress > self._bounds.object_s and not each.is_ended
            ]
        for conversation in gone:
            conversation.association.dul.kill_dul()  # it may have survived an error of the other thread
            conversation.connection._shutdown_socket()
            conversation.association.dul.join(_LOOP_S * 10)
            if conversation.parts:
                self._log("broken off", {"from": _who(conversation.admitted)})
            while conversation.parts:
                conversation.parts.pop().discard()
        for key in late:
            self.end(key)
        if gone and now - self._collected > _COLLECT_S:
            self._collected = now
            gc.collect()  # associations are full of circles

    def close(self) -> None:
        """End them all."""
        for key in list(self._conversations):
            self.end(key)
        deadline = time.monotonic() + 2
        while self._conversations and time.monotonic() < deadline:
            self.sweep()
            time.sleep(_LOOP_S)

    def _part(self, conversation: _Conversation, message: Any) -> Part:
        """Begin an object, once its command has been read and says that it is one to be stored."""
        if type(message).__name__ != _STORAGE_REQUEST:
            raise _TooMuchError
        command = message.command_set
        sop_class, sop_instance = str(command.AffectedSOPClassUID), str(command.AffectedSOPInstanceUID)
        if not (is_identifier(sop_class) and is_identifier(sop_instance)):
            raise _TooMuchError
        context = conversation.association._accepted_cx[message.context_id]
        part = self._inbox.part(
            sop_class=sop_class, sop_instance=sop_instance, syntax=str(context.transfer_syntax[0])
        )
        conversation.parts.append(part)
        return part

    def _store(self, conversation: _Conversation, event: Any) -> int:
        received = event.request.DataSet
        who = _who(conversation.admitted)
        if not isinstance(received, _ObjectBytes) or received.part is None:
            answer = Answer(Status.NO_ROOM, "cannot be written")
            if isinstance(received, _ObjectBytes) and received.problem is None:
                answer = Answer(Status.BROKEN, "empty")
            self._answered(who, answer, 0)
            return answer.status
        size = received.part.size
        answer = self._judged(event, received.part)
        conversation.parts.remove(received.part)
        if answer.is_taken:
            conversation.progress = time.monotonic()
        self._answered(who, answer, size)
        return answer.status

    def _judged(self, event: Any, part: Part) -> Answer:
        sop_class, sop_instance = (
            str(event.request.AffectedSOPClassUID),
            str(event.request.AffectedSOPInstanceUID),
        )
        if str(event.context.abstract_syntax) != sop_class:
            part.discard()
            return Answer(Status.NOT_WHAT_IT_SAYS, "not what it says")
        return answer_to(
            self._inbox,
            part,
            sop_class=sop_class,
            sop_instance=sop_instance,
            syntax=str(event.context.transfer_syntax),
        )


def _who(admitted: Admitted) -> str:
    return f"{admitted.request.calling}@{admitted.host}"


def _entity(title: str, contexts: Sequence[tuple[str, list[str]]], bounds: Bounds) -> AE:
    from pynetdicom import AE

    entity = AE(ae_title=title)
    entity.maximum_pdu_size = LARGEST_PDU
    entity.maximum_associations = 10_000  # the door counts them
    entity.acse_timeout = bounds.request_s
    entity.dimse_timeout = entity.network_timeout = bounds.timeout_s
    for sop_class, syntaxes in contexts:
        entity.add_supported_context(sop_class, syntaxes)
    return entity


def _bind(conversation: _Conversation, *, part: Callable[[Any], Part], store: Callable[[Any], int]) -> None:
    """Have messages received within limits, objects begun by `part` and answered by `store`."""
    from pynetdicom import evt
    from pynetdicom.dimse_messages import DIMSEMessage

    dimse = conversation.association.dimse
    receive = dimse.receive_primitive

    def receive_within_limits(primitive: Any) -> None:
        try:
            if any(len(data) < 1 for _, data in primitive.presentation_data_value_list):
                raise _TooMuchError
            if dimse.msg_queue.qsize() > _MOST_UNANSWERED:
                raise _TooMuchError
            if dimse.message is None:
                message = dimse.message = DIMSEMessage()
                message.encoded_command_set = _Command()
                message.data_set = _ObjectBytes(lambda: part(message))
            receive(primitive)
        except Exception:  # pynetdicom raises nearly anything on a message that is none
            conversation.association.dul.event_queue.put("Evt19")  # an invalid PDU: abort

    dimse.receive_primitive = receive_within_limits  # type: ignore[method-assign]
    conversation.association.bind(evt.EVT_C_STORE, store)
    conversation.association.bind(evt.EVT_C_ECHO, lambda event: Status.SUCCESS)


class _Closer:
    """What pynetdicom calls the server of an association: here it only closes connections."""

    def shutdown_request(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            connection.close()


def _association(entity: AE, peer: tuple[str, int]) -> Association:
    from copy import deepcopy

    from pynetdicom.association import Association
    from pynetdicom.transport import AddressInformation

    association = Association(entity, "acceptor")
    association._server = _Closer()  # type: ignore[assignment]
    association.dul.daemon = True
    association.requestor.address_info = AddressInformation.from_tuple(peer)
    acceptor = association.acceptor
    acceptor.address_info = AddressInformation.from_tuple((_LOOPBACK, 0))  # nothing looks at it but events
    acceptor.maximum_length = entity.maximum_pdu_size
    acceptor.ae_title = entity.ae_title
    acceptor.implementation_class_uid = entity.implementation_class_uid
    acceptor.implementation_version_name = entity.implementation_version_name
    acceptor.supported_contexts = deepcopy(entity.supported_contexts)
    return association


def _abort(conversation: _Conversation) -> None:
    """Ask for an abort, and close the connection soon, whether or not the peer takes notice."""

    def ended() -> None:
        with contextlib.suppress(Exception):  # it may have ended by itself in any state
            conversation.association.abort(block=False)
        time.sleep(0.2)
        conversation.connection._shutdown_socket()

    threading.Thread(target=ended, daemon=True).start()
