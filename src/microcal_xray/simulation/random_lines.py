"""Lines by lot: what a simulated limb gets when nobody says which lines it shall have."""

from enum import StrEnum

import numpy as np

from .anatomy import Bone, Limb
from .courses import Along, Course, Helix, Side
from .frame import Frame
from .lines import Fissure, Line, MicrocallusLine, Surface, Target, Thickening

_TRABECULAR_PLACE = 0.08  # volume fraction from which microcallus lines occur
_LAID_ON = (Target.PERIOSTEAL_THICKENING, Target.ENDOSTEAL_THICKENING, Target.BUMP)


class LineGroup(StrEnum):
    """Several lines of one sort, close together."""

    FISSURE_CLUSTER = "fissure_cluster"
    MICROCALLUS_CLUSTER = "microcallus_cluster"


LineSort = Target | LineGroup


def lines_by_lot(person: Limb, frame: Frame, rng: np.random.Generator) -> tuple[Line, ...]:
    """Return up to three lines at likely places of the main bone; one limb in five has none.

    Parameters
    ----------
    person : Limb
    frame : Frame
    rng : numpy.random.Generator
    """
    bone = person.bones[0]
    if rng.random() < 0.2:
        return ()
    middle = float(bone.to_bone(np.array(frame.centre_mm[0]), np.array(frame.centre_mm[1]))[0])
    reach_mm = 0.42 * frame.rows * frame.spacing_mm
    low, high = max(8.0, middle - reach_mm), min(middle + reach_mm, bone.span_mm[1] - 8)
    if high <= low:
        return ()
    places = np.sort(rng.uniform(low, high, int(rng.integers(1, 4)))).tolist()
    return tuple(_line_by_lot(bone, place_mm, rng) for place_mm in places)


def lines_of_sort(sort: LineSort, person: Limb, frame: Frame, rng: np.random.Generator) -> tuple[Line, ...]:
    """Return lines of one sort at a likely place of the main bone that the picture shows.

    Parameters
    ----------
    sort : Target or LineGroup
    person : Limb
    frame : Frame
    rng : numpy.random.Generator

    Returns
    -------
    tuple of Line
        One, or the lines of a cluster; empty when the picture shows too little of the bone.
    """
    bone = person.bones[0]
    low, high = _visible_mm(bone, frame)
    if high - low < 12:
        return ()
    if sort in (Target.MICROCALLUS_LINE, LineGroup.MICROCALLUS_CLUSTER):
        place = _where_trabecular(bone, low, high, rng)
    else:
        place = float(rng.uniform(low + 0.25 * (high - low), high - 0.25 * (high - low)))
    if isinstance(sort, Target):
        return (_line_of(sort, bone, place, high - low, rng),)
    single = Target.MICROCALLUS_LINE if sort is LineGroup.MICROCALLUS_CLUSTER else Target.TRANSVERSE_FISSURE
    count, apart = int(rng.integers(3, 6)), rng.uniform(2.2, 4.5, 6)
    places = place + np.cumsum(apart)[:count] - apart[:count].sum() / 2
    return tuple(_line_of(single, bone, at, high - low, rng) for at in places.tolist())


def _visible_mm(bone: Bone, frame: Frame) -> tuple[float, float]:
    middle = float(bone.to_bone(np.array(frame.centre_mm[0]), np.array(frame.centre_mm[1]))[0])
    reach_mm = 0.42 * frame.rows * frame.spacing_mm
    return max(8.0, middle - reach_mm), min(middle + reach_mm, bone.span_mm[1] - 8)


def _where_trabecular(bone: Bone, low: float, high: float, rng: np.random.Generator) -> float:
    places = np.linspace(low, high, 60)
    share = bone.profiles(places).T[-1]
    allowed = places[share >= min(0.07, 0.8 * float(share.max()))]
    return float(rng.choice(allowed))


def _line_of(sort: Target, bone: Bone, place: float, room: float, rng: np.random.Generator) -> Line:
    left, right, depth = bone.profiles(place).tolist()[:3]
    width = left + right
    if sort is Target.MICROCALLUS_LINE:
        return _microcallus_by_lot(place, width, depth, rng)
    if sort in _LAID_ON:
        return _thickening_by_lot(sort, place, width, room, rng)
    gap = float(np.exp(rng.uniform(np.log(0.03), np.log(0.8))))
    cut, tilt = float(rng.uniform(1.5, 9)), float(rng.uniform(0, 1) ** 2 * 25)
    course: Course | Helix
    if sort is Target.SPIRAL_FISSURE:
        length, turn, start = rng.uniform((1.8, 120, -40), (3.6, 260, 40)).tolist()
        right_handed = bool(rng.random() < 0.5)
        course = Helix(
            place, min(max(length * width, 12), 0.8 * room, 190), turn, start, right_handed, tortuosity_mm=0.1
        )
    else:
        course = _course_by_lot(sort, place, width, room, rng)
    return Fissure(course, width_mm=gap, depth_mm=min(cut, 1.4 * depth), tilt_deg=tilt)


