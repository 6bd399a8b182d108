"""Hand from the back, fingers upward: metacarpals, bases of the fingers, second row of the wrist."""

from dataclasses import replace

from ..anatomy import Anatomy, Bone, Limb, SkinStation
from .foot import metatarsal, phalanx
from .parts import block


def _metacarpal(
    number: int, head_mm: tuple[float, float], *, length_mm: float, head: float, shaft: float, lean_deg: float
) -> Bone:
    bone = metatarsal(
        number,
        head_mm,
        length_mm=length_mm,
        head=head,
        shaft=shaft,
        base=0.98 * head,
        lean_deg=lean_deg,
        bow_mm=0.5,
    )
    return replace(bone, name=f"metacarpal-{number}")


_METACARPALS = (
    _metacarpal(2, (-20, 0.0), length_mm=66, head=8.0, shaft=4.3, lean_deg=-9),
    _metacarpal(3, (-1, -3.0), length_mm=64, head=8.0, shaft=4.3, lean_deg=-2),
    _metacarpal(4, (16, 4.0), length_mm=57, head=6.8, shaft=3.4, lean_deg=6),
    _metacarpal(5, (32, 13.0), length_mm=53, head=6.8, shaft=3.7, lean_deg=14),
    _metacarpal(1, (-47, 32.0), length_mm=44, head=8.2, shaft=5.2, lean_deg=-34),
)

_FINGERS = (
    phalanx(2, (-21.0, -2.2), base=7.6, length_mm=40, lean_deg=-7),
    phalanx(3, (-1.4, -5.2), base=7.6, length_mm=44, lean_deg=-1),
    phalanx(4, (16.8, 1.8), base=6.8, length_mm=41, lean_deg=6),
    phalanx(5, (33.2, 11.0), base=6.4, length_mm=33, lean_deg=13),
    phalanx(1, (-48.6, 30.0), base=8.2, length_mm=31, lean_deg=-36),
)

_WRIST = (
    block("trapezium", (-21.0, 76.0), width_mm=15, height_mm=13, depth_mm=13, direction_deg=30),
    block("trapezoid", (-10.5, 71.0), width_mm=12, height_mm=13, depth_mm=13, direction_deg=12),
    block("capitate", (1.5, 71.0), width_mm=14, height_mm=22, depth_mm=16),
    block("hamate", (13.5, 70.5), width_mm=14, height_mm=20, depth_mm=15, direction_deg=-18),
    block("scaphoid", (-12.5, 86.0), width_mm=13, height_mm=22, depth_mm=13, direction_deg=38),
    block("lunate", (1.5, 89.0), width_mm=15, height_mm=15, depth_mm=15, direction_deg=-8),
)

HAND = Limb(
    Anatomy.HAND,
    (*_METACARPALS, *_FINGERS, *_WRIST),
    skin=(
        SkinStation(-60, -36, 44, 10, 1.5),
        SkinStation(-15, -38, 47, 12, 1.5),
        SkinStation(15, -62, 47, 14, 2.0),
        SkinStation(45, -56, 44, 17, 2.5),
        SkinStation(75, -36, 36, 19, 2.5),
        SkinStation(120, -31, 32, 20, 2.5),
    ),
    centre_mm=(-5.0, 38.0),
)
