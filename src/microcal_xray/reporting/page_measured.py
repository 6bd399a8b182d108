"""The evidence card of a candidate in the words of the report page; measured.js lays it out."""

from collections.abc import Mapping
from typing import Any

from .words import ENGLISH, Words

_DASH = "\u2013"
_UNITS = frozenset(["mm", "px", "deg", "1"])  # others are written as they are
_WIDE, _HIGH, _EDGE = 220, 84, 4  # of the plot, in its own units

_Estimate = Mapping[str, Any]
_Row = list[str]  # label, value, interval, explanation


def measured_card(
    measured: Mapping[str, Any] | None, spacing_sentence: str, words: Words = ENGLISH
) -> dict[str, Any] | None:
    """Return what the page shows of what was measured; None when it was not.

    Parameters
    ----------
    measured : mapping or None
        As in candidates.json.
    spacing_sentence : str
        What the millimetres of this picture are worth.
    words : Words
    """
    if measured is None:
        return None
    place = measured["place"]
    rows = [
        _row("length", measured["length_mm"] or measured["length_px"], words),
        _row("equivalent_width", measured["equivalent_width_mm"] or measured["equivalent_width_px"], words),
        _width(measured, words),
        _contrast("peak_contrast", measured["peak_contrast"], words),
        _contrast(
            "integrated_contrast",
            measured["integrated_contrast_mm"] or measured["integrated_contrast_px"],
            words,
        ),
        _row("d_prime", measured["d_prime"], words),
        _row("z", measured["z"], words),
        _row("angle_to_bone", place["angle_to_bone"], words),
        _row("angle_to_cortex", place["angle_to_cortex"], words),
        _crossed(place, words),
        _row("cortex_distance", place["cortex_distance_mm"] or place["cortex_distance_px"], words),
        _row("end_distance", place["end_distance_mm"] or place["end_distance_px"], words),
        _row("along_bone", place["along_bone"], words),
        _row("tortuosity", measured["tortuosity"], words),
        _stability(measured["stability"], words),
    ]
    return {
        "title": words.text("card.title"),
        "width": _width_in_table(measured, words),
        "rows": rows,
        "plot": _plot(measured, words),
        "notes": [spacing_sentence, words.text("card.intervals")],
    }


def _row(name: str, estimate: _Estimate | None, words: Words, value: str | None = None) -> _Row:
    label, meaning = words.text(f"card.{name}"), words.text(f"card.{name}.meaning")
    if estimate is None:
        return [label, _DASH, "", meaning]
    shown = f"{_number(estimate['value'], estimate, words)}{_unit(estimate['unit'], words)}"
    ends = {end: _number(estimate[end], estimate, words) for end in ("low", "high")}
    return [label, shown if value is None else value, words.filled("card.interval", ends), meaning]


def _unit(unit: str, words: Words) -> str:
    return words.text(f"unit.{unit}") if unit in _UNITS else unit


def _width(measured: Mapping[str, Any], words: Words) -> _Row:
    if measured["resolved"]:
        return _row("width", measured["line_width_mm"] or measured["line_width_px"], words)
    blur_mm = measured["blur_mm"]
    blur = (
        f"{words.number(measured['blur_px'], '.1f')} px"
        if blur_mm is None
        else f"{words.number(blur_mm, '.2f')} mm"
    )
    return [
        words.text("card.width"),
        words.text("card.not_resolved"),
        words.filled("card.blur", {"blur": blur}),
        words.text("card.width.meaning"),
    ]


def _width_in_table(measured: Mapping[str, Any], words: Words) -> str:
    """Return the width for the row of the candidate: what is not resolved is less than the blur."""
    estimate = measured["line_width_mm"] or measured["line_width_px"]
    if estimate is None:
        blur_mm = measured["blur_mm"]
        if blur_mm is None:
            return f"<{words.number(measured['blur_px'], '.1f')} px"
        return f"<{words.number(blur_mm, '.2f')}"
    if estimate["unit"] == "mm":
        return words.number(estimate["value"], ".2f")
    return f"{words.number(estimate['value'], '.1f')} px"


def _contrast(name: str, estimate: _Estimate, words: Words) -> _Row:
    unit, _, length = estimate["unit"].partition(" ")
    named = words.filled(f"contrast_unit.{unit}", {"length": f" \u00b7 {length}" if length else ""})
    return _row(name, estimate, words, value=f"{_number(estimate['value'], estimate, words)} {named}")


def _crossed(place: Mapping[str, Any], words: Words) -> _Row:
    row = _row("crossed", place["crossed"], words)
    sides = [words.text(f"side.{side}") for side in place["cortices"]]
    if sides:
        reached = words.filled("card.reaches", {"sides": words.text("card.sides_and").join(sides)})
        row[1] += f", {reached}"
    return row


def _stability(stability: Mapping[str, int], words: Words) -> _Row:
    of = words.filled("card.of", stability)
    return [words.text("card.stability"), of, "", words.text("card.stability.meaning")]


def _number(value: float, of: _Estimate, words: Words) -> str:
    """Return a number with as many decimals as its interval is worth."""
    width = of["high"] - of["low"]
    decimals = 3 if width < 0.05 else 2 if width < 0.5 else 1 if width < 5 else 0
    shown = words.number(value, f".{decimals}f")
    # A true minus, and none before nothing.
    return shown.lstrip("-") if float(f"{value:.{decimals}f}") == 0 else shown.replace("-", "\u2212")


def _plot(measured: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return the paths of the mean profile, its band and the fitted line, in a box of 220 by 84."""
    profile = measured["profile"]
    offset = profile["offset_px"]
    blur_mm, blur_px = measured["blur_mm"], measured["blur_px"]
    per_px, unit = (1.0, "px") if blur_mm is None else (blur_mm / blur_px, "mm")
    lowest = min(0.0, *profile["low"], *profile["model"])
    highest = max(0.0, *profile["high"], *profile["model"])
    span, half = (highest - lowest) or 1.0, max(abs(offset[0]), abs(offset[-1])) or 1.0

    tall = _HIGH - 2 * _EDGE

    def points(values: list[float]) -> list[str]:
        return [
            f"{(place / half + 1) / 2 * _WIDE:.1f} {_EDGE + (highest - value) / span * tall:.1f}"
            for place, value in zip(offset, values, strict=True)
        ]

    zero = _EDGE + highest / span * tall
    return {
        "wide": _WIDE,
        "high": _HIGH,
        "zero": round(zero, 1),
        "band": "M" + "L".join(points(profile["high"]) + points(profile["low"])[::-1]) + "Z",
        "mean": "M" + "L".join(points(profile["value"])),
        "model": "M" + "L".join(points(profile["model"])),
        "ends": [f"{sign}{words.number(half * per_px, '.1f')} {unit}" for sign in ("\u2212", "+")],
        "words": words.text("card.profile"),
        "meaning": words.text("card.profile.meaning"),
    }
