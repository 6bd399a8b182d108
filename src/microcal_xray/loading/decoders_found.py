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
        The decoder, where it is installed and works; empty: the syntax cannot be decoded.
    lacking : tuple of str
        The decoder, where it is not installed or cannot be loaded.
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
        _support(f"{UID(syntax).name}{', 8 bits' if syntax == JPEGExtended12Bit else ''}", syntax, decoder)
        for syntax, decoder in DECODERS.items()
    ]
    extra = ("imagecodecs",)
    is_found = find_spec("imagecodecs") is not None
    name = f"{UID(JPEGExtended12Bit).name}, 12 bits"
    return (*every, SyntaxSupport(name, extra if is_found else (), () if is_found else extra))


def decoder_packages() -> dict[str, str | None]:
    """Return the version of every package that can take part in decoding; None: not installed."""
    from .decoding import DECODERS

    decoders = dict.fromkeys(["pydicom", *DECODERS.values(), "tifffile", "imagecodecs"])
    names = [name for decoder in decoders for name in INSTALLED_AS.get(decoder, (decoder,))]
    return {name: package_version(name) for name in names}


def _support(name: str, syntax: str, decoder: str) -> SyntaxSupport:
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import UID

    # pydicom asks each plugin whether what it needs can be imported.
    is_found = decoder in get_decoder(UID(syntax)).available_plugins
    return SyntaxSupport(name, (decoder,) if is_found else (), () if is_found else (decoder,))
