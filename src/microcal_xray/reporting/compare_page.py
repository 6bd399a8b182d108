"""comparison.html: prior and current side by side, blinking, and their signed difference."""

import base64
import hashlib
import json
from collections.abc import Sequence
from html import escape
from importlib import resources
from string import Template

import numpy as np

from ..changes import VERDICTS, BumpChange, Comparison, LineChange, QuantityChange, Series, Verdict
from ..findings import Kind
from ..measured import Estimate
from ..version import __version__
from .compare_pictures import crops_jpeg, on_view, pair_jpegs
from .compare_series import Track, curve_svg, is_shown, tracks
from .foreign_text import printable_text
from .words import ENGLISH, NOT_A_DEVICE, SPACING_SENTENCES, plural

_IN_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_DASH = "\u2013"
_MOST_TRACKS = 12
_CHANGED = (Verdict.NEW, Verdict.GONE, Verdict.LARGER, Verdict.SMALLER, Verdict.BRIGHTER)
_KIND_WORDS = {Kind.LUCENT: "dark", Kind.SCLEROTIC: "bright", None: "not shown"}


def comparison_html(series: Series) -> str:
    """Return the page of a comparison, or of a series of them.

    It opens from disk without a server. Its content policy lets it load nothing, and run only its own script,
    known by its hash; every foreign text is escaped.

    Parameters
    ----------
    series : Series
    """
    style, script = _template("compare.css"), _template("compare.js")
    pages = [_pair_html(index, each, series) for index, each in enumerate(series.comparisons)]
    return Template(_template("compare.html")).substitute(
        policy=f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'",
        title=f"What changed between {plural(len(series.findings), 'radiograph')}",
        style=style,
        script=script,
        tabs=_tabs_html(series),
        pairs="".join(html for html, _ in pages),
        series=_series_html(series),
        words="".join(
            f"<dt>{escape(word.value)}</dt><dd>{escape(meaning)}</dd>" for word, meaning in VERDICTS.items()
        ),
        data=_data([paths for _, paths in pages]),
        not_a_device=NOT_A_DEVICE,
        version=escape(__version__),
    )


