"""Forearm and wrist, hand upward; the joint line of the wrist is at y = 0, the shafts run down."""

from ..anatomy import Anatomy, Bone, JointEnd, Limb, SkinStation
from .parts import block, stations

# Seen from the joint into a shaft that points down, the left of a bone is on the right of the picture.
_RADIUS = Bone(
    "radius",
    stations(
        (-9, 17, 12, 6, 0.7, 0.7, 0.2),
        (-2, 16.6, 14.5, 9, 0.7, 0.7, 0.23),
        (4, 16.2, 15.2, 11, 0.7, 0.7, 0.22),
        (12, 14.2, 13.8, 11.5, 0.8, 0.8, 0.16),
        (22, 11, 11, 10, 1.1, 1.1, 0.10),
        (36, 8.2, 8.2, 8, 1.9, 2.1, 0.05),
        (60, 7.0, 6.9, 6.8, 2.8, 3.0, 0.015),
        (100, 7.4, 7.3, 6.8, 3.2, 3.5, 0.008),
        (160, 7.2, 7.0, 6.8, 3.0, 3.2, 0.01),
        (220, 7.0, 7.0, 7.0, 2.6, 2.6, 0.02),
    ),
    near_end=JointEnd(
        ((-17, -8.5), (-14, -8.8), (-8, -1.0), (0, 0.8), (8, 0.8), (12, 1.6), (15.2, 3.0)),
        plate_mm=1.0,
        rounding_mm=4.0,
    ),
    origin_mm=(9.0, 0.0),
    direction_deg=180.0,
    bow_mm=-8.0,
    roundness=2.3,
    skew=0.2,
)

_ULNA = Bone(
    "ulna",
    stations(
        (-5, 6, 8.4, 6, 0.8, 0.8, 0.2),
        (3, 8.2, 8.3, 7.5, 0.8, 0.8, 0.2),
        (10, 7.6, 7.6, 7.5, 0.9, 1.0, 0.15),
        (20, 6.2, 6.2, 6.5, 1.5, 1.6, 0.08),
        (40, 5.7, 5.8, 6.2, 2.4, 2.5, 0.02),
        (90, 6.4, 6.4, 6.8, 2.9, 3.0, 0.01),
        (160, 7.2, 7.2, 7.8, 2.9, 3.0, 0.01),
        (220, 8.0, 8.0, 9.0, 2.8, 2.8, 0.02),
    ),
    near_end=JointEnd(
        ((-8.3, 4.0), (-4, 1.6), (1.5, 1.8), (4, 0.4), (5.2, -3.6), (7, -4.0), (8.5, 0.5)),
        plate_mm=0.9,
        rounding_mm=3.0,
    ),
    origin_mm=(-17.5, 1.2),
    direction_deg=181.0,
    bow_mm=3.0,
    roundness=2.2,
    behind_mm=7.0,
)

_CARPUS = (
    block("scaphoid", (14.5, -11.5), width_mm=13, height_mm=22, depth_mm=13, direction_deg=-38),
    block("lunate", (1.0, -8.6), width_mm=15, height_mm=15, depth_mm=15, direction_deg=8),
    block("triquetrum", (-12.6, -12.2), width_mm=13, height_mm=15, depth_mm=13, direction_deg=32),
    block("trapezium", (22.0, -26.5), width_mm=15, height_mm=13, depth_mm=13, direction_deg=-30),
    block("trapezoid", (12.0, -28.5), width_mm=11, height_mm=13, depth_mm=13, direction_deg=-12),
    block("capitate", (2.0, -25.0), width_mm=13.5, height_mm=22, depth_mm=16),
    block("hamate", (-9.6, -26.0), width_mm=14, height_mm=20, depth_mm=15, direction_deg=18),
)


def _metacarpal(number: int, base_mm: tuple[float, float], lean_deg: float, width_mm: float) -> Bone:
    half = width_mm / 2
    return Bone(
        f"metacarpal-{number}",
        stations(
            (0, 1.0 * half, half, 0.95 * half, 0.7, 0.7, 0.2),
            (6, 0.9 * half, 0.9 * half, half, 0.8, 0.8, 0.15),
            (14, 0.66 * half, 0.66 * half, 0.75 * half, 1.4, 1.4, 0.06),
            (26, 0.55 * half, 0.55 * half, 0.65 * half, 2.0, 2.0, 0.02),
            (50, 0.6 * half, 0.6 * half, 0.7 * half, 1.6, 1.6, 0.05),
        ),
        near_end=JointEnd(((-half, 1.5), (0, 0.0), (half, 1.2)), plate_mm=0.8, rounding_mm=3.0),
        origin_mm=base_mm,
        direction_deg=lean_deg,
    )


FOREARM = Limb(
    Anatomy.FOREARM,
    (
        _RADIUS,
        _ULNA,
        *_CARPUS,
        _metacarpal(1, (31.0, -33.0), 42, 15),
        _metacarpal(2, (14.5, -36.0), 11, 15),
        _metacarpal(3, (3.5, -37.0), 2, 14),
        _metacarpal(4, (-7.0, -36.5), -7, 12),
        _metacarpal(5, (-16.5, -33.5), -16, 12),
    ),
    skin=(
        SkinStation(-80, -42, 48, 15, 2.5),
        SkinStation(-45, -37, 46, 19, 2.5),
        SkinStation(-20, -30, 34, 21, 2.5),
        SkinStation(0, -31, 32, 22, 2.5),
        SkinStation(40, -34, 34, 24, 3.0),
        SkinStation(90, -41, 42, 31, 4.0),
        SkinStation(150, -47, 48, 38, 4.5),
        SkinStation(240, -52, 52, 42, 5.0),
    ),
    centre_mm=(0.0, 42.0),
)
