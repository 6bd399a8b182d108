"""The table of bumps: one row each, the same columns on every path."""

from collections.abc import Iterable

from ..bump import Bump
from ..findings import Findings
from ..measured import Estimate
from .foreign_text import printable_text
from .results import ImageResult
from .tables import Cell, csv_head, table_lines
from .words import caution_names

_WITH_INTERVAL = ("height_mm", "length_mm", "area_mm2", "callus_index")
_ALONE = ("height_px", "length_px", "area_px2", "shaft_mm", "endosteal_mm")

BUMP_COLUMNS: tuple[str, ...] = (
    "file",
    "id",
    "kind",
    "tier",
    "score",
    "expected_false_bumps",
    "top_row_px",
    "top_column_px",
    "height_mm",
    "height_low_mm",
    "height_high_mm",
    "length_mm",
    "length_low_mm",
    "length_high_mm",
    "area_mm2",
    "area_low_mm2",
    "area_high_mm2",
    "callus_index",
    "callus_index_low",
    "callus_index_high",
    "height_px",
    "length_px",
    "area_px2",
    "shaft_mm",
    "endosteal_mm",
    "contrast",
    "gap",
    "cautions",
)


def bump_table(findings: Findings) -> list[dict[str, Cell]]:
    """Return one row per bump, strongest first, ready for `pandas.DataFrame`.

    Parameters
    ----------
    findings : Findings

    Returns
    -------
    list of dict
        Keys are `BUMP_COLUMNS`, in that order. Millimetres are None when the spacing is unknown.
    """
    return [_row(bump, findings.radiograph.name) for bump in findings.bumps]


def bumps_csv(results: Iterable[ImageResult]) -> str:
    """Return bumps.csv: one row per bump of every file, in the order given.

    Parameters
    ----------
    results : iterable of ImageResult
    """
    return csv_head(BUMP_COLUMNS) + "".join(map(bumps_lines, results))


def bumps_lines(result: ImageResult) -> str:
    """Return the lines of one file in bumps.csv; none, where it has no bumps."""
    return table_lines(BUMP_COLUMNS, (_row(bump, result.file) for bump in result.bumps))


def _row(bump: Bump, file: str) -> dict[str, Cell]:
    top = bump.top_px[len(bump.top_px) // 2]
    cells: dict[str, Cell] = {
        "file": printable_text(file),
        "id": bump.id,
        "kind": bump.kind.value,
        "tier": bump.tier.value,
        "score": bump.score,
        "expected_false_bumps": bump.false_bumps,
        "top_row_px": float(top[0]),
        "top_column_px": float(top[1]),
        "contrast": bump.contrast,
        "gap": bump.gap,
        "cautions": " ".join(caution_names(bump.cautions)),
    }
    for name in _WITH_INTERVAL:
        stem, _, unit = name.rpartition("_") if name != "callus_index" else (name, "", "")
        estimate: Estimate | None = getattr(bump, name)
        ending = f"_{unit}" if unit else ""
        cells[name] = estimate.value if estimate else None
        cells[f"{stem}_low{ending}"] = estimate.low if estimate else None
        cells[f"{stem}_high{ending}"] = estimate.high if estimate else None
    for name in _ALONE:
        estimate = getattr(bump, name)
        cells[name] = estimate.value if estimate else None
    return {column: cells[column] for column in BUMP_COLUMNS}
