"""The same bone again: later, lying a little otherwise, or seen from the side."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from enum import StrEnum

from .anatomy import Anatomy
from .courses import Course, Helix
from .detector import Detector
from .exposure import Exposure
from .limbs import Position, View
from .lines import Fissure, Line, MicrocallusLine, Thickening
from .mimics import Mimic
from .output import Output
from .simulate import SimulatedRadiograph, simulate_limb

_GROWTH = 1.8
_WIDENING = 1.4
_CALLUS_OVER_GAP = 3.0
_STEEPEST_DEG = 60.0


class Change(StrEnum):
    """What became of a line between two visits."""

    SAME = "same"
    HEALED = "healed"  # a dark line became a bright one
    GREW = "grew"  # longer and wider, or thicker
    VANISHED = "vanished"


def line_later(line: Line, change: Change) -> Line | None:
    """Return what became of a line; None when it vanished.

    Parameters
    ----------
    line : Line
    change : Change

    Examples
    --------
    >>> line_later(Fissure(Course(90)), Change.HEALED).kind.value
    'sclerotic'
    """
    if change is Change.VANISHED:
        return None
    if change is Change.HEALED and isinstance(line, Fissure):
        width = min(3.0, max(0.8, _CALLUS_OVER_GAP * line.width_mm))
        return MicrocallusLine(line.course, width, added_fraction=0.15, tilt_deg=min(line.tilt_deg, 8.0))
    if change is not Change.GREW:
        return line
    if isinstance(line, Thickening):
        return replace(line, thickness_mm=min(10.0, _GROWTH * line.thickness_mm))
    course = line.course
    if isinstance(course, Course) and course.length_mm is not None:
        course = replace(course, length_mm=min(300.0, _GROWTH * course.length_mm))
    return _with(line, course, min(5.0, _WIDENING * line.width_mm), line.tilt_deg)


def line_from_the_side(line: Line) -> Line:
    """Return a line as the lateral view shows it.

    Notes
    -----
    A flat gap that leans by b from the cross-section on one view, and by t against the beam, leans by t and
    is tilted by b on a view at right angles. What winds round the shaft is turned by 90 degrees about it.
    Where along the beam a line lies is not part of it: it is drawn through the middle.
    """
    if isinstance(line, Thickening):
        return line
    course = line.course
    if isinstance(course, Helix):
        return _with(line, replace(course, start_deg=course.start_deg + 90), line.width_mm, line.tilt_deg)
    lean = 90 - course.angle_to_bone_deg
    seen = replace(course, angle_to_bone_deg=90 - line.tilt_deg, offset=0.0, from_outline=False)
    return _with(line, seen, line.width_mm, min(_STEEPEST_DEG, abs(lean)))


def _with(
    line: Fissure | MicrocallusLine, course: Course | Helix, width_mm: float, tilt_deg: float
) -> Fissure | MicrocallusLine:
    # Spelled out for each: `replace` of a union cannot be checked.
    if isinstance(line, Fissure):
        return replace(line, course=course, width_mm=width_mm, tilt_deg=tilt_deg)
    return replace(line, course=course, width_mm=width_mm, tilt_deg=tilt_deg)


def simulate_pair(
    *,
    anatomy: Anatomy = Anatomy.TIBIA,
    seed: int = 0,
    lines: Sequence[Line] = (),
    change: Change = Change.SAME,
    moved: Position | None = None,
    exposure: Exposure | None = None,
    detector: Detector | None = None,
    output: Output | None = None,
    centre_mm: tuple[float, float] | None = None,
    mimics: Collection[Mimic] = (),
) -> tuple[SimulatedRadiograph, SimulatedRadiograph]:
    """Return one limb at two visits; the first of its lines has changed meanwhile.

    Parameters
    ----------
    lines : sequence of Line
        At the first visit.
    change : Change
        What becomes of the first of them.
    moved : Position, optional
        How the limb lies at the second visit; None: turned by 1.5 degrees and shifted by 3 and 2 mm.
    anatomy, seed, exposure, detector, output, centre_mm, mimics
        As of `simulate_limb`.

    Examples
    --------
    >>> line = Fissure(Course(60), width_mm=0.4)
    >>> small = Detector(160, 240, 0.2)
    >>> before, after = simulate_pair(
    ...     lines=[line], change=Change.HEALED, detector=small, centre_mm=(0, -60)
    ... )
    >>> [picture.truth[0].kind.value for picture in (before, after)]
    ['lucent', 'sclerotic']
    """
    later = moved or Position(turn_deg=1.5, shift_mm=(3.0, 2.0))
    first = line_later(lines[0], change) if lines else None
    now = ([] if first is None else [first]) + list(lines[1:])

    def taken(held: Sequence[Line], position: Position, visit: int) -> SimulatedRadiograph:
        return simulate_limb(
            anatomy=anatomy,
            seed=seed,
            lines=held,
            exposure=exposure,
            detector=detector,
            output=output,
            centre_mm=centre_mm,
            mimics=mimics,
            position=position,
            visit=visit,
        )

    return taken(lines, Position(), 0), taken(now, later, 1)


def simulate_views(
    *,
    anatomy: Anatomy = Anatomy.TIBIA,
    seed: int = 0,
    lines: Sequence[Line] = (),
    exposure: Exposure | None = None,
    detector: Detector | None = None,
    output: Output | None = None,
    centre_mm: tuple[float, float] | None = None,
    mimics: Collection[Mimic] = (),
) -> tuple[SimulatedRadiograph, SimulatedRadiograph]:
    """Return one limb from the front and from the side, with the same lines in both; see `simulate_pair`.

    Parameters
    ----------
    lines : sequence of Line
        As they lie from the front.
    anatomy, seed, exposure, detector, output, centre_mm, mimics
        As of `simulate_limb`.
    """
    seen = ((View.AP, list(lines)), (View.LATERAL, [line_from_the_side(line) for line in lines]))
    front, side = (
        simulate_limb(
            anatomy=anatomy,
            seed=seed,
            lines=held,
            exposure=exposure,
            detector=detector,
            output=output,
            centre_mm=centre_mm if view is View.AP or centre_mm is None else (0.0, centre_mm[1]),
            mimics=mimics,
            position=Position(view),
        )
        for view, held in seen
    )
    return front, side
