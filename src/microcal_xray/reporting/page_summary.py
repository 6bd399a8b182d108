"""The summary of the report page: counts, one row per radiograph, what was not searched, the settings."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from ..radiograph import SpacingSource
from ..settings import Settings
from ..version import __version__
from .foreign_text import printable_text
from .page_evidence import evidence_section_html
from .results import ImageResult, Status
from .words import ENGLISH, Words, caution_names, reason_words

# (head, kind of column, direction of the first click)
_HEADS: tuple[tuple[str, str, str], ...] = (
    ("file", "text", "ascending"),
    ("candidates", "number", "descending"),
    ("strongest", "text", "ascending"),
    ("length", "number", "descending"),
    ("score", "number", "descending"),
    ("size", "number", "descending"),
    ("spacing", "number", "ascending"),
    ("cautions", "text", "descending"),
)
MOST_ROWS = 5000  # of a table of the page: more, a browser sorts for seconds
_ABOUT = ("candidate", "kinds", "tiers", "bumps", "score", "evidence", "contrast", "width", "angle", "none")


def counts_html(results: Sequence[ImageResult], words: Words = ENGLISH) -> str:
    """Return the counts in the head of the page as list items; failed and skipped only if there are any."""
    of_status = {status: sum(result.status is status for result in results) for status in Status}
    candidates = sum(len(result.candidates) for result in results)
    counts = [("radiograph", of_status[Status.OK], ""), ("candidate", candidates, "")]
    if of_status[Status.FAILED]:
        counts.append(("failed", of_status[Status.FAILED], ' class="failed"'))
    if of_status[Status.SKIPPED]:
        counts.append(("skipped", of_status[Status.SKIPPED], ""))
    return "".join(
        f"<li{css}>{escape(words.counted(f'count.{noun}', count))}</li>" for noun, count, css in counts
    )


def summary_html(
    results: Sequence[ImageResult],
    settings: Settings,
    *,
    links: Mapping[str, str],
    is_index: bool = False,
    words: Words = ENGLISH,
) -> str:
    """Return the summary of the report page in one language.

    Parameters
    ----------
    results : sequence of ImageResult
        In the order shown; the n-th with a preview is the n-th on the desk.
    settings : Settings
    links : mapping of str to str
        `file` to the relative address of its overlay, or of its own page.
    is_index : bool
        Whether images stand on pages of their own.
    words : Words
    """
    searched = [result for result in results if result.status is Status.OK]
    with_preview = [result for result in searched if result.preview_jpeg is not None]
    place_on_desk = {id(result): index for index, result in enumerate(with_preview)}
    rows = "".join(
        _searched_row(result, place_on_desk.get(id(result)), links.get(result.file), words)
        for result in _with_rows(searched)
    )
    left_out = len(searched) - (len(links) if is_index else len(with_preview))
    title = escape(words.counted("count.searched", len(searched)))
    return (
        f"<section><h2>{title}</h2>"
        f"{_left_out(left_out, words)}"
        f"<table><thead><tr>{''.join(_head_html(*head, words) for head in _HEADS)}</tr></thead>"
        f"<tbody>{rows}</tbody></table>{_without_rows(len(searched), words)}</section>"
        f"{_not_searched([result for result in results if result.status is not Status.OK], words)}"
        f'<div class="columns">{_settings_html(settings, words)}{_about_html(words)}'
        f"{evidence_section_html(words)}</div>"
    )


def _with_rows(results: Sequence[ImageResult]) -> Sequence[ImageResult]:
    """Return the results that have a row: those on the desk and those of the best candidates."""
    if len(results) <= MOST_ROWS:
        return results
    best = sorted(range(len(results)), key=lambda place: _standing(results[place]), reverse=True)
    return [results[place] for place in sorted(best[:MOST_ROWS])]


def _standing(result: ImageResult) -> tuple[bool, float]:
    return result.preview_jpeg is not None, max((each.score for each in result.candidates), default=-math.inf)


def _without_rows(count: int, words: Words) -> str:
    if count <= MOST_ROWS:
        return ""
    return f'<p class="quiet">{escape(words.counted("summary.without_rows", count - MOST_ROWS))}</p>'


def _left_out(count: int, words: Words) -> str:
    if count == 0:
        return ""
    return f'<p class="quiet">{escape(words.counted("summary.not_embedded", count))}</p>'


def _head_html(name: str, kind: str, first: str, words: Words) -> str:
    css = ' class="number"' if kind == "number" else ""
    title = escape(words.text(f"summary.{name}"))
    return f'<th scope="col"{css} data-first="{first}"><button type="button">{title}</button></th>'


def _searched_row(result: ImageResult, place: int | None, link: str | None, words: Words) -> str:
    cautions = "; ".join(words.text(f"caution.{name}") for name in caution_names(result.cautions))
    pixels = (result.rows or 0) * (result.columns or 0)
    cells = (
        _cell(_file_html(result, place, link), printable_text(result.file), css="file"),
        _cell(str(len(result.candidates)), len(result.candidates), css="number"),
        *_strongest_cells(result, words),
        _cell(f"{result.rows} \u00d7 {result.columns}", pixels, css="number"),
        _spacing_cell(result, words),
        _cell(escape(cautions), len(caution_names(result.cautions)), css="caution"),
    )
    return f"<tr>{''.join(cells)}</tr>\n"


def _strongest_cells(result: ImageResult, words: Words) -> tuple[str, str, str]:
    if not result.candidates:
        # A score may be below 0; no candidate is less than any.
        return _cell("", ""), _cell("", 0, css="number"), _cell("", "-Infinity", css="number")
    strongest = result.candidates[0]
    length_mm = strongest.length_mm
    kind = f"{words.text(f'kind_short.{strongest.kind}')}, {words.text(f'tier.{strongest.tier}')}"
    length = _unknown_spacing(words) if length_mm is None else words.number(length_mm, ".1f")
    return (
        _cell(escape(kind), kind, css="short"),
        _cell(length, length_mm or 0, css="number"),
        _cell(words.number(strongest.score, ".2f"), strongest.score, css="number"),
    )


def _unknown_spacing(words: Words) -> str:
    return f'<span title="{escape(words.text(f"spacing_short.{SpacingSource.NONE}"))}">\u2013</span>'


def _file_html(result: ImageResult, place: int | None, link: str | None) -> str:
    name = escape(printable_text(result.file))
    if place is not None:
        return f'<button type="button" class="open" data-open="{place}">{name}</button>'
    return f'<a href="{escape(link)}">{name}</a>' if link else name


def _spacing_cell(result: ImageResult, words: Words) -> str:
    if result.spacing is None:
        return _cell(_unknown_spacing(words), 0, css="number")
    source = escape(words.text(f"spacing_short.{result.spacing.source}"))
    row_mm, column_mm = result.spacing.row_mm, result.spacing.column_mm
    size = words.number(row_mm, ".4g")
    if not result.spacing.is_square:
        size = f"{size} \u00d7 {words.number(column_mm, '.4g')}"
    return _cell(f'<span title="{source}">{size}</span>', row_mm, css="number")


def _cell(html: str, sort: str | float, *, css: str = "") -> str:
    attribute = f' class="{css}"' if css else ""
    return f'<td{attribute} data-sort="{escape(str(sort))}">{html}</td>'


def _not_searched(results: Sequence[ImageResult], words: Words) -> str:
    if not results:
        return ""
    rows = "".join(
        f'<tr><td class="file">{escape(printable_text(result.file))}</td>'
        f'<td class="{result.status}">{escape(words.text(f"status.{result.status}"))}</td>'
        f"{_reason_cell(printable_text(result.reason or ''), words)}</tr>\n"
        for result in sorted(results, key=lambda result: (result.status, result.file))[:MOST_ROWS]
    )
    heads = "".join(
        f'<th scope="col">{escape(words.text(f"summary.{name}"))}</th>'
        for name in ("file", "status", "reason")
    )
    title = escape(words.counted("count.not_searched", len(results)))
    return (
        f"<section><h2>{title}</h2><table><thead><tr>{heads}"
        f"</tr></thead><tbody>{rows}</tbody></table>{_without_rows(len(results), words)}</section>"
    )


def _reason_cell(reason: str, words: Words) -> str:
    known = reason_words(reason, words)
    return f'<td lang="en">{escape(reason)}</td>' if known is None else f"<td>{escape(known)}</td>"


def _settings_html(settings: Settings, words: Words) -> str:
    values = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in settings.as_dict().items()
    }
    values[words.text("summary.version")] = __version__
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in values.items())
    return f"<section><h2>{escape(words.text('summary.settings'))}</h2><dl>{items}</dl></section>"


def _about_html(words: Words) -> str:
    items = "".join(
        f"<dt>{escape(words.text(f'about.{name}'))}</dt><dd>{escape(words.text(f'about.{name}.words'))}</dd>"
        for name in _ABOUT
    )
    return f"<section><h2>{escape(words.text('about.title'))}</h2><dl>{items}</dl></section>"
