"""The evidence card of a candidate in the words of the report page; measured.js lays it out."""

from collections.abc import Mapping
from typing import Any

from .words import CARD_WORDS, CONTRAST_UNIT_WORDS, SIDE_WORDS, UNIT_WORDS

_DASH = "\u2013"
_WIDE, _HIGH, _EDGE = 220, 84, 4  # of the plot, in its own units

_Estimate = Mapping[str, Any]
_Row = list[str]  # label, value, interval, explanation


def measured_card(measured: Mapping[str, Any] | None, spacing_sentence: str) -> dict[str, Any] | None:
    """Return what the page shows of what was measured; None when it was not.

    Parameters
    ----------
    measured : mapping or None
        As in candidates.json.
    spacing_sentence : str
        What the millimetres of this picture are worth.
    """
    if measured is None:
        return None
    place = measured["place"]
    rows = [
        _row("length", measured["length_mm"] or measured["length_px"]),
        _row("equivalent_width", measured["equivalent_width_mm"] or measured["equivalent_width_px"]),
        _width(measured),
        _contrast("peak_contrast", measured["peak_contrast"]),
        _contrast(
            "integrated_contrast", measured["integrated_contrast_mm"] or measured["integrated_contrast_px"]
        ),
        _row("d_prime", measured["d_prime"]),
        _row("z", measured["z"]),
        _row("angle_to_bone", place["angle_to_bone"]),
        _row("angle_to_cortex", place["angle_to_cortex"]),
        _crossed(place),
        _row("cortex_distance", place["cortex_distance_mm"] or place["cortex_distance_px"]),
        _row("end_distance", place["end_distance_mm"] or place["end_distance_px"]),
        _row("along_bone", place["along_bone"]),
        _row("tortuosity", measured["tortuosity"]),
        _stability(measured["stability"]),
    ]
    return {
        "title": CARD_WORDS["title"][0],
        "width": _width_in_table(measured),
        "rows": rows,
        "plot": _plot(measured),
        "notes": [spacing_sentence, CARD_WORDS["intervals"][0]],
    }


def _row(name: str, estimate: _Estimate | None, value: str | None = None) -> _Row:
    label, meaning = CARD_WORDS[name]
    if estimate is None:
        return [label, _DASH, "", meaning]
    unit = UNIT_WORDS.get(estimate["unit"], estimate["unit"])
    shown = f"{_number(estimate['value'], estimate)}{unit}" if value is None else value
    return [
        label,
        shown,
        f"{_number(estimate['low'], estimate)} to {_number(estimate['high'], estimate)}",
        meaning,
    ]


def _width(measured: Mapping[str, Any]) -> _Row:
    label, meaning = CARD_WORDS["width"]
    if measured["resolved"]:
        return _row("width", measured["line_width_mm"] or measured["line_width_px"])
    blur_mm = measured["blur_mm"]
    blur = f"{measured['blur_px']:.1f} px" if blur_mm is None else f"{blur_mm:.2f} mm"
    return [label, CARD_WORDS["not_resolved"][0], CARD_WORDS["blur"][0].format(blur=blur), meaning]


def _width_in_table(measured: Mapping[str, Any]) -> str:
    """Return the width for the row of the candidate: what is not resolved is less than the blur."""
    estimate = measured["line_width_mm"] or measured["line_width_px"]
    if estimate is None:
        blur_mm = measured["blur_mm"]
        return f"<{measured['blur_px']:.1f} px" if blur_mm is None else f"<{blur_mm:.2f}"
    return f"{estimate['value']:.2f}" if estimate["unit"] == "mm" else f"{estimate['value']:.1f} px"


def _contrast(name: str, estimate: _Estimate) -> _Row:
    unit, _, length = estimate["unit"].partition(" ")
    words = CONTRAST_UNIT_WORDS[unit].format(length=f" \u00b7 {length}" if length else "")
    return _row(name, estimate, value=f"{_number(estimate['value'], estimate)} {words}")


def _crossed(place: Mapping[str, Any]) -> _Row:
    row = _row("crossed", place["crossed"])
    sides = [SIDE_WORDS[side] for side in place["cortices"]]
    if sides:
        row[1] += f", {CARD_WORDS['reaches'][0]} {' and '.join(sides)}"
    return row


def _stability(stability: Mapping[str, int]) -> _Row:
    label, meaning = CARD_WORDS["stability"]
    return [label, CARD_WORDS["of"][0].format(**stability), "", meaning]


def _number(value: float, of: _Estimate) -> str:
    """Return a number with as many decimals as its interval is worth."""
    width = of["high"] - of["low"]
    decimals = 3 if width < 0.05 else 2 if width < 0.5 else 1 if width < 5 else 0
    words = f"{value:.{decimals}f}"
    # A true minus, and none before nothing.
    return words.lstrip("-") if float(words) == 0 else words.replace("-", "\u2212")


def _plot(measured: Mapping[str, Any]) -> dict[str, Any]:
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
        "ends": [f"{sign}{half * per_px:.1f} {unit}" for sign in ("\u2212", "+")],
        "words": CARD_WORDS["profile"][0],
        "meaning": CARD_WORDS["profile"][1],
    }
