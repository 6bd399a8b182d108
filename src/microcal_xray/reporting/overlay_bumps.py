"""The marks of bumps and clusters on the overlay: dotted and lettered, unlike any line's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..bump import Bump, BumpKind, BumpTier
from ..cluster import Cluster
from ..findings import Candidate
from .bump_names import bump_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Bluish green and reddish purple of the palette of Okabe and Ito, unlike the lines' blue and orange
# for colour-blind readers too; shape and dash say the same without any colour.
BUMP_COLOURS = {BumpKind.BUMP: "#00b48a", BumpKind.PERIOSTEAL: "#d989b5"}
BUMP_WORDS = {BumpKind.BUMP: "bump of the outline (B)", BumpKind.PERIOSTEAL: "layer on the cortex (P)"}
_DASHES = {BumpTier.STRONG: (0.0, (1.2, 1.2)), BumpTier.WEAK: (0.0, (1.2, 3.2))}
_AWAY_POINTS = 5.0  # from the top of a bump to its mark: the bump itself stays bare
_LETTER_POINTS = 15.0
_CLUSTER_POINTS = 12.0  # from its members to the frame of a cluster
CLUSTER_COLOUR = "#e3e9ee"
CLUSTER_WORDS = "close together (C)"
CLUSTER_DASH = (0.0, (1.0, 3.0))


def draw_bumps(axes: Axes, bumps: tuple[Bump, ...], points_per_pixel: npt.NDArray[np.float64]) -> None:
    """Draw a dotted bracket outside each bump, with its letter and number in a triangle-cornered box.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        In pixels of the radiograph as stored.
    bumps : tuple of Bump
    points_per_pixel : (2,) float array
        Height and width of one pixel in the figure, in points.
    """
    from matplotlib.font_manager import FontProperties  # imported where it is used: see `overlay`
    from matplotlib.patheffects import withStroke

    halo = withStroke(linewidth=2.2, foreground=(0, 0, 0, 0.55))
    for bump in bumps:
        base, top = (path * points_per_pixel for path in (bump.base_px, bump.top_px))
        outward = top[len(top) // 2] - base[len(base) // 2]
        outward = outward / max(float(np.linalg.norm(outward)), 1e-9)
        rail = (top + _AWAY_POINTS * outward) / points_per_pixel
        bracket = np.concatenate([base[:1] / points_per_pixel, rail, base[-1:] / points_per_pixel])
        colour = BUMP_COLOURS[bump.kind]
        axes.plot(
            bracket[:, 1],
            bracket[:, 0],
            color=colour,
            linewidth=1.3,
            linestyle=_DASHES[bump.tier],
            path_effects=[halo],
        )
        row, column = (top[len(top) // 2] + _LETTER_POINTS * outward) / points_per_pixel
        axes.text(
            column,
            row,
            bump_name(bump),
            ha="center",
            va="center",
            fontproperties=FontProperties(family="DejaVu Sans", size=6.5, weight="bold"),
            color="black",
            clip_on=True,
            bbox={
                "boxstyle": "rarrow,pad=0.2" if outward[1] < 0 else "larrow,pad=0.2",
                "facecolor": colour,
                "edgecolor": "black",
                "linewidth": 0.6,
            },
        )


def draw_clusters(
    axes: Axes,
    clusters: Sequence[Cluster],
    candidates: Sequence[Candidate],
    bumps: Sequence[Bump],
    points_per_pixel: npt.NDArray[np.float64],
) -> None:
    """Draw a dotted frame around the members of each cluster, with its name, and its faint lines.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        In pixels of the radiograph as stored.
    clusters : sequence of Cluster
    candidates : sequence of Candidate
    bumps : sequence of Bump
    points_per_pixel : (2,) float array
        Height and width of one pixel in the figure, in points.
    """
    from matplotlib.font_manager import FontProperties  # imported where they are used: see `overlay`
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import withStroke

    halo = withStroke(linewidth=2.0, foreground=(0, 0, 0, 0.55))
    for cluster in clusters:
        paths = [each.path_px for each in candidates if each.id in cluster.lines]
        paths += [each.top_px for each in bumps if each.id in cluster.bumps]
        faint = [np.array(path) for path in cluster.faint_px]
        paths += faint
        if not paths:
            continue
        for path in faint:
            axes.plot(
                path[:, 1],
                path[:, 0],
                color=CLUSTER_COLOUR,
                linewidth=0.8,
                linestyle=CLUSTER_DASH,
                path_effects=[halo],
            )
        points = np.concatenate(paths)
        margin = _CLUSTER_POINTS / points_per_pixel
        (top, left), (bottom, right) = points.min(axis=0) - margin, points.max(axis=0) + margin
        axes.add_patch(
            Rectangle(
                (left, top),
                right - left,
                bottom - top,
                fill=False,
                edgecolor=CLUSTER_COLOUR,
                linewidth=0.8,
                linestyle=CLUSTER_DASH,
                path_effects=[halo],
            )
        )
        axes.text(
            left,
            top,
            f"C{cluster.id}",
            ha="left",
            va="bottom",
            fontproperties=FontProperties(family="DejaVu Sans", size=6.5, weight="bold"),
            color=CLUSTER_COLOUR,
            clip_on=True,
            path_effects=[halo],
        )
