"""The lines that are drawn into bone: what they are and how they change the bone across their course."""

import math
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from ..errors import SettingsError
from ..findings import Kind
from .courses import Along, Course, Helix

Float64Array = npt.NDArray[np.float64]

_PROFILE_STEP_MM = 0.002
_FWHM_PER_SD = 2.3548


@dataclass(frozen=True)
class Fissure:
    """A gap in the bone, filled with soft tissue: a lucent line.

    Parameters
    ----------
    course : Course or Helix
    width_mm : float
        Of the gap, perpendicular to its faces; 0.02 to 1 mm is usual.
    depth_mm : float
        How much solid bone along the beam the gap cuts, where there is that much.
    tilt_deg : float
        Angle between the gap and the beam; a tilted gap is wider and fainter on the picture.
    """

    course: Course | Helix
    width_mm: float = 0.3
    depth_mm: float = 5.0
    tilt_deg: float = 0.0

    def __post_init__(self) -> None:
        _in_range("width_mm", self.width_mm, 0.005, 5)
        _in_range("depth_mm", self.depth_mm, 0.1, 60)
        _in_range("tilt_deg", self.tilt_deg, 0, 60)

    @property
    def kind(self) -> Kind:
        """Always lucent."""
        return Kind.LUCENT


@dataclass(frozen=True)
class MicrocallusLine:
    """A fuzzy band of denser trabecular bone: a sclerotic line.

    Parameters
    ----------
    course : Course or Helix
    width_mm : float
        Full width at half maximum of the band; 0.5 to 3 mm is usual.
    added_fraction : float
        Volume fraction of bone that the middle of the band has more than its surroundings; 0.03 to 0.2.
    depth_mm : float
        Extent along the beam, where the bone is that deep.
    tilt_deg : float
        Angle between the band and the beam.
    """

    course: Course | Helix
    width_mm: float = 1.0
    added_fraction: float = 0.12
    depth_mm: float = 25.0
    tilt_deg: float = 0.0

    def __post_init__(self) -> None:
        _in_range("width_mm", self.width_mm, 0.1, 10)
        _in_range("added_fraction", self.added_fraction, 0.001, 0.9)
        _in_range("depth_mm", self.depth_mm, 0.1, 100)
        _in_range("tilt_deg", self.tilt_deg, 0, 60)

    @property
    def kind(self) -> Kind:
        """Always sclerotic."""
        return Kind.SCLEROTIC


class Surface(StrEnum):
    """On which side of the cortex bone is laid down."""

    PERIOSTEAL = "periosteal"  # outside: the bone grows thicker
    ENDOSTEAL = "endosteal"  # inside: the medullary cavity grows narrower


@dataclass(frozen=True)
class Thickening:
    """Bone laid down on the cortex, thickest in the middle of its course: a sclerotic line along the outline.

    Parameters
    ----------
    course : Along
    thickness_mm : float
        In the middle; 0.3 to 3 mm is usual.
    mineral : float
        Volume fraction of cortical bone in it: 0.1 in young, 0.9 in old callus.
    surface : Surface
    gap_mm : float
        Of soft tissue between cortex and shell, in the middle; 0: it lies on the cortex. Outside alone.
    """

    course: Along
    thickness_mm: float = 0.8
    mineral: float = 0.5
    surface: Surface = Surface.PERIOSTEAL
    gap_mm: float = 0.0

    def __post_init__(self) -> None:
        _in_range("thickness_mm", self.thickness_mm, 0.05, 10)
        _in_range("gap_mm", self.gap_mm, 0, 10 if self.surface is Surface.PERIOSTEAL else 0)
        _in_range("mineral", self.mineral, 0.01, 1)

    @property
    def kind(self) -> Kind:
        """Always sclerotic."""
        return Kind.SCLEROTIC

    @property
    def depth_mm(self) -> float:
        """Longest way of the beam through it, at its mineral content, on a shaft of 10 mm half-width."""
        return self.mineral * shell_depth_mm(self.thickness_mm, 10.0)

    @property
    def tilt_deg(self) -> float:
        """Of no meaning: a shell meets the beam along its edge."""
        return 0.0


