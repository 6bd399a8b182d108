"""Where a picture looks like a line: oriented evidence in its own local noise, summed along paths."""

from .distinct import distinct
from .frames import TurnedFrame, frames_around
from .oriented import (
    FLOOR_SHARE,
    MEAN_PER_SQUARED_ROOT_MEAN,
    ROW_STEP_PX,
    SMALLEST_LEVEL,
    Kernel,
    OrientedResponse,
    line_kernel,
    oriented_response,
)
from .paths import FramePath, PathGains, best_path_gains, frame_paths
from .ridge_path import Polarity, RidgePath
from .ridge_paths import DIRECTIONS, SIGMA_RANGE_PX, ridge_paths

__all__ = [
    "DIRECTIONS",
    "FLOOR_SHARE",
    "MEAN_PER_SQUARED_ROOT_MEAN",
    "ROW_STEP_PX",
    "SIGMA_RANGE_PX",
    "SMALLEST_LEVEL",
    "FramePath",
    "Kernel",
    "OrientedResponse",
    "PathGains",
    "Polarity",
    "RidgePath",
    "TurnedFrame",
    "best_path_gains",
    "distinct",
    "frame_paths",
    "frames_around",
    "line_kernel",
    "oriented_response",
    "ridge_paths",
]
