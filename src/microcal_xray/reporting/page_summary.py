"""The summary of the report page: counts, one row per radiograph, what was not searched, the settings."""

from collections.abc import Mapping, Sequence
from html import escape

from ..settings import Settings
from ..version import __version__
from .foreign_text import printable_text
from .page_evidence import evidence_section_html
from .results import ImageResult, Status
from .words import CAUTION_SENTENCES, SPACING_SHORT, caution_names, plural

_UNKNOWN_SPACING = '<span title="pixel spacing unknown">\u2013</span>'

# (head, kind of column, direction of the first click)
_HEADS: tuple[tuple[str, str, str], ...] = (
    ("File", "text", "ascending"),
    ("Candidates", "number", "descending"),
    ("Strongest", "text", "ascending"),
    ("Length (mm)", "number", "descending"),
    ("Score", "number", "descending"),
    ("Size (px)", "number", "descending"),
    ("Spacing (mm)", "number", "ascending"),
    ("Cautions", "text", "descending"),
)


def counts_html(results: Sequence[ImageResult]) -> str:
    """Return the counts in the head of the page as list items; failed and skipped only if there are any."""
    of_status = {status: sum(result.status is status for result in results) for status in Status}
    candidates = sum(len(result.candidates) for result in results)
    items = [_count_html(of_status[Status.OK], "radiograph"), _count_html(candidates, "candidate")]
    if of_status[Status.FAILED]:
        items.append(f'<li class="failed"><b>{of_status[Status.FAILED]}</b> failed</li>')
    if of_status[Status.SKIPPED]:
        items.append(f"<li><b>{of_status[Status.SKIPPED]}</b> skipped</li>")
    return "".join(items)


def summary_html(
    results: Sequence[ImageResult], settings: Settings, *, overlay_links: Mapping[str, str]
) -> str:
    """Return the summary of the report page.

    Parameters
    ----------
    results : sequence of ImageResult
        In the order shown; the n-th with a preview is the n-th on the desk.
    settings : Settings
    overlay_links : mapping of str to str
        `file` to the relative address of its overlay.
    """
    searched = [result for result in results if result.status is Status.OK]
    with_preview = [result for result in searched if result.preview_jpeg is not None]
    place_on_desk = {id(result): index for index, result in enumerate(with_preview)}
    rows = "".join(
        _searched_row(result, place_on_desk.get(id(result)), overlay_links.get(result.file))
        for result in searched
    )
    left_out = len(searched) - len(with_preview)
    return (
        f"<section><h2>{plural(len(searched), 'radiograph')} searched</h2>"
        f"{_left_out(left_out)}"
        f"<table><thead><tr>{''.join(_head_html(*head) for head in _HEADS)}</tr></thead>"
        f"<tbody>{rows}</tbody></table></section>"
        f"{_not_searched([result for result in results if result.status is not Status.OK])}"
        f'<div class="columns">{_settings_html(settings)}{_ABOUT}{evidence_section_html()}</div>'
    )


def _count_html(count: int, noun: str) -> str:
    return f"<li><b>{count}</b> {noun}{'' if count == 1 else 's'}</li>"


def _left_out(count: int) -> str:
    if count == 0:
        return ""
    return (
        f'<p class="quiet">{plural(count, "radiograph")} with weaker or no candidates not embedded, '
        "to keep the page small; each has its row here, and its overlay in the folder overlays.</p>"
    )


def _head_html(words: str, kind: str, first: str) -> str:
    css = ' class="number"' if kind == "number" else ""
    return f'<th scope="col"{css} data-first="{first}"><button type="button">{words}</button></th>'


def _searched_row(result: ImageResult, place: int | None, link: str | None) -> str:
    cautions = "; ".join(CAUTION_SENTENCES[name] for name in caution_names(result.cautions))
    pixels = (result.rows or 0) * (result.columns or 0)
    cells = (
        _cell(_file_html(result, place, link), printable_text(result.file), css="file"),
        _cell(str(len(result.candidates)), len(result.candidates), css="number"),
        *_strongest_cells(result),
        _cell(f"{result.rows} \u00d7 {result.columns}", pixels, css="number"),
        _spacing_cell(result),
        _cell(escape(cautions), len(caution_names(result.cautions)), css="caution"),
    )
    return f"<tr>{''.join(cells)}</tr>\n"


