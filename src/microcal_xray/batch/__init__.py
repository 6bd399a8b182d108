"""Many files: each is analysed in a child process, so that none can harm the others."""

from .analysis import BatchSummary, Progress, analyze
from .differences import Difference
from .matching import FoundBy
from .options import BatchOptions, usable_cores
from .replaying import ImageReplay, Replay, Verdict, replay
from .supervisor import BatchStoppedError

__all__ = [
    "BatchOptions",
    "BatchStoppedError",
    "BatchSummary",
    "Difference",
    "FoundBy",
    "ImageReplay",
    "Progress",
    "Replay",
    "Verdict",
    "analyze",
    "replay",
    "usable_cores",
]
