"""The server's answers, as a WSGI application: who may ask is `requests`, what is kept is `store`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..errors import MicrocalError
from ..reporting import overlay_names
from ..reporting.overlay_files import OVERLAYS_FOLDER
from ..reporting.words import Language, told, words_of
from .adjudication_page import adjudication_page
from .consensus import consensus
from .desk import desk_page, read_report_page
from .events import Event, RefusedEventError, event_from_dict, reader_name
from .ordering import blinded_order
from .progress import progress_of
from .requests import (
    Environment,
    RefusedRequestError,
    Reply,
    Request,
    StartResponse,
    admitted,
    asked_reader,
    json_reply,
    sent,
)
from .start_page import language_of, start_page
from .store import Order, Role, Store

_HTML = "text/html; charset=utf-8"
_MOST_EVENTS = 1000
_NO_READERS = ("open", OVERLAYS_FOLDER)  # these are addresses


@dataclass(frozen=True)
class ReviewOptions:
    """How a study is read.

    Parameters
    ----------
    reader : str or None
        The only one who may read, as `reader_name` writes it. None: whoever has the address says who.
    is_blinded : bool
        Each reader has the images in an order of their own, made by the seed.
    seed : int
    is_adjudication : bool
        Disagreements are settled instead of images read.
    """

    reader: str | None = None
    is_blinded: bool = False
    seed: int = 0
    is_adjudication: bool = False

    @property
    def role(self) -> Role:
        """As what events are stored."""
        return Role.ADJUDICATION if self.is_adjudication else Role.READING


class Application:
    """The WSGI application of one study; threads may call it at the same time.

    Parameters
    ----------
    store : Store
    options : ReviewOptions
    token : str
        The first part of every path.
    hosts : sequence of str
        Under which it may be asked, as 127.0.0.1:8765.
    """

    def __init__(self, store: Store, options: ReviewOptions, *, token: str, hosts: Sequence[str]) -> None:
        self._store = store
        self._options = options
        self._token = token
        self._hosts = tuple(hosts)
        self._overlays = overlay_names(image.file for image in store.study.images)

    def __call__(self, environment: Environment, start_response: StartResponse) -> list[bytes]:
        """Answer one request; whatever goes wrong is an answer too."""
        is_head = environment.get("REQUEST_METHOD") == "HEAD"
        language = language_of(str(environment.get("HTTP_ACCEPT_LANGUAGE", "")))
        try:
            reply = self._answer(admitted(environment, token=self._token, hosts=self._hosts))
        except RefusedRequestError as refused:
            reply = json_reply({"error": _told(refused.words, language)}, status=refused.status)
        except RefusedEventError as error:
            reply = json_reply({"error": _told(str(error), language)}, status=HTTPStatus.BAD_REQUEST)
        except MicrocalError as error:
            reply = json_reply({"error": str(error)}, status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return sent(reply, start_response, is_head=is_head)

    def _answer(self, request: Request) -> Reply:
        match request.parts:
            case ("",) if request.method == "GET":
                return self._start(language_of(request.languages))
            case ("open",) if request.method == "GET":
                return self._moved(f"{quote(self._known(asked_reader(request.query)))}/")
            case (reader, "") if request.method == "GET":
                return self._page(self._known(reader), language_of(request.languages))
            case (_, part, name) if part == OVERLAYS_FOLDER and request.method == "GET":
                return self._overlay(name)
            case (part, name) if part == OVERLAYS_FOLDER and request.method == "GET":
                return self._overlay(name)
            case (reader, "events"):
                return self._events(self._known(reader), request)
        raise RefusedRequestError(HTTPStatus.NOT_FOUND, "there is nothing of that name here")

    def _known(self, text: str) -> str:
        name = reader_name(text)
        if name in _NO_READERS:
            raise RefusedRequestError(HTTPStatus.NOT_FOUND, f"{name} is no name of a reader here")
        if self._options.reader not in (None, name):
            raise RefusedRequestError(
                HTTPStatus.FORBIDDEN, f"this server was started for {self._options.reader}"
            )
        return name

    def _moved(self, place: str) -> Reply:
        location = f"/{self._token}/{place}"
        return Reply(b"", status=HTTPStatus.SEE_OTHER, headers=(("Location", location),))

    def _start(self, language: Language) -> Reply:
        if self._options.reader is not None:
            return self._moved(f"{quote(self._options.reader)}/")
        names = self._store.readers(role=self._options.role)
        known = [
            progress_of(
                name,
                self._planned(name).files,
                self._store.events(name, role=self._options.role),
                self._store.study,
            )
            for name in names
        ]
        return _html(
            *start_page(known, is_adjudication=self._options.is_adjudication, words=words_of(language))
        )

    def _page(self, reader: str, language: Language) -> Reply:
        study = self._store.study
        if self._options.is_adjudication:
            found = consensus(study, self._store.events(), self._store.events(role=Role.ADJUDICATION))
            return _html(
                *adjudication_page(
                    found, self._overlays, out=study.out, token=self._token, words=words_of(language)
                )
            )
        order = self._order(reader)
        block = {
            "api": "events",
            "token": self._token,
            "reader": reader,
            "order": list(order.files),
            "blinded": order.seed is not None,
        }
        page = desk_page(read_report_page(study.out), block)
        # The page brings its own policy; this one only says who may put it into a frame.
        return Reply(page, _HTML, headers=(("Content-Security-Policy", "frame-ancestors 'none'"),))

    def _order(self, reader: str) -> Order:
        """Return the order of a reader; a mixed one is recorded at once, so that no later seed changes it."""
        order = self._planned(reader)
        return order if order.seed is None else self._store.record_order(reader, order)

    def _planned(self, reader: str) -> Order:
        recorded = self._store.orders().get(reader)
        files = tuple(image.file for image in self._store.study.images)
        if recorded is not None:
            # An image that is not there any more cannot be shown.
            return Order(tuple(file for file in recorded.files if file in set(files)), recorded.seed)
        if not self._options.is_blinded:
            return Order(files)
        return Order(blinded_order(files, seed=self._options.seed, reader=reader), self._options.seed)

    def _overlay(self, name: str) -> Reply:
        # Only names of our own making are opened, so that no path leads out of the folder.
        path = self._store.study.out / OVERLAYS_FOLDER / name
        if name not in self._overlays.values() or not _is_plain_file(path):
            raise RefusedRequestError(HTTPStatus.NOT_FOUND, "there is no such overlay")
        return Reply(path.read_bytes(), "image/png")

    def _events(self, reader: str, request: Request) -> Reply:
        role, language = self._options.role, language_of(request.languages)
        if request.method == "GET":
            return json_reply({"events": [each.as_dict() for each in self._store.events(reader, role=role)]})
        stored: list[str] = []
        refused: list[dict[str, Any]] = []
        events: list[Event] = []
        for values in _sent_events(request.body):
            try:
                events.append(event_from_dict(values, self._store.study, reader=reader))
            except RefusedEventError as error:
                refused.append({"event": _id_of(values), "reason": _told(str(error), language)})
        try:
            stored += self._store.add(events, role=role)
        except RefusedEventError as error:
            words = _told(str(error), language)
            return json_reply({"error": words, "stored": []}, status=HTTPStatus.CONFLICT)
        if refused and not stored:
            words = refused[0]["reason"]
            return json_reply(
                {"error": words, "stored": [], "refused": refused}, status=HTTPStatus.BAD_REQUEST
            )
        return json_reply({"stored": stored, "refused": refused} if refused else {"stored": stored})


def _sent_events(body: bytes) -> list[object]:
    try:
        document = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise RefusedEventError("the body is no JSON") from None
    events = document.get("events") if isinstance(document, dict) else None
    if not isinstance(events, list) or set(document) != {"events"} or len(events) > _MOST_EVENTS:
        raise RefusedEventError(f'the body must be {{"events": [...]}} with at most {_MOST_EVENTS} events')
    return events


def _id_of(values: object) -> str | None:
    name = values.get("event") if isinstance(values, dict) else None
    return name[:64] if isinstance(name, str) else None


def _told(refusal: str, language: Language) -> str:
    """Return a refusal in the language that the browser asks for; one without a translation as it is."""
    return told(refusal, words_of(language), group="refused") or refusal


def _is_plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _html(page: bytes, policy: str) -> Reply:
    return Reply(page, _HTML, headers=(("Content-Security-Policy", policy),))
