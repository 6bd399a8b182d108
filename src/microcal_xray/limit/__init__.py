"""The smallest line that the detector would have marked, at each place of a picture."""

from .context import CONTEXT_GROUPS, Contexts, anchors_of, course_of, straight_path
from .ground import Ground, ground_of, line_profile
from .line_filter import BLOCK_PX, PROFILE_STEPS, LineFilter
from .model import FEATURES, LineModel, features_of, models_from, shipped_models
from .probes import Probe, ProbeLine, ProbePlace, Taught, lines_by_lot, moved, place_of, width_for_signal
from .scores import LARGEST_WIDTH_PX, LineAt, Scores, best_answer, scores_at
from .tables import (
    ANGLES_RAD,
    MAP_LENGTH_PX,
    TILT_DEPTH_MM,
    TILTS_DEG,
    WORKING_MM,
    Asked,
    Shift,
    limit_rows,
    no_shift,
    tilt_rows,
    width_map_px,
)

__all__ = [
    "ANGLES_RAD",
    "BLOCK_PX",
    "CONTEXT_GROUPS",
    "FEATURES",
    "LARGEST_WIDTH_PX",
    "MAP_LENGTH_PX",
    "PROFILE_STEPS",
    "TILTS_DEG",
    "TILT_DEPTH_MM",
    "WORKING_MM",
    "Asked",
    "Contexts",
    "Ground",
    "LineAt",
    "LineFilter",
    "LineModel",
    "Probe",
    "ProbeLine",
    "ProbePlace",
    "Scores",
    "Shift",
    "Taught",
    "anchors_of",
    "best_answer",
    "course_of",
    "features_of",
    "ground_of",
    "limit_rows",
    "line_profile",
    "lines_by_lot",
    "models_from",
    "moved",
    "no_shift",
    "place_of",
    "scores_at",
    "shipped_models",
    "straight_path",
    "tilt_rows",
    "width_for_signal",
    "width_map_px",
]
