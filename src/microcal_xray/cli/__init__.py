"""The command line: `microcal`."""

from .main import main

__all__ = ["main"]
