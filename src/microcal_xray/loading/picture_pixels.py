"""The pixels of a picture file, as stored, with what is transparent left out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from ..errors import NotARadiographError, UnreadableRadiographError
from .png_chunks import require_whole_chunks
from .polarity import Photometric
from .size_limit import MAXIMUM_PIXELS, require_size


@dataclass(frozen=True)
class PicturePixels:
    """The pixels of a picture file.

    Parameters
    ----------
    values : (R, C) or (R, C, 3) array
        Finite.
    usable : (R, C) bool array
        False where the picture is fully transparent or held no number.
    bits : int or None
        Bits per sample; None for floating point.
    photometric : Photometric
        The polarity of `values`; bright bone if the file says nothing.
    stated : Photometric or None
        What the file says of itself, which is another one where the decoder has turned the values already.
        None: nothing.
    decoders : tuple of str
        The packages that took part in the reading.
    """

    values: npt.NDArray[np.number]
    usable: npt.NDArray[np.bool_]
    bits: int | None
    photometric: Photometric = Photometric.MONOCHROME2
    stated: Photometric | None = None
    decoders: tuple[str, ...] = ("pillow",)

    @property
    def grey_range(self) -> tuple[float, float]:
        """Return the ends of the range of a sample; of floating point, those that occur."""
        if self.bits is None:
            return float(self.values.min()), float(self.values.max())
        half = 2 ** (self.bits - 1)
        return (-half, half - 1) if self.values.dtype.kind == "i" else (0, 2 * half - 1)


@contextmanager
def opened_picture(path: Path, formats: tuple[str, ...]) -> Iterator[Image.Image]:
    """Open a picture without decoding it, its size and number of frames checked.

    Parameters
    ----------
    path : Path
    formats : tuple of str
        Pillow's names of the formats to try, so that no other parser meets the file.

    Raises
    ------
    NotARadiographError
        If it is animated.
    UnreadableRadiographError
        If it is too large, or cannot be recognised.
    """
    require_whole_chunks(path)
    try:
        image = Image.open(path, formats=formats)
    except Image.DecompressionBombError as error:
        limit = MAXIMUM_PIXELS // 1_000_000
        raise UnreadableRadiographError(f"the picture is over the limit of {limit} megapixels") from error
    except UnidentifiedImageError as error:  # its text quotes the whole path
        raise UnreadableRadiographError(f"holds no {formats[0]} picture that can be decoded") from error
    with image:
        require_size(image.height, image.width)
        # MPO: a JPEG with a preview behind it, which Pillow finds out by itself.
        frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
        if frames > 1:
            raise NotARadiographError(f"holds {frames} pictures; save the one wanted on its own")
        yield image


def picture_pixels(image: Image.Image) -> PicturePixels:
    """Return the decoded pixels: grey of 8, 16 or 32 bits as they are, all else as 8-bit colour.

    Pillow reads colour and transparency of 16-bit PNG with 8 bits; the bits tell so.

    Raises
    ------
    UnreadableRadiographError
        If the data are truncated or broken.
    """
    _load(image)
    if image.mode.startswith("I;16"):
        return all_usable(np.asarray(image).astype(np.uint16), bits=16)
    if image.mode == "I":
        return all_usable(np.asarray(image), bits=32)
    if image.mode == "F":
        return finite(np.asarray(image))
    alpha = None
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        alpha = np.asarray(image.convert("RGBA").getchannel("A"))
    is_grey = image.mode in ("1", "L", "LA", "La")
    values = np.asarray(image.convert("L" if is_grey else "RGB"))
    usable = np.ones(values.shape[:2], bool) if alpha is None or not alpha.any() else alpha > 0
    return PicturePixels(values, usable, bits=8)


def _load(image: Image.Image) -> None:
    try:
        image.load()
    except OSError as error:
        if error.strerror:  # the disk's own complaint
            raise
        raise UnreadableRadiographError("the picture data are truncated or broken") from error


def all_usable(values: npt.NDArray[np.number], *, bits: int | None) -> PicturePixels:
    """Return pixels without any that are left out."""
    return PicturePixels(values, np.ones(values.shape[:2], bool), bits=bits)


def finite(values: npt.NDArray[np.floating]) -> PicturePixels:
    """Return floating-point pixels, those that are no number left out and set to the smallest that is.

    Raises
    ------
    UnreadableRadiographError
        If none is a number that single precision can hold.
    """
    single = values.astype(np.float32)
    held = np.isfinite(single)
    usable = np.asarray(held if single.ndim == 2 else held.all(axis=2), bool)
    if not usable.any():
        raise UnreadableRadiographError("no pixel is a finite number")
    return PicturePixels(np.where(held, single, single[usable].min()), usable, bits=None)
