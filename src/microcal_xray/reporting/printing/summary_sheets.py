"""The first sheets of the report: how many, a row for each radiograph, what was not searched, settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...settings import Settings
from ..results import ImageResult, Status
from ..words import Words, caution_names, reason_words
from .paper import HEIGHT, MARGIN, QUIET_INK, WIDTH, Line, broken, rule, sheet, shortened, write

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIZE = 7.5
_ROW = 11.5
_WIDE = WIDTH - 2 * MARGIN
# Right edges, except that of the file, which is its left.
_COLUMNS = {
    "file": MARGIN,
    "candidates": MARGIN + 265,
    "strongest": MARGIN + 275,
    "length": MARGIN + 440,
    "score": MARGIN + _WIDE,
}
_LEFT = ("file", "strongest")
_FILE_WIDE = 205.0
_ABOUT = ("candidate", "kinds", "tiers", "bumps", "score", "none")


class _Sheets:
    """Sheets that are filled row by row from the top; a new one begins where the last is full."""

    def __init__(self) -> None:
        self.done: list[Figure] = [sheet()]
        self.top = HEIGHT - MARGIN

    def room(self, height: float) -> bool:
        """Make room; whether a new sheet was needed."""
        if self.top - height >= MARGIN + 4:
            return False
        self.done.append(sheet())
        self.top = HEIGHT - MARGIN
        return True

    def put(self, lines: Sequence[Line], *, after: float = 0.0) -> None:
        """Write lines below what is there."""
        for line in lines:
            self.room(line.height)
            write(self.done[-1], line, MARGIN, self.top)
            self.top -= line.height
        self.top -= after


def summary_sheets(results: Sequence[ImageResult], settings: Settings, words: Words) -> Iterator[Figure]:
    """Return the sheets of the summary."""
    sheets = _Sheets()
    searched = [result for result in results if result.status is Status.OK]
    others = [result for result in results if result.status is not Status.OK]
    sheets.put([Line(words.counted("title", len(searched)), 16, "bold")], after=4)
    count = sum(len(result.candidates) for result in searched)
    counts = [words.counted("count.searched", len(searched)), words.counted("count.candidate", count)]
    counts += [
        words.counted(f"count.{status}", number)
        for status in (Status.FAILED, Status.SKIPPED)
        if (number := sum(result.status is status for result in others))
    ]
    sheets.put([Line("   \u00b7   ".join(counts), 9)], after=2)
    sheets.put(broken(words.text("not_a_device"), _WIDE, size=9, colour=QUIET_INK), after=12)
    _table(sheets, searched, words)
    if others:
        sheets.put([Line(words.counted("count.not_searched", len(others)), 9, "bold")], after=2)
        for result in others:
            status = words.text(f"status.{result.status}")
            shown = {"label": result.file, "value": f"{status}, {_reason(result, words)}"}
            sheets.put(broken(words.filled("print.named", shown), _WIDE, size=_SIZE), after=1)
        sheets.top -= 10
    _settings(sheets, settings, words)
    sheets.room(30)
    sheets.put([Line(words.text("about.title"), 9, "bold")], after=2)
    for name in _ABOUT:
        shown = {"label": words.text(f"about.{name}"), "value": words.text(f"about.{name}.words")}
        sheets.put(broken(words.filled("print.named", shown), _WIDE, size=_SIZE), after=2)
    yield from sheets.done


def _reason(result: ImageResult, words: Words) -> str:
    reason = result.reason or ""
    return reason_words(reason, words) or reason


def _table(sheets: _Sheets, searched: Sequence[ImageResult], words: Words) -> None:
    if not searched:
        return
    _head(sheets, words)
    for result in searched:
        if sheets.room(_ROW):
            _head(sheets, words)
        _row(sheets, _cells(result, words), "normal")
    sheets.top -= 12


def _head(sheets: _Sheets, words: Words) -> None:
    _row(sheets, {name: words.text(f"summary.{name}") for name in _COLUMNS}, "bold")
    rule(sheets.done[-1], sheets.top + 1.5)
    sheets.top -= 2


def _row(sheets: _Sheets, cells: dict[str, str], weight: str) -> None:
    for name, text in cells.items():
        line = Line(text, _SIZE, "bold" if weight == "bold" else "normal")
        left = name in _LEFT
        write(sheets.done[-1], line, _COLUMNS[name], sheets.top, align="left" if left else "right")
    sheets.top -= _ROW


def _cells(result: ImageResult, words: Words) -> dict[str, str]:
    mark = " \u26a0" if caution_names(result.cautions) else ""
    cells = {
        "file": shortened(result.file, _FILE_WIDE, size=_SIZE) + mark,
        "candidates": str(len(result.candidates)),
    }
    if result.candidates:
        strongest = result.candidates[0]
        length = strongest.length_mm
        kind, tier = words.text(f"kind_short.{strongest.kind}"), words.text(f"tier.{strongest.tier}")
        cells |= {
            "strongest": f"{kind}, {tier}",
            "length": "\u2013" if length is None else words.number(length, ".1f"),
            "score": words.number(strongest.score, ".2f"),
        }
    return cells


def _settings(sheets: _Sheets, settings: Settings, words: Words) -> None:
    sheets.room(40)
    sheets.put([Line(words.text("summary.settings"), 9, "bold")], after=2)
    values = [
        f"{name} {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in settings.as_dict().items()
    ]
    sheets.put(broken("   \u00b7   ".join(values), _WIDE, size=_SIZE), after=10)
