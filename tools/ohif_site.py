"""The viewer OHIF on the loopback, with a DICOMweb service behind the same origin."""

import http.client
import json
import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

ROOT = "/dicom-web"
_CONFIG = {
    "routerBasename": None,
    "extensions": [],
    "modes": [],
    "customizationService": {},
    "showStudyList": False,
    "maxNumberOfWebWorkers": 2,
    "showWarningMessageForCrossOrigin": False,
    "showCPUFallbackMessage": False,
    "investigationalUseDialog": {"option": "never"},
    "defaultDataSourceName": "archive",
    "dataSources": [
        {
            "namespace": "@ohif/extension-default.dataSourcesModule.dicomweb",
            "sourceName": "archive",
            "configuration": {
                "friendlyName": "archive",
                "name": "archive",
                "qidoRoot": ROOT,
                "wadoRoot": ROOT,
                "qidoSupportsIncludeField": False,
                "imageRendering": "wadors",
                "thumbnailRendering": "wadors",
                "enableStudyLazyLoad": True,
                "supportsFuzzyMatching": False,
                "supportsWildcard": True,
                "omitQuotationForMultipartRequest": True,
            },
        }
    ],
}
# OHIF asks for both: without them it has no shared memory.
_ISOLATED = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
_PASSED_ON = ("Accept", "Host")


@contextmanager
def ohif_site(viewer: Path, archive_port: int) -> Iterator[str]:
    """Serve a built viewer and, below `/dicom-web`, an archive; yield the address of the site.

    Parameters
    ----------
    viewer : Path
        The folder with its index.html.
    archive_port : int
        Of the archive, on the loopback.
    """
    with _Site(viewer, archive_port) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{site.server_address[1]}"
        finally:
            site.shutdown()
            thread.join()


class _Site(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, viewer: Path, archive_port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = {
            f"/{path.relative_to(viewer).as_posix()}": path for path in viewer.rglob("*") if path.is_file()
        }
        self.archive_port = archive_port


class _Handler(BaseHTTPRequestHandler):
    server: _Site

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith(ROOT + "/"):
            self._pass_on()
        elif path == "/app-config.js":
            self._answer(200, "text/javascript", f"window.config = {json.dumps(_CONFIG)};".encode())
        else:
            file = self.server.files.get(
                path, self.server.files["/index.html"]
            )  # the viewer has paths of its own
            self._answer(
                200, mimetypes.guess_type(file.name)[0] or "application/octet-stream", file.read_bytes()
            )

    def _pass_on(self) -> None:
        link = http.client.HTTPConnection("127.0.0.1", self.server.archive_port, timeout=30)
        # Orthanc compresses otherwise, and then loses the header that says so.
        headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
        link.request("GET", self.path, headers=headers | {"Accept-Encoding": "identity"})
        answer = link.getresponse()
        self._answer(answer.status, answer.headers.get("Content-Type", "text/plain"), answer.read())
        link.close()

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            **_ISOLATED,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""
