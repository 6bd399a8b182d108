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
from .ridge_paths import (
    AROUND_PX,
    COARSE_ALONG_PX,
    COARSE_SIGMAS_PX,
    DIRECTIONS,
    FINE_ALONG_PX,
    FINE_SIGMAS_PX,
    SIGMA_RANGE_PX,
    ridge_paths,
)

__all__ = [
    "AROUND_PX",
    "COARSE_ALONG_PX",
    "COARSE_SIGMAS_PX",
    "DIRECTIONS",
    "FINE_ALONG_PX",
    "FINE_SIGMAS_PX",
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
