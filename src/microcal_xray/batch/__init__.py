"""Many files: each is analysed in a child process, so that none can harm the others."""

from .analysis import BatchSummary, analyze
from .differences import Difference
from .export import ExportSummary, export
from .matching import FoundBy
from .options import BatchOptions, Earlier, TableFormat, usable_cores
from .progress import Progress
from .replaying import ImageReplay, Replay, Verdict, replay
from .supervisor import BatchStoppedError

__all__ = [
    "BatchOptions",
    "BatchStoppedError",
    "BatchSummary",
    "Difference",
    "Earlier",
    "ExportSummary",
    "FoundBy",
    "ImageReplay",
    "Progress",
    "Replay",
    "TableFormat",
    "Verdict",
    "analyze",
    "export",
    "replay",
    "usable_cores",
]
