"""Compare statistics of simulated radiographs with those of real ones; write docs/simulation.md's numbers.

python tools/compare_with_real.py [--real ../shared/data] [--count 18]

Of the real pictures nothing but numbers and curves over all of them is kept. Without them only the curves
of the simulated ones are printed, and the page stays as it is.
"""

import argparse
import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from scipy import ndimage

from microcal_xray.bone import bone_mask
from microcal_xray.preprocessing import find_field
from microcal_xray.simulation import Anatomy, Exposure, simulate_limb
from microcal_xray.simulation.twins import PRESENTATIONS, presentation_twin

Float64Array = npt.NDArray[np.float64]
FloatArray = npt.NDArray[np.float32]

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "simulation.md"
PICTURE = ROOT / "docs" / "pictures" / "simulated_and_real.png"
MARKS = ("<!-- statistics: written by tools/compare_with_real.py -->", "<!-- end of statistics -->")

SHAFT_PX = 50  # every picture is brought to this width of the main shaft: about 0.5 mm in a leg
ACROSS = np.linspace(-1.5, 1.5, 121)  # in half widths of the shaft
WINDOW_PX = 32
BAND = (0.06, 0.35)  # cycles per pixel of the common size: about 0.1 to 0.7 per mm in a leg
_REAL_SHAFT_PX = 70  # simulated pictures are first reduced to what real ones usually have
_JPEG_QUALITY = 85
_LEGS = ("lower leg", "tibia")


@dataclass(frozen=True)
class Statistics:
    """Of one picture.

    Parameters
    ----------
    profile : (121,) float array
        Grey across the shaft, 0 in soft tissue, 1 at the brightest; the darker outer side first.
    cavity : float
        Profile in the middle of the shaft: 1 where no marrow shows.
    slope : float
        Of the power spectrum inside bone: exponent of the fall with frequency.
    texture : float
        Standard deviation inside bone in the band, over the step from soft tissue to bone.
    edge : float
        Width of the outline of the shaft, step over steepest slope, as a share of the shaft's width: median
        over the rows.
    frequency, power : (F,) float array
        Cycles per pixel of the common size; power over the square of the step.
    """

    profile: Float64Array
    cavity: float
    slope: float
    texture: float
    edge: float
    frequency: Float64Array
    power: Float64Array


