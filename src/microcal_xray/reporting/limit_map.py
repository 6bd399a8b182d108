"""The limit as a picture: the radiograph with the smallest width that would be marked at each place."""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..image_limits import Detectability
from ..radiograph import Radiograph
from .display import display_image

MAP_LONGER_SIDE_PX = 420
_FILE_LONGER_SIDE_PX = 1600
_OPACITY = 0.62
# From narrow to wide; dark to light, so that it is told without colour as well (after viridis).
_COLOURS = np.array([(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)], float)
_UNREACHED = np.array([150.0, 150.0, 150.0])  # grey: no width would have been marked


def limit_map(
    radiograph: Radiograph, limit: Detectability, *, longer_side_px: int = MAP_LONGER_SIDE_PX
) -> Image.Image | None:
    """Return the radiograph under the map of its limit; None without a map or without bone.

    Parameters
    ----------
    radiograph : Radiograph
    limit : Detectability
        Of that radiograph.
    longer_side_px : int

    Notes
    -----
    Dark violet is the smallest width of the image, yellow its largest; grey is bone where none would have
    been marked in 80 % of cases. The colours run with the logarithm; see `map_range_px`.
    """
    ends = map_range_px(limit)
    if limit.width_map_px is None or np.isnan(limit.width_map_px).all():
        return None
    base = display_image(radiograph, longer_side_px=longer_side_px).convert("RGB")
    colours, opacity = coloured(limit.width_map_px, ends)
    rows, columns = radiograph.pixels.shape
    # The last blocks of the map may reach beyond the picture.
    covered = (
        limit.width_map_px.shape[1] * limit.block_px[1] / columns * base.width,
        limit.width_map_px.shape[0] * limit.block_px[0] / rows * base.height,
    )
    size = (max(1, round(covered[0])), max(1, round(covered[1])))
    over = Image.fromarray(colours).resize(size, Image.Resampling.NEAREST)
    mask = Image.fromarray(opacity).resize(size, Image.Resampling.NEAREST)
    base.paste(over, (0, 0), mask)
    return base


def map_range_px(limit: Detectability) -> tuple[float, float] | None:
    """Return the smallest and the largest width of the map, in pixels; None where none is reached."""
    if limit.width_map_px is None:
        return None
    known = limit.width_map_px[np.isfinite(limit.width_map_px)]
    if known.size == 0:
        return None
    low, high = np.percentile(known, (2, 98))
    return float(low), float(high)


def limit_map_jpeg(radiograph: Radiograph, limit: Detectability) -> bytes | None:
    """Return the map of the report page, without any metadata; None without a map."""
    picture = limit_map(radiograph, limit)
    if picture is None:
        return None
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=82, optimize=True)
    return buffer.getvalue()


def limit_map_png(radiograph: Radiograph, limit: Detectability) -> bytes | None:
    """Return the map as PNG without metadata, up to 1600 pixels long; None without a map."""
    picture = limit_map(radiograph, limit, longer_side_px=_FILE_LONGER_SIDE_PX)
    if picture is None:
        return None
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def coloured(
    widths: npt.NDArray[np.float32], ends: tuple[float, float] | None
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Return the colour (R, C, 3) and the opacity (R, C) of each place of a map of widths."""
    colours = np.broadcast_to(_UNREACHED, (*widths.shape, 3)).copy()
    reached = np.isfinite(widths)
    if ends is not None:
        low, high = ends
        span = max(np.log(high / low), 1e-6)
        share = np.clip(np.log(np.where(reached, widths, low) / low) / span, 0, 1) * (len(_COLOURS) - 1)
        at = np.arange(len(_COLOURS))
        ramp = np.stack([np.interp(share, at, channel) for channel in _COLOURS.T], axis=-1)
        colours = np.where(reached[..., None], ramp, colours)
    opacity = np.where(np.isnan(widths), 0, 255 * _OPACITY)
    return colours.astype(np.uint8), opacity.astype(np.uint8)
