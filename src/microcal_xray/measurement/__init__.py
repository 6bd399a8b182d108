"""How long, wide and high each line is, what its surroundings say, and how strong that makes it."""

from .along_bone import BoneAround
from .band import BAND_AREA, soft_band
from .card import Units, evidence_card
from .features import FeatureTable, feature_table
from .intervals import IntervalFactors, shipped_factors
from .judgement import Judgement, judge
from .line import LineMeasurement, measure, smooth_path
from .maps import AxisMap, PictureMaps, picture_maps
from .mimics import MimicCourt
from .place import BoneSetting, bone_setting, direction_along
from .ranker import PRIOR, FalseMarkCurve, Ranker, rankers_from, shipped_rankers
from .series import LineSeries, SeriesLine, SeriesModel, line_series, shipped_series_model
from .shape import LineShape, line_shape
from .stability import kept_under_changes
from .trees import Trees

__all__ = [
    "BAND_AREA",
    "PRIOR",
    "AxisMap",
    "BoneAround",
    "BoneSetting",
    "FalseMarkCurve",
    "FeatureTable",
    "IntervalFactors",
    "Judgement",
    "LineMeasurement",
    "LineSeries",
    "LineShape",
    "MimicCourt",
    "PictureMaps",
    "Ranker",
    "SeriesLine",
    "SeriesModel",
    "Trees",
    "Units",
    "bone_setting",
    "direction_along",
    "evidence_card",
    "feature_table",
    "judge",
    "kept_under_changes",
    "line_series",
    "line_shape",
    "measure",
    "picture_maps",
    "rankers_from",
    "shipped_factors",
    "shipped_rankers",
    "shipped_series_model",
    "smooth_path",
    "soft_band",
]
