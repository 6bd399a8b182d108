"""What stands out of the outline of a bone: bumps and bone laid on the cortex, for a reviewer to judge."""

import math
from dataclasses import dataclass, field
from enum import Flag, StrEnum, auto

import numpy as np
import numpy.typing as npt

from .measured import Estimate


class BumpKind(StrEnum):
    """What stands out of the outline."""

    BUMP = "bump"  # short and high: a twelfth of its length or more
    PERIOSTEAL = "periosteal"  # a layer along the cortex, or a shell with a darker gap under it


class BumpTier(StrEnum):
    """How a bump is drawn."""

    STRONG = "strong"  # it would be listed at a quarter of the false bumps asked for
    WEAK = "weak"


class BumpCaution(Flag):
    """Reasons to trust a bump less. Each member's meaning is in `BUMP_CAUTIONS`."""

    NONE = 0
    ONE_SIDED = auto()
    TURNING_OUTLINE = auto()
    NOT_ENDING = auto()


BUMP_CAUTIONS: dict[BumpCaution, str] = {
    BumpCaution.ONE_SIDED: "the outline is known on one side of the bump only, so its base is a guess",
    BumpCaution.TURNING_OUTLINE: "the outline turns here, as at the end of a bone",
    BumpCaution.NOT_ENDING: "it goes on outwards: another structure may lie over the outline",
}


@dataclass(frozen=True)
class Bump:
    """One candidate bump of an outline. It says nothing about its cause.

    Parameters
    ----------
    id : int
        1 for the strongest bump of its picture, then 2, 3, ...; counted apart from lines.
    kind : BumpKind
    tier : BumpTier
    score : float
        Minus the decimal logarithm of `false_bumps`. Not a probability.
    false_bumps : float
        Expected number of bumps at least as strong as this one on a picture without any; over 0.
    base_px, top_px : (N, 2) float array
        The outline as it would run without the bump, and as it runs, (row, column) in pixels as
        stored. Read-only.
    height_px, height_mm : Estimate, Estimate or None
        Greatest height over the base. Millimetres are None when the spacing is unknown, here and below.
    length_px, length_mm : Estimate, Estimate or None
        Along the base, where the bump has more than a tenth of its height.
    area_px2, area_mm2 : Estimate, Estimate or None
        Between base and top, in projection.
    shaft_px, shaft_mm : Estimate or None
        Diameter of the bone at the bump without it, from base to the opposite outline; None: not seen.
    callus_index : Estimate or None
        Diameter with the bump over that without it; None: the opposite outline is not seen.
    contrast : float
        Brightness of the bump over the soft tissue beside it, as a share of the step to the cortex there.
    gap : float
        How much darker it is between cortex and shell, as a share of the shell; 0: no gap.
    endosteal_px, endosteal_mm : Estimate or None
        By how much the cortex reaches farther inwards than beside the bump; None: cannot be told.
    cautions : BumpCaution
    """

    id: int
    kind: BumpKind
    tier: BumpTier
    score: float
    false_bumps: float
    base_px: npt.NDArray[np.float64] = field(repr=False)
    top_px: npt.NDArray[np.float64] = field(repr=False)
    height_px: Estimate
    height_mm: Estimate | None
    length_px: Estimate
    length_mm: Estimate | None
    area_px2: Estimate
    area_mm2: Estimate | None
    shaft_px: Estimate | None
    shaft_mm: Estimate | None
    callus_index: Estimate | None
    contrast: float
    gap: float
    endosteal_px: Estimate | None = None
    endosteal_mm: Estimate | None = None
    cautions: BumpCaution = BumpCaution.NONE

    def __post_init__(self) -> None:
        if not (math.isfinite(self.false_bumps) and self.false_bumps > 0):
            raise ValueError(f"false_bumps is {self.false_bumps}; it must be finite and over 0")
        for name in ("base_px", "top_px"):
            path = np.array(getattr(self, name), dtype=np.float64)
            if path.ndim != 2 or path.shape[1] != 2 or len(path) < 2:
                raise ValueError(f"{name} must have shape (N, 2) with N > 1, not {path.shape}")
            path.flags.writeable = False
            object.__setattr__(self, name, path)

    @property
    def outline_px(self) -> npt.NDArray[np.float64]:
        """The closed outline of the bump, (2 N, 2): along the top and back along the base."""
        return np.concatenate([self.top_px, self.base_px[::-1]])


@dataclass(frozen=True)
class OutlinesSeen:
    """How much of the outlines of the bones could be judged.

    Parameters
    ----------
    told_px, told_mm : float, float or None
        Length of outline on which a bump could be told; mm None: spacing unknown.
    untold_px, untold_mm : float, float or None
        Length of edges that were looked at and could not be judged: ends of bones, edges seen from inside,
        edges beside air, gaps, the edge of the picture.
    """

    told_px: float
    told_mm: float | None
    untold_px: float
    untold_mm: float | None
