"""How the node is, over HTTP on the loopback: JSON, a line for people, and the text that Prometheus reads."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer

from ..version import __version__

_LOOPBACK = "127.0.0.1"
_PATIENCE_S = 2.0


@dataclass(frozen=True)
class Health:
    """How the node is.

    Parameters
    ----------
    status : str
        `ok`, `full` (it refuses objects for want of room) or `stopping`.
    uptime_s : float
    associations, waiting : int
        Open now; connections that are none yet.
    studies : mapping
        How many are in each state now.
    inbox_bytes : int
    peak_memory_bytes : int or None
        Of the node's own process, without its children. None: the system does not say.
    counts : mapping
        What has happened since it began: of each name, by kind.
    """

    status: str
    uptime_s: float
    associations: int
    waiting: int
    studies: dict[str, int]
    inbox_bytes: int
    peak_memory_bytes: int | None
    counts: dict[str, dict[str, int]]


def health_line(health: Health) -> str:
    """Return it in one line."""
    studies = ", ".join(f"{count} {state}" for state, count in health.studies.items())
    objects = health.counts.get("objects", {})
    return (
        f"{health.status}: {health.associations} associations, {health.waiting} connections waiting; "
        f"studies: {studies or 'none'}; {objects.get('stored', 0)} objects stored since it began, "
        f"{health.inbox_bytes / 1e6:.1f} MB in the inbox"
    )


def health_document(health: Health) -> str:
    """Return it as JSON."""
    return json.dumps({"schema": "microcal-node-health/1", "version": __version__, **asdict(health)})


def health_metrics(health: Health) -> str:
    """Return it in the text format of Prometheus.

    Examples
    --------
    >>> health = Health("ok", 1.0, 0, 0, {}, 0, None, {"objects": {"stored": 2}})
    >>> print(health_metrics(health).splitlines()[-1])
    microcal_node_objects_total{kind="stored"} 2
    """
    gauges = {
        "up": int(health.status != "stopping"),
        "full": int(health.status == "full"),
        "uptime_seconds": round(health.uptime_s, 1),
        "associations": health.associations,
        "waiting_connections": health.waiting,
        "inbox_bytes": health.inbox_bytes,
        "peak_memory_bytes": health.peak_memory_bytes,
    }
    lines = []
    for name, value in gauges.items():
        if value is not None:
            lines += [f"# TYPE microcal_node_{name} gauge", f"microcal_node_{name} {value}"]
    lines.append("# TYPE microcal_node_studies gauge")
    lines += [f'microcal_node_studies{{state="{state}"}} {count}' for state, count in health.studies.items()]
    for name, kinds in health.counts.items():
        lines.append(f"# TYPE microcal_node_{name}_total counter")
        for kind, count in kinds.items():
            label = f'{{kind="{kind}"}}' if kind else ""
            lines.append(f"microcal_node_{name}_total{label} {count}")
    return "\n".join(lines) + "\n"


class HealthServer:
    """Answers on the loopback alone, one question at a time.

    Parameters
    ----------
    port : int
        0: any that is free.
    ask : callable
        Returns the health.

    Raises
    ------
    OSError
        If it cannot listen there.
    """

    def __init__(self, port: int, ask: Callable[[], Health]) -> None:
        pages: dict[str, tuple[str, Callable[[Health], str]]] = {
            "/": ("text/plain; charset=utf-8", lambda health: health_line(health) + "\n"),
            "/health": ("application/json", health_document),
            "/metrics": ("text/plain; version=0.0.4; charset=utf-8", health_metrics),
        }

        class Handler(BaseHTTPRequestHandler):
            timeout = _PATIENCE_S  # somebody who asks slowly keeps others waiting

            def do_GET(self) -> None:
                page = pages.get(self.path)
                if page is None:
                    self.send_error(404)
                    return
                health = ask()
                body = page[1](health).encode()
                self.send_response(503 if self.path == "/health" and health.status != "ok" else 200)
                self.send_header("Content-Type", page[0])
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                """Say nothing: the log is about the node's work."""

        class Server(TCPServer):
            allow_reuse_address = True

            def handle_error(self, *arguments: object) -> None:
                """Say nothing: whoever asked has gone."""

        self._server = Server((_LOOPBACK, port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it answers."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_PATIENCE_S)
