"""Show a radiograph on a screen: eight bits, square pixels, a window that neither air nor metal decides."""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..radiograph import Radiograph, Signal

PREVIEW_LONGER_SIDE_PX = 1600
PREVIEW_JPEG_QUALITY = 85
THUMBNAIL_LONGER_SIDE_PX = 144

# Shares of the usable pixels below black and above white: open air and padding, metal and markers.
_BLACK_PERCENT = 1.0
_WHITE_PERCENT = 99.7
_SAMPLE_PX = 1_000_000  # percentiles of a million pixels differ from those of five by less than a grey level
_MID_GREY = 128
# Log attenuation rises steeply from air to soft tissue and leaves bone few of the greys; pictures made for
# presentation already carry a curve like this one.
LOG_GAMMA = 1.5


def display_levels(radiograph: Radiograph) -> npt.NDArray[np.uint8]:
    """Return the radiograph windowed for a screen; bone is bright.

    The window runs between robust percentiles of the usable pixels, so that neither metal nor the collimated
    border decides it; log attenuation is darkened in the middle, so that bone gets more of the greys. It is
    made for looking, and nothing is measured on it.

    Parameters
    ----------
    radiograph : Radiograph

    Returns
    -------
    (R, C) uint8 array
        0 outside `usable`; mid grey everywhere when the usable pixels are constant.

    Examples
    --------
    >>> from microcal_xray.radiograph import radiograph_from_array
    >>> display_levels(radiograph_from_array([[5.0, 5.0]])).tolist()
    [[128, 128]]
    """
    low, high = display_window(radiograph)
    if high > low:
        shares = np.clip((radiograph.pixels - low) / np.float32(high - low), 0, 1)
        if radiograph.signal is Signal.LOG:
            shares **= LOG_GAMMA
        levels = np.rint(shares * 255)
    else:
        levels = np.full(radiograph.pixels.shape, _MID_GREY, np.float32)
    return np.where(radiograph.usable, levels, 0).astype(np.uint8)


def display_size(radiograph: Radiograph, *, longer_side_px: int) -> tuple[int, int]:
    """Return the (width, height) at which the radiograph has square pixels and fits; never enlarged.

    Parameters
    ----------
    radiograph : Radiograph
    longer_side_px : int
        The longer side is at most this many pixels.

    Examples
    --------
    >>> from microcal_xray.radiograph import radiograph_from_array
    >>> tall_pixels = radiograph_from_array(np.zeros((100, 300)), spacing_mm=(0.2, 0.1))
    >>> display_size(tall_pixels, longer_side_px=150)
    (150, 100)
    """
    rows, columns = radiograph.pixels.shape
    height, width = float(rows), float(columns)
    if radiograph.spacing is not None:
        finer_mm = radiograph.mm_per_pixel()
        height *= radiograph.spacing.row_mm / finer_mm
        width *= radiograph.spacing.column_mm / finer_mm
    shrink = min(1.0, longer_side_px / max(height, width))
    return max(1, round(width * shrink)), max(1, round(height * shrink))


def display_image(radiograph: Radiograph, *, longer_side_px: int) -> Image.Image:
    """Return the windowed radiograph as a grey image with square pixels that fits; see `display_size`."""
    image = Image.fromarray(display_levels(radiograph))
    size = display_size(radiograph, longer_side_px=longer_side_px)
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def preview_jpeg(radiograph: Radiograph) -> bytes:
    """Return the preview of the report page: a grey JPEG without any metadata, at most 1600 pixels long.

    Parameters
    ----------
    radiograph : Radiograph
    """
    image = display_image(radiograph, longer_side_px=PREVIEW_LONGER_SIDE_PX)
    return _jpeg(image, quality=PREVIEW_JPEG_QUALITY)


def thumbnail_jpeg(preview: bytes) -> tuple[bytes, tuple[int, int]]:
    """Return a small JPEG of a preview, and the (width, height) of the preview itself."""
    with Image.open(io.BytesIO(preview)) as image:
        size = image.size
        # Let the decoder skip what a thumbnail does not show: four times faster than decoding in full.
        image.draft("L", (2 * THUMBNAIL_LONGER_SIDE_PX, 2 * THUMBNAIL_LONGER_SIDE_PX))
        image.thumbnail((THUMBNAIL_LONGER_SIDE_PX, THUMBNAIL_LONGER_SIDE_PX))
        return _jpeg(image, quality=75), size


def _jpeg(image: Image.Image, *, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def display_window(radiograph: Radiograph) -> tuple[float, float]:
    """Return the pixel values shown black and white; equal when the usable pixels are constant."""
    values = radiograph.pixels[radiograph.usable]
    if values.size == 0:
        values = radiograph.pixels.ravel()
    sample = values[:: max(1, values.size // _SAMPLE_PX)]
    low, high = np.percentile(sample, [_BLACK_PERCENT, _WHITE_PERCENT])
    if high <= low:
        low, high = values.min(), values.max()
    return float(low), float(high)
