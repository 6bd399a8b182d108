"""Lower femur and knee from the front; the joint line of the knee is at y = 0."""

from dataclasses import replace

from ..anatomy import Anatomy, Bone, JointEnd, Limb, SkinStation
from .parts import block, stations

FEMUR = Bone(
    "femur",
    stations(
        (-3, 36, 36, 24, 0.8, 0.8, 0.26),
        (8, 40, 40, 29, 0.8, 0.8, 0.27),
        (20, 42, 41, 31, 0.8, 0.8, 0.24),
        (33, 39.5, 39, 28, 0.9, 0.9, 0.18),
        (46, 32.5, 31, 22, 1.2, 1.2, 0.13),
        (62, 25.5, 24, 18, 1.9, 1.9, 0.08),
        (85, 19.5, 19, 16, 3.2, 3.4, 0.035),
        (120, 16.2, 15.8, 15, 5.2, 5.5, 0.012),
        (170, 15.0, 14.6, 15, 6.6, 7.0, 0.006),
        (300, 15.0, 14.6, 15, 7.2, 7.6, 0.006),
    ),
    near_end=JointEnd(
        (
            (-42, 14),
            (-37, 4),
            (-24, 0.5),
            (-11, 3),
            (-7, 9),
            (0, 12),
            (7, 9),
            (11, 2.5),
            (24, -0.5),
            (37, 3.5),
            (42, 14),
        ),
        plate_mm=1.3,
        rounding_mm=11.0,
    ),
    bow_mm=4.0,
    direction_deg=4.0,
    roundness=2.2,
    skew=-0.1,
)

_PLATEAU = Bone(
    "tibia",
    stations(
        (-200, 15, 14, 16, 5.0, 5.2, 0.01),
        (-85, 17, 16, 18, 3.6, 3.4, 0.03),
        (-52, 23, 22, 20, 1.9, 1.8, 0.11),
        (-30, 32, 31, 22, 1.1, 1.1, 0.19),
        (-12, 39, 38, 23, 0.9, 0.9, 0.25),
        (4, 39, 38, 22, 0.9, 0.9, 0.27),
    ),
    far_end=JointEnd(
        (
            (-39, -7.5),
            (-30, -4.0),
            (-20, -4.6),
            (-9, -3.4),
            (-4, 3),
            (0, 0),
            (4, 3.5),
            (9, -3.6),
            (20, -4.8),
            (30, -4.2),
            (39, -7.5),
        ),
        plate_mm=1.4,
        rounding_mm=4.0,
    ),
    direction_deg=1.0,
    skew=0.15,
)

_FIBULA_HEAD = Bone(
    "fibula",
    stations(
        (-200, 6, 6, 6.5, 2.4, 2.4, 0.02),
        (-60, 6, 6, 7, 1.8, 1.8, 0.05),
        (-40, 7.5, 7.5, 9, 1.2, 1.2, 0.1),
        (-26, 11, 10.5, 11, 0.8, 0.8, 0.2),
        (-14, 10, 9, 10, 0.8, 0.8, 0.2),
    ),
    far_end=JointEnd(((-11, -22), (-4, -16), (3, -17), (10, -24)), plate_mm=0.8, rounding_mm=6.0),
    origin_mm=(-36.0, 0.0),
)

THIGH = Limb(
    Anatomy.FEMUR,
    (
        FEMUR,
        _PLATEAU,
        _FIBULA_HEAD,
        replace(
            block("patella", (2.0, -34.0), width_mm=43, height_mm=42, depth_mm=17, trabecular=0.16),
            behind_mm=-38.0,
        ),
    ),
    skin=(
        SkinStation(-320, -88, 92, 76, 12.0),
        SkinStation(-200, -76, 80, 72, 10.0),
        SkinStation(-110, -64, 68, 66, 8.0),
        SkinStation(-50, -57, 60, 60, 6.0),
        SkinStation(-10, -54, 56, 58, 5.0),
        SkinStation(25, -52, 53, 56, 5.0),
        SkinStation(80, -55, 53, 56, 6.0),
        SkinStation(160, -56, 52, 56, 6.0),
    ),
    centre_mm=(3.0, -78.0),
)
