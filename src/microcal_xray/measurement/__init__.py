"""How long, wide and high each line is, and how much it looks like a line across bone."""

from .judgement import Judgement, judge, score_at
from .line import LineMeasurement, measure, smooth_path

__all__ = ["Judgement", "LineMeasurement", "judge", "measure", "score_at", "smooth_path"]
