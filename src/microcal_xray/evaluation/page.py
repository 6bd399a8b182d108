"""One HTML page of a result: plots, tables, the worst misses and false marks. It needs nothing but itself.

Nothing on it runs: there is no script, and its content policy lets it load only the pictures that it carries.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from string import Template

from ..version import __version__
from .compare import Comparison
from .examples import Crop, Example, Load, crop, worst_false_marks, worst_misses
from .plots import d_prime_plot, froc_plot, svg_bytes, wafroc_plot
from .pool import FalseMarkImages
from .printable import printable
from .resampling import Estimate
from .results import Evaluation, GroupResult
from .text_table import (
    GROUPING_WORDS,
    counts_text,
    group_numbers,
    headline,
    images_words,
    limits,
    number,
    p_words,
)

_STYLE = """
:root { color-scheme: light; font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
body { margin: 0 auto; max-width: 1180px; padding: 1.5rem; color: #1b2026; background: #fff; }
h1 { font-size: 1.5rem; } h2 { margin-top: 2.2rem; font-size: 1.15rem; } h3 { font-size: 1rem; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid #d8dee4; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; }
thead th { border-bottom: 2px solid #8a949e; font-weight: 600; }
.wide { overflow-x: auto; } .quiet { color: #59636e; }
.plots, .examples { display: flex; flex-wrap: wrap; gap: 1.2rem; }
.plots img { width: 540px; max-width: 100%; height: auto; }
figure { margin: 0; width: 360px; max-width: 100%; }
figcaption { font-size: .82rem; overflow-wrap: anywhere; }
.pair { display: flex; gap: 6px; } .pair svg { width: calc(50% - 3px); height: auto; background: #000; }
"""
_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="$policy">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>$title</title>
<style>$style</style>
</head>
<body>
<h1>$title</h1>
$body
<p class="quiet">microcal_xray $version. Research software, not a medical device. Candidates are shown to a
reviewer, who judges them.</p>
</body>
</html>
""")


def evaluation_html(evaluation: Evaluation, *, load: Load | None = None, examples: int = 12) -> str:
    """Return the result of one detector as one HTML page.

    Parameters
    ----------
    evaluation : Evaluation
    load : callable, optional
        From the `file` of a picture to its (R, C) grey levels. None: no pictures.
    examples : int
        How many misses and how many false marks are shown.
    """
    return _page("Evaluation of a line detector", _evaluation_body(evaluation, load, examples))


def comparison_html(comparison: Comparison, *, load: Load | None = None, examples: int = 12) -> str:
    """Return the differences of two detectors, then both results, as one HTML page.

    Parameters
    ----------
    comparison : Comparison
    load : callable, optional
        Gives the pixels of a file, for the examples; None: the page has none.
    examples : int
        At most so many misses and false marks of each detector are shown.
    """
    rows = [
        (
            figure.name,
            number(figure.first),
            number(figure.second),
            number(figure.difference.value, signed=True),
            limits(figure.difference, signed=True),
            p_words(figure.p_value),
            p_words(figure.jackknife.p_value if figure.jackknife else None),
        )
        for figure in comparison.figures
    ]
    head = ("measure", "first", "second", "difference", "interval", "p, bootstrap", "p, jackknife")
    body = [
        "<p>First minus second, on the same pictures. Both are drawn together in the patient-clustered "
        "bootstrap.</p>",
        _table(head, rows),
        "<h2>First</h2>",
        _evaluation_body(comparison.first, load, examples),
        "<h2>Second</h2>",
        _evaluation_body(comparison.second, load, examples),
    ]
    return _page("Comparison of two line detectors", "\n".join(body))


def _page(title: str, body: str) -> str:
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode("utf-8")).digest()).decode("ascii")
    return _PAGE.substitute(
        policy=f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'",
        title=title,
        style=_STYLE,
        body=body,
        version=escape(__version__),
    )


def _evaluation_body(evaluation: Evaluation, load: Load | None, examples: int) -> str:
    options = evaluation.options
    plots = [froc_plot(evaluation), wafroc_plot(evaluation), d_prime_plot(evaluation)]
    names = ("FROC curves", "wAFROC and ROC curves", "sensitivity by detectability")
    pictures = "".join(
        f'<img alt="{name}" src="data:image/svg+xml;base64,{base64.b64encode(svg_bytes(plot)).decode()}">'
        for name, plot in zip(names, plots, strict=True)
        if plot is not None
    )
    parts = [
        "".join(f"<p>{escape(line)}</p>" for line in counts_text(evaluation).splitlines()),
        f'<p class="quiet">Intervals: {options.bootstrap.level:.0%}, {options.bootstrap.replicates} '
        f"replicates of the patient-clustered bootstrap, seed {options.bootstrap.seed}. "
        f"{_rule_words(evaluation)}</p>",
        _table(
            ("measure", "value", "interval"),
            [(words, number(each.value), limits(each)) for words, each in headline(evaluation)],
        ),
        f'<h2>Curves</h2><div class="plots">{pictures}</div>',
        "<h2>Sensitivity</h2>" + _sensitivity_table(evaluation),
        *(
            f"<h2>By {escape(GROUPING_WORDS.get(name, name))}</h2>" + _groups_table(evaluation, groups)
            for name, groups in evaluation.groups.items()
        ),
        "<h2>What the false marks lie on</h2>",
        _table(
            ("false marks on", "at 1 per picture", "all"),
            [
                (name, str(evaluation.mimics_at_one.get(name, 0)), str(n))
                for name, n in evaluation.mimics.items()
            ],
        ),
        _examples_html("Worst misses at 1 false mark per picture", worst_misses(evaluation, examples), load),
        _examples_html("Worst false marks", worst_false_marks(evaluation, examples), load),
    ]
    return "\n".join(parts)


def _rule_words(evaluation: Evaluation) -> str:
    rule = evaluation.options.rule
    return (
        f"Hit rule: half of the length within {rule.tolerance_mm:g} mm, or without spacing "
        f"{rule.tolerance_share:.1%} of the longer side, at least {rule.tolerance_px:g} px; boxes "
        f"{rule.box_rule.value}, moved outward by {rule.margin_mm:g} mm or {rule.margin_px:g} px."
    )


def _sensitivity_table(evaluation: Evaluation) -> str:
    rows = [
        [f"{rate:g}", *(_with_limits(evaluation.sensitivity[images][index]) for images in FalseMarkImages)]
        for index, rate in enumerate(evaluation.options.rates)
    ]
    return _table(
        ("false marks per picture, on", *(images_words(images) for images in FalseMarkImages)), rows
    )


def _groups_table(evaluation: Evaluation, groups: Sequence[GroupResult]) -> str:
    one = evaluation.options.rates.index(1.0)
    head = ("", "lines", "sensitivity at 1", "interval", "FROC score", "recall", "false marks", "wAFROC-AUC")
    rows = [(group.name, *group_numbers(group, one)) for group in groups]
    return _table(head, rows)


def _with_limits(estimate: Estimate) -> str:
    return number(estimate.value) + (f" ({limits(estimate)})" if estimate.low is not None else "")


def _table(head: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    cells = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(printable(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>'


def _examples_html(title: str, examples: Sequence[Example], load: Load | None) -> str:
    if not examples:
        return f"<h2>{title}</h2><p>None.</p>"
    figures = "".join(_example_html(example, crop(example, load) if load else None) for example in examples)
    legend = "Left as it is, right with true lines (green, dashed), candidates (orange) and this one (thick)."
    return f'<h2>{title}</h2><p class="quiet">{legend}</p><div class="examples">{figures}</div>'


def _example_html(example: Example, piece: Crop | None) -> str:
    caption = (
        f"<figcaption>{escape(printable(example.file))}<br>{escape(printable(example.caption))}</figcaption>"
    )
    if piece is None:
        return f'<figure><p class="quiet">(no picture)</p>{caption}</figure>'
    drawn = "".join(
        [
            *(
                _polyline(path, piece, 'stroke="#3ddc84" stroke-dasharray="5 3"')
                for path in example.true_paths
            ),
            *(_polyline(path, piece, 'stroke="#ff9f1c"') for path in example.candidate_paths),
            _polyline(example.path_px, piece, 'stroke="#ff4d6d" stroke-width="2.5" stroke-opacity="0.75"'),
        ]
    )
    return f'<figure><div class="pair">{_svg(piece, "")}{_svg(piece, drawn)}</div>{caption}</figure>'


def _svg(piece: Crop, drawn: str) -> str:
    # Whole numbers are pixel centres here, and pixel corners in SVG: half a pixel between them.
    return (
        f'<svg viewBox="-0.5 -0.5 {piece.columns} {piece.rows}" fill="none" role="img" '
        f'aria-label="piece of the picture"><image x="-0.5" y="-0.5" '
        f'width="{piece.columns}" height="{piece.rows}" '
        f'preserveAspectRatio="none" href="data:image/png;base64,{piece.png}"/>{drawn}</svg>'
    )


def _polyline(path: Iterable[Sequence[float]], piece: Crop, look: str) -> str:
    points = " ".join(f"{column - piece.left_px:.1f},{row - piece.top_px:.1f}" for row, column in path)
    return f'<polyline points="{points}" vector-effect="non-scaling-stroke" {look}/>'
