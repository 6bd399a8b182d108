"""The numbers that a report carries, in one table: add a row, and it is written and read back.

The field is an attribute of `Candidate` or of its evidence, a number or something with a `value`; its concept
is a new word in codes.py, and docs/dicom.md must name it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import Candidate
from . import codes
from .codes import Concept


@dataclass(frozen=True)
class ReportedNumber:
    """A number of a candidate as a NUM content item.

    Parameters
    ----------
    field : str
        Its name in candidates.json.
    concept, unit : Concept
    is_along_line : bool
        Whether the polyline of the candidate stands under it, since it was measured on it.
    instead_of : str or None
        Written only where this other field is unknown: pixels stand in for millimetres, never beside them.
    """

    field: str
    concept: Concept
    unit: Concept
    is_along_line: bool = False
    instead_of: str | None = None

    @property
    def is_mm(self) -> bool:
        """Whether it is in millimetres, so that the source of the spacing stands beside it."""
        return self.unit == codes.MILLIMETRE


NUMBERS = (
    ReportedNumber("length_mm", codes.PATH_LENGTH, codes.MILLIMETRE, is_along_line=True),
    ReportedNumber("length_px", codes.PATH_LENGTH, codes.PIXELS, is_along_line=True, instead_of="length_mm"),
    ReportedNumber("width_mm", codes.WIDTH, codes.MILLIMETRE, is_along_line=True),
    ReportedNumber("width_px", codes.WIDTH, codes.PIXELS, is_along_line=True, instead_of="width_mm"),
    ReportedNumber("angle_to_bone_deg", codes.ANGLE_TO_BONE, codes.DEGREE),
    ReportedNumber("contrast_sd", codes.CONTRAST, codes.NO_UNITS),
    ReportedNumber("false_marks", codes.FALSE_MARKS, codes.NO_UNITS),
    ReportedNumber("score", codes.SCORE, codes.NO_UNITS),
)


def reported_numbers(candidate: Candidate) -> Iterator[tuple[ReportedNumber, float]]:
    """Yield each number that is known of a candidate; what is unknown is left out.

    Parameters
    ----------
    candidate : Candidate
    """
    for number in NUMBERS:
        value = _value(candidate, number.field)
        if value is None:
            continue
        if number.instead_of is not None and _value(candidate, number.instead_of) is not None:
            continue
        yield number, value


def _value(candidate: Candidate, field: str) -> float | None:
    owner = candidate if hasattr(candidate, field) else candidate.evidence
    value = getattr(owner, field, None)
    value = getattr(value, "value", value)  # an estimate with its interval stands for its value
    return float(value) if value is not None and math.isfinite(value) else None
