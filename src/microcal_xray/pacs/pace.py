"""A socket whose peer can neither keep us waiting nor pour without end.

A time limit of each single read is none: a peer that sends one byte before each runs out holds us for ever.
So the time that is left grows with the bytes that have come, and their number has a limit of its own.
"""

import io
import socket
import time
from collections.abc import Callable

LEAST_BYTES_PER_S = 16_384  # slower than any link that an archive stands at
_BLOCK = 1 << 16


class TooMuchError(Exception):
    """More bytes came than were to be read."""


class PacedSocket:
    """What `http.client` needs of a socket, under a limit of time and of bytes.

    Parameters
    ----------
    connected : socket
        Stays open when this is closed; who opened it closes it.
    timeout_s : float
        For each wait, and, beside a second for every `LEAST_BYTES_PER_S` that were moved, for all of them.
    most_bytes : int
        That may be read, at first.
    clock : callable
        Seconds, growing.
    """

    def __init__(
        self,
        connected: socket.socket,
        *,
        timeout_s: float,
        most_bytes: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._socket = connected
        self._timeout_s = timeout_s
        self._left_bytes = most_bytes
        self._clock = clock
        self._end_s = clock() + timeout_s

    def sendall(self, data: bytes) -> None:
        """Send all of some bytes.

        Raises
        ------
        TimeoutError
            If the peer takes too long to take them.
        """
        for start in range(0, len(data), _BLOCK):
            block = data[start : start + _BLOCK]
            self._wait_no_longer()
            self._socket.sendall(block)
            self._moved(len(block))

    def expect_answer(self) -> None:
        """Start the time anew: all is sent, and the peer may think about it."""
        self._end_s = self._clock() + self._timeout_s

    def allow(self, more_bytes: int) -> None:
        """Let more bytes be read."""
        self._left_bytes += more_bytes

    def read_into(self, buffer: memoryview) -> int:
        """Read what has come, and return the number of bytes; 0 at the end.

        Raises
        ------
        TimeoutError
            If nothing comes, or too slowly.
        TooMuchError
            If more comes than was to be read.
        """
        self._wait_no_longer()
        count = self._socket.recv_into(buffer)
        self._moved(count)
        self._left_bytes -= count
        if self._left_bytes < 0:
            raise TooMuchError
        return count

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return a file to read from; there is no other mode."""
        return io.BufferedReader(_Reading(self), _BLOCK)

    def close(self) -> None:
        """Do nothing: the answer is still to be read when `http.client` closes its end."""

    def _wait_no_longer(self) -> None:
        left_s = self._end_s - self._clock()
        if left_s <= 0:
            raise TimeoutError
        self._socket.settimeout(min(left_s, self._timeout_s))

    def _moved(self, count: int) -> None:
        self._end_s += count / LEAST_BYTES_PER_S


class _Reading(io.RawIOBase):
    def __init__(self, paced: PacedSocket) -> None:
        super().__init__()
        self._paced = paced

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the buffer is always one
        return self._paced.read_into(buffer)
