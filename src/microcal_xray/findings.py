"""What was found: candidate lines, for a reviewer to judge."""

from dataclasses import dataclass
from enum import Flag, StrEnum, auto

import numpy as np
import numpy.typing as npt

from .radiograph import Radiograph
from .settings import Settings


class Kind(StrEnum):
    """What a line looks like."""

    LUCENT = "lucent"  # dark: less attenuation than its sides
    SCLEROTIC = "sclerotic"  # bright: more attenuation than its sides


class Tier(StrEnum):
    """How a candidate is drawn."""

    STRONG = "strong"  # solid: it would be listed at a quarter of the false marks asked for
    WEAK = "weak"  # dashed: listed, but only just


class CandidateCaution(Flag):
    """Reasons to trust one candidate less. Each member's meaning is in `CANDIDATE_CAUTIONS`."""

    NONE = 0
    TOUCHES_EDGE = auto()
    WIDTH_AT_LIMIT = auto()
    ALONG_OUTLINE = auto()
    NEAR_METAL = auto()
    NO_BONE_AXIS = auto()


CANDIDATE_CAUTIONS: dict[CandidateCaution, str] = {
    CandidateCaution.TOUCHES_EDGE: "the line runs into the edge of the usable picture",
    CandidateCaution.WIDTH_AT_LIMIT: "the width is at the end of the range looked for, so it may be wrong",
    CandidateCaution.ALONG_OUTLINE: "a part of the line runs along the outline of the bone",
    CandidateCaution.NEAR_METAL: "the line lies beside metal or a marker",
    CandidateCaution.NO_BONE_AXIS: "the direction of the bone is unclear here, so the angle to it is unknown",
}


@dataclass(frozen=True)
class Candidate:
    """One candidate line.

    Parameters
    ----------
    id : int
        1 for the strongest candidate of its picture, then 2, 3, ...
    kind : Kind
    tier : Tier
    score : float
        Larger is stronger; comparable between pictures. Not a probability.
    path_px : (N, 2) float array
        The centre line as (row, column) in pixels of the picture as stored; whole numbers are pixel
        centres, the origin is top left. Read-only.
    length_px, width_px : float
        Length of the smoothed centre line and full width at half maximum, in pixels (the finer ones,
        where pixels are not square).
    length_mm, width_mm : float or None
        The same in millimetres; None when the spacing is unknown.
    contrast_sd : float
        Height of the line over the nearer in brightness of its two sides (for a bright line the brighter
        one), in units of the noise of single pixels. Positive; 0 where the picture has no noise.
    angle_to_bone_deg : float or None
        Angle between the line and the long axis of the bone there, 0 (along) to 90 (across);
        None where the axis is unclear.
    cautions : CandidateCaution
    """

    id: int
    kind: Kind
    tier: Tier
    score: float
    path_px: npt.NDArray[np.float64]
    length_px: float
    width_px: float
    length_mm: float | None
    width_mm: float | None
    contrast_sd: float
    angle_to_bone_deg: float | None
    cautions: CandidateCaution = CandidateCaution.NONE

    def __post_init__(self) -> None:
        path = np.array(self.path_px, dtype=np.float64)
        if path.ndim != 2 or path.shape[1] != 2 or len(path) < 2:
            raise ValueError(f"path_px must have shape (N, 2) with N > 1, not {path.shape}")
        path.flags.writeable = False
        object.__setattr__(self, "path_px", path)


@dataclass(frozen=True)
class Findings:
    """The candidates of one radiograph, strongest first, with what was asked and what was looked at.

    Parameters
    ----------
    radiograph : Radiograph
    settings : Settings
    candidates : tuple of Candidate
        Sorted by falling score; empty when nothing was found, which is a result like any other.
    """

    radiograph: Radiograph
    settings: Settings
    candidates: tuple[Candidate, ...] = ()
