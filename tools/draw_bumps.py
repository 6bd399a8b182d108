"""Draw docs/pictures/bumps_strip.png: a simulated bump on its outline, and in the strip along it."""

from pathlib import Path

import numpy as np
from bump_samples import sample
from matplotlib.figure import Figure

from microcal_xray.contour.course import course_of, joined
from microcal_xray.contour.edges import edge_chains
from microcal_xray.contour.strip import REACH_PX, strip_along
from microcal_xray.outlining import outlines_of
from microcal_xray.searching import looked_at, surveyed

_PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "bumps_strip.png"
_SEED = 3
_HALF_PX = 90


def main() -> None:
    """Draw it."""
    one = sample(_SEED)
    found = looked_at(one.radiograph)
    survey = surveyed(found)
    search = outlines_of(found, survey)
    if one.path_px is None:
        raise ValueError(f"seed {_SEED} has no bump")
    place = found.working.from_original(one.path_px).mean(axis=0)
    shapes = [(outline, shape) for outline in search.outlines for shape in outline.shapes]
    _, shape = min(shapes, key=lambda pair: float(np.linalg.norm(pair[1].base_px.mean(axis=0) - place)))
    chains = edge_chains(
        survey.image, searched=found.field.body, sigma_px=2.5, least_slope=0.004, least_points=30
    )
    courses = [
        course_of(group, wavelength_px=160, above=0.1)
        for group in joined(chains, gap_px=48.0)
        if sum(map(len, group)) >= 80
    ]
    course = min(courses, key=lambda each: float(np.linalg.norm(each.outline_px - place, axis=1).min()))
    strip = strip_along(survey.image, found.field.usable, course, wavelength_px=160, above=0.3)
    figure = Figure(figsize=(9, 4.2), dpi=110, layout="constrained")
    axes = figure.subplot_mosaic([["picture", "value"], ["picture", "excess"]], width_ratios=(1, 1.8))
    row, column = (int(value) for value in place)
    axes["picture"].imshow(survey.image, cmap="gray")
    axes["picture"].plot(*course.smooth_px.T[::-1], color="#56b4e9", linewidth=1, label="smooth course")
    axes["picture"].plot(*shape.base_px.T[::-1], color="#e69f00", linewidth=1.6, label="base")
    axes["picture"].plot(*shape.top_px.T[::-1], color="#00b48a", linewidth=1.6, label="top")
    axes["picture"].set_xlim(column - _HALF_PX, column + _HALF_PX)
    axes["picture"].set_ylim(row + _HALF_PX, row - _HALF_PX)
    axes["picture"].legend(fontsize=7, loc="lower left")
    axes["picture"].set_title(
        f"drawn {one.height_mm:.2f} mm, measured {shape.height_px / 4:.2f} mm", fontsize=8
    )
    at = int(np.linalg.norm(course.outline_px - place, axis=1).argmin())
    rows = slice(max(0, at - 100), at + 100)
    for name, values, span in (("value", strip.value, (0, 1)), ("excess", strip.excess, (-0.05, 0.2))):
        axes[name].imshow(
            values[rows].T, cmap="gray", origin="lower", vmin=span[0], vmax=span[1], aspect="auto",
            extent=(0, (min(at + 100, len(values)) - rows.start) / 2, -REACH_PX / 4, REACH_PX / 4),
        )  # fmt: skip
        axes[name].set_title(
            "unrolled along the course" if name == "value" else "what exceeds the usual", fontsize=8
        )
        axes[name].set_ylabel("mm outwards", fontsize=7)
    axes["excess"].set_xlabel("mm along the outline", fontsize=7)
    figure.savefig(_PICTURE, metadata={"Software": None})


if __name__ == "__main__":
    main()
