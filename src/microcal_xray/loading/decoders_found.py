"""Which transfer syntaxes can be decoded here, and by what."""

from dataclasses import dataclass
from importlib.util import find_spec

from ..environment import package_version
from .origins import INSTALLED_AS

# pydicom, and .decoding with it, is imported inside the functions: it costs 0.2 s, which other commands
# should not pay.


@dataclass(frozen=True)
class SyntaxSupport:
    """How one compressed transfer syntax is decoded.

    Parameters
    ----------
    name : str
        As the standard names it.
    found : tuple of str
        The decoders that are installed and work, in the order in which they are tried; empty: it cannot be
        decoded.
    lacking : tuple of str
        Decoders of this syntax that are not installed, or cannot be loaded.
    """

    name: str
    found: tuple[str, ...]
    lacking: tuple[str, ...]


def supported_syntaxes() -> tuple[SyntaxSupport, ...]:
    """Return how each compressed transfer syntax is decoded; uncompressed ones need nothing.

    JPEG Extended of 12 bits is listed apart: its one decoder is an extra.
    """
    from pydicom.uid import UID, JPEGExtended12Bit

    from .decoding import DECODERS

    every = [
        _support(f"{UID(syntax).name}{', 8 bits' if syntax == JPEGExtended12Bit else ''}", syntax, decoders)
        for syntax, decoders in DECODERS.items()
    ]
    extra = ("imagecodecs",)
    is_found = find_spec("imagecodecs") is not None
    name = f"{UID(JPEGExtended12Bit).name}, 12 bits"
    return (*every, SyntaxSupport(name, extra if is_found else (), () if is_found else extra))


def decoder_packages() -> dict[str, str | None]:
    """Return the version of every package that can take part in decoding; None: not installed."""
    from .decoding import DECODERS

    named = dict.fromkeys(["pydicom", *(each for decoders in DECODERS.values() for each in decoders)])
    decoders = dict.fromkeys([*named, "tifffile", "imagecodecs"])
    names = [name for decoder in decoders for name in INSTALLED_AS.get(decoder, (decoder,))]
    return {name: package_version(name) for name in names}


def _support(name: str, syntax: str, decoders: tuple[str, ...]) -> SyntaxSupport:
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import UID

    # pydicom asks each plugin whether what it needs can be imported.
    plugins = get_decoder(UID(syntax)).available_plugins
    found = tuple(decoder for decoder in decoders if decoder in plugins)
    return SyntaxSupport(name, found, tuple(decoder for decoder in decoders if decoder not in plugins))
