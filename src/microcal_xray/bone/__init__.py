"""What is bone, which way it runs, and where its outline is."""

from .anatomy import Anatomy, find_anatomy
from .axis import long_axis
from .mask import bone_mask

__all__ = ["Anatomy", "bone_mask", "find_anatomy", "long_axis"]
