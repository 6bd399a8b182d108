"""Where a picture looks like a line: oriented evidence in its own local noise, summed along paths."""

from .distinct import distinct
from .frames import TurnedFrame, frames_around
from .oriented import Kernel, OrientedResponse, line_kernel, oriented_response
from .paths import FramePath, PathGains, best_path_gains, frame_paths
from .ridge_path import Polarity, RidgePath
from .ridge_paths import (
    COARSE_ALONG_PX,
    COARSE_SIGMAS_PX,
    DIRECTIONS,
    FINE_ALONG_PX,
    FINE_SIGMAS_PX,
    LEVEL_BLOCK_PX,
    SIGMA_RANGE_PX,
    Ridges,
    ridge_paths,
    ridges,
)

__all__ = [
    "COARSE_ALONG_PX",
    "COARSE_SIGMAS_PX",
    "DIRECTIONS",
    "FINE_ALONG_PX",
    "FINE_SIGMAS_PX",
    "LEVEL_BLOCK_PX",
    "SIGMA_RANGE_PX",
    "FramePath",
    "Kernel",
    "OrientedResponse",
    "PathGains",
    "Polarity",
    "RidgePath",
    "Ridges",
    "TurnedFrame",
    "best_path_gains",
    "distinct",
    "frame_paths",
    "frames_around",
    "line_kernel",
    "oriented_response",
    "ridge_paths",
    "ridges",
]
