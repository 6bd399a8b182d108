"""Where an archive is, and how it is spoken to."""

import re
import ssl
from dataclasses import dataclass
from pathlib import Path

from ..errors import SettingsError
from .login import Login

_TITLE = re.compile(r"[ -\[\]-~]{1,16}")  # PS3.5 6.2, AE: ASCII without controls and backslash
_ADDRESS = re.compile(r"(?P<title>[^@]+)@(?P<host>\[[0-9A-Fa-f:.]+\]|[^@:\s\[\]]+):(?P<port>\d{1,5})")
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>\d{1,5}))?(?P<path>(/[^/?#]+)*)/?",
    re.IGNORECASE,
)
_PATH = re.compile(r"(/[A-Za-z0-9._~%!$&'()*+,;=:@-]+)*")  # RFC 3986, 3.3
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LONGEST_TIMEOUT_S = 3600.0
_MOST_RETRIES = 100
_MOST_MB = 100_000.0


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
        _require_port(self.port)

    def __str__(self) -> str:
        """Return it as it is typed."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.title}@{host}:{self.port}"


@dataclass(frozen=True)
class WebAddress:
    """A DICOMweb service.

    Parameters
    ----------
    is_encrypted : bool
        https, or http.
    host : str
        A name or an address.
    port : int
        1 to 65535.
    path : str
        Of the service, as in "/dicom-web"; "" at the root.

    Raises
    ------
    SettingsError
        If a part is none.
    """

    is_encrypted: bool
    host: str
    port: int
    path: str

    def __post_init__(self) -> None:
        _require_port(self.port)
        if not _PATH.fullmatch(self.path):
            raise SettingsError(
                "the path of the archive holds characters that a URL may not have; write them as %"
            )

    def __str__(self) -> str:
        """Return it as it is typed."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _usual_port(self.is_encrypted) else f":{self.port}"
        return f"http{'s' * self.is_encrypted}://{host}{port}{self.path}"


def address_from_text(text: str) -> PacsAddress | WebAddress:
    """Return the address that is typed as TITLE@HOST:PORT, or as the URL of a DICOMweb service.

    Parameters
    ----------
    text : str

    Raises
    ------
    SettingsError
        If it is of neither form.

    Examples
    --------
    >>> address_from_text("ARCHIVE@pacs.example:104")
    PacsAddress(title='ARCHIVE', host='pacs.example', port=104)
    >>> address_from_text("https://pacs.example/dicom-web")
    WebAddress(is_encrypted=True, host='pacs.example', port=443, path='/dicom-web')
    """
    if text.lower().startswith(("http:", "https:")):
        return _web_address(text)
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise SettingsError(
            f"{text!r} is no address of an archive; give TITLE@HOST:PORT or https://HOST/PATH"
        )
    return PacsAddress(found["title"], found["host"].strip("[]"), int(found["port"]))


def _web_address(text: str) -> WebAddress:
    found = _URL.fullmatch(text)
    if found is None:  # it is not repeated: it may hold a password
        raise SettingsError(
            "the URL of the archive is none; give https://HOST[:PORT]/PATH, without user or question"
        )
    is_encrypted = found["scheme"].lower() == "https"
    port = int(found["port"] or _usual_port(is_encrypted))
    return WebAddress(is_encrypted, found["host"].strip("[]"), port, found["path"])


def _usual_port(is_encrypted: bool) -> int:
    return 443 if is_encrypted else 80


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
    address : PacsAddress or WebAddress
        Of an application entity (DIMSE), or of a DICOMweb service.
    calling_title : str
        Our own title (AET), for DIMSE.
    tls : TlsFiles or None
        None: not encrypted, unless the address is an https one; whom the system trusts is then trusted.
    timeout_s : float
        For each answer, over 0.
    retries : int
        How often a connection that failed is tried again, each time after twice the pause.
    pause_s : float
        Before the first of them.
    login : Login or None
        For DICOMweb alone.
    largest_mb : float
        Of an object that is read over DICOMweb, in millions of bytes; more is refused.

    Raises
    ------
    SettingsError
        If a value is out of its range, or a login or TLS does not go with the address.
    """

    address: PacsAddress | WebAddress
    calling_title: str = "MICROCAL"
    tls: TlsFiles | None = None
    timeout_s: float = 30.0
    retries: int = 2
    pause_s: float = 1.0
    login: Login | None = None
    largest_mb: float = 1000.0

    def __post_init__(self) -> None:
        _require_title(self.calling_title)
        if not 0 < self.timeout_s <= _LONGEST_TIMEOUT_S:
            raise SettingsError(
                f"timeout_s is {self.timeout_s!r}; it must be over 0, up to {_LONGEST_TIMEOUT_S:g} seconds"
            )
        if not 0 <= self.retries <= _MOST_RETRIES:
            raise SettingsError(f"retries is {self.retries!r}; it must be 0 to {_MOST_RETRIES}")
        if not 0 < self.largest_mb <= _MOST_MB:
            raise SettingsError(f"largest_mb is {self.largest_mb!r}; it must be over 0, up to {_MOST_MB:g}")
        self._require_that_all_goes_together()

    def _require_that_all_goes_together(self) -> None:
        if isinstance(self.address, PacsAddress):
            if self.login is not None:
                raise SettingsError("a login is for DICOMweb alone; give an https address")
        elif not self.address.is_encrypted:
            if self.tls is not None:
                raise SettingsError(
                    "TLS is asked for and the address begins with http; give an https address"
                )
            if self.login is not None and self.address.host not in _LOOPBACK:
                raise SettingsError("a login over http can be read on the way; give an https address")


def _require_port(port: int) -> None:
    if not 1 <= port <= 65535:
        raise SettingsError(f"port {port} is none; it must be 1 to 65535")


def _require_title(title: str) -> None:
    if not _TITLE.fullmatch(title) or not title.strip():
        raise SettingsError(f"{title!r} is no title (AET); it must be 1 to 16 plain characters")
