"""What was asked: every choice a user can make about finding lines, checked and saved with each report."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import SettingsError


@dataclass(frozen=True)
class Settings:
    """How lines are looked for.

    Parameters
    ----------
    false_marks : float
        How long the list may be: about this many false candidates per picture on average, on pictures without
        lines. Over 0, up to 100.
    minimum_length_mm, minimum_length_px : float
        Shorter lines are not listed; in pixels where the spacing is unknown.
    false_bumps : float
        The same for bumps of the outlines: about this many false ones per picture on average, on pictures
        without bumps. They are counted apart from lines. Over 0, up to 100.

    Raises
    ------
    SettingsError
        If a value is out of its range; the message names it.

    Examples
    --------
    >>> from dataclasses import replace
    >>> replace(Settings(), false_marks=4).false_marks
    4
    >>> Settings(false_marks=-1)
    Traceback (most recent call last):
        ...
    microcal_xray.errors.SettingsError: false_marks is -1; it must be over 0, up to 100
    """

    false_marks: float = 1.0
    minimum_length_mm: float = 2.0
    minimum_length_px: float = 8.0
    false_bumps: float = 0.5

    def __post_init__(self) -> None:
        _in_range("false_marks", self.false_marks, 0, 100)
        _in_range("minimum_length_mm", self.minimum_length_mm, 0, 1000)
        _in_range("minimum_length_px", self.minimum_length_px, 0, 1000)
        _in_range("false_bumps", self.false_bumps, 0, 100)

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as plain numbers, ready for JSON."""
        return dataclasses.asdict(self)


def settings_from_dict(values: Mapping[str, Any]) -> Settings:
    """Return settings from plain values; what is not named keeps its default.

    Parameters
    ----------
    values : mapping of str to number
        By the names of the fields of `Settings`.

    Raises
    ------
    SettingsError
        If a name is not known or a value is not usable.

    Examples
    --------
    >>> settings_from_dict({"false_marks": 0.5, "minimum_length_mm": 4}).minimum_length_mm
    4
    """
    known = [field.name for field in dataclasses.fields(Settings)]
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise SettingsError(f"unknown setting {unknown[0]!r}; known are {', '.join(known)}")
    return Settings(**dict(values))


def _in_range(name: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low < value <= high:
        raise SettingsError(f"{name} is {value!r}; it must be over {low:g}, up to {high:g}")
