"""A socket under limits of time and bytes, with a clock that the test turns."""

import socket

import pytest

from microcal_xray.pacs.pace import LEAST_BYTES_PER_S, PacedSocket, TooMuchError


class Clock:
    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_byte_before_each_time_limit_does_not_hold_us(pair):
    ours, theirs = pair
    clock = Clock()
    paced = PacedSocket(ours, timeout_s=10.0, most_bytes=1000, clock=clock)
    for _ in range(4):  # at 0, 3, 6 and 9 seconds
        theirs.sendall(b"x")
        assert paced.read_into(memoryview(bytearray(100))) == 1
        clock.now_s += 3.0
    theirs.sendall(b"x")
    with pytest.raises(TimeoutError):
        paced.read_into(memoryview(bytearray(100)))


def test_the_time_grows_with_what_has_come(pair):
    ours, theirs = pair
    clock = Clock()
    paced = PacedSocket(ours, timeout_s=10.0, most_bytes=10 * LEAST_BYTES_PER_S, clock=clock)
    for _ in range(5):  # twice as fast as the least
        theirs.sendall(bytes(LEAST_BYTES_PER_S))
        left = LEAST_BYTES_PER_S
        while left:
            left -= paced.read_into(memoryview(bytearray(left)))
        clock.now_s += 0.5
    clock.now_s += 12.0  # of 10 + 5 seconds, 2.5 are gone
    theirs.sendall(b"x")
    assert paced.read_into(memoryview(bytearray(1))) == 1
    clock.now_s += 1.0
    with pytest.raises(TimeoutError):
        paced.read_into(memoryview(bytearray(1)))


def test_more_bytes_than_were_to_be_read_are_an_error(pair):
    ours, theirs = pair
    paced = PacedSocket(ours, timeout_s=5.0, most_bytes=10)
    theirs.sendall(bytes(11))
    with pytest.raises(TooMuchError), paced.makefile("rb") as file:
        file.read(11)
    paced.allow(10)
    theirs.sendall(bytes(9))
    assert paced.read_into(memoryview(bytearray(9))) == 9


def test_a_peer_that_takes_nothing_costs_the_timeout(pair):
    ours, _ = pair
    with pytest.raises(TimeoutError):
        PacedSocket(ours, timeout_s=0.1, most_bytes=1).sendall(bytes(1 << 24))
