"""Measure the evidence card against simulated lines whose truth is known; with --fit, fit its intervals.

    python tools/measure_evidence.py                          # prints the tables of docs/evidence.md
    python tools/measure_evidence.py --seed 404 405 416 417 --fit --jobs 16   # writes intervals.json

Run --fit again after the detector has changed, on seeds that no table is made of. The pictures are simulated
in memory; nothing else is written. About ten minutes for each seed, on one core; the result does not hang on
the number of processes.
"""

import argparse
import itertools
import json
import math
import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

import microcal_xray as mx
from microcal_xray.evaluation.overlap import pieces_of, share_within
from microcal_xray.measured import Estimate, Measured
from microcal_xray.measurement.intervals import NORMAL
from microcal_xray.measurement.strips import length_of, mean_direction, resampled, smoothed
from microcal_xray.simulation.plan import Family, planned
from microcal_xray.simulation.simulate import SimulatedRadiograph
from microcal_xray.simulation.true_line import TrueLine

INTERVALS = Path(__file__).parents[1] / "src/microcal_xray/measurement/models/intervals.json"
TOLERANCE_MM = 1.5  # of a hit, as in docs/evaluation.md
FALSE_MARKS = 4.0  # per picture: many candidates, weak ones among them
SMOOTHING_MM = 0.8  # a length is one along the smoothed centre line, that of the truth too
BLUR_MM = 0.18
_BEST_END = math.sqrt(16 * 1.2020569)  # times length over d'**2: see `classes`
RAW = {
    "angle_to_bone": NORMAL,
    "equivalent_width": NORMAL,
    "equivalent_width_processed": NORMAL,
    "gain_log": 0.0,
    "gain_per_log_width": 0.0,
    "gain_sd": 0.0,
    "integrated_contrast": NORMAL,
    "length_above": NORMAL,
    "length_below": NORMAL,
    "resolved_blurs": 0.0,
    "width": NORMAL,
    "width_processed": NORMAL,
}
GAIN_WIDTHS_MM = (0.2, 4.0)  # as the card has them
WHOLE = 0.9  # a line of which less is covered was found in part, which no measuring can know
DRAWS = 4000  # of pictures, for intervals
FREE_OF_LINES = (2, 8, 9)  # places in each ten of a folder
NOT_LINES = (
    "periosteal_thickening",
    "endosteal_thickening",
    "bump",
)  # shells on the outline: see docs/evidence.md


@dataclass(frozen=True)
class Pair:
    """A true line and what was measured of it."""

    picture: str  # its seed and its number: lines of a picture are not independent
    target: str
    kind: str
    intent: str
    signal: str
    d_prime: float
    length_mm: float
    width_mm: float
    equivalent_width_mm: float
    integrated_contrast_mm: float
    angle_deg: float
    measured: Measured
    is_hit: bool
    covered: float  # share of the line that lies within the tolerance of the path as measured
    is_alone: bool  # not in a cluster, where the skirts of bands overlap
    turned_deg: float  # of the measured line's mean direction against that of the true one; nan: not known

    @property
    def is_raw(self) -> bool:
        """Whether the picture was made for processing."""
        return self.intent == "for-processing"

    @property
    def is_resolved(self) -> bool:
        """Whether the line is wider than the blur of the panel that took it."""
        return self.width_mm >= BLUR_MM


Pairs = tuple[list[Pair], list[Pair]]
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")


def all_pairs(places: Sequence[tuple[int, int]], *, family: Family, jobs: int) -> Pairs:
    """Return the pairs of pictures, given as seeds and numbers, in their order, measured in processes."""
    true, found = [], []
    for on_truth, on_candidates in _in_order(partial(_pairs_at, family=family), places, jobs):
        true += on_truth
        found += on_candidates
    return true, found


def _in_order(
    work: Callable[[tuple[int, int]], Pairs], places: Sequence[tuple[int, int]], jobs: int
) -> Iterator[Pairs]:
    # One process too is another one: each has one thread, which they learn before numpy is imported.
    os.environ.update(dict.fromkeys(THREADS, "1"))
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(work, places)


def _pairs_at(place: tuple[int, int], *, family: Family) -> Pairs:
    seed, index = place
    picture = planned(index, seed=seed, family=family).simulated
    return pairs_of(picture, name=f"{seed}/{index}", on_truth=True)


