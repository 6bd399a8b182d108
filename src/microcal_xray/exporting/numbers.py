"""The numbers that a report carries, in one table: add a row, and it is written and read back.

The field is an attribute of `Candidate`, of what was measured of it or of its evidence: a number, or an
estimate with a `value` and an interval. Its concept is a word in codes.py, and docs/dicom.md must name it.
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
    bound : "low" or "high" or None
        The end of the 95 % interval; None: the number itself.
    """

    field: str
    concept: Concept
    unit: Concept
    is_along_line: bool = False
    instead_of: str | None = None
    bound: str | None = None

    @property
    def name(self) -> str:
        """What it is called when it is read back."""
        return self.field if self.bound is None else f"{self.field}_{self.bound}"

    @property
    def is_mm(self) -> bool:
        """Whether it is in millimetres or their square: the source of the spacing stands beside it."""
        return self.unit.value in ("mm", "mm2")


_LENGTH, _WIDTH, _EQUIVALENT = codes.PATH_LENGTH, codes.WIDTH, codes.EQUIVALENT_WIDTH

NUMBERS = (
    ReportedNumber("length_mm", _LENGTH, codes.MILLIMETRE, is_along_line=True),
    ReportedNumber("length_px", _LENGTH, codes.PIXELS, is_along_line=True, instead_of="length_mm"),
    ReportedNumber("equivalent_width_mm", _EQUIVALENT, codes.MILLIMETRE, is_along_line=True),
    ReportedNumber(
        "equivalent_width_px",
        _EQUIVALENT,
        codes.PIXELS,
        is_along_line=True,
        instead_of="equivalent_width_mm",
    ),
    ReportedNumber("width_mm", _WIDTH, codes.MILLIMETRE, is_along_line=True),
    ReportedNumber("width_px", _WIDTH, codes.PIXELS, is_along_line=True, instead_of="width_mm"),
    ReportedNumber("angle_to_bone_deg", codes.ANGLE_TO_BONE, codes.DEGREE),
    ReportedNumber("contrast_sd", codes.CONTRAST, codes.NO_UNITS),
    ReportedNumber("false_marks", codes.FALSE_MARKS, codes.NO_UNITS),
    ReportedNumber("score", codes.SCORE, codes.NO_UNITS),
    *(
        ReportedNumber(f"{field}_{unit}", concept, which, instead_of=instead_of, bound=bound)
        for field, low, high in (
            ("length", codes.LENGTH_LOW, codes.LENGTH_HIGH),
            ("equivalent_width", codes.EQUIVALENT_LOW, codes.EQUIVALENT_HIGH),
        )
        for unit, which, instead_of in (
            ("mm", codes.MILLIMETRE, None),
            ("px", codes.PIXELS, f"{field}_mm"),
        )
        for bound, concept in (("low", low), ("high", high))
    ),
)


def reported_numbers(candidate: Candidate) -> Iterator[tuple[ReportedNumber, float]]:
    """Yield each number that is known of a candidate; what is unknown is left out.

    Parameters
    ----------
    candidate : Candidate
    """
    for number in NUMBERS:
        value = _value(candidate, number.field, number.bound)
        if value is None:
            continue
        if number.instead_of is not None and _value(candidate, number.instead_of, None) is not None:
            continue
        yield number, value


def _value(candidate: Candidate, field: str, bound: str | None) -> float | None:
    measured = candidate.measured
    # Intervals stand in the evidence card alone. What is unknown of the candidate is never filled from there:
    # its width is the one that appears, that of the card has the blur taken away.
    owners = (candidate, measured, candidate.evidence) if bound is None else (measured,)
    owner = next((owner for owner in owners if hasattr(owner, field)), None)
    found = getattr(owner, field, None)
    value = found if isinstance(found, int | float) else getattr(found, bound or "value", None)
    return float(value) if value is not None and math.isfinite(value) else None