def main() -> int:
    """Measure, print, draw and write."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--real", type=Path, default=ROOT.parent / "shared" / "data")
    arguments.add_argument("--count", type=int, default=18)
    asked = arguments.parse_args()
    simulated = measured(simulated_pictures(asked.count))
    print(table({"simulated": simulated}))
    if not (asked.real / "dev" / "truth.csv").exists():
        print(f"no real radiographs in {asked.real}: nothing to compare with", file=sys.stderr)
        return 0
    real = measured(real_pictures(asked.real))
    text = table({"simulated": simulated, "real": real})
    print(text)
    draw({"simulated": simulated, "real": real}).savefig(PICTURE, dpi=80, metadata={"Software": None})
    write(text)
    return 0


def measured(pictures: Iterator[FloatArray]) -> list[Statistics]:
    """Return the statistics of the pictures in which a shaft was found."""
    return [found for picture in pictures if (found := statistics_of(picture)) is not None]


def simulated_pictures(count: int) -> Iterator[FloatArray]:
    """Yield simulated lower legs, presented and then stored as real pictures on the web are."""
    for index in range(count):
        exposure = Exposure(tube_kv=(55, 60, 66)[index % 3], air_kerma_ugy=6.0 + 2.0 * (index % 8))
        first = simulate_limb(anatomy=Anatomy.TIBIA, seed=500 + index, lines=[], exposure=exposure)
        output = list(PRESENTATIONS.values())[index % len(PRESENTATIONS)]
        shown = presentation_twin(first, output)
        grey = np.asarray(shown.radiograph.pixels) / output.top * 255
        shaft_px = 27 / shown.detector.spacing_mm
        image = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
        size = tuple(round(side * _REAL_SHAFT_PX / shaft_px) for side in image.size)
        buffer = io.BytesIO()
        image.resize((size[0], size[1]), Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=_JPEG_QUALITY)
        yield _grey(Image.open(buffer))


def real_pictures(folder: Path) -> Iterator[FloatArray]:
    """Yield the lower legs without a fracture among the real pictures."""
    with (folder / "dev" / "truth.csv").open(encoding="utf-8", newline="") as table_file:
        rows = list(csv.DictReader(table_file))
    for row in rows:
        part = row["body_part"]
        if row["label"] == "normal" and any(part.startswith(leg) for leg in _LEGS):
            yield _grey(Image.open(folder / "dev" / "images" / row["file"]))


def statistics_of(picture: FloatArray) -> Statistics | None:
    """Return the statistics; None when no shaft is found, or it is under 40 pixels wide."""
    field = find_field(picture, usable=np.ones(picture.shape, bool))
    body = field.body & ~field.metal
    if not body.any():
        return None
    bone = bone_mask(picture, body=body)
    if np.count_nonzero(bone) < 500:
        return None
    upright, mask = _upright(picture, bone)
    found = _shaft(mask)
    if found is None:
        return None
    rows, middle, half = found
    if 2 * np.median(half) < 0.8 * SHAFT_PX:
        return None
    profile, step, edge = _profile(upright, rows, middle, half)
    if step < 15:
        return None
    scale = SHAFT_PX / float(2 * np.median(half))
    common = ndimage.zoom(_softened(picture, scale), scale, order=1) / step
    inside = ndimage.zoom(ndimage.binary_erosion(bone, iterations=3).astype(np.float32), scale, order=1) > 0.9
    spectrum = _spectrum(common, inside)
    if spectrum is None:
        return None
    frequency, power = spectrum
    band = (frequency > BAND[0]) & (frequency < BAND[1])
    slope = -float(np.polyfit(np.log(frequency[band]), np.log(power[band]), 1)[0])
    texture = float(np.sqrt(np.trapezoid(2 * np.pi * frequency[band] * power[band], frequency[band])))
    cavity = float(np.median(profile[np.abs(ACROSS) < 0.25]))
    return Statistics(profile, cavity, slope, texture, edge, frequency, power)


def _grey(image: Image.Image) -> FloatArray:
    return np.asarray(image.convert("L"), np.float32)


def _softened(picture: FloatArray, scale: float) -> FloatArray:
    return ndimage.gaussian_filter(picture, 0.4 / scale) if scale < 1 else picture


def _upright(picture: FloatArray, bone: npt.NDArray[np.bool_]) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return picture and bone turned so that the longest extent of the bone is vertical."""
    points = np.argwhere(bone) - np.argwhere(bone).mean(axis=0)
    values, vectors = np.linalg.eigh(points.T @ points)
    row, column = vectors[:, int(np.argmax(values))]
    degrees = float(np.degrees(np.arctan2(column, row)))
    degrees = (degrees + 90) % 180 - 90
    turned = ndimage.rotate(picture, -degrees, order=1, reshape=True, mode="constant", cval=np.nan)
    return turned, ndimage.rotate(bone.astype(np.float32), -degrees, order=1, reshape=True) > 0.5


def _shaft(
    mask: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.intp], Float64Array, Float64Array] | None:
    """Return rows through the shaft, and in each the middle and the half width of the widest bone."""
    found = []
    for row in range(0, mask.shape[0], 2):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], mask[row].astype(np.int8), [0]])))
        if edges.size:
            starts, stops = edges[::2], edges[1::2]
            widest = int(np.argmax(stops - starts))
            found.append((row, (starts[widest] + stops[widest] - 1) / 2, (stops - starts)[widest] / 2))
    if len(found) < 30:
        return None
    rows, middle, half = np.array(found, np.float64).T
    narrow = np.quantile(half, 0.3)
    shaft = np.abs(half / narrow - 1) < 0.12
    if np.count_nonzero(shaft) < 20:
        return None
    return rows[shaft].astype(np.intp), middle[shaft], half[shaft]


def _profile(
    upright: FloatArray, rows: npt.NDArray[np.intp], middle: Float64Array, half: Float64Array
) -> tuple[Float64Array, float, float]:
    """Return grey across the shaft, 0 to 1, the step from soft tissue to bone, the width of its outline."""
    columns = middle[:, None] + half[:, None] * ACROSS
    places = [np.broadcast_to(rows[:, None], columns.shape).astype(float), columns]
    values = ndimage.map_coordinates(upright, places, order=1, mode="constant", cval=np.nan)
    with np.errstate(invalid="ignore"):
        values = values[np.isfinite(values).all(axis=1)]
    if len(values) < 10:
        return np.zeros_like(ACROSS), 0.0, 0.0
    across = np.median(values, axis=0)
    left, right = (float(np.median(across[side])) for side in (ACROSS < -1.2, ACROSS > 1.2))
    if right < left:
        across, left, values = across[::-1], right, values[:, ::-1]
    step = float(across[np.abs(ACROSS) < 1].max()) - left
    outline = values[:, (ACROSS > -1.3) & (ACROSS < -0.6)]
    steepest = np.maximum(np.diff(outline, axis=1).max(axis=1) / (ACROSS[1] - ACROSS[0]), 1e-6)
    edge = float(np.median(np.ptp(outline, axis=1) / steepest)) / 2
    return (across - left) / max(step, 1e-6), step, edge


