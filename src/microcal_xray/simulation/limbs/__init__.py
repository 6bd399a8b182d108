"""The limbs that can be drawn, and how they differ from one person to the next."""

from .person import average_limb, one_person

__all__ = ["average_limb", "one_person"]