def _strongest_cells(result: ImageResult) -> tuple[str, str, str]:
    if not result.candidates:
        # A score may be below 0; no candidate is less than any.
        return _cell("", ""), _cell("", 0, css="number"), _cell("", "-Infinity", css="number")
    strongest = result.candidates[0]
    length_mm, words = strongest.length_mm, f"{strongest.kind}, {strongest.tier}"
    length = _UNKNOWN_SPACING if length_mm is None else f"{length_mm:.1f}"
    return (
        _cell(words, words, css="short"),
        _cell(length, length_mm or 0, css="number"),
        _cell(f"{strongest.score:.2f}", strongest.score, css="number"),
    )


def _file_html(result: ImageResult, place: int | None, link: str | None) -> str:
    name = escape(printable_text(result.file))
    if place is not None:
        return f'<button type="button" class="open" data-open="{place}">{name}</button>'
    return f'<a href="{escape(link)}">{name}</a>' if link else name


def _spacing_cell(result: ImageResult) -> str:
    if result.spacing is None:
        return _cell(_UNKNOWN_SPACING, 0, css="number")
    source = SPACING_SHORT[result.spacing.source]
    row_mm, column_mm = result.spacing.row_mm, result.spacing.column_mm
    size = f"{row_mm:.4g}" if result.spacing.is_square else f"{row_mm:.4g} \u00d7 {column_mm:.4g}"
    return _cell(f'<span title="{source}">{size}</span>', row_mm, css="number")


def _cell(html: str, sort: str | float, *, css: str = "") -> str:
    attribute = f' class="{css}"' if css else ""
    return f'<td{attribute} data-sort="{escape(str(sort))}">{html}</td>'


def _not_searched(results: Sequence[ImageResult]) -> str:
    if not results:
        return ""
    rows = "".join(
        f'<tr><td class="file">{escape(printable_text(result.file))}</td>'
        f'<td class="{result.status}">{result.status}</td>'
        f"<td>{escape(printable_text(result.reason or ''))}</td></tr>\n"
        for result in sorted(results, key=lambda result: (result.status, result.file))
    )
    return (
        f"<section><h2>{plural(len(results), 'file')} not searched</h2><table><thead><tr>"
        '<th scope="col">File</th><th scope="col">Status</th><th scope="col">Reason</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _settings_html(settings: Settings) -> str:
    values = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in settings.as_dict().items()
    }
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>" for name, words in values.items())
    return (
        f"<section><h2>Settings</h2><dl>{items}<dt>version</dt><dd>{escape(__version__)}</dd></dl></section>"
    )


_ABOUT = """<section><h2>How to read this</h2><dl>
<dt>Candidate</dt><dd>A thin line that stands out from the noise. A reviewer decides what it is.</dd>
<dt>Lucent, sclerotic</dt><dd>Darker or brighter than its sides.</dd>
<dt>Strong, weak</dt><dd>Drawn solid, or dashed: dashed ones are listed, but only just.</dd>
<dt>Score</dt><dd>Larger is stronger. 0: one mark so strong is expected on a normal picture; 1: a tenth
of one; &minus;1: ten. Comparable between images; it says nothing about the patient.</dd>
<dt>Evidence</dt><dd>Choose a candidate to see what its strength is made of, for it and against it, and what
else it looks like, from 0 to 1. Nothing is left out for looking like something else.</dd>
<dt>Contrast</dt><dd>Height over the sides of the line, in units of the local noise (sd).</dd>
<dt>Width</dt><dd>Full width at half maximum.</dd>
<dt>Angle</dt><dd>To the long axis of the bone: 0 along, 90 across.</dd>
<dt>No candidates</dt><dd>Excludes only what the image could show: beside it stands from which width on lines
would have been marked. Finer and more tilted lines can be invisible on a radiograph.</dd>
</dl></section>"""