def _spectrum(image: FloatArray, inside: npt.NDArray[np.bool_]) -> tuple[Float64Array, Float64Array] | None:
    """Return the power inside bone, mean over windows and directions."""
    taper = np.hanning(WINDOW_PX)[:, None] * np.hanning(WINDOW_PX)[None, :]
    powers = []
    for row in range(0, image.shape[0] - WINDOW_PX, WINDOW_PX // 2):
        for column in range(0, image.shape[1] - WINDOW_PX, WINDOW_PX // 4):
            window = (slice(row, row + WINDOW_PX), slice(column, column + WINDOW_PX))
            if inside[window].mean() > 0.97:
                powers.append(_windowed_power(image[window].astype(np.float64), taper))
    if len(powers) < 4:
        return None
    frequency = np.fft.fftfreq(WINDOW_PX)
    radius = np.hypot(frequency[:, None], frequency[None, :]).ravel()
    ring = np.rint(radius * WINDOW_PX).astype(int)
    typical = np.median(powers, axis=0).ravel() / np.log(2)  # of exponentially distributed power
    rings = np.arange(2, WINDOW_PX // 2)
    return rings / WINDOW_PX, np.array([typical[ring == number].mean() for number in rings])


def _windowed_power(values: Float64Array, taper: Float64Array) -> Float64Array:
    axis = np.linspace(-1, 1, WINDOW_PX)
    across, along = np.meshgrid(axis, axis)
    curved = np.stack([np.ones_like(across), across, along, across**2, along**2, across * along], axis=-1)
    curved = curved.reshape(-1, 6)
    slow = curved @ np.linalg.lstsq(curved, values.ravel(), rcond=None)[0]
    spectrum = np.fft.fft2((values - slow.reshape(values.shape)) * taper)
    return np.asarray(np.abs(spectrum) ** 2 / (taper**2).sum())


def table(groups: dict[str, list[Statistics]]) -> str:
    """Return a Markdown table: median and quartiles of each group."""
    names = list(groups)
    lines = [
        "| | " + " | ".join(f"{name} ({len(groups[name])} pictures)" for name in names) + " |",
        "|---|" + "---|" * len(names),
    ]
    for title, attribute, digits in (
        ("grey in the middle of the shaft (soft tissue 0, brightest 1)", "cavity", 2),
        ("slope of the power spectrum inside bone", "slope", 2),
        ("texture inside bone over the step from soft tissue to bone", "texture", 3),
        ("width of the shaft's outline over the width of the shaft", "edge", 3),
    ):
        cells = []
        for name in names:
            values = [getattr(one, attribute) for one in groups[name]]
            low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
            cells.append(f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})")
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def draw(groups: dict[str, list[Statistics]]) -> Figure:
    """Return the curves: medians as lines, the middle half of the pictures shaded."""
    figure = Figure(figsize=(12, 3.8), layout="constrained")
    axes = figure.subplots(1, 3)
    for (name, group), colour in zip(groups.items(), ("#1b6ca8", "#c25b12"), strict=False):
        profiles = np.array([one.profile for one in group])
        _band(axes[0], ACROSS, profiles, colour, name)
        frequency = group[0].frequency
        _band(axes[1], frequency, np.array([one.power for one in group]), colour, name)
        edges = np.sort([one.edge for one in group])
        axes[2].step(edges, np.arange(1, len(edges) + 1) / len(edges), color=colour, label=name)
    axes[0].set(title="Across the shaft", xlabel="half widths from the middle", ylabel="grey, soft 0, bone 1")
    axes[0].set_ylim(-0.3, 1.15)
    axes[1].set(
        title="Power inside bone", xlabel="cycles per pixel (shaft 50 px)", xscale="log", yscale="log"
    )
    axes[1].set_ylabel("power over the squared step")
    axes[2].set(
        title="Sharpness of the outline",
        xlabel="width over the width of the shaft",
        ylabel="share of pictures",
    )
    for axis in axes:
        axis.legend(frameon=False)
        axis.spines[["top", "right"]].set_visible(False)
    return figure


def _band(axis: Axes, places: Float64Array, values: Float64Array, colour: str, name: str) -> None:
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), axis=0)
    axis.fill_between(places, low, high, color=colour, alpha=0.2, linewidth=0)
    axis.plot(places, middle, color=colour, label=name)


def write(text: str) -> None:
    """Put the table between the marks of the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
