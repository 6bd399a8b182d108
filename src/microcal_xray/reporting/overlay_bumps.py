"""The marks of bumps on the overlay: a dotted outline and a letter, unlike any line's in shape and dash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..bump import Bump, BumpKind, BumpTier

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Bluish green and reddish purple of the palette of Okabe and Ito, unlike the lines' blue and orange
# for colour-blind readers too; shape and dash say the same without any colour.
BUMP_COLOURS = {BumpKind.BUMP: "#00b48a", BumpKind.PERIOSTEAL: "#d989b5"}
BUMP_WORDS = {BumpKind.BUMP: "bump of the outline (B)", BumpKind.PERIOSTEAL: "layer on the cortex (P)"}
LETTERS = {BumpKind.BUMP: "B", BumpKind.PERIOSTEAL: "P"}
_DASHES = {BumpTier.STRONG: (0.0, (1.2, 1.2)), BumpTier.WEAK: (0.0, (1.2, 3.2))}
_AWAY_POINTS = 5.0  # from the top of a bump to its mark: the bump itself stays bare
_LETTER_POINTS = 15.0


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
            f"{LETTERS[bump.kind]}{bump.id}",
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
