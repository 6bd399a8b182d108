"""From the pixels as read to the pixels as looked at: the usable field, an even background, square pixels."""

from .brightness import in_range
from .field import Field, find_field
from .flatten import flatten, local_mean
from .grid import Grid, square_grid
from .working import WorkingImage, working_image

__all__ = [
    "Field",
    "Grid",
    "WorkingImage",
    "find_field",
    "flatten",
    "in_range",
    "local_mean",
    "square_grid",
    "working_image",
]
