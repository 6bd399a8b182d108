"""Measure whether the predicted limit is what the detector finds, on seeds and pictures not fitted on.

python tools/measure_limit.py [--simulated COUNT] [--real FOLDER ...] [--rounds N] [--probes N]
    [--jobs N] [--keep FILE] [--rows FILE ...] --out FILE

Lines of widths around the predicted limit are put into line-free radiographs, and the detector looks for
them. Written is a page of tables. About a quarter of an hour on one core.
"""

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
from limit_samples import Host, drawn, looked_for, over_hosts, real_hosts, scenery_of_host, simulated_hosts
from scipy.optimize import minimize
from scipy.stats import spearmanr

from microcal_xray import Kind
from microcal_xray.detectable import detectability_of, scenery_of
from microcal_xray.image_limits import Compartment, Course
from microcal_xray.limit import BLOCK_PX, Taught, shipped_models
from microcal_xray.probing import least_width_px, probed, widest_px
from microcal_xray.radiograph import Signal
from microcal_xray.searching import looked_at, prepared, search
from microcal_xray.simulation import Anatomy, Detector, Exposure, Fissure, simulate_limb
from microcal_xray.simulation import Course as CourseInBone
from microcal_xray.simulation.plan import planned

FloatArray = npt.NDArray[np.float64]

_SEED = 98_000
_PER_PICTURE = 4
_AROUND = 1.6  # natural logarithm of the width over the limit, to both sides
_BINS = 4  # by the predicted limit: of fewer lines each the width found would be mostly chance
_FEWEST_IN_BIN = 30
_RESAMPLES = 100
_PIXELS_MM = (0.10, 0.143, 0.16, 0.20, 0.30, 0.42, 0.67)


@dataclass(frozen=True)
class Tried:
    """One line that was put in and looked for; widths in working pixels."""

    source: str
    picture: str
    kind: str
    compartment: str
    false_marks: float
    width_px: float
    fitted_px: float
    probed_px: float
    is_marked: bool


def tried_in(host: Host, rng: np.random.Generator, *, rounds: int, probes: int) -> list[Tried]:
    """Return lines around the limit that were put into one picture."""
    seen = scenery_of_host(host)
    if seen is None:
        return []
    tried: list[Tried] = []
    false_marks = float(rng.choice((1.0, 4.0)))
    taught = Taught(seen.ground, shipped_models(), probed(seen, probes, false_marks=false_marks))
    for _ in range(rounds):
        lines = drawn(seen, _PER_PICTURE, rng)
        fitted = [least_width_px(seen, line, false_marks=false_marks) for line in lines]
        known = [least_width_px(seen, line, false_marks=false_marks, taught=taught) for line in lines]
        middle = [
            one if math.isfinite(one) else widest_px(seen, each) / 2
            for one, each in zip(known, lines, strict=True)
        ]
        widths = [one * math.exp(rng.uniform(-_AROUND, _AROUND)) for one in middle]
        pairs = [(each, min(width, widest_px(seen, each))) for each, width in zip(lines, widths, strict=True)]
        if not pairs:
            continue
        for row, one, other in zip(looked_for(host, seen, pairs), fitted, known, strict=True):
            tried.append(
                Tried(
                    row.source,
                    row.picture,
                    row.kind,
                    row.compartment,
                    false_marks,
                    row.width_px,
                    one,
                    other,
                    row.score >= -math.log10(false_marks),
                )
            )
    return tried


