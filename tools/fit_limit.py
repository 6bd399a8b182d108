"""Fit how strongly the detector answers to lines of known contrast, and write it as plain numbers.

python tools/fit_limit.py [--real FOLDER ...] [--simulated COUNT] [--rounds N] [--jobs N]
    [--keep FILE] [--rows FILE ...] --out FILE

Lines are put into simulated limbs and into the line-free pictures of the folders, a few at a time, and the
detector runs on each picture. What is written are coefficients. About an hour on one core. Run it again
whenever the detector or its ranking model has changed; then tools/measure_limit.py.
"""

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from limit_samples import (
    Host,
    Row,
    drawn,
    looked_for,
    over_hosts,
    real_hosts,
    scenery_of_host,
    simulated_hosts,
)
from scipy.optimize import minimize
from scipy.special import log_ndtr

from microcal_xray import Kind, __version__
from microcal_xray.detectable import Scenery
from microcal_xray.limit import FEATURES, LARGEST_WIDTH_PX, ProbeLine, moved, width_for_signal
from microcal_xray.limit.model import SCHEMA, SCORE_RANGE, rest_over
from microcal_xray.limit.probes import ALIKE_RAD
from microcal_xray.probing import widest_px, with_context

FloatArray = npt.NDArray[np.float64]

_SEED = 71_000
_PER_PICTURE = 4
_SIGNALS = (1.5, 80.0)
_FAINTEST_BAND = 12.0  # times fainter than the highest that is told
_LARGEST_PEAK = 1.0  # a gap can take all of the bone away; no band more than doubles it
_REACHES_PX = (6.0, 10.0, 16.0, 25.0, 40.0, 60.0)
_WEAK_PULL = 0.02  # on the coefficients, against chance


def rows_of(host: Host, rng: np.random.Generator, *, rounds: int) -> list[Row]:
    """Return the lines put into one picture."""
    seen = scenery_of_host(host)
    if seen is None:
        return []
    rows: list[Row] = []
    lines: list[ProbeLine] = []
    for number in range(rounds):
        # Every second round lies near the one before: what places have in common is seen only so.
        if number % 2 == 0:
            lines = drawn(seen, _PER_PICTURE, rng)
        else:
            lines = with_context(seen, [moved(each, rng) for each in lines])
        widths = [_width_px(seen, each, rng) for each in lines]
        fine = [pair for pair in zip(lines, widths, strict=True) if pair[1] <= LARGEST_WIDTH_PX]
        if fine:
            rows += looked_for(host, seen, fine)
    return rows


def _width_px(seen: Scenery, line: ProbeLine, rng: np.random.Generator) -> float:
    if line.kind is Kind.SCLEROTIC:  # most of the same signals would be brighter than any band
        return widest_px(seen, line) / math.exp(rng.uniform(0, math.log(_FAINTEST_BAND)))
    signal = math.exp(rng.uniform(math.log(_SIGNALS[0]), math.log(_SIGNALS[1])))
    return width_for_signal(seen.ground, line, signal)


def like_those_told(rows: Sequence[Row], kind: Kind) -> list[Row]:
    """Return the lines of a kind that are neither higher nor wider than those whose limit is told."""
    highest = math.log(_LARGEST_PEAK)
    return [
        row
        for row in rows
        if row.kind == kind and row.features["peak"] <= highest and row.width_px <= LARGEST_WIDTH_PX
    ]


