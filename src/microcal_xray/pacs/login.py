"""Who we are to a DICOMweb archive: a secret that is read from a file or a variable, and never shown."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import SettingsError

_LONGEST = 16_384  # signed tokens are long
_FORMS = "one line, `bearer TOKEN` or `basic USER:PASSWORD`"


@dataclass(frozen=True)
class Login:
    """A login as it goes over the wire; neither its text form nor an error of ours ever holds it.

    Parameters
    ----------
    header : str
        Value of the Authorization header, printable ASCII.
    """

    header: str = field(repr=False)

    def __post_init__(self) -> None:
        if not (self.header.isascii() and self.header.isprintable()):
            raise SettingsError("a login holds characters that no header may have")


def login_from_file(path: Path) -> Login:
    """Return the login that a file holds.

    Parameters
    ----------
    path : Path
        Of one line, ``bearer TOKEN`` or ``basic USER:PASSWORD``.

    Raises
    ------
    SettingsError
        If it cannot be read or holds none; what it holds is not told.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
    except OSError as error:
        raise SettingsError(f"{path}: the login cannot be read ({error.strerror})") from error
    return _login(content, str(path))


def login_from_variable(name: str, environment: Mapping[str, str]) -> Login:
    """Return the login that a variable of the environment holds.

    Parameters
    ----------
    name : str
    environment : mapping of str to str

    Raises
    ------
    SettingsError
        If it is not set or holds none; what it holds is not told.

    Examples
    --------
    >>> login_from_variable("ARCHIVE_LOGIN", {"ARCHIVE_LOGIN": "basic reader:secret"})
    Login()
    """
    if name not in environment:
        raise SettingsError(f"the variable {name!r} is not set; it is to hold {_FORMS}")
    return _login(environment[name].encode("utf-8", "surrogateescape"), f"the variable {name}")


def _login(content: bytes, where: str) -> Login:
    sort, _, secret = content.strip().partition(b" ")
    secret = secret.strip()
    # No error of these lines may be chained: its text or its locals would carry the secret.
    if len(content) <= _LONGEST and not any(mark < 32 or mark == 127 for mark in secret):
        if sort.lower() == b"bearer" and secret and secret.isascii() and b" " not in secret:
            return Login("Bearer " + secret.decode("ascii"))
        if sort.lower() == b"basic" and b":" in secret:
            return Login("Basic " + base64.b64encode(secret).decode("ascii"))
    raise SettingsError(f"{where}: holds no login; it is to hold {_FORMS}")
