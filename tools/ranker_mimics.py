"""Fit the court of mimics: what the false candidates are, from labels by eye and from simulated truth."""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt
from ranker_samples import Sample, dense
from scipy.spatial import KDTree

from microcal_xray import MIMICS, Kind

FloatArray = npt.NDArray[np.float64]

LINE, OTHER = "line", "other"
_SIMULATED_NAMES = {
    "side_marker": "marker",
    "hardware": "metal",
    "harris_lines": "harris_line",
    "growth_plate_scar": "growth_plate",
}
_TOLERANCE_MM = 1.5
_LABEL_TOLERANCE_PX, _SAME_SHARE = 6.0, 0.6
_FEWEST = 12  # candidates that a structure must have been seen on
_SIMULATED_WEIGHT = 0.3
_WEIGHT_OF_EACH = 100.0
_ROUNDS = 60
_PARAMETERS: dict[str, Any] = {
    "objective": "multiclass",
    "learning_rate": 0.08,
    "num_leaves": 6,
    "min_data_in_leaf": 8,
    "lambda_l2": 5.0,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "max_bin": 63,
    "num_threads": 2,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 1,
    "verbose": -1,
}


def labels_by_eye(place: Path) -> dict[tuple[str, Kind], list[tuple[FloatArray, str]]]:
    """Return the labelled paths of each picture and kind; columns file, kind, polyline ("x y;x y"), label."""
    found: dict[tuple[str, Kind], list[tuple[FloatArray, str]]] = defaultdict(list)
    with place.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            points = [[float(value) for value in point.split()] for point in row["polyline"].split(";")]
            found[row["file"], Kind(row["kind"])].append((np.array(points)[:, ::-1], row["label"]))
    return found


def fitted_court(
    samples: Sequence[Sample], kind: Kind, labels: Path | None
) -> tuple[list[str], lightgbm.Booster, Counter[str]]:
    """Return the structures, the model and how many candidates of each were seen."""
    by_eye = {} if labels is None else labels_by_eye(labels)
    rows, names, weights = [], [], []
    for sample in samples:
        own = [number for number, each in enumerate(sample.kinds) if each is kind]
        is_simulated = sample.picture.source == "simulated"
        found = _simulated_names(sample, own) if is_simulated else _named_by_eye(sample, own, kind, by_eye)
        for number, name in found.items():
            rows.append(sample.table.values[number])
            names.append(name)
            weights.append(_SIMULATED_WEIGHT if is_simulated else 1.0)
    counts = Counter(names)
    classes = sorted(name for name, count in counts.items() if count >= _FEWEST)
    used = [number for number, name in enumerate(names) if name in classes]
    totals: dict[str, float] = defaultdict(float)
    for name, weight in zip(names, weights, strict=True):
        totals[name] += weight
    data = lightgbm.Dataset(
        np.array(rows)[used],
        np.array([classes.index(names[number]) for number in used]),
        # Each structure weighs the same: how common it is in a set says nothing about a candidate.
        weight=np.array([weights[number] / totals[names[number]] for number in used]) * _WEIGHT_OF_EACH,
    )
    model = lightgbm.train(_PARAMETERS | {"num_class": len(classes)}, data, _ROUNDS)
    return classes, model, counts


def _named_by_eye(
    sample: Sample,
    own: Sequence[int],
    kind: Kind,
    by_eye: dict[tuple[str, Kind], list[tuple[FloatArray, str]]],
) -> dict[int, str]:
    found = {number: LINE for number in own if sample.share_true[number] >= 0.5}
    for path, label in by_eye.get((sample.picture.path.name, kind), []):
        tree = KDTree(dense(path))
        for number in own:
            shared = (tree.query(dense(sample.paths[number]))[0] <= _LABEL_TOLERANCE_PX).mean()
            if shared >= _SAME_SHARE:
                found.setdefault(number, label if label in MIMICS or label == LINE else OTHER)
    return found


@cache
def _truth_of(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the images of a truth.json by their file."""
    images = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["images"]
    return {image["file"]: image for image in images}


def _simulated_names(sample: Sample, own: Sequence[int]) -> dict[int, str]:
    image = _truth_of(sample.picture.path.parent)[sample.picture.path.name]
    tolerance = _TOLERANCE_MM / image["spacing_mm"][0]
    found = {number: LINE for number in own if sample.share_true[number] >= 0.5}
    for mimic in image["mimics"]:
        name = _SIMULATED_NAMES.get(mimic["kind"], mimic["kind"])
        # Boxes hold whole pictures or whole markers; only outlines say what a candidate lies on.
        if name not in MIMICS or "path_px" not in mimic:
            continue
        tree = KDTree(dense(np.array(mimic["path_px"])))
        for number in own:
            away = tree.query(sample.paths[number], distance_upper_bound=tolerance)[0]
            if (away <= tolerance).mean() >= _SAME_SHARE:
                found.setdefault(number, name)
    return found
