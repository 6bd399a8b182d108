"""The lines that are drawn into bone: what they are, where they run, how they change the bone."""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..errors import SettingsError
from ..findings import Kind
from .anatomy import Bone

Float64Array = npt.NDArray[np.float64]

_STEP_MM = 0.05  # between points of a course
_PROFILE_STEP_MM = 0.002
_FWHM_PER_SD = 2.3548


@dataclass(frozen=True)
class Course:
    """Where a line runs, in the coordinates of its bone.

    Parameters
    ----------
    from_end_mm : float
        Distance of the middle of the line from the joint end of the bone, along the axis.
    offset : float
        Place of the middle across the bone: -1 is the left outline, 0 the axis, 1 the right outline.
    length_mm : float or None
        None: from outline to outline.
    angle_to_bone_deg : float
        0 along the axis to 90 across it; up to 180, where over 90 the line leans to the other side.
    sag_mm : float
        How far the middle bends away from the straight line between the ends.
    wander_mm : float
        Standard deviation of a random, smooth winding around that.
    bone : str or None
        Name of the bone; None is the main bone of the limb.
    """

    from_end_mm: float
    offset: float = 0.0
    length_mm: float | None = None
    angle_to_bone_deg: float = 85.0
    sag_mm: float = 0.0
    wander_mm: float = 0.25
    bone: str | None = None

    def __post_init__(self) -> None:
        if self.length_mm is not None and not 0 < self.length_mm <= 300:
            raise SettingsError(f"length_mm is {self.length_mm!r}; it must be over 0, up to 300, or None")
        if not 0 <= self.angle_to_bone_deg <= 180:
            raise SettingsError(f"angle_to_bone_deg is {self.angle_to_bone_deg!r}; it must be 0 to 180")


@dataclass(frozen=True)
class Fissure:
    """A gap in the bone, filled with soft tissue: a lucent line.

    Parameters
    ----------
    course : Course
    width_mm : float
        Of the gap, perpendicular to its faces; 0.02 to 1 mm is usual.
    depth_mm : float
        How much solid bone along the beam the gap cuts, where there is that much.
    tilt_deg : float
        Angle between the gap and the beam; a tilted gap is wider and fainter on the picture.
    """

    course: Course
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
    course : Course
    width_mm : float
        Full width at half maximum of the band; 0.5 to 3 mm is usual.
    added_fraction : float
        Volume fraction of bone that the middle of the band has more than its surroundings; 0.03 to 0.2.
    depth_mm : float
        Extent along the beam, where the bone is that deep.
    tilt_deg : float
        Angle between the band and the beam.
    """

    course: Course
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


Line = Fissure | MicrocallusLine


@dataclass(frozen=True)
class Profile:
    """How a line changes the bone along the beam, across the line.

    Parameters
    ----------
    offset_mm : (N,) float array
        Distance from the centre line, rising and symmetric.
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

    def averaged(self, distance_mm: Float64Array, over_mm: float) -> Float64Array:
        """Return the mean of the share over intervals about distances: no gap is too fine for it."""
        integral = np.concatenate([[0.0], np.cumsum(self.share)]) * _PROFILE_STEP_MM
        edges = np.append(self.offset_mm - _PROFILE_STEP_MM / 2, self.offset_mm[-1] + _PROFILE_STEP_MM / 2)
        upper = np.interp(distance_mm + over_mm / 2, edges, integral)
        lower = np.interp(distance_mm - over_mm / 2, edges, integral)
        return np.asarray((upper - lower) / over_mm)

    def full_width_mm(self) -> float:
        """Return the full width at half maximum."""
        half = self.offset_mm >= 0
        return float(2 * np.interp(-self.share.max() / 2, -self.share[half], self.offset_mm[half]))


def profile(line: Line) -> Profile:
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


def course_points(course: Course, bone: Bone, rng: np.random.Generator) -> tuple[Float64Array, Float64Array]:
    """Return (along, across) of points of the centre line, in the bone's coordinates, about 0.05 mm apart."""
    left, right = bone.profiles(np.clip(course.from_end_mm, *bone.span_mm))[:2].tolist()
    middle = (right - left) / 2 + course.offset * (right + left) / 2
    angle = math.radians(course.angle_to_bone_deg)
    length = course.length_mm
    if length is None:
        length = (left + right + 2) / max(math.sin(angle), 0.15)
    way = np.linspace(-0.5, 0.5, max(8, int(length / _STEP_MM)))
    aside = course.sag_mm * (1 - 4 * way**2) + course.wander_mm * _winding(way * length, rng)
    along = course.from_end_mm + way * length * math.cos(angle) - aside * math.sin(angle)
    across = middle + way * length * math.sin(angle) + aside * math.cos(angle)
    return along, across


def _box_smeared(offset: Float64Array, width_mm: float, smear_mm: float) -> Float64Array:
    # The overlap of two boxes in closed form: sampling a box of 0.02 mm would miss its width by a step.
    if smear_mm < 1e-6:
        edge = (width_mm / 2 - np.abs(offset)) / _PROFILE_STEP_MM + 0.5
        return np.asarray(np.clip(edge, 0, 1))
    overlap = np.minimum(offset + width_mm / 2, smear_mm / 2) - np.maximum(
        offset - width_mm / 2, -smear_mm / 2
    )
    return np.asarray(np.maximum(0, overlap) / smear_mm)


def _winding(way_mm: Float64Array, rng: np.random.Generator) -> Float64Array:
    # A fractal curve with an exponent of about 0.8: amplitudes fall as wavelength**1.3.
    wavelengths = np.array([32, 16, 8, 4, 2.0])
    phases = rng.uniform(0, 2 * math.pi, wavelengths.size)
    weights = wavelengths**1.3 / np.sqrt(np.sum(wavelengths**2.6) / 2)
    waves = np.sin(2 * math.pi * way_mm[:, None] / wavelengths + phases) @ weights
    return np.asarray(waves - np.linspace(waves[0], waves[-1], len(waves)))


def _in_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SettingsError(f"{name} is {value!r}; it must be {low:g} to {high:g}")