def pairs_of(picture: SimulatedRadiograph, *, name: str, on_truth: bool) -> Pairs:
    """Return what is measured on true paths, if asked, and on the paths of candidates that hit a line."""
    radiograph, spacing = picture.radiograph, picture.detector.spacing_mm
    lines = [line for line in picture.truth if line.target.value not in NOT_LINES]
    if not lines:
        return [], []
    candidates = mx.find_lines(radiograph, mx.Settings(false_marks=FALSE_MARKS)).candidates
    true, found = [], []
    for line in lines:
        hit = _hit(line, candidates, spacing)
        if on_truth:
            path = np.clip(line.path_px, 0, np.array(radiograph.pixels.shape) - 1)
            measured = mx.measure_line(radiograph, path, kind=line.kind)
            pair = _pair(line, measured, picture, is_hit=hit is not None, covered=1.0, path_px=None)
            true.append(replace(pair, picture=name))
        if hit is not None and hit.measured is not None:
            truth, own = (pieces_of(each.path_px * spacing, longest=TOLERANCE_MM) for each in (line, hit))
            covered = share_within(truth, own, TOLERANCE_MM)
            path = hit.path_px
            pair = _pair(line, hit.measured, picture, is_hit=True, covered=covered, path_px=path)
            found.append(replace(pair, picture=name))
    return true, found


def _hit(line: TrueLine, candidates: Sequence[mx.Candidate], spacing: float) -> mx.Candidate | None:
    """Return the candidate that covers the line best: half of each lies within the tolerance of the other."""
    truth = pieces_of(line.path_px * spacing, longest=TOLERANCE_MM)
    best, at = 0.0, None
    for candidate in candidates:
        if candidate.kind is not line.kind:
            continue
        own = pieces_of(candidate.path_px * spacing, longest=TOLERANCE_MM)
        on, covers = share_within(own, truth, TOLERANCE_MM), share_within(truth, own, TOLERANCE_MM)
        if min(on, covers) >= 0.5 and on * covers > best:
            best, at = on * covers, candidate
    return at


def _pair(
    line: TrueLine,
    measured: Measured,
    picture: SimulatedRadiograph,
    *,
    is_hit: bool,
    covered: float,
    path_px: npt.NDArray[np.float64] | None,
) -> Pair:
    spacing = picture.detector.spacing_mm
    path = smoothed(resampled(line.path_px), SMOOTHING_MM / spacing)
    return Pair(
        picture="",
        target=line.target.value,
        kind=line.kind.value,
        intent=picture.radiograph.intent.value,
        signal=picture.radiograph.signal.value,
        d_prime=line.d_prime or 0.0,
        length_mm=length_of(path) * spacing,
        width_mm=line.width_mm,
        equivalent_width_mm=abs(line.integrated_contrast_mm) / line.bone_contrast_log,
        integrated_contrast_mm=abs(line.integrated_contrast_mm),
        angle_deg=line.angle_to_bone_deg,
        measured=measured,
        is_hit=is_hit,
        covered=covered,
        is_alone=line.cluster is None,
        turned_deg=math.nan if path_px is None else _turned_deg(path_px, line.path_px),
    )


def _turned_deg(one_px: npt.NDArray[np.float64], other_px: npt.NDArray[np.float64]) -> float:
    one, other = (math.degrees(mean_direction(resampled(path))) for path in (one_px, other_px))
    return (one - other + 90) % 180 - 90


Quantity = tuple[str, Callable[[Pair], float], Callable[[Pair], Estimate | None], Callable[[Pair], bool]]
QUANTITIES: tuple[Quantity, ...] = (
    ("length", lambda p: p.length_mm, lambda p: p.measured.length_mm, lambda p: p.covered >= WHOLE),
    (
        "angle to bone",
        lambda p: p.angle_deg,
        lambda p: p.measured.place.angle_to_bone_deg,
        lambda p: p.length_mm >= 5,
    ),
    (
        "equivalent width",
        lambda p: p.equivalent_width_mm,
        lambda p: p.measured.equivalent_width_mm,
        lambda p: p.is_raw and p.is_alone,
    ),
    (
        "equivalent width processed",
        lambda p: p.equivalent_width_mm,
        lambda p: p.measured.equivalent_width_mm,
        lambda p: not p.is_raw and p.is_alone,
    ),
    (
        "integrated contrast",
        lambda p: p.integrated_contrast_mm,
        lambda p: p.measured.integrated_contrast_mm,
        lambda p: p.signal == "log" and p.is_alone,
    ),
    (
        "width",
        lambda p: p.width_mm,
        lambda p: p.measured.width_mm,
        lambda p: p.is_resolved and p.is_raw and p.is_alone,
    ),
    (
        "width processed",
        lambda p: p.width_mm,
        lambda p: p.measured.width_mm,
        lambda p: p.is_resolved and not p.is_raw and p.is_alone,
    ),
)


