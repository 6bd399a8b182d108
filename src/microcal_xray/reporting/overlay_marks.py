"""The marks of the overlay: rails beside each candidate, its number, the scale bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from ..findings import Candidate, Kind, Tier
from ..radiograph import Spacing, SpacingSource
from .callouts import number_places, rails
from .scale_bar import round_length
from .words import ENGLISH, KIND_COLOURS, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties

POINTS_PER_INCH = 72
_DASHES = (0.0, (4.0, 2.5))

# What the eye needs does not grow with the picture, so these are points (1/72 inch), not pixels.
_GAP = 3.0  # from the side of the line to a rail: the line and its nearest surroundings stay bare
_NUMBER_DISTANCE = 11.0
_NUMBER_RADIUS = 7.0


def draw_candidates(
    axes: Axes,
    candidates: tuple[Candidate, ...],
    points_per_pixel: npt.NDArray[np.float64],
    *,
    shape: tuple[int, int],
) -> None:
    """Draw each candidate as two rails with its number beside it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        In pixels of the radiograph as stored.
    candidates : tuple of Candidate
    points_per_pixel : (2,) float array
        Height and width of one pixel in the figure, in points.
    shape : (rows, columns)
    """
    from matplotlib.patheffects import withStroke  # imported where it is used: see `overlay`

    halo = withStroke(linewidth=2.0, foreground=(0, 0, 0, 0.55))
    paths = [(candidate.path_px + 0.5) * points_per_pixel for candidate in candidates]
    for candidate, path in zip(candidates, paths, strict=True):
        half_width = 0.5 * np.nan_to_num(candidate.width_px) * float(points_per_pixel.min())
        for rail in rails(path, half_width + _GAP):
            rows, columns = (rail / points_per_pixel - 0.5).T
            axes.plot(
                columns,
                rows,
                color=KIND_COLOURS[candidate.kind],
                linewidth=0.9,
                linestyle=tier_style(candidate.tier),
                path_effects=[halo],
            )
    places = number_places(
        paths,
        distance=_NUMBER_DISTANCE,
        radius=_NUMBER_RADIUS,
        shape=(shape[0] * float(points_per_pixel[0]), shape[1] * float(points_per_pixel[1])),
    )
    for candidate, place in zip(candidates, places, strict=True):
        row, column = place / points_per_pixel - 0.5
        _draw_number(axes, candidate, float(row), float(column))


def draw_scale_bar(
    axes: Axes,
    shape: tuple[int, int],
    spacing: Spacing | None,
    points_per_pixel: npt.NDArray[np.float64],
    words: Words = ENGLISH,
) -> None:
    """Draw a scale bar at the lower left with the source of the millimetre; in pixels when it is unknown.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        In pixels of the radiograph as stored.
    shape : (rows, columns)
        Of the radiograph.
    spacing : Spacing or None
    points_per_pixel : (2,) float array
        Height and width of one pixel in the figure, in points.
    words : Words
    """
    rows, columns = shape
    units_per_pixel = 1.0 if spacing is None else spacing.column_mm
    length = round_length(columns * units_per_pixel / 4)
    points_down, points_right = points_per_pixel
    left = 8 / points_right - 0.5
    bottom = rows - 0.5 - 9 / points_down
    for colour, thickness in (("black", 3.6), ("white", 1.6)):
        right = left + length / units_per_pixel
        axes.plot([left, right], [bottom, bottom], color=colour, linewidth=thickness)
    source = SpacingSource.NONE if spacing is None else spacing.source
    values = {"length": f"{length:g}", "source": words.text(f"spacing_short.{source}")}
    axes.text(
        left,
        bottom - 4 / points_down,
        words.filled("stage.pixels" if spacing is None else "stage.mm", values),
        fontproperties=overlay_font(7),
        color="white",
        va="bottom",
        bbox={"facecolor": (0, 0, 0, 0.5), "edgecolor": "none", "pad": 1.5},
    )


def tier_style(tier: Tier) -> Literal["-"] | tuple[float, tuple[float, float]]:
    """Return how the lines of a tier are drawn, in matplotlib's words."""
    return "-" if tier is Tier.STRONG else _DASHES


def overlay_font(points: float, *, weight: str = "normal") -> FontProperties:
    """Return the font of the overlay, named in full so that a user's matplotlibrc does not change it."""
    from matplotlib.font_manager import FontProperties  # imported where it is used: see `overlay`

    return FontProperties(family="DejaVu Sans", size=points, weight=weight)


def _draw_number(axes: Axes, candidate: Candidate, row: float, column: float) -> None:
    axes.text(
        column,
        row,
        str(candidate.id),
        ha="center",
        va="center",
        fontproperties=overlay_font(6.5, weight="bold"),
        color="black",
        bbox={
            "boxstyle": "circle,pad=0.25" if candidate.kind is Kind.LUCENT else "square,pad=0.3",
            "facecolor": KIND_COLOURS[candidate.kind],
            "edgecolor": "black",
            "linewidth": 0.6,
        },
    )
