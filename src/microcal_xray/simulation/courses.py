"""Where lines run, in the coordinates of their bone."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from ..errors import SettingsError
from .anatomy import Bone

Float64Array = npt.NDArray[np.float64]

_STEP_MM = 0.05  # between points of a course
_HURST = 0.8  # of the roughness of a tear


class Side(StrEnum):
    """Left or right of someone who looks from the joint end into the shaft."""

    LEFT = "left"
    RIGHT = "right"


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
    tortuosity_mm : float
        Standard deviation of a fractal roughness (Hurst exponent 0.8) with waves of 0.4 to 6 mm.
    from_outline : bool
        The line is a tear in one cortex: it starts at the outline that is nearer to its middle.
    """

    from_end_mm: float
    offset: float = 0.0
    length_mm: float | None = None
    angle_to_bone_deg: float = 85.0
    sag_mm: float = 0.0
    wander_mm: float = 0.25
    bone: str | None = None
    tortuosity_mm: float = 0.0
    from_outline: bool = False

    def __post_init__(self) -> None:
        if self.length_mm is not None and not 0 < self.length_mm <= 300:
            raise SettingsError(f"length_mm is {self.length_mm!r}; it must be over 0, up to 300, or None")
        if not 0 <= self.tortuosity_mm <= 3:
            raise SettingsError(f"tortuosity_mm is {self.tortuosity_mm!r}; it must be 0 to 3")
        if not 0 <= self.angle_to_bone_deg <= 180:
            raise SettingsError(f"angle_to_bone_deg is {self.angle_to_bone_deg!r}; it must be 0 to 180")


@dataclass(frozen=True)
class Helix:
    """A line that winds round the shaft: on the picture a curve that is steepest at the outlines.

    Parameters
    ----------
    from_end_mm : float
        Distance of its middle from the joint end.
    length_mm : float
        Extent along the axis, 10 to 200.
    turn_deg : float
        How far it winds round the axis in all, 40 to 340; over the front from -90 to 90 degrees.
    start_deg : float
        Where its middle lies on the circumference: 0 in front, 90 at the right outline.
    right_handed : bool
    wander_mm, tortuosity_mm : float
        As of `Course`.
    bone : str or None
    """

    from_end_mm: float
    length_mm: float = 60.0
    turn_deg: float = 160.0
    start_deg: float = 0.0
    right_handed: bool = True
    wander_mm: float = 0.25
    tortuosity_mm: float = 0.0
    bone: str | None = None

    def __post_init__(self) -> None:
        if not 10 <= self.length_mm <= 200:
            raise SettingsError(f"length_mm is {self.length_mm!r}; a helix takes 10 to 200")
        if not 40 <= self.turn_deg <= 340:
            raise SettingsError(f"turn_deg is {self.turn_deg!r}; it must be 40 to 340")
        if not 0 <= self.tortuosity_mm <= 3:
            raise SettingsError(f"tortuosity_mm is {self.tortuosity_mm!r}; it must be 0 to 3")


@dataclass(frozen=True)
class Along:
    """A stretch of one outline of the bone, for bone that is laid down there.

    Parameters
    ----------
    from_end_mm : float
        Distance of its middle from the joint end.
    length_mm : float
        Along the outline, 3 to 100.
    side : Side
    bone : str or None
    """

    from_end_mm: float
    length_mm: float = 25.0
    side: Side = Side.LEFT
    bone: str | None = None

    def __post_init__(self) -> None:
        if not 3 <= self.length_mm <= 100:
            raise SettingsError(f"length_mm is {self.length_mm!r}; along an outline it must be 3 to 100")


def course_points(
    course: Course | Helix, bone: Bone, rng: np.random.Generator
) -> tuple[Float64Array, Float64Array]:
    """Return (along, across) of points of the centre line, in the bone's coordinates, about 0.05 mm apart."""
    return _winding_round(course, bone, rng) if isinstance(course, Helix) else _straight(course, bone, rng)


def _straight(course: Course, bone: Bone, rng: np.random.Generator) -> tuple[Float64Array, Float64Array]:
    left, right = bone.profiles(np.clip(course.from_end_mm, *bone.span_mm))[:2].tolist()
    middle = (right - left) / 2 + course.offset * (right + left) / 2
    angle = math.radians(course.angle_to_bone_deg)
    length = course.length_mm
    if length is None:
        length = (left + right + 2) / max(math.sin(angle), 0.15)
    way = np.linspace(-0.5, 0.5, max(8, int(length / _STEP_MM)))
    aside = course.sag_mm * (1 - 4 * way**2) + course.wander_mm * _winding(way * length, rng)
    if course.tortuosity_mm > 0:
        aside = aside + course.tortuosity_mm * _roughness(way * length, rng)
    if course.from_outline:  # a millimetre beyond it, so that the line is whole where the bone begins
        reach = (length * math.sin(angle) - 2) / 2
        middle = right - reach if course.offset > 0 else reach - left
    along = course.from_end_mm + way * length * math.cos(angle) - aside * math.sin(angle)
    across = middle + way * length * math.sin(angle) + aside * math.cos(angle)
    return along, across


def _winding_round(course: Helix, bone: Bone, rng: np.random.Generator) -> tuple[Float64Array, Float64Array]:
    along = course.from_end_mm + np.linspace(-0.5, 0.5, int(course.length_mm / _STEP_MM)) * course.length_mm
    way = along - course.from_end_mm
    hand = 1 if course.right_handed else -1
    angle = np.radians(course.start_deg + hand * course.turn_deg * way / course.length_mm)
    left, right = bone.profiles(np.clip(along, *bone.span_mm)).T[:2]
    aside = course.wander_mm * _winding(way, rng)
    if course.tortuosity_mm > 0:
        aside = aside + course.tortuosity_mm * _roughness(way, rng)
    # Inside the outline by half a cortex: a gap in the wall is seen where the wall is.
    across = (right - left) / 2 + 0.94 * (right + left) / 2 * np.sin(angle) + aside
    return along, across


def _winding(way_mm: Float64Array, rng: np.random.Generator) -> Float64Array:
    # A fractal curve with an exponent of about 0.8: amplitudes fall as wavelength**1.3.
    wavelengths = np.array([32, 16, 8, 4, 2.0])
    phases = rng.uniform(0, 2 * math.pi, wavelengths.size)
    weights = wavelengths**1.3 / np.sqrt(np.sum(wavelengths**2.6) / 2)
    waves = np.sin(2 * math.pi * way_mm[:, None] / wavelengths + phases) @ weights
    return np.asarray(waves - np.linspace(waves[0], waves[-1], len(waves)))


def _roughness(way_mm: Float64Array, rng: np.random.Generator) -> Float64Array:
    """Return a fractal curve of unit standard deviation: amplitudes fall as wavelength**Hurst."""
    wavelengths = np.geomspace(6.0, 0.4, 14)
    phases = rng.uniform(0, 2 * math.pi, wavelengths.size)
    weights = wavelengths**_HURST
    weights /= np.sqrt(np.sum(weights**2) / 2)
    return np.asarray(np.sin(2 * math.pi * way_mm[:, None] / wavelengths + phases) @ weights)
