"""Many files: each is analysed in a child process, so that none can harm the others."""

from .analysis import BatchSummary, analyze
from .export import ExportSummary, export
from .options import BatchOptions, usable_cores
from .progress import Progress
from .supervisor import BatchStoppedError

__all__ = [
    "BatchOptions",
    "BatchStoppedError",
    "BatchSummary",
    "ExportSummary",
    "Progress",
    "analyze",
    "export",
    "usable_cores",
]
