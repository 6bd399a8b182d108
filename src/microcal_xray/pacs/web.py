"""One question to a DICOMweb archive and its answer.

`http.client` of the standard library, and not dicomweb-client: that builds each object in memory, has no
limit of size, follows redirects and brings requests and five more packages, for three sorts of request.
"""

import contextlib
import http.client
import math
import re
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from ..errors import MicrocalError
from ..loading.complaints import one_line
from .address import Connection, TlsFiles, WebAddress
from .failures import BusyError, PacsError, RefusedError, UnusableAnswerError
from .pace import PacedSocket, TooMuchError

_BLOCK = 1 << 16
_ROOM_FOR_HEADERS = 1 << 20
_MOST_BYTES = 1 << 24  # of an answer that is no object
_BOUNDARY = re.compile(r';\s*boundary\s*=\s*("(?P<quoted>[^"]*)"|(?P<plain>[^\s;"]+))', re.IGNORECASE)
_NO_RETRY = (501, 505)  # of the server errors, those that stay
_LONGEST_WORDS = 80


@dataclass(frozen=True)
class Question:
    """What is asked.

    Parameters
    ----------
    path : tuple of str
        Below the service, as in ("studies", UID); each part is quoted.
    accept : str
        The media type that is wanted.
    keys : tuple of (str, str)
        What stands after the question mark.
    body : iterable of bytes
        What is sent, empty for a GET.
    body_type : str
        Its media type.
    body_bytes : int
        Its length.
    most_bytes : int
        Of the answer; more is an error.
    """

    path: tuple[str, ...]
    accept: str
    keys: tuple[tuple[str, str], ...] = ()
    body: Iterable[bytes] = ()
    body_type: str = ""
    body_bytes: int = 0
    most_bytes: int = _MOST_BYTES

    @property
    def method(self) -> str:
        """POST or GET."""
        return "POST" if self.body_bytes else "GET"


@dataclass(frozen=True)
class Answer:
    """What came; it can be read once, while the connection is open.

    Parameters
    ----------
    status : int
        2xx, or a 4xx that says something about what was asked.
    media_type : str
        In small letters, without parameters, fit to be shown.
    boundary : str or None
        Of a multipart answer.
    chunks : iterator of bytes
        The body.
    """

    status: int
    media_type: str
    boundary: str | None
    chunks: Iterator[bytes]


@contextmanager
def asked(question: Question, connection: Connection) -> Iterator[Answer]:
    """Ask, and give the answer while the connection is open.

    Parameters
    ----------
    question : Question
    connection : Connection
        With the address of a DICOMweb service.

    Yields
    ------
    Answer
        Reading it raises the same errors as asking.

    Raises
    ------
    PacsError
        If nobody answers, or not in time.
    BusyError
        If the archive is busy or broken now: 429, or 5xx.
    RefusedError
        If it sends us elsewhere, wants another login, does not speak HTTP, or is not whom it says it is.
    UnusableAnswerError
        If the answer is too long or compressed.
    """
    address = connection.address
    if not isinstance(address, WebAddress):
        raise TypeError(f"{address} is no DICOMweb service")
    with contextlib.ExitStack() as opened:
        with _clear(address):
            plain = opened.enter_context(
                socket.create_connection((address.host, address.port), connection.timeout_s)
            )
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            spoken = opened.enter_context(_encrypted(plain, connection, address))
            response = _sent(question, connection, address, spoken)
        _require_usable(response, question, address)
        described = response.headers.get("Content-Type", "no type")
        boundary = _BOUNDARY.search(described)
        yield Answer(
            status=response.status,
            media_type=_word(described.partition(";")[0].lower()),
            boundary=boundary and (boundary["quoted"] or boundary["plain"]),
            chunks=_body(response, address),
        )


def json_body(answer: Answer, address: object) -> bytes:
    """Return the whole body of an answer that is DICOM JSON.

    Raises
    ------
    RefusedError
        If it is something else, as the page of a proxy.
    """
    body = b"".join(answer.chunks)
    if body and answer.media_type not in ("application/dicom+json", "application/json"):
        raise RefusedError(
            f"{address}: the answer is {answer.media_type}, no DICOM JSON; check path and login"
        )
    return body


def _encrypted(plain: socket.socket, connection: Connection, address: WebAddress) -> socket.socket:
    if not address.is_encrypted:
        return plain
    tls = connection.tls or TlsFiles()
    return tls.context().wrap_socket(plain, server_hostname=address.host)


