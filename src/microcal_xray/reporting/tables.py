"""Tables of candidates and of inputs: the same columns on every path, safe for spreadsheets."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ..findings import Candidate, Evidence, Findings
from ..measured import Measured
from .foreign_text import printable_text, spreadsheet_text
from .results import ImageResult
from .words import caution_names

Cell = str | int | float | None

CANDIDATE_COLUMNS: tuple[str, ...] = (
    "file",
    "id",
    "kind",
    "tier",
    "score",
    "length_mm",
    "width_mm",
    "length_px",
    "width_px",
    "contrast_sd",
    "angle_to_bone_deg",
    "middle_row_px",
    "middle_column_px",
    "cautions",
    "expected_false_marks",
    "likeliest_mimic",
    "length_low_mm",
    "length_high_mm",
    "equivalent_width_mm",
    "equivalent_width_low_mm",
    "equivalent_width_high_mm",
    "resolved",
    "line_width_mm",
    "line_width_low_mm",
    "line_width_high_mm",
    "d_prime",
    "crossed",
    "cortices",
    "stability",
)

_BY_DIGITS = frozenset(
    ["expected_false_marks", "expected_false_bumps"]
)  # three digits count there, however small the number
_DIGITS = 3

IMAGE_COLUMNS: tuple[str, ...] = (
    "file",
    "status",
    "reason",
    "candidates",
    "strongest_score",
    "rows",
    "columns",
    "row_spacing_mm",
    "column_spacing_mm",
    "spacing_source",
    "intent",
    "bits_stored",
    "file_format",
    "cautions",
)


def table(findings: Findings) -> list[dict[str, Cell]]:
    """Return one row per candidate, strongest first, ready for `pandas.DataFrame`.

    Parameters
    ----------
    findings : Findings

    Returns
    -------
    list of dict
        Keys are `CANDIDATE_COLUMNS`, in that order; `file` is the name of the radiograph. Lengths and widths
        in millimetres are None when the spacing is unknown, the columns of the evidence card without one,
        `angle_to_bone_deg` where the axis is unclear,
        `expected_false_marks` without evidence; `likeliest_mimic` is empty without a mimic. Empty when there
        are no candidates: `pandas.DataFrame(rows, columns=CANDIDATE_COLUMNS)` keeps the columns.
    """
    ordered = sorted(findings.candidates, key=lambda candidate: (-candidate.score, candidate.id))
    return [_candidate_row(candidate, findings.radiograph.name) for candidate in ordered]


def candidates_csv(results: Iterable[ImageResult]) -> str:
    """Return candidates.csv: one row per candidate of every file, in the order given.

    Parameters
    ----------
    results : iterable of ImageResult
    """
    return csv_head(CANDIDATE_COLUMNS) + "".join(map(candidates_lines, results))


def candidates_lines(result: ImageResult) -> str:
    """Return the lines of one file in candidates.csv; none, where it has no candidates."""
    return table_lines(CANDIDATE_COLUMNS, (_candidate_row(each, result.file) for each in result.candidates))


def images_csv(results: Iterable[ImageResult]) -> str:
    """Return images.csv: one row per input file with its status and reason, in the order given.

    Parameters
    ----------
    results : iterable of ImageResult
    """
    return csv_head(IMAGE_COLUMNS) + "".join(map(image_line, results))


def image_line(result: ImageResult) -> str:
    r"""Return the line of one file in images.csv.

    Examples
    --------
    >>> from microcal_xray.reporting import failed_result
    >>> image_line(failed_result("=1.dcm", "the file is empty"))
    "'=1.dcm,failed,the file is empty,0,,,,,,,,,,\n"
    """
    return table_lines(IMAGE_COLUMNS, [_image_row(result)])


def csv_head(columns: Sequence[str]) -> str:
    r"""Return the first line of a table.

    Examples
    --------
    >>> csv_head(("file", "status"))
    'file,status\n'
    """
    return _csv([columns])


def _candidate_row(candidate: Candidate, file: str) -> dict[str, Cell]:
    middle_row_px, middle_column_px = candidate.path_px[len(candidate.path_px) // 2]
    return {
        "file": printable_text(file),
        "id": candidate.id,
        "kind": candidate.kind.value,
        "tier": candidate.tier.value,
        "score": candidate.score,
        "length_mm": candidate.length_mm,
        "width_mm": candidate.width_mm,
        "length_px": candidate.length_px,
        "width_px": candidate.width_px,
        "contrast_sd": candidate.contrast_sd,
        "angle_to_bone_deg": candidate.angle_to_bone_deg,
        "middle_row_px": float(middle_row_px),
        "middle_column_px": float(middle_column_px),
        "cautions": " ".join(caution_names(candidate.cautions)),
        "expected_false_marks": candidate.evidence.false_marks if candidate.evidence else None,
        "likeliest_mimic": _likeliest_mimic(candidate.evidence),
        **_measured_cells(candidate.measured),
    }


def _measured_cells(measured: Measured | None) -> dict[str, Cell]:
    """Return the cells of the evidence card; all empty when there is none."""
    length = measured.length_mm if measured else None
    equivalent = measured.equivalent_width_mm if measured else None
    width = measured.width_mm if measured else None
    crossed = measured.place.crossed if measured else None
    return {
        "length_low_mm": length.low if length else None,
        "length_high_mm": length.high if length else None,
        "equivalent_width_mm": equivalent.value if equivalent else None,
        "equivalent_width_low_mm": equivalent.low if equivalent else None,
        "equivalent_width_high_mm": equivalent.high if equivalent else None,
        "resolved": ("yes" if measured.resolved else "no") if measured else "",
        "line_width_mm": width.value if width else None,
        "line_width_low_mm": width.low if width else None,
        "line_width_high_mm": width.high if width else None,
        "d_prime": measured.d_prime.value if measured else None,
        "crossed": crossed.value if crossed else None,
        "cortices": " ".join(measured.place.cortices) if measured else "",
        "stability": measured.stability.share if measured else None,
    }


def _likeliest_mimic(evidence: Evidence | None) -> str:
    likeliest = evidence.likeliest_mimic if evidence else None
    return f"{likeliest.mimic} {likeliest.value:.2f}" if likeliest else ""


def _image_row(result: ImageResult) -> dict[str, Cell]:
    record = result.as_dict()
    return {
        "file": result.file,
        "status": result.status.value,
        "reason": result.reason,
        "candidates": len(result.candidates),
        "strongest_score": result.candidates[0].score if result.candidates else None,
        "rows": result.rows,
        "columns": result.columns,
        "row_spacing_mm": result.spacing.row_mm if result.spacing else None,
        "column_spacing_mm": result.spacing.column_mm if result.spacing else None,
        "spacing_source": record["spacing_source"],
        "intent": record["intent"],
        "bits_stored": record["bits_stored"],
        "file_format": record["file_format"],
        "cautions": " ".join(record["cautions"]),
    }


def table_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> str:
    """Return rows as lines of CSV without a head, safe for spreadsheets."""
    return _csv([_cell(row[column], column) for column in columns] for row in rows)


def _csv(rows: Iterable[Iterable[str | int]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _cell(value: Cell, column: str) -> str | int:
    if value is None:
        return ""
    if isinstance(value, float):
        return _number(value, by_digits=column in _BY_DIGITS)
    return spreadsheet_text(value) if isinstance(value, str) else value


def _number(value: float, *, by_digits: bool) -> str:
    """Return the number without an exponent, to three digits or, more than others can promise, decimals."""
    if math.isnan(value):
        return ""  # an unknown number
    if by_digits:
        return np.format_float_positional(value, precision=_DIGITS, fractional=False, trim="-")
    return f"{round(value, 3) + 0.0:.3f}".rstrip("0").rstrip(".")  # + 0.0: never -0
