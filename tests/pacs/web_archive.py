"""A DICOMweb archive on the loopback: it keeps what it gets, and misbehaves as a test likes."""

import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pydicom

from microcal_xray.pacs import Connection, WebAddress

STUDY, SERIES, INSTANCE = "0020000D", "0020000E", "00080018"
LEVELS = {"studies": STUDY, "series": SERIES, "instances": INSTANCE}
KEYS = {
    "StudyInstanceUID": STUDY,
    "SOPInstanceUID": INSTANCE,
    "PatientID": "00100020",
    "AccessionNumber": "00080050",
    "StudyDate": "00080020",
}
TOLD = (STUDY, SERIES, INSTANCE, "00100020", "00080050", "00080020", "00080060")


@dataclass
class Reply:
    """What is answered in place of the honest answer; a body that is None stands for a cut connection."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Iterator[bytes] | None = b""


@dataclass
class WebArchive:
    """What happened there, and how it is to behave."""

    port: int = 0
    kept: dict[str, bytes] = field(default_factory=dict)  # whole files
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    replies: dict[str, list[Reply]] = field(default_factory=dict)  # the next ones to stow, qido and wado
    always: dict[str, Reply] = field(default_factory=dict)
    overlooks: tuple[str, ...] = ()  # keys of questions that it does not look at
    page: int = 1000  # it gives no more records at once
    forgets: bool = False

    def count(self, kind):
        return sum(asked == kind for asked, _, _ in self.requests)


def records(state, parts, asked):
    level = LEVELS[parts[-1]]
    wanted = dict(zip((STUDY, SERIES), parts[1:4:2], strict=False))
    wanted |= {
        KEYS[key]: values[0] for key, values in asked.items() if key in KEYS and key not in state.overlooks
    }
    found = {}
    for content in state.kept.values():
        header = pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True)
        values = {tag: str(header[tag].value) for tag in TOLD if tag in header}
        if all(values.get(tag) == value for tag, value in wanted.items()):
            found[values[level]] = {tag: {"vr": "LO", "Value": [value]} for tag, value in values.items()}
    start = int(asked.get("offset", ["0"])[0])
    return list(found.values())[start : start + min(state.page, int(asked.get("limit", ["1000"])[0]))]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        head, self.sent = b"\r\n\r\n", self.rfile.read(int(self.headers["Content-Length"]))
        if not self.misbehaved("stow"):
            boundary = self.headers.get_boundary().encode()
            content = self.sent.split(head, 1)[1].rsplit(b"\r\n--" + boundary + b"--", 1)[0]
            uid = str(pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True).SOPInstanceUID)
            if not self.server.state.forgets:
                self.server.state.kept.setdefault(uid, content)
            # A success has an empty sequence of failures too, as Orthanc has.
            self.answer_json({"00081199": {"vr": "SQ", "Value": [{}]}, "00081198": {"vr": "SQ"}})

    def do_GET(self):
        url = urlsplit(self.path)
        parts = [unquote(part) for part in url.path.removeprefix("/dicom-web/").split("/")]
        is_object = len(parts) == 6
        if self.misbehaved("wado" if is_object else "qido"):
            return
        if not is_object:
            self.answer_json(records(self.server.state, parts, parse_qs(url.query)))
        elif parts[-1] in self.server.state.kept:
            self.answer(multipart(self.server.state.kept[parts[-1]]))
        else:
            self.answer(Reply(404))

    def misbehaved(self, kind):
        state = self.server.state
        state.requests.append((kind, self.path, dict(self.headers)))
        waiting = state.replies.get(kind)
        reply = waiting.pop(0) if waiting else state.always.get(kind)
        if reply is not None:
            self.answer(reply)
        return reply is not None

    def answer_json(self, content):
        self.answer(Reply(200, {"Content-Type": "application/dicom+json"}, json.dumps(content).encode()))

    def answer(self, reply):
        if reply.body is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        try:
            self.send_response(reply.status)
            whole = isinstance(reply.body, bytes)
            headers = {"Content-Length": str(len(reply.body))} if whole else {}
            for name, value in (headers | reply.headers).items():
                self.send_header(name, value)
            self.end_headers()
            for chunk in [reply.body] if whole else reply.body:
                self.wfile.write(chunk)
        except OSError:
            self.close_connection = True  # the client has had enough

    def log_message(self, *_):
        pass


def multipart(content, boundary="x"):
    body = b"--%b\r\nContent-Type: application/dicom\r\n\r\n%b\r\n--%b--\r\n" % (
        boundary.encode(),
        content,
        boundary.encode(),
    )
    return Reply(
        200, {"Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}'}, body
    )


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request, client_address):
        pass  # a client that leaves early is what some tests are about


@contextmanager
def web_archive(*, tls=None) -> Iterator[WebArchive]:
    state = WebArchive()
    with Server(("127.0.0.1", 0), Handler) as server:
        server.state = state
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def speaking(talk) -> Iterator[int]:
    """Serve each connection by a function of its socket; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    try:
                        talk(peer)
                    except OSError:
                        continue  # the client has had enough

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)


def web_connection(port, **options):
    options = {"timeout_s": 5.0, "pause_s": 0.0} | options
    return Connection(WebAddress(False, "127.0.0.1", port, "/dicom-web"), **options)
