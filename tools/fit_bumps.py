"""Fit the strength of bumps and its rate of false ones on simulated pictures; writes models/bumps.json.

Usage: python tools/fit_bumps.py [FIRST LAST]   (seeds, 0 to 400 unless given; all under 900)
       python tools/fit_bumps.py --pictures FOLDER

The second form leaves the fit as it is and writes the rates of real pictures anew, from those in FOLDER that
have neither a line nor a bump (`truth.csv`, as ../shared/data/dev has it). Only numbers are kept of them.
"""

import json
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from bump_samples import Sample, plain_pictures, sample

import microcal_xray as mx
from microcal_xray.contour.strength import FEATURES, features
from microcal_xray.outlining import outlines_of, told_apart
from microcal_xray.searching import looked_at, surveyed

FloatArray = npt.NDArray[np.float64]

MODEL = Path(__file__).parents[1] / "src" / "microcal_xray" / "contour" / "models" / "bumps.json"
_RIDGE = 1.0
_RATES = np.array([10, 6, 4, 2.5, 1.6, 1.0, 0.6, 0.4, 0.25, 0.15, 0.1, 0.06, 0.04])
_NEAR_MM = 3.0
_FEWEST = 2  # a rate by a single bump would be that bump's


def rows_of(one: Sample) -> tuple[list[FloatArray], list[bool]]:
    """Return the features of every shape of a picture, and whether it is the bump that was drawn."""
    found = looked_at(one.radiograph)
    seen = outlines_of(found, surveyed(found))
    rows, labels = [], []
    for outline in seen.outlines:
        for shape in outline.shapes:
            middle = found.stored(shape.base_px.mean(axis=0)[None])[0]
            rows.append(features(shape))
            away = np.inf if one.path_px is None else np.linalg.norm(one.path_px - middle, axis=1).min()
            labels.append(bool(away * one.radiograph.mm_per_pixel() < _NEAR_MM))
    return rows, labels


def fitted(rows: FloatArray, labels: FloatArray) -> tuple[FloatArray, float]:
    """Return weights and constant of a logistic regression with a small penalty, by Newton's method."""
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    terms = np.column_stack([(rows - middle) / spread, np.ones(len(rows))])
    penalty = np.diag([_RIDGE] * rows.shape[1] + [0.0])
    weights = np.zeros(terms.shape[1])
    for _ in range(40):
        chance = 1 / (1 + np.exp(-np.clip(terms @ weights, -30, 30)))
        hessian = terms.T @ (terms * (chance * (1 - chance))[:, None]) + penalty
        weights += np.linalg.solve(hessian, terms.T @ (labels - chance) - penalty @ weights)
    return weights[:-1] / spread, float(weights[-1] - (weights[:-1] / spread) @ middle)


def rates_of(false: FloatArray, pictures: int) -> dict[str, list[float]]:
    """Return the strengths that so many false bumps per picture reach or exceed."""
    falling = np.sort(false)[::-1]
    kept: list[tuple[float, float]] = []
    for rate in _RATES.tolist():
        number = round(rate * pictures)
        if not _FEWEST <= number <= len(falling):
            continue
        place = float(falling[number - 1])
        if not kept or place > kept[-1][0] + 1e-6:
            kept.append((place, rate))
    return {"strengths": [round(place, 4) for place, _ in kept], "false_bumps": [rate for _, rate in kept]}


def write_rates_of_pictures(folder: Path) -> None:
    """Write the rates of real pictures into the model."""
    strengths: list[float] = []
    paths = plain_pictures(folder)
    for path in paths:
        found = looked_at(mx.read_radiograph(path))
        if found.searched is not None or found.field.body.any():
            strengths += [strength for strength, _ in told_apart(outlines_of(found, surveyed(found)))]
    record = json.loads(MODEL.read_text(encoding="utf-8"))
    record["pictures"] = {**rates_of(np.array(strengths), len(paths)), "fitted_on": len(paths)}
    MODEL.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(record["pictures"], indent=1))


def main() -> None:
    """Fit and write."""
    if sys.argv[1:2] == ["--pictures"]:
        write_rates_of_pictures(Path(sys.argv[2]))
        return
    first, last = (int(value) for value in sys.argv[1:3]) if len(sys.argv) > 2 else (0, 400)
    rows: list[FloatArray] = []
    labels: list[bool] = []
    free: list[bool] = []
    pictures = 0
    for seed in range(first, last):
        one = sample(seed)
        own_rows, own_labels = rows_of(one)
        rows += own_rows
        labels += own_labels
        free += [not label for label in own_labels]
        pictures += 1
    table, hits = np.array(rows), np.array(labels, np.float64)
    weights, constant = fitted(table, hits)
    strengths = table @ weights + constant
    false = strengths[np.array(free)]
    kept = json.loads(MODEL.read_text(encoding="utf-8"))["pictures"] if MODEL.exists() else {}
    record = {
        "weights": {name: round(float(value), 4) for name, value in zip(FEATURES, weights, strict=True)},
        "constant": round(constant, 4),
        **rates_of(false, pictures),
        "fitted_on": {
            "pictures": pictures,
            "seeds": [first, last - 1],
            "shapes": len(rows),
            "bumps": int(hits.sum()),
        },
        # Of strengths by the former weights: to be written anew after this.
        "pictures": kept,
    }
    MODEL.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
