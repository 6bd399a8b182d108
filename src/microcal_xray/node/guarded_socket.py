"""The socket of an association, in the form that pynetdicom expects, with limits that it has not.

pynetdicom reads a PDU of any length that its header announces, up to 4 GiB, into memory, and waits for it
without end: the sockets that it accepts have no time limit. Here a PDU that is longer than we have agreed to
is refused unread, and each has to be whole within the time limit.
"""

import contextlib
import select
import socket
import ssl
import threading
import time
from typing import Any

from .door import Admitted

_HEADER = 6
_CHUNK = 1 << 16
_LAST_WORDS = (3, 7)  # the kinds of PDU after which we listen no longer: a refusal, an abort
_LAST_S = 0.5


class GuardedSocket:
    """What pynetdicom calls an AssociationSocket, as far as an acceptor uses one.

    Parameters
    ----------
    admitted : Admitted
        Its request is read first.
    events : queue
        Of the association's state machine.
    largest_pdu : int
        In bytes, without its header.
    timeout_s : float
        For one PDU, and for sending.
    """

    def __init__(self, admitted: Admitted, events: Any, *, largest_pdu: int, timeout_s: float) -> None:
        self.socket: socket.socket | None = admitted.socket
        self.socket.settimeout(timeout_s)
        self._first = bytearray(admitted.received)
        self._largest = max(largest_pdu, len(admitted.received))
        self._timeout_s = timeout_s
        self._events = events
        self._deadline = 0.0
        self._over: float | None = None
        self.heard = time.monotonic()  # when the last byte came
        # What pynetdicom looks at.
        self._is_connected = True
        self._ready = threading.Event()
        self._ready.set()
        self.select_timeout = 0.5
        self.tls_args = None
        events.put("Evt5")  # a connection has come

    @property
    def ready(self) -> bool:
        """Whether there is something to read."""
        connection = self.socket
        if connection is None or not self._is_connected:
            return False
        if self._over is not None and time.monotonic() > self._over:
            return False  # pynetdicom closes the connection then; it would read on while there is something
        if self._first:
            return True
        try:
            readable, _, _ = select.select([connection], [], [], 0)
        except (OSError, ValueError):
            self._events.put("Evt17")  # the connection is closed
            return False
        return bool(readable) or (isinstance(connection, ssl.SSLSocket) and connection.pending() > 0)

    def recv(self, count: int) -> bytearray:
        """Return so many bytes, or fewer if the peer has closed the connection.

        Raises
        ------
        OSError
            If they are more than a PDU may have, or do not come in time.
        """
        if count > self._largest:
            raise OSError("the PDU is longer than agreed")
        now = time.monotonic()
        if count == _HEADER:
            self._deadline = now + self._timeout_s
        data = self._first[:count]
        del self._first[:count]
        while len(data) < count:
            connection = self.socket
            left_s = self._deadline - time.monotonic()
            if connection is None or left_s <= 0:
                raise TimeoutError("the PDU did not come in time")
            connection.settimeout(left_s)
            piece = connection.recv(min(count - len(data), _CHUNK))
            if not piece:
                break
            self.heard = time.monotonic()
            data += piece
        return data

    def send(self, data: bytes) -> None:
        """Send bytes; a peer that does not take them in time is taken for gone."""
        if self._over is None and data[:1] and data[0] in _LAST_WORDS:
            self._over = time.monotonic() + _LAST_S
        try:
            if self.socket is not None:
                self.socket.settimeout(self._timeout_s)
                self.socket.sendall(data)
        except OSError:
            self._events.put("Evt17")

    def close(self) -> None:
        """Close the connection."""
        self._shutdown_socket()
        if self.socket is not None and self._is_connected:
            self.socket = None
            self._is_connected = False
            self._events.put("Evt17")

    def _shutdown_socket(self) -> None:
        connection = self.socket
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                connection.close()