def fitted(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the model of one kind."""
    values = np.array([[row.features[name] for name in FEATURES] for row in rows])
    scores = np.array([row.score for row in rows])
    coefficients, spread = _mean(values, scores)
    mean = values @ coefficients
    shares, reach = _shares(rows, rest_over(scores, mean, spread), mean)
    blind = values * np.array([not name.endswith("context") for name in FEATURES])
    print(f"standard deviation {spread:.2f}, without the context {_mean(blind, scores)[1]:.2f}")
    return {
        "coefficients": dict(zip(FEATURES, coefficients.tolist(), strict=True)),
        "line_sd": spread * math.sqrt(1 - shares[0] - shares[1]),
        "place_sd": spread * math.sqrt(shares[0]),
        "picture_sd": spread * math.sqrt(shares[1]),
        "reach_px": reach,
        "largest_peak": _LARGEST_PEAK,
    }


def _mean(values: FloatArray, scores: FloatArray) -> tuple[FloatArray, float]:
    """Return coefficients and standard deviation: a normal score, only seen in a range (Tobit).

    Over the whole range of scores the mean is not linear in the features, nor is the spread the same; what a
    limit hangs on is where scores pass the dial.
    """
    faintest, clearest = SCORE_RANGE
    pulled = np.array([name != "one" for name in FEATURES], float)

    def loss(parameters: FloatArray) -> float:
        spread = math.exp(parameters[-1])
        mean = values @ parameters[:-1]
        seen = -0.5 * ((scores - mean) / spread) ** 2 - parameters[-1]
        over = np.where(scores >= clearest, log_ndtr((mean - clearest) / spread), seen)
        likelihood = np.where(scores <= faintest, log_ndtr((faintest - mean) / spread), over).mean()
        return float(-likelihood + _WEAK_PULL * (pulled * parameters[:-1] ** 2).sum() / 10)

    first = np.zeros(values.shape[1] + 1)
    first[FEATURES.index("signal")] = 1.0
    found = minimize(loss, first, method="L-BFGS-B")
    return found.x[:-1], math.exp(found.x[-1])


def _shares(rows: Sequence[Row], rest: FloatArray, mean: FloatArray) -> tuple[tuple[float, float], float]:
    """Return the shares of the variance that places and pictures have in common, and how far places reach."""
    # An unseen line says little about its neighbours: lines that are expected to be seen are compared.
    expected = mean > SCORE_RANGE[0]
    rows = [row for row, is_expected in zip(rows, expected, strict=True) if is_expected]
    rest = rest[expected]
    pictures = np.array([f"{row.source}/{row.picture}" for row in rows])
    places = np.array([(row.row, row.column) for row in rows])
    headings = np.array([row.direction_rad for row in rows])
    one, other = np.triu_indices(len(rows), 1)
    same = pictures[one] == pictures[other]
    one, other = one[same], other[same]
    product = rest[one] * rest[other] / (rest**2).mean()
    apart = np.hypot(*(places[one] - places[other]).T)
    turned = np.abs((headings[one] - headings[other] + np.pi / 2) % np.pi - np.pi / 2)
    best = (math.inf, (0.0, 0.0), _REACHES_PX[0])
    for reach in _REACHES_PX:
        near = np.exp(-apart / reach - (turned / ALIKE_RAD) ** 2)
        basis = np.stack([near, np.ones_like(near)], axis=1)
        shares = np.clip(np.linalg.lstsq(basis, product, rcond=None)[0], 0.0, 0.9)
        shares *= min(1.0, 0.9 / max(float(shares.sum()), 1e-9))
        error = float(((product - basis @ shares) ** 2).mean())
        if error < best[0]:
            best = error, (float(shares[0]), float(shares[1])), reach
    return best[1], best[2]


def main() -> None:
    """Fit and write the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--real", type=Path, nargs="*", default=[], help="folders of pictures with a truth.csv"
    )
    parser.add_argument("--simulated", type=int, default=350)
    parser.add_argument("--pictures", type=int, default=22, help="of each folder, at most")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=1, help="processes that look for lines")
    parser.add_argument("--keep", type=Path, help="keep the lines that were looked for in this file")
    parser.add_argument(
        "--rows", type=Path, nargs="*", default=[], help="files of kept lines: none are looked for"
    )
    asked = parser.parse_args()
    rows = [Row(**each) for file in asked.rows for each in json.loads(file.read_text(encoding="utf-8"))]
    if not rows:
        hosts = [
            *simulated_hosts(_SEED, asked.simulated, is_test=False),
            *chain.from_iterable(real_hosts(folder, asked.pictures, every=2) for folder in asked.real),
        ]
        rows = over_hosts(partial(rows_of, rounds=asked.rounds), hosts, seed=_SEED, jobs=asked.jobs)
    if asked.keep is not None:
        asked.keep.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")
    told = {kind: like_those_told(rows, kind) for kind in Kind}
    kinds = {kind.value: fitted(own) for kind, own in told.items()}
    document = {
        "schema": SCHEMA,
        "version": __version__,
        "lines": {kind.value: len(own) for kind, own in told.items()},
        "kinds": kinds,
    }
    asked.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