def _template(name: str) -> str:
    # read_text turns every newline into \n, as the browser does before it compares the hash.
    return (resources.files(__package__) / "templates" / "compare" / name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _data(pairs: Sequence[object]) -> str:
    text = json.dumps({"pairs": pairs}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escaped in _IN_SCRIPT.items():
        text = text.replace(character, escaped)
    return f'<script type="application/json" id="comparison-data">{text}</script>'


def _tabs_html(series: Series) -> str:
    if len(series.comparisons) == 1:
        return ""
    return "".join(
        f'<button type="button" data-pair="{index}" aria-pressed="false">{_when(series, index)} \u2192 '
        f"{_when(series, index + 1)}</button>"
        for index in range(len(series.comparisons))
    )


def _when(series: Series, index: int) -> str:
    return f"picture {index + 1}" if series.weeks is None else f"week {series.weeks[index]:g}"


def _pair_html(index: int, comparison: Comparison, series: Series) -> tuple[str, dict[str, object]]:
    jpegs, (width, height) = pair_jpegs(comparison)
    shape = (
        comparison.current.radiograph.pixels.shape
        if comparison.view is None
        else comparison.view.current.shape
    )
    per = (height / shape[0], width / shape[1])
    names = [escape(printable_text(each.radiograph.name)) for each in (comparison.prior, comparison.current)]
    heads = [
        f"<b>{word}</b> {name} <span>{escape(_when(series, place))}</span>"
        for word, name, place in zip(("Prior", "Current"), names, (index, index + 1), strict=True)
    ]
    difference = "" if jpegs[2] is None else _image("difference", jpegs[2], "signed difference")
    blinking = _image("blink", jpegs[0], "") if difference else ""
    panes = _pane("prior", heads[0], _image("prior", jpegs[0], "prior radiograph"))
    panes += _pane(
        "current", heads[1], _image("current", jpegs[1], "current radiograph") + blinking + difference
    )
    html = (
        f'<section class="pair" id="pair-{index}" data-index="{index}" aria-label="Comparison {index + 1}">'
        f'<div class="panes">{panes}</div>'
        f"<aside>{_registration_html(comparison)}{_lines_html(comparison)}"
        f"{_bumps_html(comparison)}{_cautions_html(comparison)}</aside></section>"
    )
    paths = [
        {
            "id": line.id,
            "class": "changed" if line.verdict in _CHANGED else "same",
            "path": np.round((on_view(line.current_path_px, comparison) + 0.5) * per, 1).tolist(),
        }
        for line in comparison.lines
        if comparison.view is not None and len(line.current_path_px) > 1
    ]
    return html, {"width": width, "height": height, "comparable": difference != "", "lines": paths}


def _pane(name: str, head: str, images: str) -> str:
    return (
        f'<figure class="pane {name}"><figcaption>{head}</figcaption><div class="stage"><div class="sheet">'
        f'{images}<svg class="lines" aria-hidden="true"></svg></div></div></figure>'
    )


def _image(name: str, jpeg: bytes, alternative: str) -> str:
    data = base64.b64encode(jpeg).decode("ascii")
    return f'<img class="{name}" alt="{alternative}" draggable="false" src="data:image/jpeg;base64,{data}">'


def _registration_html(comparison: Comparison) -> str:
    found = comparison.registration
    if not found.is_comparable:
        return f'<p class="refused"><b>Not comparable:</b> {escape(printable_text(found.reason or ""))}.</p>'
    residual = f"{found.residual_px:.1f} px" if found.residual_mm is None else f"{found.residual_mm:.2f} mm"
    done = [f"turned by {found.turn_deg:+.1f}\u00b0", f"scaled by {1 / found.scale:.3f}"]
    if found.is_flipped:
        done.append("mirrored")
    return (
        f'<p class="quiet">The prior picture was {", ".join(done)} to lie on the current one; bone is still '
        f"off by {residual} (median). Its sharpness, brightness and contrast (times {found.gain:.2f}) were "
        "matched.</p>"
    )


def _cautions_html(comparison: Comparison) -> str:
    source = comparison.current.radiograph.spacing_source
    return f'<p class="quiet">{escape(SPACING_SENTENCES[source])}</p>'


def _lines_html(comparison: Comparison) -> str:
    if not comparison.lines:
        return '<p class="quiet">No candidates in either picture.</p>'
    rows = "".join(_line_html(line) for line in comparison.lines)
    return (
        '<table class="changes"><thead><tr><th scope="col">#</th><th scope="col">Verdict</th>'
        '<th scope="col">Prior \u2192 current</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _line_html(line: LineChange) -> str:
    kind = "changed" if line.verdict in _CHANGED else "same"
    kinds = [_KIND_WORDS[each] for each in (line.prior_kind, line.current_kind)]
    polarity = kinds[0] if kinds[0] == kinds[1] else f"{kinds[0]} \u2192 {kinds[1]}"
    numbers = "".join(
        _change_html(label, change)
        for label, change in (
            ("length", line.length),
            ("equivalent width", line.equivalent_width),
            ("contrast", line.contrast),
        )
        if change is not None
    )
    reason = f'<p class="quiet">{escape(printable_text(line.reason))}</p>' if line.reason else ""
    shown = _words("listed in", line)
    return (
        f'<tr class="{kind}" data-line="{line.id}"><td><button type="button">{line.id}</button></td>'
        f"<td><b>{escape(line.verdict.value)}</b><br><small>{escape(polarity)}</small></td>"
        f'<td>{numbers}{reason}<small class="quiet">{escape(shown)}</small></td></tr>'
    )


def _bumps_html(comparison: Comparison) -> str:
    if not comparison.bumps:
        return ""
    return (
        '<table class="changes bumps"><thead><tr><th scope="col">Bump</th><th scope="col">Verdict</th>'
        '<th scope="col">Prior \u2192 current</th></tr></thead>'
        f"<tbody>{''.join(_bump_html(bump) for bump in comparison.bumps)}</tbody></table>"
    )


def _bump_html(bump: BumpChange) -> str:
    kind = "changed" if bump.verdict in _CHANGED else "same"
    height = "" if bump.height is None else _change_html("height", bump.height)
    reason = f'<p class="quiet">{escape(printable_text(bump.reason))}</p>' if bump.reason else ""
    return (
        f'<tr class="{kind}"><td>{bump.id}</td><td><b>{escape(bump.verdict.value)}</b></td>'
        f'<td>{height}{reason}<small class="quiet">{escape(_words("listed in", bump))}</small></td></tr>'
    )


def _words(start: str, line: LineChange | BumpChange) -> str:
    places = [
        f"{word} (no. {number})"
        for word, number in (("prior", line.prior_id), ("current", line.current_id))
        if number
    ]
    return f"{start} {' and '.join(places)}"


def _change_html(label: str, change: QuantityChange) -> str:
    unit = ENGLISH.texts.get(f"unit.{change.unit}", f" {change.unit}")
    mark = "significant" if change.is_significant else "within"
    return (
        f'<p class="{mark}"><span>{label}</span> <b>{_number(change.prior)} \u2192 {_number(change.current)}'
        f"{escape(unit)}</b> <small>change {_signed(change.change)}, "
        f"least significant {_size(change.least_significant)}</small></p>"
    )


def _number(estimate: Estimate) -> str:
    return f"{'-' if estimate.value < 0 else ''}{_size(estimate.value)}"


def _signed(value: float) -> str:
    return f"{'-' if value < 0 else '+'}{_size(value)}"


def _size(value: float) -> str:
    """Return the size of a number to about two digits, never with an exponent."""
    size = abs(value)
    if size >= 100:
        return f"{size:.0f}"
    if size >= 10:
        return f"{size:.1f}"
    return f"{size:.2f}" if size >= 0.1 else f"{size:.3f}"


def _series_html(series: Series) -> str:
    if len(series.comparisons) == 1:
        return ""
    shown = [track for track in tracks(series) if is_shown(track)][:_MOST_TRACKS]
    axis = "weeks from the first picture" if series.weeks is not None else "pictures in their order"
    rows = "".join(_track_html(number, track, series) for number, track in enumerate(shown, start=1))
    return (
        '<section id="series" aria-label="Lines over time"><h2>Over time</h2>'
        f'<p class="quiet">Along: {axis}. '
        "Bars are 95 % intervals; a bold step is a significant change. Each picture is compared with the "
        "next.</p>"
        f"{rows}</section>"
    )


def _track_html(number: int, track: Track, series: Series) -> str:
    crops = []
    for index, (step, comparison) in enumerate(zip(track.steps, series.comparisons, strict=True)):
        pair = crops_jpeg(comparison, step) if step is not None else None
        if pair is None:
            continue
        word = step.verdict.value if step is not None else _DASH
        crops.append(
            f"<figure>{_image('small', pair[0], 'prior')}{_image('small', pair[1], 'current')}"
            f"<figcaption>{escape(_when(series, index))} \u2192 {escape(_when(series, index + 1))}: "
            f"<b>{escape(word)}</b></figcaption></figure>"
        )
    curves = "".join(
        f"<figure>{svg}<figcaption>{words}</figcaption></figure>"
        for quantity, words in (
            ("length", "length"),
            ("equivalent_width", "equivalent width, dark is negative"),
        )
        if (svg := curve_svg(track, quantity, series.weeks))
    )
    return (
        f'<div class="track"><h3>Line {number}</h3><div class="crops">{"".join(crops)}</div>'
        f'<div class="crops">{curves}</div></div>'
    )
