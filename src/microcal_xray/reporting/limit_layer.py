"""The limit as a layer that the report page lays over the radiograph."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ..image_limits import Detectability
from .limit_map import coloured, map_range_px


@dataclass(frozen=True)
class LimitLayer:
    """The map of the limit without the radiograph, one pixel for each block.

    Parameters
    ----------
    png : bytes
        Colours and opacity, without metadata.
    rows, columns : float
        How many rows and columns of the radiograph it covers from the top left; it may reach beyond.
    """

    png: bytes
    rows: float
    columns: float


def limit_layer(limit: Detectability) -> LimitLayer | None:
    """Return the layer; None without a map or without bone. Colours as in `limit_map`."""
    widths = limit.width_map_px
    if widths is None or np.isnan(widths).all():
        return None
    colours, opacity = coloured(widths, map_range_px(limit))
    buffer = io.BytesIO()
    Image.fromarray(np.dstack([colours, opacity])).save(buffer, "PNG", optimize=True)
    return LimitLayer(
        buffer.getvalue(), widths.shape[0] * limit.block_px[0], widths.shape[1] * limit.block_px[1]
    )
