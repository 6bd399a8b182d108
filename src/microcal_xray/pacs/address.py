"""Where an archive is, and how it is spoken to."""

import re
import ssl
from dataclasses import dataclass
from pathlib import Path

from ..errors import SettingsError

_TITLE = re.compile(r"[ -\[\]-~]{1,16}")  # PS3.5 6.2, AE: ASCII without controls and backslash
_ADDRESS = re.compile(r"(?P<title>[^@]+)@(?P<host>\[[0-9A-Fa-f:.]+\]|[^@:\s\[\]]+):(?P<port>\d{1,5})")
_LONGEST_TIMEOUT_S = 3600.0
_MOST_RETRIES = 100


@dataclass(frozen=True)
class PacsAddress:
    """An application entity on the network.

    Parameters
    ----------
    title : str
        Its title (AET), 1 to 16 characters.
    host : str
        A name or an address.
    port : int
        1 to 65535.

    Raises
    ------
    SettingsError
        If a part is none.
    """

    title: str
    host: str
    port: int

    def __post_init__(self) -> None:
        _require_title(self.title)
        if not 1 <= self.port <= 65535:
            raise SettingsError(f"port {self.port} is none; it must be 1 to 65535")

    def __str__(self) -> str:
        """Return it as it is typed."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.title}@{host}:{self.port}"


def address_from_text(text: str) -> PacsAddress:
    """Return the address that is typed as TITLE@HOST:PORT.

    Raises
    ------
    SettingsError
        If it is not of that form.

    Examples
    --------
    >>> address_from_text("ARCHIVE@pacs.example:104")
    PacsAddress(title='ARCHIVE', host='pacs.example', port=104)
    """
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise SettingsError(f"{text!r} is no address of an archive; give TITLE@HOST:PORT")
    return PacsAddress(found["title"], found["host"].strip("[]"), int(found["port"]))


@dataclass(frozen=True)
class TlsFiles:
    """What TLS needs; the name of the archive is checked against its certificate.

    Parameters
    ----------
    authorities : Path or None
        Certificates (PEM) of whom to trust. None: those of the system.
    certificate, key : Path or None
        Our own (PEM), where the archive asks for one.
    """

    authorities: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Return a context that checks the archive.

        Raises
        ------
        SettingsError
            If a file cannot be used.
        """
        try:
            context = ssl.create_default_context(cafile=self.authorities)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key)
        except OSError as error:  # ssl.SSLError is one
            files = ", ".join(str(each) for each in (self.authorities, self.certificate, self.key) if each)
            raise SettingsError(f"{files}: cannot be used for TLS ({error.strerror or error})") from error
        return context


@dataclass(frozen=True)
class Connection:
    """How an archive is spoken to.

    Parameters
    ----------
    address : PacsAddress
    calling_title : str
        Our own title (AET).
    tls : TlsFiles or None
        None: not encrypted.
    timeout_s : float
        For each answer, over 0.
    retries : int
        How often a connection that failed is tried again, each time after twice the pause.
    pause_s : float
        Before the first of them.

    Raises
    ------
    SettingsError
        If a value is out of its range.
    """

    address: PacsAddress
    calling_title: str = "MICROCAL"
    tls: TlsFiles | None = None
    timeout_s: float = 30.0
    retries: int = 2
    pause_s: float = 1.0

    def __post_init__(self) -> None:
        _require_title(self.calling_title)
        if not 0 < self.timeout_s <= _LONGEST_TIMEOUT_S:
            raise SettingsError(
                f"timeout_s is {self.timeout_s!r}; it must be over 0, up to {_LONGEST_TIMEOUT_S:g} seconds"
            )
        if not 0 <= self.retries <= _MOST_RETRIES:
            raise SettingsError(f"retries is {self.retries!r}; it must be 0 to {_MOST_RETRIES}")


def _require_title(title: str) -> None:
    if not _TITLE.fullmatch(title) or not title.strip():
        raise SettingsError(f"{title!r} is no title (AET); it must be 1 to 16 plain characters")
