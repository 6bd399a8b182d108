"""Limbs as parameters: bones along curved axes with outline, cortex and trabecular bone; soft tissue.

Coordinates of a limb are millimetres, x to the right and y down on the picture; the joint line of the main
bone lies at y = 0. A bone's own coordinates are `along`, the distance from its joint end into the shaft,
and `across`, the distance from its axis, positive to the right of someone who looks from the joint into the
shaft.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from ..errors import SettingsError

Float64Array = npt.NDArray[np.float64]


class Anatomy(StrEnum):
    """Which limb is drawn."""

    TIBIA = "tibia"  # with fibula, ankle below
    FEMUR = "femur"  # lower part, knee below
    FOREARM = "forearm"  # radius and ulna, wrist below
    METATARSALS = "metatarsals"  # five, toes above
    HUMERUS = "humerus"  # lower part, elbow below
    HAND = "hand"  # metacarpals, fingers above
    CALCANEUS = "calcaneus"  # the heel, from the side


@dataclass(frozen=True)
class Station:
    """The cross-section of a bone at one place along its axis.

    Parameters
    ----------
    along_mm : float
        Distance from the joint end; negative for what reaches beyond it, as the malleoli do.
    left_mm, right_mm : float
        From the axis to the outline.
    depth_mm : float
        Half of the extent along the beam.
    cortex_left_mm, cortex_right_mm : float
        Thickness of the cortex.
    trabecular : float
        Volume fraction of bone inside the cortex, 0 to 1.
    """

    along_mm: float
    left_mm: float
    right_mm: float
    depth_mm: float
    cortex_left_mm: float
    cortex_right_mm: float
    trabecular: float


@dataclass(frozen=True)
class JointEnd:
    """The surface that ends a bone.

    Parameters
    ----------
    surface_mm : tuple of (across, along)
        Points of the joint surface, in the bone's coordinates, from left to right.
    plate_mm : float
        Thickness of the subchondral plate.
    rounding_mm : float
        Over this distance from the surface the depth is rounded off.
    """

    surface_mm: tuple[tuple[float, float], ...]
    plate_mm: float = 0.8
    rounding_mm: float = 5.0


@dataclass(frozen=True)
class Bone:
    """One bone.

    Parameters
    ----------
    name : str
    stations : tuple of Station
        From the joint end to the other end, rising.
    near_end, far_end : JointEnd or None
        None: the bone leaves the picture there.
    origin_mm : (x, y)
        Where `along` is 0, in the limb's coordinates.
    direction_deg : float
        Direction of the shaft seen from the joint end: 0 is up on the picture, positive clockwise.
    bow_mm : float
        How far the middle of the axis leaves the straight line to the right.
    roundness : float
        Exponent of the cross-section: 2 an ellipse, larger is nearer to a box.
    skew : float
        Share by which the right side is deeper than the middle: a triangular shaft.
    texture : float
        Relative standard deviation of the trabecular bone along the beam.
    behind_mm : float
        How far its axis lies behind the middle of the limb, for other views.
    """

    name: str
    stations: tuple[Station, ...]
    near_end: JointEnd | None = None
    far_end: JointEnd | None = None
    origin_mm: tuple[float, float] = (0.0, 0.0)
    direction_deg: float = 0.0
    bow_mm: float = 0.0
    roundness: float = 2.2
    skew: float = 0.0
    texture: float = 0.16
    behind_mm: float = 0.0

    @cached_property
    def profiles(self) -> PchipInterpolator:
        """Smooth curves through the stations: along_mm -> the other six numbers of `Station`."""
        table = np.array([_numbers(station) for station in self.stations])
        return PchipInterpolator(table[:, 0], table[:, 1:], extrapolate=True)

    @property
    def span_mm(self) -> tuple[float, float]:
        """First and last `along`."""
        return self.stations[0].along_mm, self.stations[-1].along_mm

    def bow_at(self, along_mm: Float64Array) -> Float64Array:
        """Return how far the curved axis lies to the right of the straight one."""
        length = self.span_mm[1]
        return np.asarray(self.bow_mm * np.sin(math.pi * np.clip(along_mm / length, 0, 1)))

    def to_bone(self, x_mm: Float64Array, y_mm: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Return (along, across) of points of the limb."""
        sine, cosine = _direction(self.direction_deg)
        x, y = x_mm - self.origin_mm[0], y_mm - self.origin_mm[1]
        along = x * sine - y * cosine
        return along, x * cosine + y * sine - self.bow_at(along)

    def to_limb(self, along_mm: Float64Array, across_mm: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Return (x, y) in the limb of points of the bone."""
        sine, cosine = _direction(self.direction_deg)
        sideways = across_mm + self.bow_at(along_mm)
        x = self.origin_mm[0] + along_mm * sine + sideways * cosine
        y = self.origin_mm[1] - along_mm * cosine + sideways * sine
        return x, y

    def axis_direction(self, along_mm: float) -> Float64Array:
        """Return the unit vector (x, y) of the curved axis."""
        ends = np.array([along_mm - 0.5, along_mm + 0.5])
        x, y = self.to_limb(ends, np.zeros(2))
        vector = np.array([x[1] - x[0], y[1] - y[0]])
        return np.asarray(vector / np.linalg.norm(vector))


@dataclass(frozen=True)
class SkinStation:
    """The outline of the limb at one height of the picture.

    Parameters
    ----------
    y_mm : float
    left_mm, right_mm : float
        x of the skin on both sides.
    depth_mm : float
        Half of the extent along the beam.
    fat_mm : float
        Thickness of the fat under the skin.
    """

    y_mm: float
    left_mm: float
    right_mm: float
    depth_mm: float
    fat_mm: float


@dataclass(frozen=True)
class Limb:
    """Bones inside soft tissue.

    Parameters
    ----------
    anatomy : Anatomy
    bones : tuple of Bone
        The main bone first.
    skin : tuple of SkinStation
        From the top of the picture to its bottom.
    centre_mm : (x, y)
        What the middle of the picture shows.
    skin_mm : float
        Thickness of the skin.
    left_side : bool
        Whether it is the left limb of the person.
    """

    anatomy: Anatomy
    bones: tuple[Bone, ...]
    skin: tuple[SkinStation, ...]
    centre_mm: tuple[float, float]
    skin_mm: float = 1.6
    left_side: bool = False

    @cached_property
    def skin_profiles(self) -> PchipInterpolator:
        """Smooth curves through the skin stations: y_mm -> left, right, depth, fat."""
        table = np.array([(s.y_mm, s.left_mm, s.right_mm, s.depth_mm, s.fat_mm) for s in self.skin])
        return PchipInterpolator(table[:, 0], table[:, 1:], extrapolate=True)

    def bone(self, name: str | None) -> Bone:
        """Return the bone of that name; None asks for the main bone.

        Raises
        ------
        SettingsError
            If the limb has no such bone.
        """
        for bone in self.bones:
            if name is None or bone.name == name:
                return bone
        raise SettingsError(
            f"no bone {name!r} in {self.anatomy}; it has {', '.join(b.name for b in self.bones)}"
        )


def _numbers(station: Station) -> tuple[float, ...]:
    return (
        station.along_mm,
        station.left_mm,
        station.right_mm,
        station.depth_mm,
        station.cortex_left_mm,
        station.cortex_right_mm,
        station.trabecular,
    )


def _direction(degrees: float) -> tuple[float, float]:
    return math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
