"""The same limb in another position: turned and shifted on the picture, rolled, seen from the side."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from ...errors import SettingsError
from ..anatomy import Bone, JointEnd, Limb, SkinStation


class View(StrEnum):
    """From where the limb is seen: DICOM's View Position (0018,5101)."""

    AP = "AP"
    LATERAL = "LL"


@dataclass(frozen=True)
class Position:
    """How the limb lies under the tube.

    Parameters
    ----------
    view : View
    turn_deg : float
        About the beam, clockwise on the picture, -30 to 30.
    shift_mm : (x, y)
        On the picture.
    roll_deg : float
        About the long axis, -20 to 20: bones that lie one behind the other move apart or together.
    """

    view: View = View.AP
    turn_deg: float = 0.0
    shift_mm: tuple[float, float] = (0.0, 0.0)
    roll_deg: float = 0.0

    def __post_init__(self) -> None:
        for name, limit in (("turn_deg", 30), ("roll_deg", 20)):
            if not abs(getattr(self, name)) <= limit:
                raise SettingsError(f"{name} is {getattr(self, name)!r}; it must be -{limit} to {limit}")


def positioned(person: Limb, position: Position, centre_mm: tuple[float, float]) -> Limb:
    """Return the limb in that position, turned about the middle of the picture."""
    seen = from_the_side(person) if position.view is View.LATERAL else person
    aside = math.sin(math.radians(position.roll_deg))
    return replace(
        seen,
        bones=tuple(_moved(bone, position, centre_mm, bone.behind_mm * aside) for bone in seen.bones),
        skin=tuple(_skin_moved(station, position, centre_mm) for station in seen.skin),
    )


def from_the_side(person: Limb) -> Limb:
    """Return the limb seen from the side: depth and width change places, the front is on the left."""
    return replace(
        person,
        bones=tuple(_bone_from_the_side(bone) for bone in person.bones),
        skin=tuple(
            SkinStation(
                station.y_mm,
                -0.92 * station.depth_mm,
                1.08 * station.depth_mm,
                (station.right_mm - station.left_mm) / 2,
                station.fat_mm,
            )
            for station in person.skin
        ),
    )


def _moved(bone: Bone, position: Position, centre_mm: tuple[float, float], aside_mm: float) -> Bone:
    turn = math.radians(position.turn_deg)
    x, y = bone.origin_mm[0] + aside_mm - centre_mm[0], bone.origin_mm[1] - centre_mm[1]
    origin = (
        x * math.cos(turn) - y * math.sin(turn) + centre_mm[0] + position.shift_mm[0],
        x * math.sin(turn) + y * math.cos(turn) + centre_mm[1] + position.shift_mm[1],
    )
    return replace(bone, origin_mm=origin, direction_deg=bone.direction_deg + position.turn_deg)


def _skin_moved(station: SkinStation, position: Position, centre_mm: tuple[float, float]) -> SkinStation:
    lean = -(station.y_mm - centre_mm[1]) * math.tan(math.radians(position.turn_deg)) + position.shift_mm[0]
    return replace(station, left_mm=station.left_mm + lean, right_mm=station.right_mm + lean)


def _bone_from_the_side(bone: Bone) -> Bone:
    turned = tuple(
        replace(
            station,
            left_mm=station.depth_mm,
            right_mm=station.depth_mm,
            depth_mm=(station.left_mm + station.right_mm) / 2,
            cortex_left_mm=(station.cortex_left_mm + station.cortex_right_mm) / 2,
            cortex_right_mm=(station.cortex_left_mm + station.cortex_right_mm) / 2,
        )
        for station in bone.stations
    )
    return replace(
        bone,
        stations=turned,
        near_end=_end_from_the_side(bone.near_end, max(s.left_mm for s in turned[:4]), 1.0),
        far_end=_end_from_the_side(bone.far_end, max(s.left_mm for s in turned[-4:]), -1.0),
        origin_mm=(bone.behind_mm, bone.origin_mm[1]),
        bow_mm=0.5 * bone.bow_mm,
        skew=0.0,
    )


def _end_from_the_side(end: JointEnd | None, half_mm: float, inward: float) -> JointEnd | None:
    if end is None:
        return None
    level = float(np.median([along for _, along in end.surface_mm]))
    rise = 0.12 * half_mm * inward
    surface = ((-half_mm, level + rise), (0.0, level), (half_mm, level + rise))
    return replace(end, surface_mm=surface)
