"""From the pixels as read to the pixels as looked at: the usable field, an even background, square pixels."""

from .field import Field, find_field
from .flatten import flatten, local_mean
from .grid import Grid, square_grid

__all__ = ["Field", "Grid", "find_field", "flatten", "local_mean", "square_grid"]
