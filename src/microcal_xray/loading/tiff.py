"""TIFF: the header through tifffile, which keeps 16 bits of everything; compressed data through libtiff.

A strip of a hostile file can inflate to a thousand times what its header says. libtiff (inside Pillow) stops
at the announced size, so whatever is compressed goes through it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import NotARadiographError, UnreadableRadiographError
from .picture_pixels import PicturePixels, all_usable, finite, opened_picture, picture_pixels
from .polarity import Photometric
from .size_limit import require_size
from .tiff_chain import require_short_chain

_MINISWHITE, _MINISBLACK, _RGB, _PALETTE, _YCBCR = 0, 1, 2, 3, 6
_KNOWN_PHOTOMETRIC = frozenset({_MINISWHITE, _MINISBLACK, _RGB, _PALETTE, _YCBCR})
_STATED = {_MINISWHITE: Photometric.MONOCHROME1, _MINISBLACK: Photometric.MONOCHROME2}
_UNCOMPRESSED = 1
_REDUCED_IMAGE = 1  # the bit of NewSubfileType that marks a preview, TIFF 6.0 section 8
_MOST_SAMPLES = 4
_LARGEST_BYTES = 1 << 30


def check_tiff(path: Path) -> None:
    """Judge a TIFF by its header alone.

    Raises
    ------
    NotARadiographError
        If it holds several pictures.
    UnreadableRadiographError
        If its picture is too large or of an unknown layout.
    """
    with _page(path):
        pass


def read_tiff(path: Path) -> PicturePixels:
    """Return the pixels of a TIFF with one picture; previews beside it are ignored.

    Raises
    ------
    NotARadiographError, UnreadableRadiographError
        As `check_tiff`, or if the data are broken.
    """
    with _page(path) as page:
        photometric = int(page.photometric)
        is_plain = int(page.compression) == _UNCOMPRESSED and photometric in (_MINISWHITE, _MINISBLACK, _RGB)
        if is_plain and page.bitspersample in (8, 16, 32, 64):
            pixels = replace(_plain(page), decoders=("tifffile",))
            is_turned = False
        else:
            _require_pillow_reads(page)
            with opened_picture(path, ("TIFF",)) as image:
                pixels = replace(picture_pixels(image), decoders=("tifffile", "pillow"))
            is_turned = pixels.bits == 8  # Pillow turns MINISWHITE itself, but in 8 bits only
    is_low = photometric == _MINISWHITE and not is_turned
    polarity = Photometric.MONOCHROME1 if is_low else Photometric.MONOCHROME2
    return replace(pixels, photometric=polarity, stated=_STATED.get(photometric))


@contextmanager
def _page(path: Path) -> Iterator[Any]:
    require_short_chain(path)
    # tifffile takes 0.1 s to import, and few runs meet a TIFF.
    import tifffile

    logger = logging.getLogger("tifffile")
    was_disabled, logger.disabled = logger.disabled, True  # it prints what we say in our own words
    try:
        with tifffile.TiffFile(path) as file:
            pages = [page for page in file.pages if not _is_preview(page)]
            if not pages:
                raise UnreadableRadiographError("the TIFF holds no picture; it may be truncated")
            if len(pages) > 1:
                raise NotARadiographError(f"holds {len(pages)} pictures; save the one wanted on its own")
            _require_usable(pages[0])
            yield pages[0]
    finally:
        logger.disabled = was_disabled


def _is_preview(page: Any) -> bool:
    return bool(int(page.subfiletype) & _REDUCED_IMAGE)


def _require_usable(page: Any) -> None:
    require_size(page.imagelength, page.imagewidth)
    samples = page.samplesperpixel
    if page.dtype is None or page.imagedepth != 1 or not 1 <= samples <= _MOST_SAMPLES:
        raise UnreadableRadiographError(f"a TIFF of {samples} samples in a layout that is not supported")
    if int(page.photometric) not in _KNOWN_PHOTOMETRIC:
        raise UnreadableRadiographError(f"the TIFF photometric {int(page.photometric)} is not supported")
    if page.nbytes > _LARGEST_BYTES:
        raise UnreadableRadiographError(f"{page.nbytes} bytes of pixels are more than the limit")


def _require_pillow_reads(page: Any) -> None:
    """Refuse what Pillow would misread: it swaps no bytes of compressed floats, takes unsigned for signed."""
    is_grey_or_8_bit = page.samplesperpixel <= 2 or page.bitspersample == 8
    if page.dtype.kind != "u" or page.bitspersample not in (8, 16) or not is_grey_or_8_bit:
        raise UnreadableRadiographError(
            f"a compressed TIFF of type {page.dtype} with {page.samplesperpixel} samples; "
            "save it without compression"
        )


def _plain(page: Any) -> PicturePixels:
    values = page.asarray()
    if values.ndim == 3 and page.planarconfig == 2:  # a plane for each sample
        values = np.moveaxis(values, 0, -1)
    alpha = values[..., -1] if page.samplesperpixel in (2, 4) else None
    if page.samplesperpixel > 1:
        values = values[..., 0] if page.samplesperpixel == 2 else values[..., :3]
    if values.dtype.kind == "f":
        return finite(values)
    pixels = all_usable(values, bits=8 * values.dtype.itemsize)
    if alpha is None or not alpha.any():
        return pixels
    return PicturePixels(values, alpha > 0, pixels.bits)
