"""How long, wide and high each line is, what its surroundings say, and how strong that makes it."""

from .features import FeatureTable, feature_table
from .judgement import Judgement, judge
from .line import LineMeasurement, measure, smooth_path
from .maps import AxisMap, PictureMaps, picture_maps
from .mimics import MimicCourt
from .ranker import PRIOR, FalseMarkCurve, Ranker, rankers_from, shipped_rankers
from .trees import Trees

__all__ = [
    "PRIOR",
    "AxisMap",
    "FalseMarkCurve",
    "FeatureTable",
    "Judgement",
    "LineMeasurement",
    "MimicCourt",
    "PictureMaps",
    "Ranker",
    "Trees",
    "feature_table",
    "judge",
    "measure",
    "picture_maps",
    "rankers_from",
    "shipped_rankers",
    "smooth_path",
]
