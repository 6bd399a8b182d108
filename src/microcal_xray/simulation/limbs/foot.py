"""Forefoot from above, toes upward; the head of the first metatarsal is near y = 0, the shafts run down."""

from ..anatomy import Anatomy, Bone, JointEnd, Limb, SkinStation
from .parts import block, stations


def metatarsal(
    number: int,
    head_mm: tuple[float, float],
    *,
    length_mm: float,
    head: float,
    shaft: float,
    base: float,
    lean_deg: float,
    bow_mm: float,
) -> Bone:
    """Return a metatarsal; `head`, `shaft` and `base` are half-widths in millimetres."""
    cortex = 0.3 * shaft + 0.9
    return Bone(
        f"metatarsal-{number}",
        stations(
            (0.0, 0.86 * head, 0.86 * head, 0.9 * head, 0.7, 0.7, 0.26),
            (4.0, head, head, 1.05 * head, 0.6, 0.6, 0.24),
            (9.0, 0.93 * head, 0.95 * head, 1.1 * head, 0.7, 0.7, 0.18),
            (15.0, 0.72 * head + 0.1 * shaft, 0.7 * head + 0.1 * shaft, 0.95 * head, 0.9, 0.9, 0.11),
            (0.40 * length_mm, 1.04 * shaft, 1.06 * shaft, 1.25 * shaft, 0.8 * cortex, 0.85 * cortex, 0.03),
            (0.55 * length_mm, 0.98 * shaft, shaft, 1.25 * shaft, cortex, 1.05 * cortex, 0.012),
            (0.74 * length_mm, 1.15 * shaft, 1.1 * shaft, 1.4 * shaft, 0.8 * cortex, 0.85 * cortex, 0.05),
            (length_mm - 9, 0.78 * base, 0.76 * base, 1.1 * base, 1.0, 1.0, 0.14),
            (length_mm - 3, base, 0.97 * base, 1.2 * base, 0.7, 0.7, 0.22),
            (length_mm + 1, 0.95 * base, 0.93 * base, 1.1 * base, 0.7, 0.7, 0.24),
        ),
        near_end=JointEnd(
            ((-head, 5.0), (-0.75 * head, 1.6), (0, 0), (0.75 * head, 1.5), (head, 5.0)),
            plate_mm=0.8,
            rounding_mm=5.0,
        ),
        far_end=JointEnd(
            ((-base, length_mm - 0.5), (0, length_mm), (base, length_mm - 1.2)), plate_mm=0.8, rounding_mm=3.0
        ),
        origin_mm=head_mm,
        direction_deg=180 + lean_deg,
        bow_mm=bow_mm,
        texture=0.2,
    )


def phalanx(
    number: int, base_mm: tuple[float, float], *, base: float, length_mm: float, lean_deg: float
) -> Bone:
    """Return a proximal phalanx; `base` is the half-width at its base in millimetres."""
    return Bone(
        f"phalanx-{number}",
        stations(
            (0.0, base, base, base, 0.7, 0.7, 0.24),
            (4.0, 0.92 * base, 0.92 * base, 0.95 * base, 0.8, 0.8, 0.18),
            (10.0, 0.64 * base, 0.64 * base, 0.75 * base, 1.2, 1.2, 0.08),
            (0.6 * length_mm, 0.54 * base, 0.54 * base, 0.65 * base, 1.4, 1.4, 0.04),
            (length_mm - 3, 0.72 * base, 0.72 * base, 0.7 * base, 0.7, 0.7, 0.16),
            (length_mm + 1, 0.66 * base, 0.66 * base, 0.65 * base, 0.6, 0.6, 0.2),
        ),
        near_end=JointEnd(((-base, -0.8), (0, 0.8), (base, -0.8)), plate_mm=0.9, rounding_mm=3.0),
        far_end=JointEnd(
            ((-base, length_mm - 2), (0, length_mm), (base, length_mm - 2)), plate_mm=0.7, rounding_mm=3.0
        ),
        origin_mm=base_mm,
        direction_deg=lean_deg,
    )


_FIRST = metatarsal(1, (-27, 0.0), length_mm=62, head=10.8, shaft=6.0, base=9.6, lean_deg=-8, bow_mm=-0.8)
_SECOND = metatarsal(2, (-7, -6.0), length_mm=74, head=5.6, shaft=3.3, base=6.6, lean_deg=-3, bow_mm=0.8)
_THIRD = metatarsal(3, (8, -2.5), length_mm=70, head=5.4, shaft=3.0, base=6.2, lean_deg=3, bow_mm=1.0)
_FOURTH = metatarsal(4, (22.5, 5.0), length_mm=68, head=5.4, shaft=3.0, base=6.4, lean_deg=10, bow_mm=1.4)
_FIFTH = metatarsal(5, (36, 15.0), length_mm=65, head=5.6, shaft=3.3, base=8.0, lean_deg=17, bow_mm=2.0)

_TOES = (
    phalanx(1, (-28.2, -2.2), base=9.8, length_mm=31, lean_deg=-8),
    phalanx(2, (-7.4, -8.0), base=5.6, length_mm=27, lean_deg=-2),
    phalanx(3, (8.4, -4.6), base=5.3, length_mm=25, lean_deg=4),
    phalanx(4, (23.1, 3.0), base=5.2, length_mm=23, lean_deg=9),
    phalanx(5, (37.2, 13.0), base=5.2, length_mm=21, lean_deg=14),
)

_TARSUS = (
    block("cuneiform-1", (-17.0, 74.0), width_mm=19, height_mm=25, depth_mm=26, direction_deg=-4),
    block("cuneiform-2", (-2.5, 76.5), width_mm=14, height_mm=18, depth_mm=22),
    block("cuneiform-3", (10.5, 80.5), width_mm=14, height_mm=23, depth_mm=24, direction_deg=6),
    block("cuboid", (21.5, 93.0), width_mm=25, height_mm=32, depth_mm=26, direction_deg=12),
    block("navicular", (-5.5, 98.0), width_mm=36, height_mm=17, depth_mm=26, direction_deg=-4),
)

FOOT = Limb(
    Anatomy.METATARSALS,
    (_SECOND, _FIRST, _THIRD, _FOURTH, _FIFTH, *_TOES, *_TARSUS),
    skin=(
        SkinStation(-60, -44, 48, 10, 2.0),
        SkinStation(-25, -46, 50, 13, 2.0),
        SkinStation(0, -46, 53, 15, 2.5),
        SkinStation(20, -42, 53, 16, 2.5),
        SkinStation(50, -36, 47, 20, 2.5),
        SkinStation(80, -33, 41, 27, 2.5),
        SkinStation(130, -34, 42, 36, 3.5),
    ),
    centre_mm=(3.5, 37.0),
)
