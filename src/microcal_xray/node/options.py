"""How a node is run: where it listens, whom it lets in, what one peer may cost, and where results go."""

import math
from dataclasses import dataclass, field
from pathlib import Path

from ..batch import BatchOptions
from ..errors import SettingsError
from ..exporting import ExportOptions
from ..pacs import Connection, PacsAddress, TlsFiles

GIB = 1 << 30
MIB = 1 << 20
_MOST_ASSOCIATIONS = 200  # each has two threads and a file descriptor below 1024, which `select` needs
_LONGEST_S = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What peers may cost the node, all together and each.

    Parameters
    ----------
    associations : int
        At a time, 1 to 200. One address never holds more than three quarters of them.
    waiting : int
        Connections that have not yet said who they are; more push out the oldest.
    object_bytes : int
        Of one object; a larger one is read and thrown away.
    inbox_bytes : int
        Of all images that are kept. Over it, finished studies go first; then storage is refused.
    images : int
        Kept at a time, likewise; each costs a moment whenever the node looks what is to be done.
    free_bytes : int
        Of the disk, which are left free.
    timeout_s : float
        Without a byte, or for one PDU; then the connection is closed.
    request_s : float
        For an association to be asked for.
    object_s : float
        For one object, and from one object to the next on an association.

    Raises
    ------
    SettingsError
        If a value is out of its range.
    """

    associations: int = 10
    waiting: int = 128
    object_bytes: int = 256 * MIB
    inbox_bytes: int = 20 * GIB
    images: int = 10_000
    free_bytes: int = 1 * GIB
    timeout_s: float = 30.0
    request_s: float = 10.0
    object_s: float = 300.0

    def __post_init__(self) -> None:
        _require_whole("associations", self.associations, most=_MOST_ASSOCIATIONS)
        _require_whole("waiting", self.waiting, most=512)
        _require_whole("object_bytes", self.object_bytes, most=GIB)
        _require_whole("inbox_bytes", self.inbox_bytes, most=1 << 50)
        _require_whole("images", self.images, most=1_000_000)
        _require_whole("free_bytes", self.free_bytes, least=0, most=1 << 50)
        for name in ("timeout_s", "request_s", "object_s"):
            _require_seconds(name, getattr(self, name))


@dataclass(frozen=True, kw_only=True)
class NodeOptions:
    """How a node is run.

    Parameters
    ----------
    port : int
        1 to 65535; 0: any that is free.
    title : str
        Our own title (AET), by which we must be called.
    out : Path
        Where results go, one folder for each study, and where the node keeps its state.
    bind : str
        The address to listen on.
    allowed : tuple of str
        Titles (AET) that may call. Empty: any.
    tls : TlsFiles or None
        Certificate and key of the node; with `authorities`, a caller must show a certificate of theirs. None:
        not encrypted.
    reply : Connection or None
        Where DICOM results are sent. None: they stay in `out`.
    settle_s : float
        How long a study must be quiet before it is analysed.
    keep_s : float
        How long the images of a finished study are kept; at least a study that goes on is then whole.
    health_port : int or None
        On the loopback. None: none; 0: any that is free.
    bounds : Bounds
    batch : BatchOptions
        How images are analysed, and what one may cost.
    export : ExportOptions
        Which DICOM results are made.

    Raises
    ------
    SettingsError
        If a value is out of its range.

    Examples
    --------
    >>> NodeOptions(port=104, out=Path("results"), settle_s=-1)
    Traceback (most recent call last):
        ...
    microcal_xray.errors.SettingsError: settle_s is -1; it must be 0 or more, up to 86400 seconds
    """

    port: int
    out: Path
    title: str = "MICROCAL"
    bind: str = "127.0.0.1"
    allowed: tuple[str, ...] = ()
    tls: TlsFiles | None = None
    reply: Connection | None = None
    settle_s: float = 30.0
    keep_s: float = 86_400.0
    health_port: int | None = None
    bounds: Bounds = field(default_factory=Bounds)
    batch: BatchOptions = field(default_factory=BatchOptions)
    export: ExportOptions = field(default_factory=ExportOptions)

    def __post_init__(self) -> None:
        for title in (self.title, *self.allowed):
            PacsAddress(title, "localhost", 104)  # which checks a title
        for name, port in (("port", self.port), ("health_port", self.health_port)):
            if port is not None:
                _require_whole(name, port, least=0, most=65535)
        _require_seconds("settle_s", self.settle_s, least_is_in=True)
        if not 0 <= self.keep_s <= 366 * _LONGEST_S:
            raise SettingsError(f"keep_s is {self.keep_s!r}; it must be 0 or more, up to a year")
        if self.tls is not None and not (self.tls.certificate and self.tls.key):
            raise SettingsError("a node that encrypts needs a certificate and a key of its own; give both")


def _require_whole(name: str, value: object, *, least: int = 1, most: int) -> None:
    if not (isinstance(value, int) and not isinstance(value, bool) and least <= value <= most):
        raise SettingsError(f"{name} is {value!r}; it must be a whole number from {least} to {most}")


def _require_seconds(name: str, value: float, *, least_is_in: bool = False) -> None:
    if not (math.isfinite(value) and (value >= 0 if least_is_in else value > 0) and value <= _LONGEST_S):
        words = "0 or more" if least_is_in else "over 0"
        raise SettingsError(f"{name} is {value!r}; it must be {words}, up to {_LONGEST_S:g} seconds")
