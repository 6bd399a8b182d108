"""The mimics by name, and what the truth says of one."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt


class Mimic(StrEnum):
    """What looks like a line and is none."""

    NUTRIENT_CANAL = "nutrient_canal"  # dark, oblique, with thin bright margins
    GROWTH_PLATE = "growth_plate"  # open or closing: a dark, undulating band across the whole bone
    GROWTH_PLATE_SCAR = "growth_plate_scar"  # a bright line where the plate was
    HARRIS_LINES = "harris_lines"  # bright, transverse, often several
    OVERLAP = "overlap"  # the outline of one bone seen through another
    SKIN_FOLD = "skin_fold"
    HALO = "halo"  # of edge enhancement, beside strong edges
    GRID_LINES = "grid_lines"
    COLLIMATION_EDGE = "collimation_edge"
    SIDE_MARKER = "side_marker"  # a letter of lead
    HARDWARE = "hardware"  # plate and screws
    CAST = "cast"


@dataclass(frozen=True)
class MimicTruth:
    """Where a mimic is.

    Parameters
    ----------
    kind : Mimic
    path_px : (N, 2) float array or None
        Points (row, column) for what is a line.
    box_px : (top, left, bottom, right) or None
        For what covers an area; the last row and column belong to it.
    """

    kind: Mimic
    path_px: npt.NDArray[np.float64] | None = None
    box_px: tuple[int, int, int, int] | None = None
