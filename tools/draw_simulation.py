"""Draw the pictures of docs/simulation.md; all that they show is simulated."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from microcal_xray.findings import Kind
from microcal_xray.simulation import Anatomy, Detector, Exposure, SimulatedRadiograph, simulate_limb
from microcal_xray.simulation.detector import grid_shadow
from microcal_xray.simulation.inserting import LineToInsert, insert_line
from microcal_xray.simulation.twins import PRESENTATIONS, presentation_twin

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
_DETECTOR = Detector(560, 420, 0.143)
_CENTRE_MM = (0.0, -60.0)


def main() -> None:
    """Draw both pictures."""
    first = simulate_limb(
        anatomy=Anatomy.TIBIA,
        seed=11,
        lines=[],
        detector=_DETECTOR,
        centre_mm=_CENTRE_MM,
        exposure=Exposure(air_kerma_ugy=40.0),
    )
    for name, figure in (("simulated_twins.png", twins(first)), ("inserted_lines.png", inserted(first))):
        figure.savefig(FOLDER / name, dpi=75, metadata={"Software": None})
        print(FOLDER / name)


def twins(first: SimulatedRadiograph) -> Figure:
    """Return one exposure for processing and as it may be presented."""
    shown = {"for processing": first.radiograph.pixels}
    for name, output in PRESENTATIONS.items():
        shown[name] = presentation_twin(first, output).radiograph.pixels
    return _row(shown)


def inserted(first: SimulatedRadiograph) -> Figure:
    """Return a picture without lines, with lines put into it, the difference, and grid lines over it."""
    radiograph = first.radiograph
    changed = radiograph
    for line in (
        LineToInsert(np.array([[250.0, 150.0], [258.0, 200.0], [254.0, 250.0]]), width_mm=0.25, depth_mm=6),
        LineToInsert(np.array([[120.0, 160.0], [190.0, 235.0]]), width_mm=0.2, depth_mm=5, tilt_deg=10),
        LineToInsert(np.array([[390.0, 150.0], [396.0, 290.0]]), Kind.SCLEROTIC, width_mm=1.2, depth_mm=25),
    ):
        changed, _ = insert_line(changed, line, resolution_mm=0.17)
    grid = -np.log(grid_shadow(radiograph.pixels.shape, spacing_mm=0.143, angle_deg=2))
    return _row(
        {
            "without lines": radiograph.pixels,
            "lines inserted": changed.pixels,
            "the difference": changed.pixels - radiograph.pixels,
            "enlarged: a still grid of 4 per mm": (radiograph.pixels + grid)[200:340, 170:275],
        }
    )


def _row(shown: dict[str, npt.NDArray[np.float32]]) -> Figure:
    figure = Figure(figsize=(3.0 * len(shown), 4.3), layout="constrained")
    for axis, (title, pixels) in zip(figure.subplots(1, len(shown)), shown.items(), strict=True):
        low, high = np.percentile(pixels, (1, 99.8))
        if title == "the difference":  # grey where nothing changed
            low, high = -float(np.abs(pixels).max()), float(np.abs(pixels).max())
        axis.imshow(pixels, cmap="gray", vmin=low, vmax=high, interpolation="antialiased")
        axis.set_title(title)
        axis.set_axis_off()
    return figure


if __name__ == "__main__":
    main()
