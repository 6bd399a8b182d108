"""Objects to an archive, and proof that they are there."""

from .address import Connection, PacsAddress, TlsFiles, address_from_text
from .fetch import FetchSummary, Query, fetch
from .objects import objects_to_send
from .send import SendSummary, Sent, send

__all__ = [
    "Connection",
    "FetchSummary",
    "PacsAddress",
    "Query",
    "SendSummary",
    "Sent",
    "TlsFiles",
    "address_from_text",
    "fetch",
    "objects_to_send",
    "send",
]
