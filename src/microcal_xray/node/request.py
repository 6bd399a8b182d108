"""The first PDU of a connection: an A-ASSOCIATE-RQ (PS3.8 9.3.2), read only as far as the door needs it."""

from dataclasses import dataclass

LARGEST_REQUEST = 1 << 17  # 128 contexts of a dozen transfer syntaxes need about 50,000 bytes
_HEADER = 6
_TITLES_END = 74  # header, version, reserved, two titles, reserved
_ASSOCIATE_RQ, _ASSOCIATE_RJ = 1, 3


class RubbishError(Exception):
    """What came is no request for an association."""


@dataclass(frozen=True)
class Request:
    """Who asks whom.

    Parameters
    ----------
    called, calling : str
        Titles (AET) without padding; what cannot be printed is replaced.
    """

    called: str
    calling: str


class Refusal:
    """Answers that refuse an association (PS3.8 9.3.4), ready to be sent."""

    CALLING_TITLE = bytes((_ASSOCIATE_RJ, 0, 0, 0, 0, 4, 0, 1, 1, 3))  # not recognized, for good
    CALLED_TITLE = bytes((_ASSOCIATE_RJ, 0, 0, 0, 0, 4, 0, 1, 1, 7))
    BUSY = bytes((_ASSOCIATE_RJ, 0, 0, 0, 0, 4, 0, 2, 3, 2))  # the local limit is reached, for now


def request_in(received: bytes | bytearray) -> Request | None:
    """Return the request that some bytes begin with; None while it is not whole.

    Raises
    ------
    RubbishError
        If it is something else, or too large.

    Examples
    --------
    >>> request_in(b"GET / HTTP/1.1")
    Traceback (most recent call last):
        ...
    microcal_xray.node.request.RubbishError
    """
    if received and received[0] != _ASSOCIATE_RQ:
        raise RubbishError
    if len(received) < _HEADER:
        return None
    length = int.from_bytes(received[2:_HEADER], "big")
    if not _TITLES_END - _HEADER <= length <= LARGEST_REQUEST:
        raise RubbishError
    if len(received) < _HEADER + length:
        return None
    return Request(called=_title(received[10:26]), calling=_title(received[26:42]))


def _title(padded: bytes | bytearray) -> str:
    text = bytes(padded).decode("ascii", "replace").strip(" \0")
    return "".join(letter if letter.isprintable() else "?" for letter in text)
