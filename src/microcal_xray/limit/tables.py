"""The limit as a reviewer reads it: by compartment, course and length; by tilt; as a map."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..findings import Kind
from ..image_limits import Compartment, Course, LimitRow, TiltRow
from ..radiograph import Intent
from .context import Contexts
from .ground import Ground, Places
from .model import LineModel
from .scores import Answers, LineAt, Scores, answers_to, scores_at

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]

WORKING_MM = 0.25
ANGLES_RAD: dict[Course, tuple[float, ...]] = {
    Course.ACROSS: (math.radians(75), math.radians(-75)),
    Course.OBLIQUE: (math.radians(45), math.radians(-45)),
    Course.ALONG: (math.radians(15), math.radians(-15)),
}
LENGTHS_PX = (20.0, 40.0, 80.0)  # working pixels: 5, 10 and 20 mm
MAP_LENGTH_PX = 40.0
TILTS_DEG = (0.0, 5.0, 10.0, 20.0, 30.0)
TILT_DEPTH_MM = 5.0  # of bone that a tilted gap cuts
_MOST_PLACES = 80  # of a compartment: more change no limit by 1 %
_FEWEST_PLACES = 4  # blocks: less is no compartment

Shift = Callable[[LineAt, Places], tuple[FloatArray | float, FloatArray | float | None]]


def no_shift(line: LineAt, places: Places) -> tuple[FloatArray | float, FloatArray | float | None]:
    """Return that nothing is known about these places beyond the fit.

    Parameters
    ----------
    line : LineAt
    places : (rows, columns)
        Of blocks; neither matters.
    """
    return 0.0, None


@dataclass(frozen=True)
class Asked:
    """For what the limit is asked.

    Parameters
    ----------
    ground : Ground
    models : mapping of str to LineModel
        By kind.
    false_marks : float
    intent : Intent
    px_per_working_px : float
        Pixels of the radiograph (the finer ones) per working pixel.
    mm_per_px : float or None
        Of the radiograph.
    contexts : Contexts
    shift : callable
        What probes say about a line at places: what to add to its score, and the standard deviation left.
    """

    ground: Ground
    models: Mapping[str, LineModel]
    false_marks: float
    intent: Intent
    px_per_working_px: float
    mm_per_px: float | None
    contexts: Contexts
    shift: Shift = no_shift

    def scores(self, line: LineAt, places: Places, answers: Answers | None = None) -> Scores:
        """Return the scores of a line at places; `answers` to it when they are known already."""
        shift, sd = self.shift(line, places)
        return scores_at(
            self.ground,
            self.models[line.kind],
            line,
            places,
            context=self.contexts.at(line, places),
            intent=self.intent,
            shift=shift,
            sd=sd,
            answers=answers,
        )

    def px(self, working_px: float) -> float | None:
        """Return a length in pixels of the radiograph; None when it is infinite."""
        return working_px * self.px_per_working_px if math.isfinite(working_px) else None

    def mm(self, working_px: float) -> float | None:
        """Return a length in millimetres; None when it is infinite or the spacing unknown."""
        pixels = self.px(working_px)
        return None if pixels is None or self.mm_per_px is None else pixels * self.mm_per_px


def limit_rows(asked: Asked) -> tuple[LimitRow, ...]:
    """Return the limit by kind, compartment, course and length.

    Parameters
    ----------
    asked : Asked
    """
    # The answers hang on neither course nor place: they are computed once for each kind and length.
    answers = {
        (kind, length_px): answers_to(asked.ground, LineAt(kind, 0.0, length_px))
        for kind in Kind
        for length_px in LENGTHS_PX
    }
    return tuple(
        _row(asked, kind, compartment, places, course, length_px, answers[kind, length_px])
        for kind in Kind
        for compartment, places in compartment_places(asked.ground).items()
        for course in Course
        for length_px in LENGTHS_PX
    )


def compartment_places(ground: Ground) -> dict[Compartment, Places]:
    """Return blocks of each compartment that is there, evenly drawn when there are many."""
    parts = {
        Compartment.OUTER: ground.outer,
        Compartment.INNER: ground.bone & ~ground.outer,
    }
    found = {}
    for compartment, part in parts.items():
        rows, columns = np.nonzero(part)
        if len(rows) < _FEWEST_PLACES:
            continue
        kept = np.linspace(0, len(rows) - 1, min(len(rows), _MOST_PLACES)).astype(int)
        found[compartment] = rows[kept], columns[kept]
    return found


def _row(
    asked: Asked,
    kind: Kind,
    compartment: Compartment,
    places: Places,
    course: Course,
    length_px: float,
    answers: Answers,
) -> LimitRow:
    both = _both_sides(asked, kind, course, length_px, places, answers)
    least = both.least_width_of_all_px(asked.false_marks)
    share = float(np.isfinite(both.least_width_px(asked.false_marks)).mean())
    return LimitRow(
        kind=kind.value,
        compartment=compartment,
        course=course,
        length_px=length_px * asked.px_per_working_px,
        length_mm=asked.mm(length_px),
        width_px=asked.px(least),
        width_mm=asked.mm(least),
        share_of_bone=share,
    )


def _both_sides(
    asked: Asked, kind: Kind, course: Course, length_px: float, places: Places, answers: Answers
) -> Scores:
    """Return the scores of lines to both sides of the axis, as twice as many places."""
    each = [asked.scores(LineAt(kind, angle, length_px), places, answers) for angle in ANGLES_RAD[course]]
    return Scores(
        each[0].widths_px,
        np.concatenate([scores.mean for scores in each], axis=1),
        np.concatenate([scores.sd for scores in each]),
    )


def tilt_rows(asked: Asked) -> tuple[TiltRow, ...]:
    """Return the widths of tilted gaps, 5 mm of bone deep and 10 mm long, across the bone.

    Parameters
    ----------
    asked : Asked

    Notes
    -----
    A gap of width w between its faces, tilted by t, in bone of a depth D along the beam, takes w D / cos(t)
    from it and is smeared over D tan(t). The equivalent width is w / cos(t), so w is found from it.
    """
    if asked.mm_per_px is None:
        return ()
    working_mm = asked.px_per_working_px * asked.mm_per_px
    found = []
    for compartment, places in compartment_places(asked.ground).items():
        for tilt_deg in TILTS_DEG:
            tilt = math.radians(tilt_deg)
            line = LineAt(
                Kind.LUCENT,
                ANGLES_RAD[Course.ACROSS][0],
                MAP_LENGTH_PX,
                smear_px=TILT_DEPTH_MM * math.tan(tilt) / working_mm,
            )
            width = asked.scores(line, places).least_width_of_all_px(asked.false_marks) * math.cos(tilt)
            found.append(TiltRow(compartment, tilt_deg, asked.mm(width)))
    return tuple(found)


def width_map_px(asked: Asked) -> FloatImage:
    """Return the smallest width of a lucent line across the bone at each block, in pixels as stored.

    Parameters
    ----------
    asked : Asked
    """
    ground = asked.ground
    rows, columns = np.nonzero(ground.bone)
    places = rows, columns
    both = [
        asked.scores(LineAt(Kind.LUCENT, angle, MAP_LENGTH_PX), places) for angle in ANGLES_RAD[Course.ACROSS]
    ]
    widths = np.maximum(*(each.least_width_px(asked.false_marks) for each in both))
    found = np.full(ground.bone.shape, np.nan, np.float32)
    found[places] = widths * asked.px_per_working_px
    return found
