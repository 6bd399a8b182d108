"""Draw what the detector misses and what misleads it, on simulated limbs, for docs/detector.md.

python tools/draw_failures.py [--count 60] [--seed 606]

The pictures choose themselves: of each sort of line the one of the highest d' that is not marked at one false
mark per picture, and the strongest false marks, one of each limb.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from microcal_xray import Settings, read_radiograph
from microcal_xray.batch import BatchOptions, analyze
from microcal_xray.evaluation import Bootstrap, EvaluationOptions, JudgedImage, Outcome, evaluate_files
from microcal_xray.simulation import Family, simulate_folder

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "detector_failures.png"
_ONE_FALSE_MARK = 0.0  # the score is minus the logarithm of the false marks per picture
_REACH_MM = 22.0
_COLUMNS = 4
_LINES, _FALSE_MARKS = 5, 3
_COLOURS = {"line": "#2fbf71", "mark": "#ff7f32"}


@dataclass(frozen=True)
class Failure:
    """One place where the detector is wrong.

    Parameters
    ----------
    file : str
    title : str
    line_px, mark_px : (N, 2) float array or None
        The line that is missed; the false mark.
    """

    file: str
    title: str
    line_px: npt.NDArray[np.float64] | None = None
    mark_px: npt.NDArray[np.float64] | None = None


def failures(folder: Path, results: Path) -> list[Failure]:
    """Return the failures to show."""
    options = EvaluationOptions(bootstrap=Bootstrap(replicates=0))
    judged = evaluate_files(results / "candidates.json", folder / "truth.json", options=options).images
    truth = {each["file"]: each for each in json.loads((folder / "truth.json").read_text())["images"]}
    hardest: dict[str, tuple[float, Failure]] = {}
    for sort, d_prime, failure in _missed(judged, truth):
        if d_prime > hardest.get(sort, (0.0, failure))[0]:
            hardest[sort] = d_prime, failure
    worst: dict[str, tuple[float, Failure]] = {}
    for image in judged:
        limb = str(truth[image.file]["anatomy"])
        for mark in image.marks:
            if mark.outcome is Outcome.FALSE and mark.score > worst.get(limb, (-np.inf, None))[0]:
                title = f"false mark, {limb}, score {mark.score:.1f}"
                failure = Failure(image.file, title, mark_px=np.asarray(mark.path_px))
                worst[limb] = mark.score, failure
    return [*_first(hardest, _LINES), *_first(worst, _FALSE_MARKS)]


def _first(found: dict[str, tuple[float, Failure]], count: int) -> list[Failure]:
    ordered = sorted(found.values(), key=lambda each: -each[0])
    return [failure for _, failure in ordered[:count]]


def _missed(
    judged: Sequence[JudgedImage], truth: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, float, Failure]]:
    """Yield the sort, the d' and the place of each line that is not marked."""
    for image in judged:
        lines = truth[image.file]["lines"]
        for target, line in zip(image.targets, lines, strict=True):
            if target.rating < _ONE_FALSE_MARK:
                sort = str(line["target"]).replace("_", " ")
                title = f"{sort}, {line['width_mm']:.2f} mm, d' {line['d_prime']:.0f}"
                yield (
                    sort,
                    float(line["d_prime"]),
                    Failure(image.file, title, line_px=np.asarray(line["path_px"])),
                )


def _draw(axis: Axes, folder: Path, failure: Failure) -> None:
    radiograph = read_radiograph(folder / failure.file)
    path, colour = failure.line_px, _COLOURS["line"]
    if path is None:
        path, colour = failure.mark_px, _COLOURS["mark"]
    assert path is not None
    middle = path.mean(axis=0)
    reach = _REACH_MM / radiograph.mm_per_pixel()
    rows, columns = (slice(max(0, int(place - reach)), int(place + reach)) for place in middle)
    part = radiograph.pixels[rows, columns]
    low, high = np.percentile(part, (1, 99.5))
    axis.imshow(
        radiograph.pixels, cmap="gray", vmin=low, vmax=high, interpolation="antialiased", aspect="equal"
    )
    # Beside the line, so that it stays to be seen.
    along = path[-1] - path[0]
    across = np.array([-along[1], along[0]]) / np.hypot(*along)
    for side in (-1, 1):
        beside = path + side * across * 2.0 / radiograph.mm_per_pixel()
        axis.plot(beside[:, 1], beside[:, 0], color=colour, linewidth=1.0)
    axis.set(
        xlim=(middle[1] - reach, middle[1] + reach),
        ylim=(middle[0] + reach, middle[0] - reach),
        xticks=[],
        yticks=[],
    )
    axis.set_facecolor("black")
    axis.set_title(failure.title, fontsize=9)


def main() -> None:
    """Simulate, analyse, choose and draw."""
    parser = argparse.ArgumentParser(description="Draw what the detector misses and what misleads it.")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=606)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, results = Path(place) / "limbs", Path(place) / "results"
        simulate_folder(folder, count=asked.count, seed=asked.seed, family=Family.HELD_OUT, jobs=1)
        analyze([folder], results, options=BatchOptions(settings=Settings(false_marks=8), jobs=1))
        found = failures(folder, results)
        rows = -(-len(found) // _COLUMNS)
        figure = Figure(figsize=(3 * _COLUMNS, 3.2 * rows), layout="constrained")
        axes = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
        for axis, failure in zip(axes, found, strict=False):
            _draw(axis, folder, failure)
        for axis in axes[len(found) :]:
            axis.set_axis_off()
        figure.savefig(PICTURE, dpi=75, metadata={"Software": None})
    print(PICTURE)


if __name__ == "__main__":
    main()
