"""Objects to an archive, and proof that they are there; radiographs from one."""

from .address import Connection, PacsAddress, TlsFiles, WebAddress, address_from_text
from .failures import PacsError, RefusedError
from .fetch import FetchSummary, fetch
from .login import Login, login_from_file, login_from_variable
from .objects import objects_to_send
from .query import Query
from .send import SendSummary, Sent, send

__all__ = [
    "Connection",
    "FetchSummary",
    "Login",
    "PacsAddress",
    "PacsError",
    "Query",
    "RefusedError",
    "SendSummary",
    "Sent",
    "TlsFiles",
    "WebAddress",
    "address_from_text",
    "fetch",
    "login_from_file",
    "login_from_variable",
    "objects_to_send",
    "send",
]
