"""report.html: one page that needs nothing but itself, and that runs nothing but its own script."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from string import Template
from typing import Any

from ..findings import Tier
from ..settings import Settings
from ..version import __version__
from .display import thumbnail_jpeg
from .foreign_text import printable_text
from .page_bumps import bump_facts
from .page_evidence import evidence_card, term_words
from .page_limit import could_show
from .page_measured import measured_card
from .page_summary import counts_html, summary_html
from .results import ImageResult, Status
from .words import (
    CAUTION_SENTENCES,
    INTENT_WORDS,
    KIND_COLOURS,
    KIND_WORDS,
    NOT_A_DEVICE,
    SIGNAL_WORDS,
    SPACING_SENTENCES,
    SPACING_SHORT,
    TIER_WORDS,
    caution_names,
    plural,
    spacing_words,
)

_SCRIPTS = ("lines.js", "stage.js", "evidence.js", "measured.js", "could_show.js", "desk.js")
_IN_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def report_html(
    results: Sequence[ImageResult], settings: Settings, *, overlay_links: Mapping[str, str] | None = None
) -> str:
    """Return the reviewer's report as one HTML page.

    The page opens from disk without a server. Its content policy lets it load nothing, and run only its own
    script, known by its hash; every foreign text is escaped.

    Parameters
    ----------
    results : sequence of ImageResult
        In the order shown. Those with a preview stand on the desk; the others only in the summary.
    settings : Settings
    overlay_links : mapping of str to str, optional
        `file` to the relative address of its overlay, for the results that have one.
    """
    links = overlay_links or {}
    shown = [result for result in results if result.preview_jpeg is not None]
    thumbnails = [thumbnail_jpeg(result.preview_jpeg or b"") for result in shown]
    sizes = [size for _, size in thumbnails]
    style, noscript_style = _template("report.css"), _template("noscript.css")
    script = "\n".join(_template(name) for name in _SCRIPTS)
    searched = [result for result in results if result.status is Status.OK]
    return Template(_template("report.html")).substitute(
        policy=_content_policy(styles=(style, noscript_style), script=script),
        title=f"Candidate lines in {plural(len(searched), 'radiograph')}",
        style=style,
        noscript_style=noscript_style,
        script=script,
        counts=counts_html(results),
        thumbnails="".join(
            _thumbnail_html(index, result, jpeg)
            for index, (result, (jpeg, _)) in enumerate(zip(shown, thumbnails, strict=True))
        ),
        left_out=_left_out_html(len(searched) - len(shown)),
        legend=_legend_html(),
        summary=summary_html(results, settings, overlay_links=links),
        data=_data_html(shown, sizes),
        not_a_device=NOT_A_DEVICE,
        version=escape(__version__),
    )


def _template(name: str) -> str:
    # read_text turns every newline into \n, as the browser does before it compares the hash.
    return (resources.files(__package__) / "templates" / name).read_text(encoding="utf-8")


def _content_policy(*, styles: Sequence[str], script: str) -> str:
    style_hashes = " ".join(_source_hash(style) for style in styles)
    return (
        f"default-src 'none'; img-src data: blob:; style-src {style_hashes}; "
        f"script-src {_source_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _source_hash(source: str) -> str:
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _thumbnail_html(index: int, result: ImageResult, jpeg: bytes) -> str:
    name = escape(printable_text(result.file))
    count = len(result.candidates)
    badge = "badge" if count else "badge none"
    picture = base64.b64encode(jpeg).decode("ascii")
    return (
        f'<li><button type="button" data-open="{index}" title="{name}">'
        f'<img src="data:image/jpeg;base64,{picture}" alt="">'
        f'<span class="name">{name}</span>'
        f'<span class="{badge}" title="{plural(count, "candidate")}">{count}</span>'
        "</button></li>\n"
    )


def _left_out_html(count: int) -> str:
    if count == 0:
        return ""
    return (
        f'<p class="quiet">{plural(count, "radiograph")} with weaker or no candidates left out here '
        "to keep the page small; see the summary.</p>"
    )


def _legend_html() -> str:
    lines = [(words, KIND_COLOURS[kind], "") for kind, words in KIND_WORDS.items()]
    lines += [(words, "#e3e9ee", "" if tier is Tier.STRONG else "7 5") for tier, words in TIER_WORDS.items()]
    return "".join(
        f'<li><svg viewBox="0 0 30 9" aria-hidden="true"><g stroke="{colour}" stroke-width="1.6" '
        f'stroke-dasharray="{dashes or "none"}"><path d="M0 1.5H30M0 7.5H30"/></g></svg>{words}</li>'
        for words, colour, dashes in lines
    )


def _data_html(shown: Sequence[ImageResult], sizes: Sequence[tuple[int, int]]) -> str:
    """Return the script blocks that hold data: the records, and each preview, read only when it is shown."""
    records = {
        "evidence_terms": term_words(),
        "images": [_record(result, size) for result, size in zip(shown, sizes, strict=True)],
    }
    text = json.dumps(records, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escaped in _IN_SCRIPT.items():
        text = text.replace(character, escaped)
    previews = "".join(
        f'<script type="text/plain" id="preview-{index}">'
        f"{base64.b64encode(result.preview_jpeg or b'').decode('ascii')}</script>\n"
        for index, result in enumerate(shown)
    )
    return f'<script type="application/json" id="report-data">{text}</script>\n{previews}'


def _record(result: ImageResult, size: tuple[int, int]) -> dict[str, Any]:
    values = result.as_dict()
    width, height = size
    scale_x, scale_y = width / values["columns"], height / values["rows"]
    return {
        "file": printable_text(result.file),
        "preview": {
            "width": width,
            "height": height,
            "scale_x": scale_x,
            "scale_y": scale_y,
            "mm_per_px": result.spacing.column_mm / scale_x if result.spacing else None,
        },
        "place": _place(result),
        "spacing_short": SPACING_SHORT[values["spacing_source"]],
        "spacing_sentence": SPACING_SENTENCES[values["spacing_source"]],
        "cautions": [CAUTION_SENTENCES[name] for name in _cautions(result)],
        "facts": _facts(result) + bump_facts(result),
        "could_show": could_show(result),
        "candidates": [
            _candidate_record(candidate, SPACING_SENTENCES[values["spacing_source"]])
            for candidate in values["candidates"]
        ],
    }


def _cautions(result: ImageResult) -> list[str]:
    """Return the names of what the file says and of what was measured, each once."""
    measured = caution_names(result.quality.cautions) if result.quality else []
    return list(dict.fromkeys([*caution_names(result.cautions), *measured]))


def _candidate_record(values: Mapping[str, Any], spacing_sentence: str) -> dict[str, Any]:
    return {
        **{name: value for name, value in values.items() if name != "path_px"},
        "path": values["path_px"],
        "cautions": [CAUTION_SENTENCES[name] for name in values["cautions"]],
        "evidence": evidence_card(values["evidence"]),
        "measured": measured_card(values["measured"], spacing_sentence),
    }


def _place(result: ImageResult) -> str:
    acquisition = result.acquisition
    if acquisition is None:
        return ""
    known = (acquisition.laterality, acquisition.body_part, acquisition.view)
    return printable_text("  \u00b7  ".join(word for word in known if word))


def _facts(result: ImageResult) -> list[tuple[str, str]]:
    """Return what to know about the picture, as (name, words); what is unknown is left out."""
    acquisition = result.acquisition
    if acquisition is None or result.intent is None or result.signal is None:
        return []
    facts = [
        ("Size", f"{result.rows} rows \u00d7 {result.columns} columns"),
        ("Spacing", spacing_words(result.spacing)),
        ("Made", INTENT_WORDS[result.intent]),
        ("Grey scale", _grey_scale(result)),
        ("Laterality", acquisition.laterality),
        ("Body part", acquisition.body_part),
        ("View", acquisition.view),
        ("Format", " ".join(word for word in (acquisition.file_format, acquisition.modality) if word)),
        ("Compression", acquisition.compression),
    ]
    return [(name, printable_text(words)) for name, words in facts if words]


def _grey_scale(result: ImageResult) -> str:
    acquisition = result.acquisition
    words = [SIGNAL_WORDS[result.signal]] if result.signal else []
    if acquisition and acquisition.bits_stored:
        words.append(f"{acquisition.bits_stored} bits")
    if acquisition and acquisition.photometric == "MONOCHROME1":
        words.append("stored inverted (MONOCHROME1), shown with bone bright")
    return ", ".join(words)
