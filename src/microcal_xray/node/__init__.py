"""A node of the DICOM network: radiographs come, results go back."""

from .node import listen
from .options import Bounds, NodeOptions

__all__ = ["Bounds", "NodeOptions", "listen"]
