"""comparison.json and comparison.csv: what changed between radiographs of one bone, for other programs."""

import csv
import io
import json
import math
from collections.abc import Mapping
from importlib import resources
from typing import Any

import numpy as np

from ..changes import BumpChange, Comparison, LineChange, QuantityChange, Registration, Series
from ..settings import Settings
from ..version import __version__
from .capsule import run_capsule
from .foreign_text import printable_text, spreadsheet_text
from .measured_record import estimate_dict, measured_dict
from .results import image_facts

COMPARISON_SCHEMA_NAME = "microcal-comparison/1"

COMPARISON_COLUMNS: tuple[str, ...] = (
    "prior_file",
    "current_file",
    "prior_week",
    "current_week",
    "line",
    "verdict",
    "reason",
    "prior_id",
    "current_id",
    "prior_kind",
    "current_kind",
    "prior_length_mm",
    "current_length_mm",
    "length_change_mm",
    "length_least_significant_mm",
    "prior_equivalent_width_mm",
    "current_equivalent_width_mm",
    "equivalent_width_change_mm",
    "equivalent_width_least_significant_mm",
    "prior_contrast",
    "current_contrast",
    "contrast_change",
    "contrast_least_significant",
    "contrast_unit",
    "registration_error_mm",
)

_DIGITS = 4  # no error of a change is known better


def comparison_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) that every comparison.json follows.

    Examples
    --------
    >>> comparison_schema()["title"]
    'microcal-comparison/1'
    """
    path = resources.files(__package__) / "schema" / "comparison-1.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def comparison_json(series: Series, settings: Settings) -> str:
    """Return comparison.json: the same comparison gives the same bytes; no date is in it, only weeks.

    Raises
    ------
    ValueError
        If a number is not finite, which JSON cannot hold.
    """
    record = {
        "schema": COMPARISON_SCHEMA_NAME,
        "version": __version__,
        "settings": settings.as_dict(),
        "capsule": run_capsule(),
        "weeks": None if series.weeks is None else list(series.weeks),
        "pictures": [
            {"file": printable_text(each.radiograph.name), **_facts(each.radiograph)}
            for each in series.findings
        ],
        "comparisons": [
            {"prior": index, "current": index + 1, **comparison_dict(each)}
            for index, each in enumerate(series.comparisons)
        ],
    }
    return json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def comparison_dict(comparison: Comparison) -> dict[str, Any]:
    """Return one comparison as plain values; what is not known is None."""
    return {
        "registration": _registration(comparison.registration),
        "lines": [_line(line) for line in comparison.lines],
        "bumps": [_bump(bump) for bump in comparison.bumps],
    }


def comparison_csv(series: Series) -> str:
    """Return comparison.csv: one row for each line of each comparison, safe for spreadsheets."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COMPARISON_COLUMNS)
    for index, comparison in enumerate(series.comparisons):
        weeks = (None, None) if series.weeks is None else series.weeks[index : index + 2]
        for line in comparison.lines:
            row = _row(comparison, line, weeks)
            writer.writerow(_cell(row[column]) for column in COMPARISON_COLUMNS)
    return text.getvalue()


def _facts(radiograph: Any) -> dict[str, Any]:
    return {
        name: value for name, value in image_facts(radiograph).items() if name not in ("quality", "limit")
    }


def _registration(found: Registration) -> dict[str, Any]:
    return {
        "is_comparable": found.is_comparable,
        "reason": found.reason,
        "agreement": _digits(found.agreement),
        "texture": _digits(found.texture),
        "shared": _digits(found.shared),
        "residual_px": _digits(found.residual_px),
        "residual_95_px": _digits(found.residual_95_px),
        "residual_mm": _digits(found.residual_mm),
        "residual_95_mm": _digits(found.residual_95_mm),
        "turn_deg": _digits(found.turn_deg),
        "scale": _digits(found.scale),
        "is_flipped": found.is_flipped,
        "gain": _digits(found.gain),
    }


def _line(line: LineChange) -> dict[str, Any]:
    return {
        "id": line.id,
        "verdict": line.verdict.value,
        "reason": line.reason,
        "dark_to_bright": line.is_dark_to_bright,
        "prior_id": line.prior_id,
        "current_id": line.current_id,
        "prior_kind": line.prior_kind.value if line.prior_kind else None,
        "current_kind": line.current_kind.value if line.current_kind else None,
        "prior_path_px": (np.round(line.prior_path_px, 2) + 0.0).tolist(),  # + 0.0: never -0.0
        "current_path_px": (np.round(line.current_path_px, 2) + 0.0).tolist(),
        "length": change_dict(line.length),
        "equivalent_width": change_dict(line.equivalent_width),
        "contrast": change_dict(line.contrast),
        "registration_error_px": _digits(line.registration_error_px),
        "registration_error_mm": _digits(line.registration_error_mm),
        "prior_measured": measured_dict(line.prior_measured),
        "current_measured": measured_dict(line.current_measured),
    }


def _bump(bump: BumpChange) -> dict[str, Any]:
    return {
        "id": bump.id,
        "verdict": bump.verdict.value,
        "reason": bump.reason,
        "prior_id": bump.prior_id,
        "current_id": bump.current_id,
        "prior_outline_px": (np.round(bump.prior_outline_px, 2) + 0.0).tolist(),
        "current_outline_px": (np.round(bump.current_outline_px, 2) + 0.0).tolist(),
        "height": change_dict(bump.height),
    }


def change_dict(change: QuantityChange | None) -> dict[str, Any] | None:
    """Return the change of a number as plain values."""
    if change is None:
        return None
    return {
        "prior": estimate_dict(change.prior),
        "current": estimate_dict(change.current),
        "change": _digits(change.change),
        "least_significant": _digits(change.least_significant),
        "is_significant": change.is_significant,
        "unit": change.unit,
    }


def _row(
    comparison: Comparison, line: LineChange, weeks: tuple[float | None, ...]
) -> Mapping[str, str | float | int | None]:
    contrast = line.contrast
    return {
        "prior_file": printable_text(comparison.prior.radiograph.name),
        "current_file": printable_text(comparison.current.radiograph.name),
        "prior_week": weeks[0],
        "current_week": weeks[1],
        "line": line.id,
        "verdict": line.verdict.value,
        "reason": line.reason,
        "prior_id": line.prior_id,
        "current_id": line.current_id,
        "prior_kind": line.prior_kind.value if line.prior_kind else None,
        "current_kind": line.current_kind.value if line.current_kind else None,
        **_cells("length", line.length, unit="mm"),
        **_cells("equivalent_width", line.equivalent_width, unit="mm"),
        "prior_contrast": contrast.prior.value if contrast else None,
        "current_contrast": contrast.current.value if contrast else None,
        "contrast_change": contrast.change if contrast else None,
        "contrast_least_significant": contrast.least_significant if contrast else None,
        "contrast_unit": contrast.unit if contrast else None,
        "registration_error_mm": line.registration_error_mm,
    }


def _cells(name: str, change: QuantityChange | None, *, unit: str) -> dict[str, float | None]:
    known = change if change is not None and change.unit == unit else None
    return {
        f"prior_{name}_mm": known.prior.value if known else None,
        f"current_{name}_mm": known.current.value if known else None,
        f"{name}_change_mm": known.change if known else None,
        f"{name}_least_significant_mm": known.least_significant if known else None,
    }


def _cell(value: str | float | None) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str):
        return spreadsheet_text(value)
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{_digits(value):.12g}"
    return value


def _digits(value: float | None) -> float | None:
    # A number that could not be measured is unknown; JSON has no word for NaN.
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}") + 0.0  # + 0.0: never -0
