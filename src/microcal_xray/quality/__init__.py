"""How good an image is, measured in the image itself: sharpness, noise, texture, traces of storing."""

from .image_quality import image_quality
from .sharpness import sharpest_edges
from .texture import Structure, bone_structure
from .traces import block_traces, clipped_share

__all__ = [
    "Structure",
    "block_traces",
    "bone_structure",
    "clipped_share",
    "image_quality",
    "sharpest_edges",
]
