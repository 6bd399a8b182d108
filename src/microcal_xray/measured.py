"""What is measured of a candidate, each number with its interval and its unit: the evidence card."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

COVERAGE = 0.95  # of every interval


class ContrastUnit(StrEnum):
    """What a contrast is counted in."""

    LOG = "log"  # -ln of the detector's signal: 0.01 is 1 % of attenuation
    RELATIVE = "relative"  # grey levels as stored: they compare within one picture only


@dataclass(frozen=True)
class Estimate:
    """A measured number with its 95 % interval.

    Parameters
    ----------
    value, low, high : float
        Finite; low <= value <= high.
    unit : str
        "mm", "px", "deg", "1" (none), "log", "relative" or "log mm", "log px", "relative mm", "relative px".

    Raises
    ------
    ValueError
        If a number is not finite, or the value is not inside the interval.

    Examples
    --------
    >>> Estimate(11.2, 10.5, 11.8, "mm").times(2.0)
    Estimate(value=22.4, low=21.0, high=23.6, unit='mm')
    """

    value: float
    low: float
    high: float
    unit: str

    def __post_init__(self) -> None:
        if not all(math.isfinite(number) for number in (self.value, self.low, self.high)):
            raise ValueError(f"the estimate {self.value} ({self.low} to {self.high}) must be finite")
        if not self.low <= self.value <= self.high:
            raise ValueError(f"the value {self.value} must lie in its interval, {self.low} to {self.high}")

    def times(self, factor: float, unit: str | None = None) -> "Estimate":
        """Return the estimate in another unit.

        Parameters
        ----------
        factor : float
            Not negative.
        unit : str, optional
            None: it stays.
        """
        low, high = self.low * factor, self.high * factor
        return Estimate(self.value * factor, low, high, self.unit if unit is None else unit)


@dataclass(frozen=True)
class CrossProfile:
    """The mean brightness across the line, with its band.

    Parameters
    ----------
    offset_px : (P,) float array
        From the centre line, rising; in pixels of the picture (the finer ones, where they are not square).
    value, low, high : (P,) float array
        Brightness over the slow background, mean along the line, with its 95 % interval. Negative where it is
        darker. In the unit of the contrasts. Read-only, as all here.
    model : (P,) float array
        What the fitted line would look like through the picture's own blur.
    """

    offset_px: npt.NDArray[np.float64]
    value: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    model: npt.NDArray[np.float64]

    def __post_init__(self) -> None:
        for name in ("offset_px", "value", "low", "high", "model"):
            array = np.array(getattr(self, name), np.float64)
            if array.ndim != 1 or array.shape != np.shape(self.offset_px):
                raise ValueError(f"{name} has shape {array.shape}; all must be as long as offset_px")
            array.flags.writeable = False
            object.__setattr__(self, name, array)


@dataclass(frozen=True)
class Stability:
    """Whether the line is still there under small changes.

    Parameters
    ----------
    kept, tried : int
        In how many of the changed measurements the line still stood out from the noise along it (z of 5 or
        more), of how many: narrower and wider templates, more noise, and parts of the line.
    """

    kept: int
    tried: int

    def __post_init__(self) -> None:
        if not 0 <= self.kept <= self.tried or self.tried < 1:
            raise ValueError(
                f"kept {self.kept} of {self.tried}; it must be 0 to {self.tried}, of at least one"
            )

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.kept / self.tried


@dataclass(frozen=True)
class Place:
    """Where the line lies in its bone. None: not known from this picture.

    Parameters
    ----------
    angle_to_bone_deg : Estimate or None
        Between the mean direction of the line and the long axis of the bone there, which is the middle line
        between both outer outlines of its shaft: 0 (along) to 90 (across).
    angle_to_cortex_deg : Estimate or None
        Between that direction and the normal of the nearest outline of the bone, 0 (straight through the
        cortex) to 90 (along it).
    crossed : Estimate or None
        Share of the bone's width that the line crosses, 0 to 1, in projection.
    cortices : tuple of str
        Sides of the bone on the picture that the line reaches: "left", "right", "upper", "lower". Empty:
        none, or not known.
    cortex_distance_px, cortex_distance_mm : Estimate or None
        From the nearest point of the line to the outline of the bone; 0 where it reaches it.
    end_distance_px, end_distance_mm : Estimate or None
        From the middle of the line along the axis to the nearer end of the bone; None where no end is seen.
    along_bone : Estimate or None
        Place along the bone: 0 and 1 are its ends, 0 the upper one (of a lying bone the left one); None
        unless both are seen.
    """

    angle_to_bone_deg: Estimate | None = None
    angle_to_cortex_deg: Estimate | None = None
    crossed: Estimate | None = None
    cortices: tuple[str, ...] = ()
    cortex_distance_px: Estimate | None = None
    cortex_distance_mm: Estimate | None = None
    end_distance_px: Estimate | None = None
    end_distance_mm: Estimate | None = None
    along_bone: Estimate | None = None


@dataclass(frozen=True)
class Measured:
    """The evidence card of a candidate: every number with its 95 % interval.

    Parameters
    ----------
    length_px, length_mm : Estimate, Estimate or None
        Along the smoothed centre line. Millimetres are None when the spacing is unknown, here and below.
    equivalent_width_px, equivalent_width_mm : Estimate or None
        Integrated contrast over the contrast of the bone around: the width of a gap through the whole bone
        (of a bright line: of a band of as much bone again) that would change as much. No blur changes it.
        None where the contrast of the bone cannot be measured, or where the interval would end beyond ten
        times the value.
    resolved : bool
        Whether the width can be told from the blur.
    width_px, width_mm : Estimate or None
        Full width at half maximum of the line itself, the blur taken away; None unless resolved.
    blur_px, blur_mm : float, float or None
        Full width at half maximum of the picture's own line spread, as used.
    peak_contrast : Estimate
        Of the line as it appears, blur included, mean along it; positive for both kinds.
    integrated_contrast_px, integrated_contrast_mm : Estimate, Estimate or None
        Its integral across the line.
    bone_contrast : Estimate or None
        Of the bone beside the line over the soft tissue beside the bone.
    contrast_unit : ContrastUnit
        Of the contrasts and of the profile.
    z : Estimate
        Height of the line over the noise measured along it, in its own standard errors.
    d_prime : Estimate
        How far the line stands out for an observer who knows its place, and the noise as measured across it.
    tortuosity : Estimate
        Length over the distance of the ends; 1 is straight.
    stability : Stability
    profile : CrossProfile
    place : Place
    """

    length_px: Estimate
    length_mm: Estimate | None
    equivalent_width_px: Estimate | None
    equivalent_width_mm: Estimate | None
    resolved: bool
    width_px: Estimate | None
    width_mm: Estimate | None
    blur_px: float
    blur_mm: float | None
    peak_contrast: Estimate
    integrated_contrast_px: Estimate
    integrated_contrast_mm: Estimate | None
    bone_contrast: Estimate | None
    contrast_unit: ContrastUnit
    z: Estimate
    d_prime: Estimate
    tortuosity: Estimate
    stability: Stability
    profile: CrossProfile
    place: Place