def _sent(
    question: Question, connection: Connection, address: WebAddress, spoken: socket.socket
) -> http.client.HTTPResponse:
    paced = PacedSocket(spoken, timeout_s=connection.timeout_s, most_bytes=_ROOM_FOR_HEADERS)
    link = http.client.HTTPConnection(address.host, address.port)
    link.sock = paced  # it has all that http.client uses of a socket
    # Nothing was asked for that is compressed: a small answer cannot become a large one.
    headers = {"Accept": question.accept, "Accept-Encoding": "identity", "Connection": "close"}
    headers["User-Agent"] = "microcal_xray"
    if connection.login is not None:
        headers["Authorization"] = connection.login.header
    if question.body_bytes:
        headers |= {"Content-Type": question.body_type, "Content-Length": str(question.body_bytes)}
    # An archive may say why it takes no more before it has all.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        link.request(question.method, _target(question, address), question.body or None, headers)
    paced.expect_answer()
    try:
        response = link.getresponse()
    except (OSError, http.client.HTTPException, TooMuchError):
        raise
    except Exception as error:  # hostile headers make their parser raise what it does not document
        raise http.client.HTTPException from error
    paced.allow(question.most_bytes)
    return response


def _target(question: Question, address: WebAddress) -> str:
    path = "/".join((address.path, *(quote(part, safe="") for part in question.path)))
    return f"{path}?{urlencode(question.keys, quote_via=quote)}" if question.keys else path


def _require_usable(response: http.client.HTTPResponse, question: Question, address: WebAddress) -> None:
    status = response.status
    if 300 <= status < 400:
        raise RefusedError(
            f"{address}: sends us to {_elsewhere(response)}, where we do not go; give that address yourself"
        )
    if status in (401, 407):
        raise RefusedError(f"{address}: wants a login that it knows (HTTP {status}); give one in a file")
    if status == 403:
        raise RefusedError(f"{address}: does not allow this (HTTP 403); ask who runs it")
    if status == 429 or (status >= 500 and status not in _NO_RETRY):
        raise BusyError(f"{address}: is busy or broken (HTTP {status}); try later", _wait_s(response))
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise UnusableAnswerError(
            f"{address}: the answer is compressed ({_word(coding)}), which was not asked for"
        )
    if response.length is not None and response.length > question.most_bytes:
        raise UnusableAnswerError(_too_much(address))


def _body(response: http.client.HTTPResponse, address: WebAddress) -> Iterator[bytes]:
    while True:
        with _clear(address):
            chunk = response.read1(_BLOCK)
            if not chunk and response.length:  # read1 does not say that an answer is cut off
                raise ConnectionResetError
        if not chunk:
            return
        yield chunk


@contextmanager
def _clear(address: WebAddress) -> Iterator[None]:
    """Turn what sockets, TLS and HTTP raise into one of our errors."""
    try:
        yield
    except MicrocalError:
        raise
    except ssl.SSLCertVerificationError as error:
        reason = one_line(error.verify_message, longest=_LONGEST_WORDS)
        raise RefusedError(
            f"{address}: its certificate is not trusted ({reason}); check --tls-authorities"
        ) from error
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        raise PacsError(f"{address}: the connection was lost") from error
    except ssl.SSLError as error:
        reason = one_line(error.reason or "no reason", longest=_LONGEST_WORDS)
        raise RefusedError(f"{address}: TLS was refused ({reason}); check the certificates") from error
    except TimeoutError as error:
        raise PacsError(f"{address}: no answer in time; check host and port, or give it longer") from error
    except TooMuchError as error:
        raise UnusableAnswerError(_too_much(address)) from error
    except (http.client.IncompleteRead, ConnectionError) as error:
        raise PacsError(
            f"{address}: no archive answers, or the connection was lost; check host and port"
        ) from error
    except (http.client.HTTPException, ValueError) as error:
        raise RefusedError(
            f"{address}: what answers there does not speak HTTP; check host and port"
        ) from error
    except OSError as error:
        reason = one_line(error.strerror or "no reason", longest=_LONGEST_WORDS)
        raise PacsError(f"{address}: cannot be reached ({reason}); check host and port") from error


def _too_much(address: WebAddress) -> str:
    return f"{address}: the answer is longer than the limit; --largest-mb moves that of an object"


def _elsewhere(response: http.client.HTTPResponse) -> str:
    try:
        there = urlsplit(response.headers.get("Location", ""))
        host = there.hostname or ""  # never what stands behind: it may be a secret of another
    except ValueError:
        return "another address"
    return _word(f"{host}{there.path}") or "another address"


def _wait_s(response: http.client.HTTPResponse) -> float:
    try:
        seconds = float(response.headers.get("Retry-After", "0"))
    except ValueError:  # a date: the usual pause will do
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0


def _word(text: str) -> str:
    return one_line(text, longest=_LONGEST_WORDS)
