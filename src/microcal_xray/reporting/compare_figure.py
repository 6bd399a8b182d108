"""A line at both visits beside each other, and a line over several dates, as matplotlib Figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..changes import Comparison, LineChange, QuantityChange, Series
from .compare_pictures import difference_levels, grey_levels, on_view
from .compare_series import Track

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PAPER, _INK, _QUIET, _COURSE = "#101418", "#e8ecef", "#9aa7b2", "#cc79a7"
_CHANGED, _SAME = "#e69f00", "#9aa7b2"
_AROUND_MM, _AROUND_PX = 20.0, 80.0  # to each side of a line


def pair_figure(comparison: Comparison, line: LineChange) -> Figure:
    """Return a line in the prior picture laid on the current one, in the current one, and the difference.

    Parameters
    ----------
    comparison : Comparison
        Comparable.
    line : LineChange
        One of its lines that both pictures show the place of.

    Returns
    -------
    matplotlib.figure.Figure
        The course is drawn beside the line in the difference alone: it leaves the pictures bare.

    Raises
    ------
    ValueError
        If nothing was compared.
    """
    view, like = comparison.view, comparison.current.radiograph
    if view is None or not len(line.current_path_px):
        raise ValueError(f"nothing was compared: {comparison.registration.reason or line.reason}")
    # Imported here: it costs 0.3 s, which only pictures should pay.
    from matplotlib.figure import Figure

    path = on_view(line.current_path_px, comparison)
    half = max(
        _AROUND_PX * view.scale if like.spacing is None else _AROUND_MM * view.scale / like.mm_per_pixel(),
        0.7 * float(np.ptp(path, axis=0).max()),
    )
    middle = (path.min(axis=0) + path.max(axis=0)) / 2
    first = np.maximum(np.floor(middle - half).astype(int), 0)
    last = np.minimum(np.ceil(middle + half).astype(int) + 1, view.current.shape)
    window = slice(int(first[0]), int(last[0])), slice(int(first[1]), int(last[1]))
    greys = [grey_levels(image, view.usable, like) for image in (view.prior, view.current)]
    figure = Figure(figsize=(9.6, 3.6), layout="constrained", facecolor=_PAPER)
    titles = ("prior, laid on the current picture", "current", "difference: orange is brighter now")
    inside = np.concatenate([grey[window][view.usable[window]] for grey in greys])
    low, high = np.percentile(inside, [1, 99.5]) if inside.size else (0.0, 255.0)
    for ax, title, picture in zip(
        figure.subplots(1, 3), titles, (*greys, difference_levels(view, greys[1])), strict=True
    ):
        colour = picture.ndim == 3
        ax.imshow(
            picture[window],
            cmap=None if colour else "gray",
            vmin=None if colour else low,
            vmax=None if colour else max(high, low + 1),
            interpolation="bicubic",
        )
        ax.set_title(title, color=_INK, fontsize=9)
        ax.set_axis_off()
        if colour:
            for end, step in ((path[0], path[0] - path[-1]), (path[-1], path[-1] - path[0])):
                away = end - first + 0.12 * half * step / max(float(np.hypot(*step)), 1e-9)
                ax.plot(away[1], away[0], marker="o", markersize=4, color=_COURSE)
    return figure


def series_figure(series: Series, track: Track) -> Figure:
    """Return the curves of length and equivalent width of one line over the pictures of a series.

    Parameters
    ----------
    series : Series
    track : Track
        One of `tracks(series)`.

    Returns
    -------
    matplotlib.figure.Figure
        Bars are 95 % intervals; a step that is significant is drawn in colour. Steps are not joined: each was
        measured in its own pair of matched pictures.
    """
    from matplotlib.figure import Figure

    weeks = series.weeks
    times = [float(index + 1) for index in range(len(track.steps) + 1)] if weeks is None else list(weeks)
    figure = Figure(figsize=(8.0, 2.8), layout="constrained")
    quantities = (("length", "length"), ("equivalent_width", "equivalent width, dark is negative"))
    for ax, (name, words) in zip(figure.subplots(1, 2), quantities, strict=True):
        ax.axhline(0, color=_QUIET, linewidth=0.8)
        unit = ""
        for index, step in enumerate(track.steps):
            change: QuantityChange | None = None if step is None else getattr(step, name)
            if change is None:
                continue
            unit = f" ({change.unit})"
            colour = _CHANGED if change.is_significant else _SAME
            ends = (change.prior, change.current)
            ax.errorbar(
                times[index : index + 2],
                [each.value for each in ends],
                yerr=[[each.value - each.low for each in ends], [each.high - each.value for each in ends]],
                color=colour,
                marker="o",
                capsize=3,
            )
        ax.set_title(words + unit, fontsize=9)
        ax.set_xlabel("weeks" if weeks is not None else "picture", fontsize=9)
        ax.set_xticks(times)
    return figure
