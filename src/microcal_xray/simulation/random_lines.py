"""Lines by lot: what a simulated limb gets when nobody says which lines it shall have."""

import numpy as np

from .anatomy import Bone, Limb
from .courses import Course
from .frame import Frame
from .lines import Fissure, Line, MicrocallusLine

_TRABECULAR_PLACE = 0.08  # volume fraction from which microcallus lines occur


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
