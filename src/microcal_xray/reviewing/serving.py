"""Serve the desk on this machine's own address, until it is told to stop.

The server is waitress (extra `review`: ZPL 2.1, one package of 56 kB without dependencies, kept up by the
Pylons project): `http.server` calls itself unfit for production and has no limits, starlette with uvicorn
would bring six packages for four routes. The application is plain WSGI and needs no framework.
"""

import contextlib
import secrets
import socket
import sys
from collections.abc import Callable
from importlib.util import find_spec
from urllib.parse import quote

from ..errors import MicrocalError, SettingsError
from .application import Application, ReviewOptions
from .requests import LARGEST_BODY
from .store import Store

# Always the same: a browser keeps what was not yet saved by address and port.
USUAL_PORT = 8765
_HOST = "127.0.0.1"
_THREADS = 4
_LAST_PORT = 65535
_LARGEST_HEADER = 16 << 10
_IDLE_S = 60


def serve(
    store: Store,
    options: ReviewOptions,
    *,
    port: int = USUAL_PORT,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve a study until Ctrl-C; requests that were begun are answered first.

    Parameters
    ----------
    store : Store
    options : ReviewOptions
    port : int
        0: any that is free.
    announce : callable
        Gets the address to open, once it can be opened.

    Raises
    ------
    SettingsError
        If the port cannot be had.
    MicrocalError
        If waitress is not installed.
    """
    if find_spec("waitress") is None:
        raise MicrocalError("the reviewer's server needs one more package: pip install microcal-xray[review]")
    from waitress import create_server  # an extra

    with contextlib.closing(_bound(port)) as door:
        token = secrets.token_urlsafe(24)
        hosts = [f"{name}:{door.getsockname()[1]}" for name in (_HOST, "localhost")]
        server = create_server(
            Application(store, options, token=token, hosts=hosts),
            sockets=[door],
            threads=_THREADS,
            ident=None,
            max_request_body_size=LARGEST_BODY + 1024,
            max_request_header_size=_LARGEST_HEADER,
            channel_timeout=_IDLE_S,
            clear_untrusted_proxy_headers=True,
        )
        person = "" if options.reader is None else f"{quote(options.reader)}/"
        announce(f"http://{hosts[0]}/{token}/{person}")
        server.run()  # waitress itself ends at Ctrl-C, and lets its threads finish


def _bound(port: int) -> socket.socket:
    if not 0 <= port <= _LAST_PORT:
        raise SettingsError(f"port is {port}; it must be a whole number from 0 to {_LAST_PORT}")
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let two servers share a port
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((_HOST, port))
        door.listen()
    except OSError as error:
        door.close()
        raise SettingsError(
            f"port {port} cannot be had ({error.strerror}); give another by --port"
        ) from error
    return door