Line = Fissure | MicrocallusLine | Thickening


class Target(StrEnum):
    """What sort of line a line is."""

    TRANSVERSE_FISSURE = "transverse_fissure"  # 65 to 90 degrees to the axis
    OBLIQUE_FISSURE = "oblique_fissure"  # 25 to 65 degrees
    LONGITUDINAL_FISSURE = "longitudinal_fissure"  # under 25 degrees
    SPIRAL_FISSURE = "spiral_fissure"
    INCOMPLETE_FISSURE = "incomplete_fissure"  # from one outline through its cortex
    MICROCALLUS_LINE = "microcallus_line"
    PERIOSTEAL_THICKENING = "periosteal_thickening"
    ENDOSTEAL_THICKENING = "endosteal_thickening"
    BUMP = "bump"  # short and thick, on the outside


_BUMP = 0.08  # thickness over length from which a thickening is a bump


def target_of(line: Line) -> Target:
    """Return the sort of a line, from its shape and course.

    Examples
    --------
    >>> target_of(Fissure(Course(100, angle_to_bone_deg=40))).value
    'oblique_fissure'
    """
    if isinstance(line, MicrocallusLine):
        return Target.MICROCALLUS_LINE
    if isinstance(line, Thickening):
        if line.surface is Surface.ENDOSTEAL:
            return Target.ENDOSTEAL_THICKENING
        bump = line.thickness_mm > _BUMP * line.course.length_mm
        return Target.BUMP if bump else Target.PERIOSTEAL_THICKENING
    if isinstance(line.course, Helix):
        return Target.SPIRAL_FISSURE
    if line.course.from_outline:
        return Target.INCOMPLETE_FISSURE
    angle = min(line.course.angle_to_bone_deg, 180 - line.course.angle_to_bone_deg)
    if angle >= 65:
        return Target.TRANSVERSE_FISSURE
    return Target.OBLIQUE_FISSURE if angle >= 25 else Target.LONGITUDINAL_FISSURE


def shell_depth_mm(thickness_mm: float, radius_mm: float) -> float:
    """Return the longest way of a beam through a shell on a cylinder: that which touches the cylinder."""
    return 2 * math.sqrt(thickness_mm * (2 * radius_mm + thickness_mm))


@dataclass(frozen=True)
class Profile:
    """How a line changes the bone along the beam, across the line.

    Parameters
    ----------
    offset_mm : (N,) float array
        Distance from the centre line, rising, from -reach to reach.
    share : (N,) float array
        Share of the line's full depth that lies along the beam there, 0 to 1.
    """

    offset_mm: Float64Array = field(repr=False)
    share: Float64Array = field(repr=False)

    @property
    def area_mm(self) -> float:
        """Integral of the share: the equivalent width times the peak."""
        return float(self.share.sum() * _PROFILE_STEP_MM)

    @property
    def reach_mm(self) -> float:
        """Beyond this distance the line changes nothing."""
        return float(self.offset_mm[-1])

    def averaged(self, distance_mm: Float64Array, over_mm: float | Float64Array) -> Float64Array:
        """Return the mean of the share over intervals about distances: no gap is too fine for it."""
        integral = np.concatenate([[0.0], np.cumsum(self.share)]) * _PROFILE_STEP_MM
        edges = np.append(self.offset_mm - _PROFILE_STEP_MM / 2, self.offset_mm[-1] + _PROFILE_STEP_MM / 2)
        upper = np.interp(distance_mm + over_mm / 2, edges, integral)
        lower = np.interp(distance_mm - over_mm / 2, edges, integral)
        return np.asarray((upper - lower) / over_mm)

    def full_width_mm(self) -> float:
        """Return the full width at half maximum."""
        return full_width(self.offset_mm, self.share)


