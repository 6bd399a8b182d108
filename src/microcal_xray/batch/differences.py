"""How two records of one image differ: numbers beyond a tolerance, everything else at all.

The comparison walks the records as they are written and knows no field by itself, so a field that is new in
candidates.json is compared from the day it is written.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from ..loading.complaints import one_line

Scalar: TypeAlias = str | int | float | bool | None

_LONGEST_TEXT = 200
_SHOWN_NUMBERS = 3  # a spacing, a point


@dataclass(frozen=True)
class Tolerance:
    """The most that two numbers may be apart; less, where more digits are written.

    Parameters
    ----------
    absolute : float
        In the unit of the number.
    relative : float
        Share of the larger one; the larger of both tolerances holds.
    """

    absolute: float
    relative: float = 0.001  # numbers of four digits, the fewest that estimates are written with


# Two numbers are the same if they are one step of the last written digit apart: other processors add in
# another order, which moves a number by far less, but may carry it over the edge of its rounding. How many
# digits a field has shows in its numbers, but for zeros at the end (1.2 and 1.3 may be 1.20 and 1.30), so the
# step is limited by these.
_BY_UNIT = {"px": Tolerance(0.01), "mm": Tolerance(0.001), "deg": Tolerance(0.1)}
_BY_NAME = {
    "path_px": Tolerance(0.01, relative=0.0),
    "spacing_mm": Tolerance(0.0, relative=0.0),  # read, not measured
    "false_marks": Tolerance(0.0, relative=0.01),  # written with three digits
}
_OTHERWISE = Tolerance(0.01)
_FLOAT_ERROR = 1e-12  # 1.24 - 1.23 is a little over 0.01


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was.

    Parameters
    ----------
    what : str
        In words, as `candidate 3 score`.
    recorded, now : str, int, float, bool or None
        None: unknown, or not there. Lists and objects are told in words.

    Examples
    --------
    >>> str(Difference("candidate 3 score", 1.23, 1.25))
    'candidate 3 score 1.23 -> 1.25'
    """

    what: str
    recorded: Scalar
    now: Scalar

    def __str__(self) -> str:
        return f"{self.what} {_words(self.recorded)} -> {_words(self.now)}"


def differences(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return where a record differs from what it is now.

    Parameters
    ----------
    recorded, now : mapping
        Plain values, as JSON has them. What `recorded` does not name is not compared: it may be of an older
        version. What it names must be there.

    Returns
    -------
    tuple of Difference
        In the order of the record; empty: the same within the tolerances.

    Examples
    --------
    >>> before = {"rows": 4, "candidates": [{"id": 1, "score": 1.23, "length_mm": 3.0}]}
    >>> after = {"rows": 4, "candidates": [{"id": 1, "score": 1.25, "length_mm": 3.001}]}
    >>> [str(each) for each in differences(before, after)]
    ['candidate 1 score 1.23 -> 1.25']
    """
    return tuple(_of_objects(recorded, now, "", _OTHERWISE))


def _of_objects(
    recorded: Mapping[str, Any], now: Mapping[str, Any], where: str, inherited: Tolerance
) -> Iterator[Difference]:
    for name, before in recorded.items():
        place = f"{where} {name}".lstrip()
        if name not in now:
            yield Difference(one_line(place), _scalar(before), None)
        else:
            yield from _of_values(before, now[name], place, _tolerance(name, inherited))


def _of_values(before: Any, after: Any, where: str, tolerance: Tolerance) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_objects(before, after, where, tolerance)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, where, tolerance)
    elif not _same(before, after, tolerance):
        yield Difference(where, _scalar(before), _scalar(after))


def _of_lists(before: list[Any], after: list[Any], where: str, tolerance: Tolerance) -> Iterator[Difference]:
    if len(before) != len(after):
        yield Difference(f"number of {where}", len(before), len(after))
    found: list[Difference] = []
    for index, (one, other) in enumerate(zip(before, after, strict=False)):
        found += _of_values(one, other, _item(where, index, other), tolerance)
    # A path that moved is one thing, not one for each of its points.
    is_array = bool(after) and not isinstance(after[0], dict | str)
    yield from [max(found, key=_size)] if found and is_array else found


def _item(where: str, index: int, now: Any) -> str:
    """Return the name of an entry: by what identifies an object, else by its place."""
    if not isinstance(now, dict):
        return f"{where}[{index}]"
    singular = "candidate" if where == "candidates" else where
    first = next(iter(now.values()), index)
    return f"{singular} {first if isinstance(first, str | int) else index}"


def _tolerance(name: str, inherited: Tolerance) -> Tolerance:
    """Return the tolerance by the unit in the name; what has none takes that of what it stands in."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    units = [_BY_UNIT[part] for part in name.split("_") if part in _BY_UNIT]
    return units[-1] if units else inherited


def _same(before: Any, after: Any, tolerance: Tolerance) -> bool:
    numbers = _is_number(before) and _is_number(after)
    if not numbers or (isinstance(before, int) and isinstance(after, int)):
        return type(before) is type(after) and bool(before == after)
    larger = max(abs(before), abs(after))
    if larger > 1e300:  # a hostile whole number may be too large for a float
        return bool(before == after)
    most = max(tolerance.absolute, tolerance.relative * larger)
    allowed = min(_step(before), _step(after), most)
    return bool(abs(before - after) <= allowed * (1 + 1e-6) + larger * _FLOAT_ERROR)


def _step(number: float) -> float:
    """Return one step of the last digit that a number is written with, zeros at the end left out."""
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return float(Decimal(1).scaleb(int(exponent)))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _size(difference: Difference) -> float:
    before, after = difference.recorded, difference.now
    if isinstance(before, int | float) and isinstance(after, int | float) and abs(before) < 1e300:
        return abs(before - after)
    return float("inf")


def _scalar(value: Any) -> Scalar:
    if isinstance(value, list) and len(value) <= _SHOWN_NUMBERS and all(map(_is_number, value)):
        return one_line(json.dumps(value), longest=_LONGEST_TEXT)
    if isinstance(value, list | dict):
        return f"{'a list' if isinstance(value, list) else 'an object'} of {len(value)}"
    if isinstance(value, str):
        return one_line(value, longest=_LONGEST_TEXT)
    if isinstance(value, int) and abs(value) > 1e300:
        return "a huge number"
    return value if isinstance(value, int | float | None) else None


def _words(value: Scalar) -> str:
    return value if isinstance(value, str) else json.dumps(value)
