"""The door: it accepts connections and lets in those that ask rightly, without a thread for each.

An association costs two threads. So no connection becomes one before it has asked for it in full: whoever
connects and says nothing, little or rubbish is kept in one `select` loop, within limits of number, bytes and
time, and then closed. Who knows neither our title nor is known to us gets the refusal of the standard from
here.
"""

import contextlib
import selectors
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .admission import Caller, Decision, decision
from .options import Bounds
from .request import LARGEST_REQUEST, Refusal, Request, RubbishError, request_in

_TURN_S = 0.2
_LEAVING_S = 1.0  # for a refusal to be read before the connection is closed
_CHUNK = 1 << 14
_BACKLOG = 128
_ACCEPTED_PER_TURN = 64


@dataclass
class _Guest:
    """A connection in front of the door."""

    socket: socket.socket
    address: tuple[str, int]
    came: float
    shakes_hands: bool
    received: bytearray = field(default_factory=bytearray)
    request: Request | None = None
    leaves: float | None = None

    @property
    def host(self) -> str:
        return self.address[0]


@dataclass(frozen=True)
class Admitted:
    """A connection that may become an association.

    Parameters
    ----------
    socket : socket
        Not blocking.
    address : (str, int)
        Of the peer.
    request : Request
    received : bytes
        What it has sent so far: the whole request.
    """

    socket: socket.socket
    address: tuple[str, int]
    request: Request
    received: bytes

    @property
    def host(self) -> str:
        """The address of the machine."""
        return self.address[0]


@dataclass(frozen=True)
class Host:
    """What the door asks of whoever runs the associations.

    Parameters
    ----------
    having : callable
        Returns those who have an association now.
    end : callable
        Ends the association of this key.
    admit : callable
        Begins an association.
    refused : callable
        Told of each connection that did not become one: its host, and the reason in a word.
    """

    having: Callable[[], list[Caller]]
    end: Callable[[int], None]
    admit: Callable[[Admitted], None]
    refused: Callable[[str, str], None]


class Door:
    """Listen, and let in.

    Parameters
    ----------
    address : (str, int)
        To listen on.
    title : str
        By which we must be called.
    allowed : set of str
        Titles that may call; empty: any.
    bounds : Bounds
    host : Host
    tls : SSLContext or None

    Raises
    ------
    OSError
        If it cannot listen there.
    """

    def __init__(
        self,
        address: tuple[str, int],
        *,
        title: str,
        allowed: frozenset[str],
        bounds: Bounds,
        host: Host,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._socket = socket.create_server(address, family=family, backlog=_BACKLOG)
        self._socket.setblocking(False)
        self._title, self._allowed = title.strip(), allowed
        self._bounds, self._host, self._tls = bounds, host, tls
        self._guests: dict[int, _Guest] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._socket, selectors.EVENT_READ)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._socket.getsockname()[1])

    @property
    def waiting(self) -> int:
        """The number of connections that are not associations."""
        return len(self._guests)

    def turn(self) -> None:
        """Do what there is to do now, or wait a moment for it."""
        for key, _ in self._selector.select(_TURN_S):
            if key.fileobj is self._socket:
                self._accept()
            elif key.fd in self._guests:
                self._hear(self._guests[key.fd])
        self._send_away_the_late()
        while self._let_in(self._next()):
            pass

    def close(self) -> None:
        """Stop listening, and close what is no association."""
        for guest in list(self._guests.values()):
            self._drop(guest)
        self._selector.close()
        self._socket.close()

    def _accept(self) -> None:
        for _ in range(_ACCEPTED_PER_TURN):
            try:
                connection, address = self._socket.accept()
            except BlockingIOError:
                return
            except OSError:  # no descriptor is left: they wait in the system's queue
                time.sleep(_TURN_S)
                return
            if len(self._guests) >= self._bounds.waiting:
                self._make_room()
            connection.setblocking(False)
            if self._tls is not None:
                try:
                    connection = self._tls.wrap_socket(
                        connection, server_side=True, do_handshake_on_connect=False
                    )
                except OSError:  # it has gone already
                    connection.close()
                    continue
            guest = _Guest(
                connection, (str(address[0]), int(address[1])), time.monotonic(), self._tls is not None
            )
            self._guests[connection.fileno()] = guest
            self._selector.register(connection, selectors.EVENT_READ)

    def _make_room(self) -> None:
        """Close the oldest connection of the host that has most of those that have not asked yet."""
        silent = [guest for guest in self._guests.values() if guest.request is None] or list(
            self._guests.values()
        )
        hosts = [guest.host for guest in silent]
        oldest = min(silent, key=lambda guest: (-hosts.count(guest.host), guest.came))
        self._host.refused(oldest.host, "crowded out")
        self._drop(oldest)

    def _hear(self, guest: _Guest) -> None:
        try:
            if guest.shakes_hands and isinstance(guest.socket, ssl.SSLSocket):
                guest.socket.do_handshake()
                guest.shakes_hands = False
            data = guest.socket.recv(_CHUNK)  # as large as a record of TLS, of which none must be left
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError:  # TLS that is none is one, too
            data = b""
        if not data:
            if guest.leaves is None:
                self._host.refused(guest.host, "gone")
            self._drop(guest)
        elif guest.leaves is None:
            guest.received += data
            self._understand(guest)

    def _understand(self, guest: _Guest) -> None:
        try:
            if len(guest.received) > 2 * LARGEST_REQUEST:
                raise RubbishError
            guest.request = request = request_in(guest.received)
        except RubbishError:
            self._host.refused(guest.host, "rubbish")
            self._drop(guest)
            return
        if request is None:
            return
        if request.called != self._title:
            self._send_away(guest, Refusal.CALLED_TITLE, "called title")
        elif self._allowed and request.calling not in self._allowed:
            self._send_away(guest, Refusal.CALLING_TITLE, "calling title")

    def _send_away(self, guest: _Guest, refusal: bytes, reason: str) -> None:
        self._host.refused(guest.host, reason)
        guest.request = None
        guest.leaves = time.monotonic() + _LEAVING_S
        with contextlib.suppress(OSError):
            guest.socket.send(refusal)
            if not isinstance(guest.socket, ssl.SSLSocket):
                guest.socket.shutdown(socket.SHUT_WR)

    def _send_away_the_late(self) -> None:
        now = time.monotonic()
        for guest in list(self._guests.values()):
            if guest.leaves is not None:
                if now > guest.leaves:
                    self._drop(guest)
            elif now - guest.came > self._bounds.request_s:
                if guest.request is not None:
                    self._send_away(guest, Refusal.BUSY, "busy")
                else:
                    self._host.refused(guest.host, "silent")
                    self._drop(guest)

    def _next(self) -> Decision:
        now = time.monotonic()
        asking = [
            Caller(key, guest.host, now - guest.came)
            for key, guest in self._guests.items()
            if guest.request is not None
        ]
        if not asking:
            return Decision()
        return decision(asking, self._host.having(), most=self._bounds.associations)

    def _let_in(self, chosen: Decision) -> bool:
        if chosen.admit is None:
            return False
        if chosen.end is not None:
            self._host.end(chosen.end)
        guest = self._guests.pop(chosen.admit)
        self._selector.unregister(guest.socket)
        if guest.request is not None:  # it is: only those ask
            self._host.admit(Admitted(guest.socket, guest.address, guest.request, bytes(guest.received)))
        return True

    def _drop(self, guest: _Guest) -> None:
        descriptor = guest.socket.fileno()
        self._guests.pop(descriptor, None)
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(guest.socket)
        guest.socket.close()
