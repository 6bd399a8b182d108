"""The overlay: a radiograph with its candidates pointed at, as a matplotlib Figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..findings import Findings
from ..radiograph import IMAGE_CAUTIONS, Spacing
from .display import display_image
from .foreign_text import printable_text
from .overlay_bumps import (
    BUMP_COLOURS,
    BUMP_WORDS,
    CLUSTER_COLOUR,
    CLUSTER_DASH,
    CLUSTER_WORDS,
    draw_bumps,
    draw_clusters,
)
from .overlay_marks import POINTS_PER_INCH, draw_candidates, draw_scale_bar, overlay_font, tier_style
from .words import KIND_COLOURS, KIND_WORDS, NOT_A_DEVICE, TIER_WORDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FULL_DPI = 200  # at this resolution the picture in the figure is about 1:1, up to 2000 pixels
_SCREEN_DPI = 100
_LONGER_SIDE_PX = 2000
_SMALLEST_SIDE_INCHES = 5.0
_NARROWEST_INCHES = 4.5  # the title and the legend need this much

_HEADER_INCHES = 0.40
_FOOTER_INCHES = 0.50
_CAUTION_INCHES = 0.17
_LONGEST_TITLE = 60

_PAPER = "#101418"
_INK = "#e8ecef"
_QUIET_INK = "#9aa7b2"
_AMBER = "#f0c674"


def overlay(findings: Findings, *, title: str | None = None) -> Figure:
    """Return the radiograph with its candidates drawn over it.

    Each candidate is drawn as two thin rails that leave the line itself bare, with its number beside it:
    blue and a round number for lucent, orange and a square one for sclerotic; solid for strong, dashed for
    weak. Pixels that are not square are drawn with their true proportions.

    Parameters
    ----------
    findings : Findings
    title : str, optional
        What stands above the picture. None: its name and the number of candidates.

    Returns
    -------
    matplotlib.figure.Figure
        Made without pyplot: a notebook shows it, and nothing has to be closed. The units of its one Axes are
        pixels of the radiograph as stored, x the column and y the row. Save it with `write_overlay`, or with
        `figure.savefig(path, dpi=200)` for about one pixel per pixel.

    Examples
    --------
    >>> import numpy as np
    >>> from microcal_xray.radiograph import radiograph_from_array
    >>> from microcal_xray.settings import Settings
    >>> figure = overlay(Findings(radiograph_from_array(np.eye(64)), Settings()))
    >>> len(figure.axes)
    1
    """
    # matplotlib takes 0.4 to 0.7 s to import, and most users of the package never draw.
    from matplotlib.figure import Figure

    radiograph = findings.radiograph
    image = display_image(radiograph, longer_side_px=_LONGER_SIDE_PX)
    longer_inches = max(_SMALLEST_SIDE_INCHES, max(image.size) / FULL_DPI)
    picture_width, picture_height = (longer_inches * side / max(image.size) for side in image.size)
    cautions = [IMAGE_CAUTIONS[caution] for caution in findings.cautions]
    footer = _FOOTER_INCHES + _CAUTION_INCHES * len(cautions)
    width, height = max(picture_width, _NARROWEST_INCHES), picture_height + _HEADER_INCHES + footer

    figure = Figure(figsize=(width, height), dpi=_SCREEN_DPI, facecolor=_PAPER)
    figure.set_layout_engine("none")  # whatever the caller's rcParams say; the places are worked out here
    left = (width - picture_width) / 2
    axes = figure.add_axes((left / width, footer / height, picture_width / width, picture_height / height))
    rows, columns = radiograph.pixels.shape
    _show(axes, np.asarray(image), rows=rows, columns=columns)
    points_per_pixel = np.array([picture_height / rows, picture_width / columns]) * POINTS_PER_INCH
    draw_candidates(axes, findings.candidates, points_per_pixel, shape=(rows, columns))
    draw_clusters(axes, findings.clusters, findings.candidates, findings.bumps, points_per_pixel)
    draw_bumps(axes, findings.bumps, points_per_pixel)
    draw_scale_bar(axes, (rows, columns), radiograph.spacing, points_per_pixel)
    heading = _title(findings) if title is None else title
    _write(figure, heading, inches_up=height - _HEADER_INCHES / 2, size=9, colour=_INK)
    for line, caution in enumerate(reversed(cautions)):
        up = _FOOTER_INCHES + _CAUTION_INCHES * (line + 0.4)
        _write(figure, f"Caution: {caution}.", inches_up=up, size=6.5, colour=_AMBER)
    _draw_legend(figure, findings, inches_up=_FOOTER_INCHES - 0.17)
    _write(figure, NOT_A_DEVICE, inches_up=0.14, size=6.5, colour=_QUIET_INK)
    return figure


def picture_box_px(
    png_width_px: int, shape: tuple[int, int], spacing: Spacing | None
) -> tuple[float, float, float, float]:
    """Return left, top, width and height of the radiograph within the overlay that `write_overlay` wrote.

    Parameters
    ----------
    png_width_px : int
        Width of that file.
    shape : (rows, columns)
        Of the radiograph.
    spacing : Spacing or None

    Examples
    --------
    >>> picture_box_px(1000, (1000, 500), None)
    (250.0, 80.0, 500.0, 1000.0)
    """
    height, width = float(shape[0]), float(shape[1])
    if spacing is not None:
        finer_mm = min(spacing.row_mm, spacing.column_mm)
        height, width = height * spacing.row_mm / finer_mm, width * spacing.column_mm / finer_mm
    longer = min(max(height, width), float(_LONGER_SIDE_PX))
    scale = max(_SMALLEST_SIDE_INCHES * FULL_DPI, longer) / max(height, width)
    shown = width * scale, height * scale
    return (png_width_px - shown[0]) / 2, _HEADER_INCHES * FULL_DPI, *shown


def _show(axes: Axes, levels: npt.NDArray[np.uint8], *, rows: int, columns: int) -> None:
    axes.set_axis_off()
    axes.imshow(
        levels,
        cmap="gray",
        vmin=0,
        vmax=255,
        aspect="auto",  # the Axes already has the proportions of the radiograph
        extent=(-0.5, columns - 0.5, rows - 0.5, -0.5),
        interpolation="antialiased",
    )
    axes.set_autoscale_on(False)


def _draw_legend(figure: Figure, findings: Findings, *, inches_up: float) -> None:
    from matplotlib.lines import Line2D  # imported where it is used: see `overlay`

    kinds = [
        Line2D([], [], color=KIND_COLOURS[kind], linewidth=1.4, label=words)
        for kind, words in KIND_WORDS.items()
    ]
    tiers = [
        Line2D([], [], color=_INK, linewidth=1.1, linestyle=tier_style(tier), label=words)
        for tier, words in TIER_WORDS.items()
    ]
    seen = list(dict.fromkeys(bump.kind for bump in findings.bumps))
    shapes = [
        Line2D([], [], color=BUMP_COLOURS[kind], linewidth=1.4, linestyle=":", label=BUMP_WORDS[kind])
        for kind in seen
    ]
    if findings.clusters:
        shapes.append(
            Line2D([], [], color=CLUSTER_COLOUR, linewidth=0.9, linestyle=CLUSTER_DASH, label=CLUSTER_WORDS)
        )
    figure.legend(
        handles=kinds + tiers + shapes,
        loc="center",
        bbox_to_anchor=(0.5, inches_up / figure.get_figheight()),
        ncols=4 if not shapes else 3,
        frameon=False,
        prop=overlay_font(6.5),
        labelcolor=_INK,
        handlelength=2.2,
        columnspacing=1.2,
        borderpad=0,
    )


def _write(figure: Figure, text: str, *, inches_up: float, size: float, colour: str) -> None:
    figure.text(
        0.5,
        inches_up / figure.get_figheight(),
        text,
        ha="center",
        va="center",
        fontproperties=overlay_font(size, weight="bold" if size > 8 else "normal"),
        color=colour,
        parse_math=False,  # a file name may hold dollar signs
    )


def _title(findings: Findings) -> str:
    count = len(findings.candidates)
    return f"{_drawable(findings.radiograph.name)}   ·   {count or 'no'} candidate{'' if count == 1 else 's'}"


def _drawable(text: str) -> str:
    """Return the text, not too long, with a box for each letter that the font does not have."""
    from matplotlib.font_manager import findfont, get_font  # imported where they are used: see `overlay`

    known = get_font(findfont("DejaVu Sans")).get_charmap()
    shown = "".join(letter if ord(letter) in known else "\u25a1" for letter in printable_text(text))
    return shown if len(shown) <= _LONGEST_TITLE else f"{shown[:40]}\u2026{shown[-16:]}"
