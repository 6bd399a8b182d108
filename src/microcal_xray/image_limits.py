"""What an image could show: how good it is, and the smallest line that would have been marked in it."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from .radiograph import ImageCaution


class Compartment(StrEnum):
    """A part of the bone, as far as its outline tells."""

    OUTER = "outer"  # nearer to the outline than to the middle: in a shaft, the cortex
    INNER = "inner"  # the rest: in a bone's end, trabecular bone


class Course(StrEnum):
    """How a line runs to the long axis of the bone."""

    ACROSS = "across"  # 60 to 90 degrees
    OBLIQUE = "oblique"  # 30 to 60 degrees
    ALONG = "along"  # 0 to 30 degrees


@dataclass(frozen=True)
class QualityEstimate:
    """A number with its 95 % interval.

    Parameters
    ----------
    value : float
    low, high : float
        The interval; it holds the value.

    Examples
    --------
    >>> QualityEstimate(2.0, 1.5, 2.5).scaled(0.1)
    QualityEstimate(value=0.2, low=0.15000000000000002, high=0.25)
    """

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"the interval {self.low} to {self.high} does not hold the value {self.value}")

    def scaled(self, factor: float) -> "QualityEstimate":
        """Return the same in another unit; the factor is over 0."""
        return QualityEstimate(self.value * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True)
class BoneTexture:
    """What the bone of one compartment shows where there is no line.

    Parameters
    ----------
    compartment : Compartment
    windows : int
        Places measured.
    noise : QualityEstimate
        Standard deviation of single pixels, as a share of the step from soft tissue to bone.
    noise_log : QualityEstimate or None
        The same in log units of the detector's signal; None when the pixels are grey levels.
    texture : QualityEstimate
        Root mean square of the structure of 0.8 to 10 mm (3.2 to 40 working pixels), noise taken away, as a
        share of the step from soft tissue to bone.
    texture_log : QualityEstimate or None
        The same in log units; None when the pixels are grey levels.
    slope : QualityEstimate
        Minus the exponent of the power law that its power spectrum follows.
    direction_deg : QualityEstimate or None
        Between the direction along which it runs and the bone's long axis, -90 to 90; None where it has no
        clear direction.
    """

    compartment: Compartment
    windows: int
    noise: QualityEstimate
    noise_log: QualityEstimate | None
    texture: QualityEstimate
    texture_log: QualityEstimate | None
    slope: QualityEstimate
    direction_deg: QualityEstimate | None


@dataclass(frozen=True)
class ImageQuality:
    """How good an image is, measured in the image itself.

    Parameters
    ----------
    resolution_px : QualityEstimate or None
        Full width at half maximum of the spread of the sharpest edges, in pixels (the finer ones); None
        without a clear edge.
    resolution_mm : QualityEstimate or None
        The same in millimetres; None also when the spacing is unknown.
    textures : tuple of BoneTexture
        Of the compartments that are large enough.
    block_traces : float
        How much larger the steps at the borders of blocks of 8 pixels are than beside them: 0 where the
        picture was never compressed as JPEG.
    clipped_share : float
        Share of the bone that is at the bright end of the grey range, 0 to 1.
    cautions : ImageCaution
        What of this is a reason to trust the image less.
    """

    resolution_px: QualityEstimate | None
    resolution_mm: QualityEstimate | None
    textures: tuple[BoneTexture, ...]
    block_traces: float
    clipped_share: float
    cautions: ImageCaution = ImageCaution.NONE


@dataclass(frozen=True)
class LimitRow:
    """The smallest line that would have been marked in 80 % of cases, in one compartment.

    Parameters
    ----------
    kind : str
        A value of `findings.Kind`.
    compartment : Compartment
    course : Course
    length_px : float
        Of the line, in pixels of the radiograph (the finer ones).
    length_mm : float or None
        None when the spacing is unknown.
    width_px : float or None
        Smallest equivalent width: of a gap through all of the bone along the beam, or of a band as much
        brighter as bone is than soft tissue. None: not even one of 0.75 mm (3 working pixels) would have
        been.
    width_mm : float or None
        None also when the spacing is unknown.
    share_of_bone : float
        Share of the places of this compartment where a line of the largest width is marked in 80 % of cases.
    """

    kind: str
    compartment: Compartment
    course: Course
    length_px: float
    length_mm: float | None
    width_px: float | None
    width_mm: float | None
    share_of_bone: float


@dataclass(frozen=True)
class TiltRow:
    """The smallest width of a gap that is tilted to the beam, across the bone.

    Parameters
    ----------
    compartment : Compartment
    tilt_deg : float
    width_mm : float or None
        None: not even the largest width would have been marked in 80 % of cases.
    """

    compartment: Compartment
    tilt_deg: float
    width_mm: float | None


@dataclass(frozen=True)
class Detectability:
    """The smallest lines that this detector would have marked in this image in 80 % of cases.

    Parameters
    ----------
    false_marks : float
        Per picture, that were asked for.
    rows : tuple of LimitRow
        Empty when no bone was searched.
    tilts : tuple of TiltRow
        Of lucent lines 10 mm long across the bone, 5 mm of bone deep; empty when the spacing is unknown.
    width_map_px : (R, C) float32 array or None
        For each block of the image the smallest equivalent width, in pixels of the radiograph, of a lucent
        line across the bone, `map_length_px` long. NaN outside of the bone, infinite where none would have
        been marked. Read-only. None in a result that was read back from a file.
    map_length_px : float
    block_px : (float, float)
        Height and width of a block, in pixels of the radiograph as stored.
    mm_per_px : float or None
        Of the finer pixels; None when the spacing is unknown.
    probes : int
        Lines that were put into this image to measure the limit; 0: it is expected from the fit alone.
    """

    false_marks: float
    rows: tuple[LimitRow, ...]
    tilts: tuple[TiltRow, ...]
    width_map_px: npt.NDArray[np.float32] | None
    map_length_px: float
    block_px: tuple[float, float]
    mm_per_px: float | None
    probes: int = 0

    def __post_init__(self) -> None:
        if self.width_map_px is None:
            return
        held = np.array(self.width_map_px, np.float32)
        held.flags.writeable = False
        object.__setattr__(self, "width_map_px", held)

    @property
    def width_map_mm(self) -> npt.NDArray[np.float32] | None:
        """The map in millimetres; None when the spacing is unknown, or without a map."""
        if self.mm_per_px is None or self.width_map_px is None:
            return None
        return self.width_map_px * np.float32(self.mm_per_px)

    def row(
        self, *, kind: str, compartment: Compartment, course: Course, length_px: float
    ) -> LimitRow | None:
        """Return the row nearest in length; None when there is none of that kind, compartment and course."""
        known = [
            each
            for each in self.rows
            if (each.kind, each.compartment, each.course) == (kind, compartment, course)
        ]
        return min(known, key=lambda each: abs(math.log(each.length_px / length_px)), default=None)
