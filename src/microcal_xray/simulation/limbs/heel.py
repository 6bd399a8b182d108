"""Heel from the side: a calcaneus-like block under a talus-like one; the back of the heel is at x = 0."""

from ..anatomy import Anatomy, Bone, JointEnd, Limb, SkinStation
from .parts import block, stations

_CALCANEUS = Bone(
    "calcaneus",
    stations(
        (-4, 19, 18, 11, 1.2, 1.2, 0.16),
        (6, 22, 21, 14, 1.1, 1.2, 0.19),
        (18, 21, 19.5, 16, 0.9, 1.1, 0.18),
        (34, 20.5, 17, 17, 0.9, 1.1, 0.13),
        (46, 23.5, 16, 18, 0.9, 1.1, 0.16),
        (58, 19, 15, 17, 0.9, 1.0, 0.17),
        (70, 12.5, 13.5, 15, 0.8, 0.9, 0.2),
        (80, 11, 12.5, 14, 0.8, 0.8, 0.22),
    ),
    near_end=JointEnd(((-22, 7), (-12, 1.0), (2, -2.5), (14, 0.5), (21, 9)), plate_mm=1.3, rounding_mm=7.0),
    far_end=JointEnd(((-12, 74), (0, 78), (13, 76)), plate_mm=0.9, rounding_mm=4.0),
    origin_mm=(0.0, 0.0),
    direction_deg=83.0,
    bow_mm=-2.0,
    roundness=2.6,
    texture=0.2,
)

_TIBIA = Bone(
    "tibia",
    stations(
        (-3, 19, 17, 22, 1.0, 1.0, 0.27),
        (8, 19, 18, 24, 0.9, 0.9, 0.24),
        (24, 16, 15.5, 18, 1.5, 1.5, 0.12),
        (45, 13.5, 13.5, 14.5, 2.6, 2.6, 0.06),
        (90, 12.5, 13, 12, 4.0, 4.2, 0.02),
        (160, 14, 14, 12, 5.0, 5.2, 0.01),
    ),
    near_end=JointEnd(((-19, 3.0), (-8, -1.2), (3, -2.2), (12, -0.6), (18, 2.4)), plate_mm=1.1),
    origin_mm=(47.0, -59.0),
    direction_deg=4.0,
)

_FIBULA = Bone(
    "fibula",
    stations(
        (-26, 7, 7, 7, 1.0, 1.0, 0.2),
        (-8, 9, 9, 8, 1.1, 1.1, 0.18),
        (20, 6.5, 6.5, 7, 1.9, 1.9, 0.08),
        (160, 5.5, 5.5, 6, 2.6, 2.6, 0.01),
    ),
    near_end=JointEnd(((-8, -20), (0, -25), (8, -19)), plate_mm=0.9, rounding_mm=6.0),
    origin_mm=(36.0, -59.0),
    direction_deg=2.0,
)

HEEL = Limb(
    Anatomy.CALCANEUS,
    (
        _CALCANEUS,
        block("talus", (55.0, -37.0), width_mm=52, height_mm=33, depth_mm=34, direction_deg=14),
        _TIBIA,
        _FIBULA,
        block("navicular", (91.0, -25.0), width_mm=16, height_mm=32, depth_mm=28, direction_deg=10),
        block("cuboid", (94.0, 2.0), width_mm=32, height_mm=24, depth_mm=24, direction_deg=8),
    ),
    skin=(
        SkinStation(-220, 0, 88, 38, 5.0),
        SkinStation(-120, 6, 80, 33, 4.0),
        SkinStation(-70, 2, 84, 34, 4.0),
        SkinStation(-40, -8, 104, 34, 4.0),
        SkinStation(-5, -12, 150, 32, 5.0),
        SkinStation(18, -11, 150, 28, 6.0),
        SkinStation(34, -2, 140, 20, 7.0),
        SkinStation(39, 6, 130, 9, 3.0),
    ),
    centre_mm=(42.0, -22.0),
)
