"""One person's limb: the average one in another size, side, position and state of bone.

Sizes are those of adults, rounded from radiographs and anatomy tables: they need to look like a limb to a
reader and to a detector; no measurement of a population is claimed.
"""

import math
from dataclasses import replace

import numpy as np

from ..anatomy import Anatomy, Bone, JointEnd, Limb, SkinStation
from .arm import ARM
from .foot import FOOT
from .forearm import FOREARM
from .hand import HAND
from .heel import HEEL
from .leg import LEG
from .thigh import THIGH

_AVERAGE = {limb.anatomy: limb for limb in (LEG, THIGH, FOREARM, FOOT, ARM, HAND, HEEL)}


def average_limb(anatomy: Anatomy) -> Limb:
    """Return the limb of an average adult, right side."""
    return _AVERAGE[anatomy]


def one_person(average: Limb, rng: np.random.Generator) -> Limb:
    """Return the limb of one person: size, cortex, trabecular bone, soft tissue, side and position by lot.

    Parameters
    ----------
    average : Limb
    rng : numpy.random.Generator
    """
    size, cortex, trabecular, soft = rng.uniform((0.94, 0.85, 0.85, 0.95), (1.05, 1.15, 1.2, 1.12)).tolist()
    tilt_deg = float(rng.uniform(-3, 3))
    bows = rng.uniform(0.6, 1.4, len(average.bones)).tolist()
    person = replace(
        average,
        bones=tuple(
            replace(_turned(_sized(bone, size, cortex, trabecular), tilt_deg), bow_mm=bone.bow_mm * bow)
            for bone, bow in zip(average.bones, bows, strict=True)
        ),
        skin=tuple(_leaning(station, tilt_deg, size * soft) for station in average.skin),
    )
    return mirrored(person) if rng.random() < 0.5 else person


def mirrored(limb: Limb) -> Limb:
    """Return the limb of the other side."""
    return replace(
        limb,
        bones=tuple(_mirrored_bone(bone) for bone in limb.bones),
        skin=tuple(replace(s, left_mm=-s.right_mm, right_mm=-s.left_mm) for s in limb.skin),
        centre_mm=(-limb.centre_mm[0], limb.centre_mm[1]),
        left_side=not limb.left_side,
    )


def _sized(bone: Bone, size: float, cortex: float, trabecular: float) -> Bone:
    stations = tuple(
        replace(
            station,
            left_mm=station.left_mm * size,
            right_mm=station.right_mm * size,
            depth_mm=station.depth_mm * size,
            cortex_left_mm=station.cortex_left_mm * cortex,
            cortex_right_mm=station.cortex_right_mm * cortex,
            trabecular=min(0.5, station.trabecular * trabecular),
        )
        for station in bone.stations
    )
    return replace(
        bone,
        stations=stations,
        near_end=_across_scaled(bone.near_end, size),
        far_end=_across_scaled(bone.far_end, size),
        origin_mm=(bone.origin_mm[0] * size, bone.origin_mm[1]),
    )


def _turned(bone: Bone, degrees: float) -> Bone:
    turn = math.radians(degrees)
    x, y = bone.origin_mm
    origin = (x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn))
    return replace(bone, origin_mm=origin, direction_deg=bone.direction_deg + degrees)


def _leaning(station: SkinStation, tilt_deg: float, size: float) -> SkinStation:
    aside = -station.y_mm * math.tan(math.radians(tilt_deg))
    return replace(
        station,
        left_mm=station.left_mm * size + aside,
        right_mm=station.right_mm * size + aside,
        depth_mm=station.depth_mm * size,
        fat_mm=station.fat_mm * size,
    )


def _mirrored_bone(bone: Bone) -> Bone:
    stations = tuple(
        replace(
            station,
            left_mm=station.right_mm,
            right_mm=station.left_mm,
            cortex_left_mm=station.cortex_right_mm,
            cortex_right_mm=station.cortex_left_mm,
        )
        for station in bone.stations
    )
    return replace(
        bone,
        stations=stations,
        near_end=_across_mirrored(bone.near_end),
        far_end=_across_mirrored(bone.far_end),
        origin_mm=(-bone.origin_mm[0], bone.origin_mm[1]),
        direction_deg=-bone.direction_deg,
        bow_mm=-bone.bow_mm,
        skew=-bone.skew,
    )


def _across_scaled(end: JointEnd | None, size: float) -> JointEnd | None:
    return end and replace(end, surface_mm=tuple((across * size, along) for across, along in end.surface_mm))


def _across_mirrored(end: JointEnd | None) -> JointEnd | None:
    return end and replace(
        end, surface_mm=tuple((-across, along) for across, along in reversed(end.surface_mm))
    )
