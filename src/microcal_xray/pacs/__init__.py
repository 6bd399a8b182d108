"""Objects to an archive, and proof that they are there."""

from .address import Connection, PacsAddress, TlsFiles, address_from_text
from .objects import objects_to_send
from .send import SendSummary, Sent, send

__all__ = [
    "Connection",
    "PacsAddress",
    "SendSummary",
    "Sent",
    "TlsFiles",
    "address_from_text",
    "objects_to_send",
    "send",
]