def full_width(offset: Float64Array, share: Float64Array) -> float:
    """Return the full width at half maximum of a peak, in the unit of the offsets.

    Examples
    --------
    >>> full_width(np.array([-2.0, -1, 0, 1, 2]), np.array([0.0, 1, 2, 1, 0]))
    2.0
    """
    top = int(share.argmax())
    half = share[top] / 2
    # Towards each side the share is taken as falling: the least so far.
    after = np.interp(-half, -np.minimum.accumulate(share[top:]), offset[top:])
    before = np.interp(half, np.minimum.accumulate(share[top::-1])[::-1], offset[: top + 1])
    return float(after - before)


def profile(line: Fissure | MicrocallusLine) -> Profile:
    """Return how a line looks across, before any blur.

    Notes
    -----
    A gap of width w tilted by t against the beam is, on the picture, a box of width w / cos(t) smeared over
    depth * tan(t): its integral, w * depth / cos(t), is that of the optical depth it takes away.
    """
    tilt = math.radians(line.tilt_deg)
    smear_mm = line.depth_mm * math.tan(tilt)
    projected_mm = line.width_mm / math.cos(tilt)
    reach_mm = smear_mm / 2 + (0.5 if isinstance(line, Fissure) else 1.5) * projected_mm + 0.01
    count = math.ceil(reach_mm / _PROFILE_STEP_MM)
    offset = np.arange(-count, count + 1, dtype=np.float64) * _PROFILE_STEP_MM
    if isinstance(line, Fissure):
        return Profile(offset, _box_smeared(offset, projected_mm, smear_mm))
    sd_mm = projected_mm / _FWHM_PER_SD
    smeared = np.asarray(np.exp(-0.5 * (offset / sd_mm) ** 2))
    if smear_mm > _PROFILE_STEP_MM:
        box = np.ones(max(1, round(smear_mm / _PROFILE_STEP_MM)))
        smeared = np.convolve(smeared, box / box.size, mode="same")
    return Profile(offset, smeared)


def shell_profile(line: Thickening, radius_mm: float) -> Profile:
    """Return how a shell on a cylinder looks across: outward is positive, 0 is the surface it lies on.

    Parameters
    ----------
    line : Thickening
    radius_mm : float
        Of the cylinder.
    """
    inner, outer = radius_mm + line.gap_mm, radius_mm + line.gap_mm + line.thickness_mm
    within = 2.5 * (
        line.gap_mm + line.thickness_mm
    )  # further in, the shell in front and behind is an even veil
    count = math.ceil(within / _PROFILE_STEP_MM)
    offset = np.arange(-count, count + 1, dtype=np.float64) * _PROFILE_STEP_MM
    place = radius_mm + offset
    chord = 2 * np.sqrt(np.maximum(0, outer**2 - place**2))
    chord -= 2 * np.sqrt(np.maximum(0, inner**2 - place**2))
    fading = np.clip((offset + within) / (0.7 * within), 0, 1)
    return Profile(offset, np.asarray(chord / shell_depth_mm(line.thickness_mm, inner) * fading))


def _box_smeared(offset: Float64Array, width_mm: float, smear_mm: float) -> Float64Array:
    # The overlap of two boxes in closed form: sampling a box of 0.02 mm would miss its width by a step.
    if smear_mm < 1e-6:
        edge = (width_mm / 2 - np.abs(offset)) / _PROFILE_STEP_MM + 0.5
        return np.asarray(np.clip(edge, 0, 1))
    overlap = np.minimum(offset + width_mm / 2, smear_mm / 2) - np.maximum(
        offset - width_mm / 2, -smear_mm / 2
    )
    return np.asarray(np.maximum(0, overlap) / smear_mm)


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SettingsError(f"{name} is {value!r}; it must be {low:g} to {high:g}")
