"""Read files written by others: each complaint is one line with the file, the value and the remedy."""

import csv
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import UnreadableResultError

_LARGEST_FILE_BYTES = 2**30
_MANY = 10_000_000


class UnreadableTruthError(UnreadableResultError):
    """A truth or a candidates file cannot be used: absent, not of the promised form, or contradictory."""


def read_text(path: Path) -> str:
    """Return the UTF-8 text of a file.

    Raises
    ------
    UnreadableTruthError
        If it is absent, over 1 GiB or not text.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE_BYTES:
            raise UnreadableTruthError(f"{path}: larger than 1 GiB; give a file of candidates or truth")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableTruthError(
            f"{path}: cannot be read ({error.strerror or error}); check the path"
        ) from None
    except UnicodeDecodeError:
        raise UnreadableTruthError(f"{path}: not UTF-8 text; give a file of candidates or truth") from None


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file.

    Raises
    ------
    UnreadableTruthError
        If the file cannot be read or holds no JSON object.
    """
    try:
        document = json.loads(read_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        reason = (
            f"line {error.lineno}: {error.msg}"
            if isinstance(error, json.JSONDecodeError)
            else "nested too deep"
        )
        raise UnreadableTruthError(
            f"{path}: not JSON ({reason}); give a file of candidates or truth"
        ) from None
    if not isinstance(document, dict):
        raise UnreadableTruthError(f"{path}: holds no JSON object; give a file of candidates or truth")
    return document


def read_rows(path: Path, *, required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line number and the cells of each row of a CSV file.

    Raises
    ------
    UnreadableTruthError
        If a required column is missing or the file is no CSV.
    """
    reader = csv.DictReader(read_text(path).splitlines(), restval="")
    missing = [name for name in required if name not in (reader.fieldnames or ())]
    if missing:
        raise UnreadableTruthError(
            f"{path}: column {missing[0]!r} is missing; needed are {', '.join(required)}"
        )
    try:
        for row in reader:
            yield reader.line_num, {name: value for name, value in row.items() if isinstance(name, str)}
    except csv.Error as error:
        raise UnreadableTruthError(
            f"{path}: line {reader.line_num}: not CSV ({error}); write it again"
        ) from None


class Fields:
    """Checked access to one JSON object of a foreign file.

    Parameters
    ----------
    values : mapping
    where : str
        File and place, for the message.

    Examples
    --------
    >>> Fields({"rows": "many"}, "truth.json: image 1").count("rows")
    Traceback (most recent call last):
        ...
    microcal_xray.evaluation.foreign.UnreadableTruthError: truth.json: image 1: rows is 'many'; it must be a \
whole number from 1 to 10000000
    """

    def __init__(self, values: object, where: str) -> None:
        if not isinstance(values, Mapping):
            raise UnreadableTruthError(f"{where}: holds no object but {_short(values)}; write the file again")
        self.values: Mapping[str, Any] = values
        self.where = where

    def text(self, name: str) -> str:
        """Return a text that must be there and must not be empty."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            raise self.complaint(name, "a text")
        return value

    def text_or_none(self, name: str) -> str | None:
        """Return a text, or None when it is absent or null; numbers become text."""
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return value or None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise self.complaint(name, "a text or null")

    def number(self, name: str) -> float:
        """Return a finite number that must be there."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.complaint(name, "a finite number")
        return float(value)

    def number_or_none(self, name: str) -> float | None:
        """Return a finite number, or None when it is absent or null."""
        return None if self.values.get(name) is None else self.number(name)

    def count(self, name: str) -> int:
        """Return a whole number from 1 to ten million that must be there."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MANY:
            raise self.complaint(name, f"a whole number from 1 to {_MANY}")
        return value

    def yes(self, name: str) -> bool:
        """Return whether the value is true; absent and null are false."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.complaint(name, "true or false")
        return bool(value)

    def objects(self, name: str) -> list["Fields"]:
        """Return the objects of a list; an absent or null list is empty."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.complaint(name, "a list")
        return [Fields(item, f"{self.where}: {name} {index + 1}") for index, item in enumerate(value)]

    def spacing(self, name: str) -> tuple[float, float] | None:
        """Return (row, column) spacing in millimetres, or None when it is absent or null."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 2 or not all(_is_positive(item) for item in value):
            raise self.complaint(name, "two numbers over 0, row and column, or null")
        return float(value[0]), float(value[1])

    def complaint(self, name: str, must_be: str) -> UnreadableTruthError:
        """Return the error that says what this value must be."""
        value = _short(self.values[name]) if name in self.values else "missing"
        return UnreadableTruthError(f"{self.where}: {name} is {value}; it must be {must_be}")


def _is_positive(value: object) -> bool:
    return (
        not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value) and value > 0
    )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
