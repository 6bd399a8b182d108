"""Ask the application as a browser or an attacker would: without a network, and over one."""

import http.client
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

TOKEN = "t0ken-of-these-tests"
HOST = "127.0.0.1:8765"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


def ask(application, path, *, method="GET", body=None, query="", **changes) -> Answer:
    """Ask like a page of ours; `changes` are WSGI variables, None takes one away."""
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    environment = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "HTTP_HOST": HOST,
        "HTTP_ORIGIN": f"http://{HOST}" if method == "POST" else None,
        "HTTP_SEC_FETCH_SITE": "same-origin",
        "HTTP_X_MICROCAL_TOKEN": TOKEN if method == "POST" else None,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": io.BytesIO(data),
        **changes,
    }
    said = {}

    def start_response(status, headers):
        said.update(status=int(status.split()[0]), headers=dict(headers))

    parts = application(
        {name: value for name, value in environment.items() if value is not None}, start_response
    )
    return Answer(said["status"], said["headers"], b"".join(parts))


class Served:
    """`microcal review` as a process of its own, asked over loopback."""

    def __init__(self, out: Path, *options: str) -> None:
        command = [sys.executable, "-m", "microcal_xray", "review", str(out), "--port", "0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.line = self.process.stdout.readline().strip()
        self.address = self.line.removeprefix("Open ")
        parts = urlsplit(self.address)
        self.host, self.token = parts.netloc, parts.path.split("/")[1]

    def ask(self, path: str, *, body=None, headers=None, method=None) -> Answer:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
            sent = (
                {} if body is None else {"Content-Type": "application/json", "X-Microcal-Token": self.token}
            )
            connection.request(
                method or ("GET" if body is None else "POST"), path, data, {**sent, **(headers or {})}
            )
            reply = connection.getresponse()
            return Answer(reply.status, dict(reply.getheaders()), reply.read())
        finally:
            connection.close()

    def post(self, reader: str, *events) -> Answer:
        return self.ask(f"/{self.token}/{reader}/events", body={"events": list(events)})

    def close(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(30)
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def __enter__(self) -> "Served":
        return self

    def __exit__(self, *_) -> None:
        self.close()
