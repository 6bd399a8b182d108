"""The limbs that can be drawn, and how they differ from one person to the next."""

from .person import average_limb, one_person
from .positions import Position, View, positioned

__all__ = ["Position", "View", "average_limb", "one_person", "positioned"]
