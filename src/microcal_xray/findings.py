"""What was found: candidate lines, for a reviewer to judge."""

import math
from dataclasses import dataclass, field
from enum import Flag, StrEnum, auto

import numpy as np
import numpy.typing as npt

from .bump import Bump, OutlinesSeen
from .cluster import Cluster
from .image_limits import Detectability, ImageQuality
from .measured import Measured
from .radiograph import ImageCaution, Radiograph
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

# The addends of a candidate's strength, each with what it weighs.
EVIDENCE_TERMS: dict[str, str] = {
    "detection": "how strongly and how long the ridge answers, in units of its own direction's noise",
    "profile": "how two-sided the mean profile across the line is",
    "copies": "how the line compares with displaced copies of itself",
    "levels": "the grey level of the line in the local range from soft tissue to bone",
    "ends": "what happens beyond the ends of the line",
    "direction": "the angle of the line to the axis of the bone",
    "bone_width": "the share of the bone's width that is crossed, and how that width changes around",
    "surroundings": "the brightness on parallels farther away, and rims",
    "texture": "noise and texture around the line",
    "neighbours": "other candidates close by",
    "prior": "where every candidate starts",
}

# Structures that can look like a thin line across bone, in words.
MIMICS: dict[str, str] = {
    "joint_space": "joint space",
    "growth_plate": "growth plate",
    "bone_outline": "outline of a bone",
    "overlap": "overlap of bones",
    "nutrient_canal": "nutrient canal",
    "harris_line": "Harris line",
    "skin_fold": "skin fold",
    "halo": "halo of the image processing",
    "grid_lines": "grid lines",
    "collimation_edge": "edge of the collimation",
    "marker": "marker",
    "metal": "metal",
    "cast": "cast",
    "trabeculae": "trabeculae",
}

# Of 61 real limbs none has so many, at one false mark or at four; a chest has more than twice as many.
_MANY_TIMES, _MANY_MORE = 8, 8
HARDLY_SEARCHED_SHARE = 0.1  # of the limb; less is no search that excludes anything
_SUM_TOLERANCE = 1e-6  # far under what any strength means, far over what adding a dozen floats loses


@dataclass(frozen=True)
class EvidenceTerm:
    """One addend of the strength of a candidate.

    Parameters
    ----------
    name : str
        One of `EVIDENCE_TERMS`.
    value : float
        In natural logarithms: over 0 it speaks for the candidate, below 0 against it.
    """

    name: str
    value: float

    def __post_init__(self) -> None:
        if self.name not in EVIDENCE_TERMS:
            raise ValueError(f"name is {self.name!r}; it must be one of {', '.join(EVIDENCE_TERMS)}")
        if not math.isfinite(self.value):
            raise ValueError(f"the value of {self.name} is {self.value}; it must be finite")


@dataclass(frozen=True)
class MimicLikelihood:
    """How well another structure explains the mark: something to look at, never a reason to leave it out.

    It compares structures with each other. It is not the chance that this is one of them, it says nothing
    about any disease, and no candidate is cut by it.

    Parameters
    ----------
    mimic : str
        One of `MIMICS`.
    value : float
        Relative likelihood from 0 (explains nothing) to 1 (explains all); those of one candidate need not
        add up to 1.
    """

    mimic: str
    value: float

    def __post_init__(self) -> None:
        if self.mimic not in MIMICS:
            raise ValueError(f"mimic is {self.mimic!r}; it must be one of {', '.join(MIMICS)}")
        if not 0 <= self.value <= 1:
            raise ValueError(f"the value of {self.mimic} is {self.value}; it must be 0 to 1")


@dataclass(frozen=True)
class Evidence:
    """Why a candidate stands where it stands.

    Parameters
    ----------
    strength : float
        The sum of the terms, in natural logarithms; larger is stronger.
    terms : tuple of EvidenceTerm
        Each name at most once, in the order in which they are shown.
    mimics : tuple of MimicLikelihood
        Each mimic at most once; empty when the mark was compared with none.
    false_marks : float
        Expected number of candidates at least as strong as this one on a normal picture; over 0.

    Examples
    --------
    >>> terms = (EvidenceTerm("prior", -2.0), EvidenceTerm("detection", 5.5))
    >>> mimics = (MimicLikelihood("overlap", 0.1), MimicLikelihood("joint_space", 0.6))
    >>> Evidence(3.5, terms, mimics, false_marks=0.2).likeliest_mimic
    MimicLikelihood(mimic='joint_space', value=0.6)
    """

    strength: float
    terms: tuple[EvidenceTerm, ...]
    mimics: tuple[MimicLikelihood, ...]
    false_marks: float

    def __post_init__(self) -> None:
        total = math.fsum(term.value for term in self.terms)
        if not abs(self.strength - total) <= _SUM_TOLERANCE:
            raise ValueError(f"strength is {self.strength}; it must be the sum of the terms, {total}")
        if not (math.isfinite(self.false_marks) and self.false_marks > 0):
            raise ValueError(f"false_marks is {self.false_marks}; it must be finite and over 0")
        names = [*(term.name for term in self.terms), *(each.mimic for each in self.mimics)]
        if len(set(names)) != len(names):
            raise ValueError(f"a term or a mimic occurs twice in {', '.join(names)}; give each once")

    @property
    def likeliest_mimic(self) -> MimicLikelihood | None:
        """The mimic with the largest value, of equals the first; None when there are none."""
        return max(self.mimics, key=lambda each: each.value, default=None)


