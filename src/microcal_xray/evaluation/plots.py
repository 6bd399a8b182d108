"""Plots of a result, as matplotlib figures; the caller saves or shows them."""

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from .areas import operating_points
from .ideal import ideal_sensitivity
from .measures import targets_of
from .pool import FalseMarkImages
from .results import Evaluation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito (2008): told apart by readers who do not see all colours.
_COLOURS = {
    FalseMarkImages.ALL: "#0072b2",
    FalseMarkImages.LINE_FREE: "#009e73",
    FalseMarkImages.LINES: "#d55e00",
}
_WORDS = {
    FalseMarkImages.ALL: "counted on all pictures",
    FalseMarkImages.LINE_FREE: "on line-free pictures",
    FalseMarkImages.LINES: "on pictures with lines",
}
_LOW_RATE, _HIGH_RATE = 0.05, 10.0


def froc_plot(evaluation: Evaluation) -> "Figure":
    """Return the FROC curves, with the intervals at the rates, and the ideal observer where it is known.

    Parameters
    ----------
    evaluation : Evaluation
    """
    figure, axes = _figure()
    for images, curve in evaluation.curves.items():
        if not np.isfinite(curve.false_marks).all():
            continue
        # The curve goes on level to the right; a step up is taken at the rate where it is reached.
        across = np.append(np.maximum(curve.false_marks, _LOW_RATE), max(_HIGH_RATE, curve.false_marks[-1]))
        up = np.append(curve.sensitivity, curve.sensitivity[-1])
        axes.step(across, up, where="post", color=_COLOURS[images], label=_WORDS[images])
    chosen = evaluation.options.false_mark_images
    for rate, each in zip(evaluation.options.rates, evaluation.sensitivity[chosen], strict=True):
        if each.value is not None and each.low is not None and each.high is not None:
            axes.plot([rate, rate], [each.low, each.high], color=_COLOURS[chosen], linewidth=1.0)
            axes.plot([rate], [each.value], "o", color=_COLOURS[chosen], markersize=4)
    _draw_ideal(axes, evaluation)
    axes.set_xscale("log")
    axes.set_xlim(_LOW_RATE, _HIGH_RATE)
    ticks = [0.1, 0.25, 0.5, 1, 2, 4, 8]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    _finish(axes, "false marks per picture", "share of lines hit (sensitivity)")
    return figure


def wafroc_plot(evaluation: Evaluation) -> "Figure":
    """Return the wAFROC curve and the ROC curve of the pictures.

    Parameters
    ----------
    evaluation : Evaluation
    """
    figure, axes = _figure()
    pool = evaluation.pool
    negative = pool.highest[pool.line_free]
    positive = pool.highest[pool.with_lines]
    if len(negative) and len(positive):
        lines = np.bincount(pool.target_image, minlength=pool.images)
        share = 1 / lines[pool.target_image]
        across, up = operating_points(negative, pool.target_rating, share)
        axes.plot(across, up, color="#0072b2", label="wAFROC: lines hit, each picture weighing the same")
        across, up = operating_points(negative, positive, np.ones(len(positive)))
        axes.plot(across, up, color="#d55e00", label="ROC: pictures with lines, by their highest score")
    axes.plot([0, 1], [0, 1], color="#999999", linestyle=":", linewidth=1)
    axes.set_xlim(0, 1)
    _finish(axes, "share of line-free pictures with a mark", "weighted share of lines, or of pictures")
    return figure


def d_prime_plot(evaluation: Evaluation) -> "Figure | None":
    """Return the share of lines hit at 1 false mark per picture, by d' band; None where d' is not known."""
    if evaluation.ideal is None or "d_prime" not in evaluation.groups:
        return None
    figure, axes = _figure()
    one = evaluation.options.rates.index(1.0)
    groups = evaluation.groups["d_prime"]
    for place, group in enumerate(groups):
        each = group.sensitivity[one]
        axes.bar(place, each.value or 0.0, color="#56b4e9", width=0.7)
        if each.low is not None and each.high is not None:
            axes.plot([place, place], [each.low, each.high], color="#222222", linewidth=1.2)
    axes.set_xticks(range(len(groups)), [f"{group.name}\n{group.lines} lines" for group in groups])
    _finish(axes, "detectability d' of the line", "hit at 1 false mark per picture", legend=False)
    return figure


def svg_bytes(figure: "Figure") -> bytes:
    """Return a figure as SVG; the same figure gives the same bytes."""
    from matplotlib import rc_context  # heavy: only where a plot is drawn

    buffer = io.BytesIO()
    with rc_context({"svg.hashsalt": "microcal", "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _figure() -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure  # heavy: only where a plot is drawn

    figure = Figure(figsize=(6.2, 4.4), layout="constrained")
    return figure, figure.add_subplot()


def _draw_ideal(axes: "Axes", evaluation: Evaluation) -> None:
    known = [t.d_prime for t in targets_of(evaluation.images) if t.d_prime is not None]
    if not known:
        return
    rates = tuple(np.geomspace(_LOW_RATE, _HIGH_RATE, 60))
    ideal = ideal_sensitivity(np.array(known), rates, templates=evaluation.options.templates).mean(axis=0)
    axes.plot(rates, ideal, color="#777777", linestyle="--", label="ideal observer on the same lines")


def _finish(axes: "Axes", across: str, up: str, *, legend: bool = True) -> None:
    options: dict[str, Any] = {"fontsize": 9}
    axes.set_ylim(0, 1.02)
    axes.set_xlabel(across, **options)
    axes.set_ylabel(up, **options)
    axes.tick_params(labelsize=8)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if legend and axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=8, frameon=False, loc="lower right")