def table(pairs: Sequence[Pair]) -> list[str]:
    """Return a table: how many were measured, how far off, how often the interval holds the truth."""
    rows = ["| quantity | lines | measured | ratio or error: 5 %, median, 95 % | interval holds the truth |"]
    rows.append("| --- | --- | --- | --- | --- |")
    for name, truth, estimate, counts in QUANTITIES:
        asked = [pair for pair in pairs if counts(pair)]
        known = [(truth(pair), found) for pair in asked if (found := estimate(pair)) is not None]
        if not known:
            continue
        if name == "angle to bone":
            off = [found.value - true for true, found in known]
            spread = ", ".join(f"{value:+.1f}°" for value in np.percentile(off, [5, 50, 95]))
        else:
            off = [found.value / true for true, found in known]
            spread = ", ".join(f"{value:.2f}" for value in np.percentile(off, [5, 50, 95]))
        held = sum(found.low <= true <= found.high for true, found in known)
        rows.append(f"| {name} | {len(asked)} | {len(known)} | {spread} | {_share(held, len(known))} |")
    return rows


def goals(pairs: Sequence[Pair]) -> list[str]:
    """Return the shares that the goals are about."""
    lengths = [is_met for pair in pairs if (is_met := _is_long_enough(pair)) is not None]
    angles = [
        abs(found.value - p.angle_deg)
        for p in pairs
        if p.length_mm >= 5 and (found := p.measured.place.angle_to_bone_deg) is not None
    ]
    widths = [
        p.measured.width_mm.value / p.width_mm for p in pairs if p.width_mm >= 0.2 and p.measured.width_mm
    ]
    right = sum(p.measured.resolved == p.is_resolved for p in pairs)
    kinds = {
        kind: [
            p.measured.width_mm.value / p.width_mm
            for p in pairs
            if p.width_mm >= 0.2 and p.measured.width_mm and p.kind == kind
        ]
        for kind in ("lucent", "sclerotic")
    }
    by_kind = ", ".join(f"{kind} {np.median(values) - 1:+.0%}" for kind, values in kinds.items() if values)
    return [
        f"- length within max(0.5 mm, 10 %): {_share(sum(lengths), len(lengths))}",
        f"- angle within 2° (lines of 5 mm and more): {_share(sum(a <= 2 for a in angles), len(angles))}, "
        f"median error {np.median(angles):.1f}°",
        *_directions(pairs),
        f"- width, median bias from 0.2 mm on: {np.median(widths) - 1:+.0%} ({by_kind})",
        f"- resolved is right: {_share(right, len(pairs))}",
        f"- covered to {WHOLE:.0%} or more, so found as a whole: "
        f"{_share(sum(p.covered >= WHOLE for p in pairs), len(pairs))}",
        *shares(pairs),
    ]


def _is_long_enough(pair: Pair) -> bool | None:
    if pair.measured.length_mm is None:
        return None
    return abs(pair.measured.length_mm.value - pair.length_mm) <= max(0.5, 0.1 * pair.length_mm)


def _is_turned_right(pair: Pair) -> bool | None:
    off = _angle_off(pair) if pair.length_mm >= 5 else None
    return None if off is None else off <= 2


def shares(pairs: Sequence[Pair]) -> list[str]:
    """Return the shares that the goals are about, each with 95 % intervals: Wilson's, and by picture.

    The latter is the bootstrap's: pictures are drawn again, with all their lines.
    """
    return [
        _with_intervals(name, [(pair.picture, is_met(pair)) for pair in pairs])
        for name, is_met in (("length within", _is_long_enough), ("angle within", _is_turned_right))
    ]


def _with_intervals(name: str, told: Sequence[tuple[str, bool | None]]) -> str:
    known = [(picture, is_met) for picture, is_met in told if is_met is not None]
    part, whole = sum(is_met for _, is_met in known), len(known)
    if not whole:
        return f"- {name}: none"
    wilson = " to ".join(f"{share:.0%}" for share in wilson_interval(part, whole))
    pictures = sorted({picture for picture, _ in known})
    counts = np.zeros((len(pictures), 2))
    for picture, is_met in known:
        counts[pictures.index(picture)] += (is_met, 1)
    drawn = np.random.default_rng(0).integers(len(pictures), size=(DRAWS, len(pictures)))
    sums = counts[drawn].sum(axis=1)
    low, high = np.percentile(sums[:, 0] / sums[:, 1], [2.5, 97.5])
    return f"- {name}: {_share(part, whole)} (95 %: {wilson}; by picture {low:.0%} to {high:.0%})"


