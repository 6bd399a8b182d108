"""What the server says to a request, and which requests it does not answer at all.

A page of any other origin in the same browser can send requests to 127.0.0.1, and a name can be made to point
there. So a request must name our own host (against rebinding), come from our own pages or from the address
bar (`Origin`, `Sec-Fetch-Site`), know the random token in its path, and to write also send it as a header,
which no form of a foreign page can.
"""

import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

LARGEST_BODY = 2 << 20  # a hundred events of 500 points each
TOKEN_HEADER = "X-Microcal-Token"

Environment = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

_ALWAYS = (
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)


@dataclass(frozen=True)
class Reply:
    """An answer.

    Parameters
    ----------
    body : bytes
    kind : str
        Its content type.
    status : HTTPStatus
    headers : tuple of (name, value)
        Besides those that every answer has.
    """

    body: bytes
    kind: str = "text/plain; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK
    headers: tuple[tuple[str, str], ...] = ()


class RefusedRequestError(Exception):
    """A request that is not answered; holds what is said instead."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@dataclass(frozen=True)
class Request:
    """A request that passed the door.

    Parameters
    ----------
    method : str
        GET or POST.
    parts : tuple of str
        The path behind the token, decoded.
    query : str
    body : bytes
    languages : str
        Those that the browser asks for, as in Accept-Language.
    """

    method: str
    parts: tuple[str, ...]
    query: str = ""
    body: bytes = b""
    languages: str = ""


def admitted(environment: Environment, *, token: str, hosts: Iterable[str]) -> Request:
    """Return the request if it may be answered.

    Parameters
    ----------
    environment : mapping
        Of WSGI.
    token : str
    hosts : iterable of str
        Under which the server may be asked, with their port.

    Raises
    ------
    RefusedRequestError
        If it may not.
    """
    method = str(environment.get("REQUEST_METHOD"))
    allowed = tuple(hosts)
    if environment.get("HTTP_HOST") not in allowed:
        raise RefusedRequestError(HTTPStatus.MISDIRECTED_REQUEST, "this server answers to its own name only")
    origin = environment.get("HTTP_ORIGIN")
    if origin is not None and origin not in [f"http://{host}" for host in allowed]:
        raise RefusedRequestError(HTTPStatus.FORBIDDEN, "requests of other pages are refused")
    if environment.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin"):
        raise RefusedRequestError(HTTPStatus.FORBIDDEN, "requests of other pages are refused")
    # WSGI hands the bytes of the path on as Latin-1.
    path = str(environment.get("PATH_INFO", "")).encode("latin-1", "replace").decode("utf-8", "replace")
    first, *rest = path.removeprefix("/").split("/")
    if not hmac.compare_digest(first.encode(), token.encode()):
        raise RefusedRequestError(
            HTTPStatus.FORBIDDEN, "the address lacks its token; take the one on the terminal"
        )
    if method not in ("GET", "HEAD", "POST"):
        raise RefusedRequestError(HTTPStatus.METHOD_NOT_ALLOWED, "only GET and POST are known here")
    body = _body(environment, token) if method == "POST" else b""
    return Request(
        "POST" if method == "POST" else "GET",
        tuple(rest),
        str(environment.get("QUERY_STRING", "")),
        body,
        str(environment.get("HTTP_ACCEPT_LANGUAGE", "")),
    )


def asked_reader(query: str) -> str:
    """Return the name in the query of the start page's form.

    Examples
    --------
    >>> asked_reader("reader=Anna+M%C3%BCller")
    'Anna Müller'
    """
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name == "reader":
            return unquote(value.replace("+", " "))
    return ""


def json_reply(document: Mapping[str, Any], *, status: HTTPStatus = HTTPStatus.OK) -> Reply:
    """Return an object as an answer."""
    return Reply(json.dumps(document).encode(), "application/json", status)


def sent(reply: Reply, start_response: StartResponse, *, is_head: bool = False) -> list[bytes]:
    """Hand an answer to the WSGI server."""
    status = f"{reply.status.value} {reply.status.phrase}"
    length = ("Content-Length", str(len(reply.body)))
    start_response(status, [("Content-Type", reply.kind), length, *_ALWAYS, *reply.headers])
    return [] if is_head else [reply.body]


def _body(environment: Environment, token: str) -> bytes:
    header = str(environment.get("HTTP_" + TOKEN_HEADER.upper().replace("-", "_"), ""))
    if not hmac.compare_digest(header.encode("utf-8", "replace"), token.encode()):
        raise RefusedRequestError(HTTPStatus.FORBIDDEN, f"the header {TOKEN_HEADER} is missing or wrong")
    if str(environment.get("CONTENT_TYPE", "")).split(";")[0].strip().lower() != "application/json":
        raise RefusedRequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "events are sent as application/json")
    try:
        length = int(environment.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = -1
    if length < 0:
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, "the length of the body is no number")
    if length > LARGEST_BODY:
        raise RefusedRequestError(
            HTTPStatus(413),  # its name depends on the version of Python
            f"the body is over {LARGEST_BODY >> 20} MiB; send the events in parts",
        )
    body: bytes = environment["wsgi.input"].read(length)
    return body
