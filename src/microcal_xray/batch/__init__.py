"""Many files: each is analysed in a child process, so that none can harm the others."""

from .analysis import BatchSummary, Progress, analyze
from .options import BatchOptions, usable_cores
from .supervisor import BatchStoppedError

__all__ = ["BatchOptions", "BatchStoppedError", "BatchSummary", "Progress", "analyze", "usable_cores"]