def wilson_interval(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927).

    Examples
    --------
    >>> tuple(round(share, 3) for share in wilson_interval(8, 10))
    (0.49, 0.943)
    """
    share, square = part / whole, NORMAL**2
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    reach = math.sqrt(share * (1 - share) / whole + square / (4 * whole**2)) * NORMAL / (1 + square / whole)
    return middle - reach, middle + reach


def _directions(pairs: Sequence[Pair]) -> list[str]:
    """Return how much of the error of the angle is that of the line's own direction, where it is known."""
    off = np.abs([p.turned_deg for p in pairs if p.length_mm >= 5 and math.isfinite(p.turned_deg)])
    if not len(off):
        return []
    within = _share(int(np.sum(off <= 2)), len(off))
    return [f"- direction of the line on the picture within 2°: {within}, median error {np.median(off):.1f}°"]


def classes(pairs: Sequence[Pair]) -> list[str]:
    """Return a table of the two goals by d' and by length, with what an ideal observer could reach.

    The place of a step of height a in white noise of spectral density s is known to within a standard
    deviation of sqrt(16 zeta(3)) s / a**2 at best (Ibragimov and Hasminskii 1981, Statistical Estimation,
    chapter VII); a line of length L with d' has a**2 / s = d'**2 / L.
    """
    rows = [
        "| lines | number | whole | length within | of whole ones | best length error | angle within 2° |"
    ]
    rows.append("| --- | --- | --- | --- | --- | --- | --- |")
    by_d = itertools.pairwise((0.0, 15.0, 30.0, 60.0, math.inf))
    by_length = itertools.pairwise((0.0, 5.0, 10.0, 20.0, 40.0, math.inf))
    groups = [
        (f"d′ {low:g} to {high:g}", [p for p in pairs if low <= p.d_prime < high]) for low, high in by_d
    ]
    groups += [
        (f"{low:g} to {high:g} mm", [p for p in pairs if low <= p.length_mm < high])
        for low, high in by_length
    ]
    for name, some in groups:
        if not some:
            continue
        whole = [pair for pair in some if pair.covered >= WHOLE]
        best = [NORMAL * _BEST_END * math.sqrt(2) / max(p.d_prime, 1.0) ** 2 for p in some]
        angles = [off for p in some if p.length_mm >= 5 and (off := _angle_off(p)) is not None]
        rows.append(
            f"| {name.replace('to inf', 'and more')} | {len(some)} | {len(whole) / len(some):.0%} "
            f"| {_within(some)} | {_within(whole)} | {np.median(best):.1%} "
            f"| {f'{np.mean(np.array(angles) <= 2):.0%}' if angles else '–'} |"
        )
    return rows


def _within(pairs: Sequence[Pair]) -> str:
    off = [
        (abs(p.measured.length_mm.value - p.length_mm), p.length_mm) for p in pairs if p.measured.length_mm
    ]
    return f"{np.mean([error <= max(0.5, 0.1 * length) for error, length in off]):.0%}" if off else "–"


def _angle_off(pair: Pair) -> float | None:
    found = pair.measured.place.angle_to_bone_deg
    return None if found is None else abs(found.value - pair.angle_deg)


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}, {part / max(whole, 1):.0%}"


def fitted(pairs: Sequence[Pair]) -> dict[str, float]:
    """Return the factors with which 95 % of the intervals hold the truth on these pairs.

    The pairs were measured with the factors of `RAW`: their intervals tell the standard errors.
    """
    whole = [pair for pair in pairs if pair.covered >= WHOLE]
    lengths = [(pair.length_mm, pair.measured.length_mm) for pair in whole if pair.measured.length_mm]
    below = [NORMAL * (found.value - true) / (found.value - found.low) for true, found in lengths]
    above = [NORMAL * (true - found.value) / (found.high - found.value) for true, found in lengths]
    factors = {
        "length_below": _quantile(below, 0.975),
        "length_above": _quantile(above, 0.975),
        "resolved_blurs": _resolved_blurs(pairs),
    }
    for name, truth, estimate, counts in QUANTITIES[1:]:
        # Lines found in part turn away from the whole: true paths would make angles look better.
        some = [p for p in pairs if math.isfinite(p.turned_deg)] if name == "angle to bone" else pairs
        asked = [pair for pair in some if counts(pair)]
        known = [(truth(pair), found) for pair in asked if (found := estimate(pair)) is not None]
        error = _degree_error if name == "angle to bone" else _factor_error
        errors = [NORMAL * error(true, found) for true, found in known]
        factors[name.replace(" ", "_")] = _quantile(errors, 0.95)
    factors |= _gain(pairs)
    return {name: round(factors[name], 3) for name in sorted(factors)}


