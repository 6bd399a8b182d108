"""What every peer is given of a picture: the searched part, evened out, in units of its own noise."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from microcal_xray import Radiograph
from microcal_xray.preprocessing import Grid, find_field, flatten, square_grid

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_SD_PER_MEDIAN_DEVIATION = 1.4826
_MARGIN_PX = 24  # around the searched part, so that no filter sees an edge that the picture does not have
_EDGE_PX = 3  # as in `find_lines`: a line needs both its sides inside the picture
_SMALLEST_SIDE_PX = 32
# Full widths of the lines looked for, and where a spacing is unknown the same in pixels.
_WIDTHS_MM = (0.4, 0.7, 1.2, 2.0)
_WIDTHS_PX = (3.0, 5.0, 8.0)
_MINIMUM_LENGTH_MM, _MINIMUM_LENGTH_PX = 3.0, 12.0
_BACKGROUND_MM, _BACKGROUND_PX = 6.0, 40.0


class Units(StrEnum):
    """What one unit of brightness is."""

    PICTURE = "picture"  # the noise of the whole picture
    LOCAL = "local"  # the standard deviation around each pixel


@dataclass(frozen=True)
class Scene:
    """The searched part of one picture.

    Parameters
    ----------
    brightness : dict of Units to (R, C) float32 array
        Bone bright, slow changes taken away, in units of the noise; cropped.
    searched : (R, C) bool array
        Where lines may lie: the same mask as `find_lines` uses.
    depth_px : (R, C) float32 array
        Distance to the nearest pixel that is not searched.
    corner_px : (row, column)
        Of the cropped part in the grid.
    grid : Grid
    widths_px : tuple of float
        Full widths at half maximum of the lines looked for.
    minimum_length_px : float
    mm_per_px : float or None
    """

    brightness: dict[Units, FloatImage]
    searched: Mask
    depth_px: FloatImage
    corner_px: tuple[int, int]
    grid: Grid
    widths_px: tuple[float, ...]
    minimum_length_px: float
    mm_per_px: float | None


def scene_of(radiograph: Radiograph) -> Scene | None:
    """Return what the peers are given of a picture; None where `find_lines` searches nothing either."""
    spacing = radiograph.spacing
    if spacing is None:
        grid, mm = Grid(radiograph.pixels, radiograph.usable), None
    else:
        grid = square_grid(
            radiograph.pixels, radiograph.usable, row_mm=spacing.row_mm, column_mm=spacing.column_mm
        )
        mm = radiograph.mm_per_pixel()
    if min(grid.pixels.shape) < _SMALLEST_SIDE_PX:
        return None
    field = find_field(grid.pixels, usable=grid.usable)
    searched = field.body & ~field.metal & ndimage.binary_erosion(field.usable, iterations=_EDGE_PX)
    if not searched.any():
        return None
    background_px = _BACKGROUND_PX if mm is None else _BACKGROUND_MM / mm
    even = flatten(grid.pixels, scale_px=background_px, usable=field.usable)
    part = _part(searched)
    depth = ndimage.distance_transform_edt(np.pad(searched[part], 1))[1:-1, 1:-1]
    return Scene(
        brightness=_in_units_of_noise(even[part], searched[part], background_px),
        searched=searched[part],
        depth_px=np.asarray(depth, np.float32),
        corner_px=(part[0].start, part[1].start),
        grid=grid,
        widths_px=_WIDTHS_PX if mm is None else tuple(max(2.0, width / mm) for width in _WIDTHS_MM),
        minimum_length_px=_MINIMUM_LENGTH_PX if mm is None else _MINIMUM_LENGTH_MM / mm,
        mm_per_px=mm,
    )


def _part(mask: Mask) -> tuple[slice, slice]:
    """Return the rectangle around a mask, with a margin where the picture allows it."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return (
        slice(max(0, int(rows[0]) - _MARGIN_PX), int(rows[-1]) + _MARGIN_PX + 1),
        slice(max(0, int(columns[0]) - _MARGIN_PX), int(columns[-1]) + _MARGIN_PX + 1),
    )


def _in_units_of_noise(even: FloatImage, searched: Mask, scale_px: float) -> dict[Units, FloatImage]:
    fine = np.abs(even - ndimage.gaussian_filter(even, 1.5))
    noise = max(_SD_PER_MEDIAN_DEVIATION * float(np.median(fine[searched])), float(np.finfo(np.float32).tiny))
    weight = ndimage.gaussian_filter(searched.astype(np.float32), scale_px)
    square = ndimage.gaussian_filter(np.where(searched, even**2, 0).astype(np.float32), scale_px)
    # Half the noise of the whole picture is the floor: flat parts must not be blown up.
    local = np.sqrt(np.maximum(square / np.maximum(weight, 1e-3), (0.5 * noise) ** 2))
    return {
        Units.PICTURE: np.asarray(even / noise, np.float32),
        Units.LOCAL: np.asarray(even / local, np.float32),
    }
