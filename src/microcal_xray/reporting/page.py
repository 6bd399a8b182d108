"""report.html: one page that needs nothing but itself, and that runs nothing but its own script."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from importlib import resources
from string import Template
from typing import Any

from ..findings import EVIDENCE_TERMS
from ..settings import Settings
from ..version import __version__
from .display import thumbnail_jpeg
from .foreign_text import printable_text
from .full_depth import page_text
from .page_options import PageOptions
from .page_record import image_record
from .page_summary import counts_html, summary_html
from .results import ImageResult, Status
from .words import Language, Words, words_of

# Joined in this order: one script, one style.
SCRIPTS = (
    "words.js",
    "nodes.js",
    "geometry.js",
    "pixels.js",
    "paint.js",
    "paint_webgl.js",
    "stage.js",
    "pointer.js",
    "lens.js",
    "record.js",
    "checks.js",
    "keeping.js",
    "bumps.js",
    "marks.js",
    "drawing.js",
    "cards.js",
    "could_show.js",
    "panel.js",
    "index.js",
    "summary.js",
    "lines.js",
    "clock.js",
    "readout.js",
    "going.js",
    "desk.js",
    "keys.js",
    "start.js",
)
STYLES = (
    "colours.css",
    "frame.css",
    "stage.css",
    "panel.css",
    "cards.css",
    "bumps.css",
    "summary.css",
    "other_media.css",
)
# What the script says by itself. All else comes with each image, in both languages.
_WORDS_OF_THE_SCRIPT = frozenset(
    [
        "language",
        "decimal",
        "not_a_device",
        "count",
        "desk",
        "draw",
        "evidence",
        "judge",
        "keys",
        "kind",
        "kind_short",
        "left_out",
        "list",
        "panel",
        "reason",
        "record",
        "reduced",
        "stage",
        "term",
        "tier",
        "tools",
    ]
)
_IN_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_USUAL_OPTIONS = PageOptions()


class PageKind(StrEnum):
    """What a page holds: all images of a batch, one of them, or the index of such pages."""

    BATCH = "batch"
    IMAGE = "image"
    INDEX = "index"


@dataclass(frozen=True, kw_only=True)
class PagePart:
    """What a page must know that is a part of a batch.

    Parameters
    ----------
    run : str
        `run_id` of the whole batch.
    index : str or None
        Relative address of the index, on the page of one image.
    pages : mapping of str to str, optional
        `file` to the relative address of its page: this is the index, on which no picture stands.
    """

    run: str
    index: str | None = None
    pages: Mapping[str, str] | None = None

    @property
    def kind(self) -> PageKind:
        """The kind of page."""
        return PageKind.IMAGE if self.pages is None else PageKind.INDEX


def page_mark(kind: PageKind) -> str:
    """Return what stands in the head of a page of ours, by which its kind is known.

    Examples
    --------
    >>> page_mark(PageKind.INDEX)
    '<meta name="microcal-page" content="index">'
    """
    return f'<meta name="microcal-page" content="{kind}">'


def report_html(
    results: Sequence[ImageResult],
    settings: Settings,
    *,
    overlay_links: Mapping[str, str] | None = None,
    part: PagePart | None = None,
    options: PageOptions = _USUAL_OPTIONS,
) -> str:
    """Return the reviewer's report as one HTML page.

    The page opens from disk without a server. Its content policy lets it load nothing, and run only its own
    script, known by its hash; every foreign text is escaped. It may speak to where it came from, which is
    nothing for a page from disk, and the review server for a page from there.

    Parameters
    ----------
    results : sequence of ImageResult
        In the order shown. Those with a preview stand on the desk; the others only in the summary.
    settings : Settings
    overlay_links : mapping of str to str, optional
        `file` to the relative address of its overlay, for the results that have one.
    part : PagePart, optional
        Given: `results` are one image of a batch, or the page is the index of such pages.
    options : PageOptions
    """
    words = words_of(options.first_language)
    kind = PageKind.BATCH if part is None else part.kind
    links = (overlay_links if part is None else part.pages) or {}
    shown = [result for result in results if result.preview_jpeg is not None]
    style = "\n".join(_template(name) for name in STYLES)
    noscript_style = _template("noscript.css")
    script = "\n".join(_template(name) for name in SCRIPTS)
    return Template(_worded(_template("report.html"), words)).substitute(
        language=words.language.value,
        policy=_content_policy(styles=(style, noscript_style), script=script),
        mark=page_mark(kind),
        kind=kind,
        index_link=_index_link(part, words),
        title=escape(_title(results, kind, words)),
        style=style,
        noscript_style=noscript_style,
        script=script,
        in_each_language=_in_each_language(results, settings, links, kind, words.language),
        data=_data_html(results, shown, settings, part, options),
        pixels=_pixels_html(shown),
        version=escape(__version__),
    )


def run_id(results: Sequence[ImageResult], settings: Settings) -> str:
    """Return what names these results among others: files, pixels and settings; the time has no part in it.

    Examples
    --------
    >>> len(run_id([], Settings()))
    32
    """
    named = [[result.file, result.pixel_sha256] for result in results]
    text = json.dumps([__version__, settings.as_dict(), named], ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def _title(results: Sequence[ImageResult], kind: PageKind, words: Words) -> str:
    if kind is PageKind.IMAGE:
        return words.filled("title.file", {"file": printable_text(results[0].file)})
    return words.counted("title", sum(result.status is Status.OK for result in results))


def _index_link(part: PagePart | None, words: Words) -> str:
    if part is None or part.index is None:
        return ""
    label = escape(words.text("desk.all_images"))
    return f'<a id="to-index" href="{escape(part.index)}" data-words="desk.all_images">{label}</a>'


def _template(name: str) -> str:
    # read_text turns every newline into \n, as the browser does before it compares the hash.
    return (resources.files(__package__) / "templates" / name).read_text(encoding="utf-8")


def _worded(html: str, words: Words) -> str:
    """Return the template with the words that its script would put there; no `$` in them is a place."""

    def inside(match: re.Match[str]) -> str:
        return match[0] + escape(words.text(match[1])).replace("$", "$$")

    def attribute(match: re.Match[str]) -> str:
        name = {"title": "title", "label": "aria-label", "placeholder": "placeholder"}[match[1]]
        return f'{match[0]} {name}="{escape(words.text(match[2])).replace("$", "$$")}"'

    html = re.sub(r'data-words="([a-z._]+)"[^>]*>', inside, html)
    return re.sub(r'data-(title|label|placeholder)="([a-z._]+)"', attribute, html)


def _content_policy(*, styles: Sequence[str], script: str) -> str:
    style_hashes = " ".join(_source_hash(style) for style in styles)
    return (
        f"default-src 'none'; img-src data:; style-src {style_hashes}; script-src {_source_hash(script)}; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'"
    )


def _source_hash(source: str) -> str:
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _in_each_language(
    results: Sequence[ImageResult],
    settings: Settings,
    links: Mapping[str, str],
    kind: PageKind,
    first: Language,
) -> str:
    """Return counts and summary in every language; all but the first are hidden until they are chosen."""
    is_index = kind is PageKind.INDEX
    return "".join(
        f'<div class="in-language" lang="{language.value}"{"" if language is first else " hidden"}>'
        f'<ul class="counts">{counts_html(results, words_of(language))}</ul>'
        f"{summary_html(results, settings, links=links, is_index=is_index, words=words_of(language))}</div>\n"
        for language in Language
    )


def _data_html(
    results: Sequence[ImageResult],
    shown: Sequence[ImageResult],
    settings: Settings,
    part: PagePart | None,
    options: PageOptions,
) -> str:
    """Return the script blocks that hold the records and the words."""
    searched = sum(result.status is Status.OK for result in results)
    records = {
        "results": {"version": __version__, "run": run_id(results, settings) if part is None else part.run},
        "page_of": printable_text(results[0].file) if part is not None and part.pages is None else None,
        "language": options.language,
        "overlay_at_first": options.overlay_at_first,
        "full_depth_megabytes": options.full_depth_megabytes,
        "left_out": searched - len(shown),
        "terms": list(EVIDENCE_TERMS),
        "images": [image_record(result, thumbnail_jpeg(result.preview_jpeg or b"")[0]) for result in shown],
    }
    words = {language.value: _script_words(words_of(language)) for language in Language}
    return f"{_json_block('report-data', records)}\n{_json_block('desk-words', words)}\n"


def _script_words(words: Words) -> dict[str, str]:
    return {key: text for key, text in words.texts.items() if key.split(".")[0] in _WORDS_OF_THE_SCRIPT}


def _json_block(name: str, content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escaped in _IN_SCRIPT.items():
        text = text.replace(character, escaped)
    return f'<script type="application/json" id="{name}">{text}</script>'


def _pixels_html(shown: Sequence[ImageResult]) -> str:
    """Return one block for each image, read only when it is shown; they come last, so that none delays it."""
    return "".join(
        f'<script type="text/plain" id="pixels-{index}">'
        f"{page_text(result.packed_pixels or result.preview_jpeg or b'')}</script>\n"
        for index, result in enumerate(shown)
    )
