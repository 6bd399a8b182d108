"""What looks like a line and is none, drawn into the anatomy and named in the truth."""

from .draw import draw_mimics, overlapping
from .names import Mimic, MimicTruth
from .scene import Scene

__all__ = ["Mimic", "MimicTruth", "Scene", "draw_mimics", "overlapping"]
