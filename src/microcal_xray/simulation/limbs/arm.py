"""Lower part of the humerus with the elbow, from the front; the joint line of the elbow is at y = 0."""

from ..anatomy import Anatomy, Bone, JointEnd, Limb, SkinStation
from .parts import stations

_HUMERUS = Bone(
    "humerus",
    stations(
        (-3, 22, 22, 9, 0.8, 0.8, 0.25),
        (6, 26, 25, 11, 0.8, 0.8, 0.25),
        (16, 31, 27, 11, 0.9, 0.9, 0.2),
        (28, 27, 23, 9.5, 1.2, 1.2, 0.13),
        (45, 18, 17, 9.0, 2.2, 2.2, 0.07),
        (70, 12.5, 12.2, 9.5, 3.4, 3.5, 0.03),
        (115, 10.8, 10.6, 10.5, 4.2, 4.4, 0.01),
        (180, 11.2, 11.0, 11, 4.0, 4.2, 0.01),
        (240, 13.5, 13.0, 13, 2.6, 2.6, 0.05),
        (275, 20, 21, 19, 1.3, 1.2, 0.15),
        (300, 23, 24, 22, 0.9, 0.9, 0.2),
        (314, 20, 21, 20, 0.8, 0.8, 0.22),
    ),
    near_end=JointEnd(
        (
            (-31, 17),
            (-25, 9),
            (-20, 1.5),
            (-13, -1.5),
            (-6, 2.5),
            (0, 3.0),
            (5, 0.0),
            (13, -1.0),
            (20, 2.0),
            (27, 14),
        ),
        plate_mm=1.0,
        rounding_mm=6.0,
    ),
    far_end=JointEnd(((-23, 300), (-10, 311), (3, 315), (14, 312), (24, 298)), plate_mm=0.9, rounding_mm=9.0),
    direction_deg=2.0,
    bow_mm=2.0,
    roundness=2.2,
)

_ULNA = Bone(
    "ulna",
    stations(
        (-24, 9, 9, 8, 1.0, 1.0, 0.2),
        (-10, 12.5, 12, 11, 1.0, 1.0, 0.22),
        (4, 12.5, 12, 11, 1.0, 1.0, 0.2),
        (20, 10.5, 10, 10, 1.6, 1.6, 0.12),
        (45, 8.2, 8.0, 8.5, 2.6, 2.6, 0.04),
        (150, 7.2, 7.2, 7.5, 3.0, 3.0, 0.01),
    ),
    near_end=JointEnd(((-11, -18), (-5, -24), (4, -24.5), (11, -17)), plate_mm=1.0, rounding_mm=6.0),
    origin_mm=(-10.0, 0.0),
    direction_deg=176.0,
    behind_mm=4.0,
)

_RADIUS = Bone(
    "radius",
    stations(
        (2, 11.0, 11.0, 10.5, 0.9, 0.9, 0.2),
        (9, 10.6, 10.6, 10.5, 0.9, 0.9, 0.18),
        (16, 7.4, 7.4, 7.5, 1.5, 1.5, 0.1),
        (30, 8.4, 7.4, 8, 1.9, 1.9, 0.06),
        (60, 7.0, 6.6, 6.8, 2.7, 2.7, 0.02),
        (150, 7.2, 7.0, 6.8, 3.0, 3.0, 0.01),
    ),
    near_end=JointEnd(((-11, 3.4), (0, 4.4), (11, 3.4)), plate_mm=0.9, rounding_mm=2.5),
    origin_mm=(14.5, 0.0),
    direction_deg=183.0,
)

ARM = Limb(
    Anatomy.HUMERUS,
    (_HUMERUS, _ULNA, _RADIUS),
    skin=(
        SkinStation(-330, -58, 60, 52, 7.0),
        SkinStation(-200, -52, 52, 48, 6.0),
        SkinStation(-100, -46, 44, 42, 5.0),
        SkinStation(-30, -43, 42, 36, 4.0),
        SkinStation(20, -45, 45, 36, 4.0),
        SkinStation(80, -44, 44, 36, 4.0),
        SkinStation(160, -38, 38, 32, 4.0),
    ),
    centre_mm=(0.0, -70.0),
)
