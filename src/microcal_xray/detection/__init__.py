"""From an even picture to ordered centre lines: a calibrated ridge filter, then linking."""

from .ridge import Polarity, RidgeField, ridge_field
from .trace import RidgePath, trace

__all__ = ["Polarity", "RidgeField", "RidgePath", "ridge_field", "trace"]