@dataclass(frozen=True, eq=False)  # == of arrays has no single answer: a candidate equals itself alone
class Candidate:
    """One candidate line.

    Parameters
    ----------
    id : int
        1 for the strongest candidate of its picture, then 2, 3, ...
    kind : Kind
    tier : Tier
    score : float
        Minus the decimal logarithm of `evidence.false_marks`: 0 means that one mark so strong is expected on
        a normal picture, 1 a tenth of one, -1 ten. Larger is stronger; comparable between pictures; not a
        probability. Without evidence only the order counts.
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
    evidence : Evidence or None
        Why it stands where it stands; None when the detector does not say.
    measured : Measured or None
        Its evidence card; None when it was not measured.
    """

    id: int
    kind: Kind
    tier: Tier
    score: float
    path_px: npt.NDArray[np.float64] = field(repr=False)
    length_px: float
    width_px: float
    length_mm: float | None
    width_mm: float | None
    contrast_sd: float
    angle_to_bone_deg: float | None
    cautions: CandidateCaution = CandidateCaution.NONE
    evidence: Evidence | None = field(default=None, repr=False)
    measured: Measured | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        path = np.array(self.path_px, dtype=np.float64)
        if path.ndim != 2 or path.shape[1] != 2 or len(path) < 2:
            raise ValueError(f"path_px must have shape (N, 2) with N > 1, not {path.shape}")
        path.flags.writeable = False
        object.__setattr__(self, "path_px", path)


@dataclass(frozen=True, eq=False)
class Findings:
    """The candidates of one radiograph, strongest first, with what was asked and what was looked at.

    Parameters
    ----------
    radiograph : Radiograph
    settings : Settings
    candidates : tuple of Candidate
        Sorted by falling score; empty when nothing was found, which is a result like any other.
    quality : ImageQuality or None
        How good the image is; None where no bone was searched.
    limit : Detectability or None
        The smallest lines that would have been marked; None where no bone was searched.
    bumps : tuple of Bump
        What stands out of the outlines of the bones, sorted by falling score.
    outlines : OutlinesSeen or None
        How much of the outlines could be judged; None where no bone was searched.
    clusters : tuple of Cluster
        Lines and bumps that lie close together.
    bone_sha256 : str or None
        Of the bone mask that the caller gave, see `mask_sha256`; None: bone was looked for.
    searched_share : float or None
        How much of the limb (what is neither air nor unusable; where the caller says where bone is, of that
        bone) was searched, 0 to 1; the rest lies too near to unusable pixels, edges or metal. None: not told.
    """

    radiograph: Radiograph
    settings: Settings
    candidates: tuple[Candidate, ...] = ()
    quality: ImageQuality | None = field(default=None, repr=False)
    limit: Detectability | None = field(default=None, repr=False)
    bumps: tuple[Bump, ...] = ()
    outlines: OutlinesSeen | None = field(default=None, repr=False)
    clusters: tuple[Cluster, ...] = ()
    bone_sha256: str | None = None
    searched_share: float | None = None

    @property
    def cautions(self) -> ImageCaution:
        """Those of the radiograph, and what the search adds.

        `HARDLY_SEARCHED` if less than a tenth of the limb was searched; `MORE_THAN_ASKED` if there are more
        candidates than 8 and 8 times the false marks that were asked for.
        """
        found = self.radiograph.cautions
        if self.searched_share is not None and self.searched_share < HARDLY_SEARCHED_SHARE:
            found |= ImageCaution.HARDLY_SEARCHED
        # Lines of a finder of the caller's own follow no dial.
        dialled = sum(candidate.evidence is not None for candidate in self.candidates)
        if dialled > _MANY_TIMES * self.settings.false_marks + _MANY_MORE:
            found |= ImageCaution.MORE_THAN_ASKED
        return found
