"""Draw the figures of docs/detector.md from sample_data/ and the shipped model."""

from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure

from microcal_xray import Kind, Settings, find_lines, read_radiograph
from microcal_xray.detection import Polarity, best_path_gains, frames_around, oriented_response
from microcal_xray.measurement import shipped_rankers
from microcal_xray.preprocessing import in_range
from microcal_xray.radiograph import Intent
from microcal_xray.searching import search

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
SAMPLE = ROOT / "sample_data" / "tibia_fissure.dcm"
_PART = (slice(280, 440), slice(40, 300))  # of the working image
_DIRECTION = 15  # 169 degrees: that of the fissure
_COLOURS = {Polarity.DARK: "deepskyblue", Polarity.BRIGHT: "darkorange"}


def stages() -> Figure:
    """Return the way from pixels to paths, on the part around the fissure."""
    found = search(read_radiograph(SAMPLE))
    image = in_range(found.working.pixels, body=found.field.body)
    searched = found.field.body & ~found.field.metal
    frame = frames_around(searched, directions=16)[_DIRECTION]
    response = oriented_response(
        image, searched, frame, sigmas_px=(1.2, 2.0, 3.2), along_px=8.0, around_px=28.0
    )
    best = response.best()
    gain = best_path_gains(best).of(0)
    figure = Figure(figsize=(11, 6.8), layout="constrained")
    axes = figure.subplots(2, 2)
    axes[0, 0].imshow(image[_PART], cmap="gray", vmin=0, vmax=1.1)
    axes[0, 0].set_title("working image, 0.25 mm a pixel")
    for ax, values, title, top in (
        (axes[0, 1], best[:, 0], "z for dark lines of one direction", 6),
        (axes[1, 0], gain, "best sum of z - 1.9 that ends here", 60),
    ):
        # The frame's matrix takes its pixels to the picture's.
        size = image.shape[::-1]
        shown = cv2.warpAffine(np.maximum(values, 0), response.frame.matrix, size, flags=cv2.INTER_NEAREST)
        drawn = ax.imshow(shown[_PART], cmap="magma", vmin=0, vmax=top)
        ax.set_title(title)
        figure.colorbar(drawn, ax=ax, shrink=0.8)
    axes[1, 1].imshow(image, cmap="gray", vmin=0, vmax=1.1)
    for path in found.paths:
        points = path.points_px
        axes[1, 1].plot(points[:, 1], points[:, 0], color=_COLOURS[path.polarity], linewidth=1)
    axes[1, 1].set(
        xlim=(_PART[1].start, _PART[1].stop),
        ylim=(_PART[0].stop, _PART[0].start),
        title="all paths, both kinds",
    )
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
    return figure


def terms() -> Figure:
    """Return the terms of the strength of the first candidates of the sample."""
    candidates = find_lines(read_radiograph(SAMPLE), Settings(false_marks=20)).candidates[:3]
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    axes = figure.subplots(1, max(1, len(candidates)), sharey=True, squeeze=False)[0]
    for ax, candidate in zip(axes, candidates, strict=False):
        evidence = candidate.evidence
        if evidence is None:
            continue
        names = [term.name.replace("_", " ") for term in evidence.terms]
        values = [term.value for term in evidence.terms]
        ax.barh(names, values, color=["seagreen" if value > 0 else "indianred" for value in values])
        ax.axvline(0, color="0.3", linewidth=0.8)
        ax.set(title=f"{candidate.id}: {candidate.kind}, score {candidate.score:.2f}", xlabel="log-odds")
    axes[0].invert_yaxis()
    return figure


def curves() -> Figure:
    """Return the false marks per picture without lines over the strength, by kind and intent."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for ax, kind in zip(axes, Kind, strict=True):
        for intent in (Intent.PICTURE, Intent.FOR_PRESENTATION, Intent.FOR_PROCESSING):
            curve = shipped_rankers()[kind].curves[intent]
            ax.plot(curve.strength, 10**curve.log10_false_marks, marker=".", label=intent.value)
        ax.set(title=kind.value, xlabel="strength", yscale="log")
    axes[0].set_ylabel("false marks per picture")
    axes[0].legend()
    return figure


def main() -> None:
    """Write all figures."""
    for name, draw in (("stages", stages), ("terms", terms), ("curves", curves)):
        draw().savefig(PICTURES / f"detector_{name}.png", dpi=75)


if __name__ == "__main__":
    main()
