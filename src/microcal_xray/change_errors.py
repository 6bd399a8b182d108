"""How the errors of a change add up: factors that were fitted on pairs in which nothing changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources


class Processing(StrEnum):
    """What was done to the greys of both pictures."""

    RAW = "raw"  # both are made for processing: nothing
    SHOWN = "shown"  # both are made for presentation: fine lines are enhanced by a factor that nobody knows
    OTHER = "other"  # one of each, or a picture does not say


@dataclass(frozen=True)
class ErrorFactors:
    """How measured errors add up to the standard deviation of a change, fitted on pairs without any.

    Parameters
    ----------
    beside : float
        Of what bone beside the line changes by.
    relative : mapping of Processing to float
        Of the larger of both numbers: how well gain and sharpness are matched.
    """

    beside: float
    relative: Mapping[Processing, float]


@dataclass(frozen=True)
class LengthFactors:
    """How the errors of two lengths add up.

    Parameters
    ----------
    interval : float
        Of the sides of both intervals that face each other.
    relative : float
        Of the longer length: a standard deviation.
    """

    interval: float
    relative: float


@dataclass(frozen=True)
class ErrorModel:
    """The error model of the changes of one sort of line.

    Parameters
    ----------
    contrast, equivalent_width : ErrorFactors
    length : LengthFactors
    """

    contrast: ErrorFactors
    equivalent_width: ErrorFactors
    length: LengthFactors

    @classmethod
    def from_dict(cls, values: Mapping[str, Mapping[str, float]]) -> "ErrorModel":
        """Return the model as `change.json` holds it."""
        heights = [
            ErrorFactors(
                values[name]["beside"], {each: values[name][f"relative_{each.value}"] for each in Processing}
            )
            for name in ("contrast", "equivalent_width")
        ]
        length = values["length"]
        return cls(heights[0], heights[1], LengthFactors(length["interval"], length["relative"]))


@dataclass(frozen=True)
class ChangeFactors:
    """The error model of changes, fitted by `tools/measure_change.py --fit`.

    Parameters
    ----------
    both : ErrorModel
        Of lines listed in both pictures.
    one : ErrorModel
        Of lines listed in one only: such a line was picked because noise and texture add
        to it there.
    """

    both: ErrorModel
    one: ErrorModel


@cache
def shipped_change_factors() -> ChangeFactors:
    """Return the factors that come with the package.

    Examples
    --------
    >>> shipped_change_factors().both.contrast.beside > 0
    True
    """
    path = resources.files(__package__) / "registration" / "models" / "change.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    return ChangeFactors(ErrorModel.from_dict(values["both"]), ErrorModel.from_dict(values["one"]))