def _course_by_lot(sort: Target, place: float, width: float, room: float, rng: np.random.Generator) -> Course:
    roughness = float(rng.uniform(0.03, 0.2))
    offset = float(rng.uniform(-0.5, 0.5))
    lean = float(rng.choice([-1, 1]))
    if sort is Target.LONGITUDINAL_FISSURE:
        length = min(float(rng.uniform(1.0, 2.5)) * width, 0.7 * room)
        angle = float(rng.uniform(2, 14))
        angle = angle if lean > 0 else 180 - angle
        return Course(place, offset, length, angle, wander_mm=0.4, tortuosity_mm=roughness)
    if sort is Target.OBLIQUE_FISSURE:
        angle = 90 + lean * float(rng.uniform(30, 58))
        return Course(place, offset, None, angle, tortuosity_mm=roughness)
    angle = 90 + lean * float(rng.uniform(0, 18))
    if sort is Target.INCOMPLETE_FISSURE:
        length = 2 + float(rng.uniform(0.18, 0.45)) * width
        return Course(
            place, 0.8 * lean, length, angle, wander_mm=0.1, tortuosity_mm=roughness / 2, from_outline=True
        )
    whole = rng.random() < 0.6
    length_mm = None if whole else float(rng.uniform(0.35, 0.8)) * width
    return Course(place, 0.0 if whole else offset, length_mm, angle, tortuosity_mm=roughness)


def _microcallus_by_lot(
    place: float, width: float, depth: float, rng: np.random.Generator
) -> MicrocallusLine:
    offset, length, sag, angle = rng.uniform(
        (-0.3, 0.3 * width, -1.2, 74), (0.3, 0.8 * width, 1.2, 106)
    ).tolist()
    thickness, added = float(np.exp(rng.uniform(np.log(0.5), np.log(3.0)))), float(rng.uniform(0.04, 0.2))
    tilt = float(rng.uniform(0, 1) ** 2 * 12)
    course = Course(place, offset, length, angle, sag_mm=sag, wander_mm=0.4, tortuosity_mm=0.15)
    return MicrocallusLine(course, thickness, added, depth_mm=min(25.0, 2 * depth), tilt_deg=tilt)


def _thickening_by_lot(
    sort: Target, place: float, width: float, room: float, rng: np.random.Generator
) -> Thickening:
    side = Side.LEFT if rng.random() < 0.5 else Side.RIGHT
    scale = float(np.clip(width / 26, 0.35, 1.2))
    if sort is Target.BUMP:
        thickness, ratio, mineral = rng.uniform((1.5, 4.5, 0.2), (3.0, 8.0, 0.6)).tolist()
        return Thickening(Along(place, max(3.0, ratio * thickness * scale), side), thickness * scale, mineral)
    thickness, length, mineral = rng.uniform((0.4, 20, 0.2), (1.4, 50, 0.8)).tolist()
    surface = Surface.ENDOSTEAL if sort is Target.ENDOSTEAL_THICKENING else Surface.PERIOSTEAL
    return Thickening(Along(place, min(length, 0.7 * room), side), thickness * scale, mineral, surface)


def _line_by_lot(bone: Bone, from_end_mm: float, rng: np.random.Generator) -> Line:
    left, right, *_, trabecular = bone.profiles(from_end_mm).tolist()
    width = left + right
    angle = float(np.clip(rng.normal(90, 14), 30, 150))
    if trabecular > _TRABECULAR_PLACE and rng.random() < 0.6:
        offset, length, sag = rng.uniform((-0.3, 0.3 * width, -1), (0.3, 0.8 * width, 1)).tolist()
        thickness, added = rng.uniform((0.6, 0.05), (2.2, 0.2)).tolist()
        course = Course(from_end_mm, offset, length_mm=length, angle_to_bone_deg=angle, sag_mm=sag)
        return MicrocallusLine(course, width_mm=thickness, added_fraction=added)
    gap, depth, tilt = rng.uniform((0.08, 2.5, 0), (0.6, 8, 12)).tolist()
    if rng.random() < 0.5:
        return Fissure(
            Course(from_end_mm, angle_to_bone_deg=angle), width_mm=gap, depth_mm=depth, tilt_deg=tilt
        )
    side = float(rng.choice([-0.75, 0.75]))
    course = Course(
        from_end_mm, side, length_mm=float(rng.uniform(0.3, 0.7)) * width, angle_to_bone_deg=angle
    )
    return Fissure(course, width_mm=gap, depth_mm=depth, tilt_deg=tilt)
