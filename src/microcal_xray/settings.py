"""What was asked: every choice a user can make about finding lines, checked and saved with each report."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import SettingsError

MAXIMUM_WIDTHS = 12


@dataclass(frozen=True)
class Settings:
    """How lines are looked for.

    Parameters
    ----------
    false_marks : float
        How long the list may be: about this many false candidates per picture on average. Over 0, up to 100.
        Not yet calibrated on real pictures: today it sets the length of the list by a rule of thumb.
    widths_mm : tuple of float
        Full widths at half maximum of the lines looked for, where the pixel spacing is known.
    widths_px : tuple of float
        The same in pixels, for pictures whose spacing is unknown.
    minimum_length_mm, minimum_length_px : float
        Shorter lines are not listed.
    background_mm, background_px : float
        Brightness that changes more slowly than this is taken away before lines are looked for.
    low_sd, high_sd : float
        A ridge is followed down to `low_sd` and must reach `high_sd` somewhere, in units of the local noise.

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
    widths_mm: tuple[float, ...] = (0.4, 0.7, 1.2, 2.0)
    widths_px: tuple[float, ...] = (3.0, 5.0, 8.0)
    minimum_length_mm: float = 3.0
    minimum_length_px: float = 12.0
    background_mm: float = 6.0
    background_px: float = 40.0
    low_sd: float = 1.5
    high_sd: float = 3.0

    def __post_init__(self) -> None:
        for widths in ("widths_mm", "widths_px"):
            object.__setattr__(self, widths, _widths(widths, getattr(self, widths)))
        _in_range("false_marks", self.false_marks, 0, 100)
        for name in ("minimum_length_mm", "minimum_length_px", "background_mm", "background_px"):
            _in_range(name, getattr(self, name), 0, 1000)
        _in_range("low_sd", self.low_sd, 0, 100)
        _in_range("high_sd", self.high_sd, 0, 100)
        if self.low_sd > self.high_sd:
            raise SettingsError(f"low_sd {self.low_sd} is over high_sd {self.high_sd}; it must not be")

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as plain numbers and lists, ready for JSON."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in dataclasses.asdict(self).items()
        }


def settings_from_dict(values: Mapping[str, Any]) -> Settings:
    """Return settings from plain values; what is not named keeps its default.

    Raises
    ------
    SettingsError
        If a name is not known or a value is not usable.

    Examples
    --------
    >>> settings_from_dict({"false_marks": 0.5, "widths_mm": [0.5]}).widths_mm
    (0.5,)
    """
    known = [field.name for field in dataclasses.fields(Settings)]
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise SettingsError(f"unknown setting {unknown[0]!r}; known are {', '.join(known)}")
    return Settings(**dict(values))


def _in_range(name: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low < value <= high:
        raise SettingsError(f"{name} is {value!r}; it must be over {low:g}, up to {high:g}")


def _widths(name: str, widths: object) -> tuple[float, ...]:
    if not isinstance(widths, tuple | list) or not 0 < len(widths) <= MAXIMUM_WIDTHS:
        raise SettingsError(f"{name} is {widths!r}; it must list 1 to {MAXIMUM_WIDTHS} widths")
    for width in widths:
        if isinstance(width, bool) or not isinstance(width, int | float) or not 0 < width <= 1000:
            raise SettingsError(f"{name} holds {width!r}; a width must be over 0, up to 1000")
    if not all(math.isfinite(width) for width in widths):
        raise SettingsError(f"{name} holds a width that is not finite")
    return tuple(float(width) for width in widths)