def summary(rows: Sequence[Tried], limit: str) -> list[str]:
    """Return how the limit of that name holds, as rows of a table."""
    predicted = np.array([getattr(row, limit) for row in rows])
    widths = np.array([row.width_px for row in rows])
    marked = np.array([row.is_marked for row in rows])
    has = np.isfinite(predicted)
    ratio = np.log(widths[has] / predicted[has])
    over, under = ratio > math.log(2), ratio < -math.log(2)
    _, seen = _by_bins(predicted[has], ratio, marked[has], _BINS, _FEWEST_IN_BIN)
    near = float(np.mean([0.75 <= factor <= 1.25 for factor in seen])) if seen else math.nan
    fine, factors = _by_bins(predicted[has], ratio, marked[has], 2 * _BINS, _FEWEST_IN_BIN / 2)
    found = [middle * factor for middle, factor in zip(fine, factors, strict=True)]
    rank = float(spearmanr(fine, found).statistic) if len(found) > 4 else math.nan
    whole = _width_80(ratio, marked[has])
    return [
        f"{len(rows)}",
        f"{1 - has.mean():.2f}",
        _share(marked[has][over]),
        _share(marked[has][under]),
        _with_interval(whole, ratio, marked[has]),
        f"{near:.2f} ({', '.join(f'{factor:.2f}' for factor in seen)})" if seen else "-",
        f"{rank:.2f}" if len(found) > 4 else "-",
        _share(marked[~has]),
    ]


def _by_bins(
    predicted: FloatArray, ratio: FloatArray, marked: npt.NDArray[np.bool_], count: int, fewest: float
) -> tuple[list[float], list[float]]:
    """Return the middle of bins of growing predicted limit, and at which multiple of it 80 % are marked."""
    order = np.argsort(predicted, kind="stable")
    bins = [part for part in np.array_split(order, count) if len(part) >= fewest]
    middles = [float(np.exp(np.log(predicted[part]).mean())) for part in bins]
    return middles, [_width_80(ratio[part], marked[part]) for part in bins]


def _with_interval(value: float, ratio: FloatArray, marked: npt.NDArray[np.bool_]) -> str:
    """Return a multiple of the limit with its 95 % interval over lines."""
    if len(ratio) < _FEWEST_IN_BIN:
        return "-"
    rng = np.random.default_rng(0)
    drawn = [rng.integers(len(ratio), size=len(ratio)) for _ in range(_RESAMPLES)]
    low, high = np.percentile([_width_80(ratio[rows], marked[rows]) for rows in drawn], (2.5, 97.5))
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"


def _share(marked: npt.NDArray[np.bool_]) -> str:
    return f"{marked.mean():.2f} of {len(marked)}" if len(marked) else "-"


def _width_80(ratio: FloatArray, marked: npt.NDArray[np.bool_]) -> float:
    """Return at which multiple of the limit 80 % are marked, by a logistic curve; infinite where never."""
    signs = 2.0 * marked - 1

    def loss(parameters: FloatArray) -> float:
        return float(np.logaddexp(0, -signs * (parameters[0] + math.exp(parameters[1]) * ratio)).mean())

    # A little pull to a usual slope keeps bins of a few lines finite.
    found = minimize(
        lambda p: loss(p) + 0.01 * (p[1] - 0.7) ** 2, np.array([1.0, 0.7]), method="Nelder-Mead"
    ).x
    return math.exp(min((math.log(4) - found[0]) / math.exp(found[1]), 5.0))


def by_pixel_size() -> list[list[str]]:
    """Return the limit and the ideal observer's d' of an aligned fissure of 0.1 mm over the pixel size."""
    table = []
    for spacing in _PIXELS_MM:
        detector = Detector(round(140 / spacing), round(90 / spacing), spacing)
        fissure = Fissure(CourseInBone(from_end_mm=60, angle_to_bone_deg=85), width_mm=0.1)
        values = []
        for seed in (_SEED + 500, _SEED + 501, _SEED + 502):
            made = simulate_limb(
                anatomy=Anatomy.TIBIA,
                seed=seed,
                lines=[fissure],
                exposure=Exposure(air_kerma_ugy=30),
                detector=detector,
                centre_mm=(0, -60),
            )
            seen = scenery_of(made.radiograph, search(made.radiograph))
            if seen is None or not made.truth:
                continue
            limit = detectability_of(seen, shipped_models(), false_marks=1.0)
            row = limit.row(
                kind=Kind.LUCENT,
                compartment=Compartment.INNER,
                course=Course.ACROSS,
                length_px=limit.map_length_px,
            )
            width = math.nan if row is None or row.width_mm is None else row.width_mm
            values.append((made.truth[0].d_prime, width))
        d_prime, width = np.nanmean(np.array(values), axis=0).tolist()
        table.append([f"{spacing:.3f}", f"{d_prime:.1f}", f"{width:.2f}"])
    return table