def _gain(pairs: Sequence[Pair]) -> dict[str, float]:
    """Return how much more lines stand out than bone where edges were enhanced, and the interval that leaves.

    A straight line over the logarithm of the width as measured, robustly: a few lines were measured in part.
    """
    asked = [
        (p, p.measured.equivalent_width_mm, p.measured.width_mm)
        for p in pairs
        if not p.is_raw and p.is_alone and p.measured.equivalent_width_mm and p.measured.width_mm
    ]
    seen = np.log([found.value / p.equivalent_width_mm for p, found, _ in asked])
    width = np.log(np.clip([width.value for _, _, width in asked], *GAIN_WIDTHS_MM))
    own = np.array([math.log(found.high / found.value) / NORMAL for _, found, _ in asked])
    terms = np.stack([np.ones_like(width), width], axis=1)
    weight = np.ones_like(width)
    for _ in range(30):
        gain = np.linalg.lstsq(terms * np.sqrt(weight)[:, None], seen * np.sqrt(weight), rcond=None)[0]
        left = seen - terms @ gain
        spread = 1.4826 * float(np.median(np.abs(left)))
        weight = 1 / (1 + (left / (2 * spread)) ** 2)
    errors = np.abs(left) / np.hypot(own, spread)
    return {
        "gain_log": float(gain[0]),
        "gain_per_log_width": float(gain[1]),
        "gain_sd": spread,
        "equivalent_width_processed": _quantile(errors.tolist(), 0.95),
    }


def _degree_error(true: float, found: Estimate) -> float:
    return abs(found.value - true) / max(found.high - found.value, found.value - found.low)


def _factor_error(true: float, found: Estimate) -> float:
    return abs(math.log(found.value / true)) / math.log(found.high / found.value)


def _quantile(values: Sequence[float], share: float) -> float:
    """Return the quantile; never less than that of a normal distribution, as few values can be too lucky."""
    return max(NORMAL, float(np.quantile(values, share)))


def _resolved_blurs(pairs: Sequence[Pair]) -> float:
    """Return from how many widths of the blur on most lines are rightly called resolved."""
    seen = np.array([p.measured.width_px.value / p.measured.blur_px for p in pairs if p.measured.width_px])
    true = np.array([p.is_resolved for p in pairs if p.measured.width_px])
    tried = np.arange(0.6, 2.6, 0.05)
    right = np.array([np.mean((seen >= least) == true) for least in tried])
    return float(tried[right >= right.max() - 1e-9].mean())


def main() -> None:
    """Simulate, measure, and print or fit."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, nargs="+", default=[505, 606])
    parser.add_argument("--count", type=int, default=180, help="pictures of each seed")
    parser.add_argument("--family", type=Family, default=Family.TUNING)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--keep", type=Path, help="a file for what was measured, or with it from before")
    asked = parser.parse_args()
    if asked.fit:
        INTERVALS.write_text(json.dumps(RAW, indent=1) + "\n")
    if asked.keep and asked.keep.exists():
        true, found = pickle.loads(asked.keep.read_bytes())
    else:
        pictures = [index for index in range(asked.count) if index % 10 not in FREE_OF_LINES]
        places = list(itertools.product(asked.seed, pictures))
        true, found = all_pairs(places, family=asked.family, jobs=asked.jobs)
        if asked.keep:
            asked.keep.write_bytes(pickle.dumps((true, found)))
    if asked.fit:
        factors = fitted([*found, *(pair for pair in true if pair.is_hit)])
        INTERVALS.write_text(json.dumps(factors, indent=1) + "\n")
        print(json.dumps(factors))
        return
    seen = [pair for pair in true if pair.is_hit]
    for title, pairs in (
        ("On the paths of candidates that hit a line", found),
        ("On the true paths of the same lines", seen),
        ("On the true paths of all lines", true),
    ):
        if pairs:
            print(
                f"\n{title} ({len(pairs)})\n", *table(pairs), "", *goals(pairs), "", *classes(pairs), sep="\n"
            )


if __name__ == "__main__":
    main()
