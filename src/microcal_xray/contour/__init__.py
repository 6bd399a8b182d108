"""The outlines of bones: their smooth course, what stands out of it, and how strong that is."""

from .looking import Outline, look_along_outlines, opposite_px
from .shape import BumpShape
from .sizes import Reach, Size, SizeModel, shipped_size_model
from .strength import BumpModel, shipped_bump_model

__all__ = [
    "BumpModel",
    "BumpShape",
    "Outline",
    "Reach",
    "Size",
    "SizeModel",
    "look_along_outlines",
    "opposite_px",
    "shipped_bump_model",
    "shipped_size_model",
]