def step_over_truth(count: int = 240) -> FloatArray:
    """Return the step that the limit is over at each true line of simulated raw limbs, over the true one."""
    found = []
    for number in range(count):
        made = planned(number, seed=_SEED).simulated
        lines = [line for line in made.truth if line.bone_contrast_log]
        if made.radiograph.signal is not Signal.LOG or not lines:
            continue
        start = prepared(looked_at(made.radiograph))
        seen = scenery_of(made.radiograph, start)
        if seen is None:
            continue
        for line in lines:
            path = start.working.from_original(start.grid.from_stored(line.path_px)) / BLOCK_PX
            rows, columns = np.clip(path.astype(int), 0, np.array(seen.ground.step.shape) - 1).T
            found.append(float(seen.ground.step[rows, columns].mean()) * seen.unit / line.bone_contrast_log)
    return np.array(found)


def page(rows: Sequence[Tried], pixels: Sequence[Sequence[str]], steps: FloatArray) -> str:
    """Return the tables as Markdown."""
    head = (
        "lines",
        "without a limit",
        "marked above twice the limit",
        "below half of it",
        "80 % at, times the limit",
        "bins within 25 %",
        "rank correlation",
        "marked where no limit",
    )
    sources = sorted({row.source for row in rows})
    lines = [f"| | {' | '.join(head)} |", "|---" * (len(head) + 1) + "|"]
    for limit, words in (("fitted_px", "expected"), ("probed_px", "with probes")):
        for kind in (*Kind, "both"):
            for source in ("all", *sources):
                own = [row for row in rows if kind in ("both", row.kind) and source in ("all", row.source)]
                if len(own) >= 20:
                    lines.append(f"| {words}, {kind}, {source} | {' | '.join(summary(own, limit))} |")
    lines += ["", "| pixel mm | d' of the ideal observer, 0.1 mm fissure | limit of this detector, mm |"]
    lines += ["|---|---|---|", *(f"| {' | '.join(row)} |" for row in pixels)]
    low, middle, high = np.percentile(steps, (25, 50, 75))
    lines += [
        "",
        f"step over the true one at {len(steps)} lines: {middle:.2f}, half of them {low:.2f} to {high:.2f}",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simulated", type=int, default=14)
    parser.add_argument(
        "--real", type=Path, nargs="*", default=[], help="folders of pictures with a truth.csv"
    )
    parser.add_argument("--pictures", type=int, default=4, help="of each folder, at most")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--probes", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=1, help="processes that look for lines")
    parser.add_argument("--keep", type=Path, help="keep the lines that were looked for in this file")
    parser.add_argument(
        "--rows", type=Path, nargs="*", default=[], help="files of kept lines: none are looked for"
    )
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    rows = [Tried(**each) for file in asked.rows for each in json.loads(file.read_text(encoding="utf-8"))]
    if not rows:
        hosts = [
            *simulated_hosts(_SEED, asked.simulated, is_test=True),
            *chain.from_iterable(
                real_hosts(folder, asked.pictures, every=2, first=1) for folder in asked.real
            ),
        ]
        tried = partial(tried_in, rounds=asked.rounds, probes=asked.probes)
        rows = over_hosts(tried, hosts, seed=_SEED, jobs=asked.jobs)
    if asked.keep is not None:
        asked.keep.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")
    text = page(rows, by_pixel_size(), step_over_truth())
    asked.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
