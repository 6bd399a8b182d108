"""What a reviewer says of a line, in the words that files and servers share."""

from enum import StrEnum


class ReaderVerdict(StrEnum):
    """What a reviewer decided about one line."""

    ACCEPT = "accept"  # it is a line
    REJECT = "reject"  # it is none
    UNSURE = "unsure"  # it cannot be told


class Reason(StrEnum):
    """Why a reviewer decided so: mostly, what a rejected line is instead."""

    BONE_OUTLINE = "bone_outline"
    END_PLATE = "end_plate"
    JOINT_SPACE = "joint_space"
    OVERLAP = "overlap"
    GROWTH_PLATE = "growth_plate"
    NUTRIENT_CANAL = "nutrient_canal"
    HARRIS_LINE = "harris_line"
    SKIN_FOLD = "skin_fold"
    ARTEFACT = "artefact"
    METAL = "metal"
    TEXTURE = "texture"
    GRID_OR_EDGE = "grid_or_edge"
    OLD_CHANGE = "old_change"
    OTHER = "other"
