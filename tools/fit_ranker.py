"""Fit the model that ranks candidates, score it out of fold, and write it as plain numbers.

python tools/fit_ranker.py [--pictures FOLDER ...] [--simulated FOLDER ...] [--inserted FOLDER ...] --out FILE
    [--test FOLDER ...] [--labels FILE] [--report FOLDER] [--cache FOLDER] [--hold-out picture|source]

FOLDER holds pictures with a truth.csv, or simulated radiographs with a truth.json. --pictures: real pictures
with marked lines, scored out of fold. --inserted: line-free pictures into which lines are put, to fit on.
--test: real pictures that are scored and never fitted on.
Needs lightgbm.
"""

import argparse
import json
import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt
from ranker_insert import with_lines
from ranker_mimics import fitted_court
from ranker_report import curves_of, report
from ranker_samples import VARIANTS, Picture, Sample, fold_of, pictures_of, sample_of, variant_of

from microcal_xray import Kind, __version__

FloatArray = npt.NDArray[np.float64]
Tree = dict[str, list[float]]
Rows = tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_], FloatArray]

_TRUE, _FALSE = 0.5, 0.15  # share of a candidate on a line; between the two it is neither
_BESIDE_LINES = 0.6  # weight of false candidates of pictures with lines: not every line is marked
_VARIANT_TRUE, _VARIANT_FALSE = 0.7, 0.2
_INSERTED = 0.1
_INSERTIONS = 4
_BAGS = 2
_OTHER_KIND = {
    Kind.LUCENT: 0.0,
    Kind.SCLEROTIC: 0.3,
}  # few bright lines are known: dark ones teach their shape
_SIMULATED = {Kind.LUCENT: 0.6, Kind.SCLEROTIC: 1.0}
_SHARE = {Kind.LUCENT: 0.6, Kind.SCLEROTIC: 0.4}  # of the false marks asked for
_FOLDS = 5
_ROUNDS = 350
_PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 10,
    "min_data_in_leaf": 10,
    "min_sum_hessian_in_leaf": 0.5,
    "lambda_l2": 5.0,
    "feature_fraction": 0.25,
    "feature_fraction_bynode": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "max_bin": 63,
    "num_threads": 2,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


class Material:
    """All samples, each with its role."""

    def __init__(self, asked: argparse.Namespace) -> None:
        real = [picture for folder in asked.pictures for picture in pictures_of(folder)]
        known = [picture for picture in real if picture.lines or picture.line_free]
        simulated = [picture for folder in asked.simulated for picture in pictures_of(folder)]
        hosts = [each for folder in asked.inserted for each in pictures_of(folder) if each.line_free]
        keep = asked.cache
        self.test = _samples(
            "test", sample_of, [each for folder in asked.test for each in pictures_of(folder)], keep
        )
        self.real = _samples("real", sample_of, real, keep)
        self.simulated = _samples("simulated", sample_of, simulated, keep)
        self.variants = [
            sample
            for number in range(len(VARIANTS))
            for sample in _samples(f"variant-{number}", partial(variant_of, number=number), known, keep)
        ]
        self.inserted = [
            sample
            for seed in range(_INSERTIONS)
            for sample in _samples(f"inserted-{seed}", partial(with_lines, seed=seed), hosts, keep)
        ]

    def rows(self, kind: Kind, is_in: Callable[[Sample], bool]) -> Rows:
        """Return features, truth and weights of the candidates of the pictures that are in."""
        inserted = _INSERTED if kind is Kind.SCLEROTIC or not self.real else 0.0
        roles = (
            (self.real, _Role(1.0, 1.0)),
            (self.variants, _Role(_VARIANT_TRUE, _VARIANT_FALSE, every=3)),
            (self.simulated, _Role(_SIMULATED[kind], _SIMULATED[kind], every=2)),
            # The false candidates of their hosts are known without them, where real pictures are fitted on.
            (self.inserted, _Role(inserted, 0.0 if self.real else inserted, every=2)),
        )
        parts = [
            _rows(sample, own, role, weight)
            for own, weight in ((kind, 1.0), (_other(kind), _OTHER_KIND[kind]))
            for samples, role in roles
            for sample in samples
            if is_in(sample)
        ]
        return (
            np.concatenate([part[0] for part in parts]),
            np.concatenate([part[1] for part in parts]),
            np.concatenate([part[2] for part in parts]),
        )


@dataclass(frozen=True)
class _Role:
    """What the candidates of a set weigh; of the false ones every n-th stands for all."""

    true: float
    false: float
    every: int = 1


def _rows(sample: Sample, kind: Kind, role: _Role, weight: float) -> Rows:
    of_kind = np.array([own is kind for own in sample.kinds])
    share = sample.share_true
    is_true = share >= _TRUE
    clear = is_true | (share <= _FALSE)
    known = bool(sample.picture.lines) or sample.picture.line_free
    beside = _BESIDE_LINES if sample.picture.lines and sample.picture.source != "simulated" else 1.0
    standing = np.arange(len(share)) % role.every == 0
    weights = np.where(is_true, role.true, role.false * beside * role.every * standing)
    weights = weights * (of_kind & clear & known) * weight
    used = weights > 0
    return sample.table.values[used], is_true[used], weights[used]


def _other(kind: Kind) -> Kind:
    return Kind.SCLEROTIC if kind is Kind.LUCENT else Kind.LUCENT


def _samples(
    name: str, make: Callable[[Picture], Sample | None], pictures: Sequence[Picture], cache: Path | None
) -> list[Sample]:
    """Return the samples of pictures, made in two processes; a cache keeps them for the next time."""
    place = None if cache is None else cache / f"{name}.pickle"
    if place is not None and place.is_file():
        # Our own file, written below.
        kept: list[Sample] = pickle.loads(place.read_bytes())
        return kept
    with ProcessPoolExecutor(2) as pool:
        found = [sample for sample in pool.map(make, pictures, chunksize=2) if sample is not None]
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(pickle.dumps(found))
    print(f"{name}: {len(found)} of {len(pictures)} pictures", flush=True)
    return found


def fitted(rows: Rows) -> list[lightgbm.Booster]:
    """Return the boosted trees of one kind, in bags that differ by their random choices."""
    features, truth, weights = rows
    return [
        lightgbm.train(
            _PARAMETERS | {"seed": bag},
            lightgbm.Dataset(features, truth.astype(int), weight=weights),
            _ROUNDS,
        )
        for bag in range(_BAGS)
    ]


def strengths(bags: Sequence[lightgbm.Booster], sample: Sample) -> FloatArray:
    """Return the strength of all candidates of a picture, as if they were of one kind."""
    found = [bag.predict(sample.table.values, raw_score=True) for bag in bags]
    return np.asarray(np.mean(found, axis=0), np.float64)


def out_of_fold(
    material: Material, samples: Sequence[Sample], fold: Callable[[Sample], int]
) -> list[FloatArray]:
    """Return the strength of each candidate by models that never saw a picture of its group."""
    result = [np.zeros(len(sample.kinds)) for sample in samples]
    for number_of_fold in sorted({fold(sample) for sample in samples}):
        held = [number for number, each in enumerate(samples) if fold(each) == number_of_fold]
        for kind in Kind:
            bags = fitted(material.rows(kind, partial(_outside, fold=fold, number=number_of_fold)))
            for number in held:
                own = np.array([each is kind for each in samples[number].kinds])
                result[number][own] = strengths(bags, samples[number])[own]
        print(f"fold {number_of_fold}", flush=True)
    return result


def _outside(sample: Sample, *, fold: Callable[[Sample], int], number: int) -> bool:
    return fold(sample) != number


def model_of(bags: Sequence[lightgbm.Booster]) -> list[Tree]:
    """Return all trees as plain lists; a bag's share of the sum is in its values."""
    return [
        _plain_tree(tree["tree_structure"], 1 / len(bags))
        for bag in bags
        for tree in bag.dump_model()["tree_info"]
    ]


def court_of(samples: Sequence[Sample], kind: Kind, labels: Path | None) -> dict[str, list[Tree]]:
    """Return the trees of each structure that the court of mimics knows."""
    names, model, counts = fitted_court(samples, kind, labels)
    print(f"court, {kind.value}: {dict(counts.most_common())}", flush=True)
    trees = model.dump_model()["tree_info"]
    return {
        name: [_plain_tree(tree["tree_structure"], 1.0) for tree in trees[number :: len(names)]]
        for number, name in enumerate(names)
    }


def _plain_tree(root: dict[str, Any], factor: float) -> Tree:
    tree: Tree = {"feature": [], "threshold": [], "left": [], "right": [], "value": []}

    def add(node: dict[str, Any]) -> int:
        number = len(tree["feature"])
        is_leaf = "split_feature" not in node
        tree["feature"].append(-1 if is_leaf else node["split_feature"])
        tree["threshold"].append(0 if is_leaf else float(f"{node['threshold']:.6g}"))
        value = node["leaf_value" if is_leaf else "internal_value"]
        tree["value"].append(round(value * factor, 4))
        tree["left"].append(0)
        tree["right"].append(0)
        if not is_leaf:
            tree["left"][number] = add(node["left_child"])
            tree["right"][number] = add(node["right_child"])
        return number

    add(root)
    return tree


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fit the model that ranks candidates.")
    for name in ("pictures", "simulated", "inserted", "test"):
        parser.add_argument(f"--{name}", type=Path, nargs="*", default=[], metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, help="the model file")
    parser.add_argument(
        "--report", type=Path, help="folder for the lists scored out of fold and their scores"
    )
    parser.add_argument("--labels", type=Path, help="what candidates show: file, kind, polyline, label")
    parser.add_argument("--cache", type=Path, help="folder that keeps the candidates for the next time")
    parser.add_argument(
        "--hold-out", choices=("picture", "source"), default="picture", help="what a fold holds"
    )
    return parser.parse_args()


def main() -> None:
    """Fit, score out of fold, calibrate, and write the model."""
    asked = _asked()
    material = Material(asked)
    scored = [*material.real, *material.simulated]
    # Simulated radiographs are one source; by patient they are held out either way.
    sources = sorted({sample.picture.source for sample in material.real})

    def fold(sample: Sample) -> int:
        if asked.hold_out == "source" and sample.picture.source in sources:
            return sources.index(sample.picture.source)
        return fold_of(sample.picture.group, len(sources) if asked.hold_out == "source" else _FOLDS)

    found = out_of_fold(material, scored, fold)
    kinds = {}
    tested = [np.zeros(len(sample.kinds)) for sample in material.test]
    for kind in Kind:
        bags = fitted(material.rows(kind, lambda _: True))
        for sample, strength in zip(material.test, tested, strict=True):
            own = np.array([each is kind for each in sample.kinds])
            strength[own] = strengths(bags, sample)[own]
        kinds[kind.value] = {
            "share": _SHARE[kind],
            "curves": curves_of(scored, found, kind),
            "trees": model_of(bags),
            "court": court_of(scored, kind, asked.labels),
        }
    document = {
        "schema": "microcal-ranker/1",
        "version": __version__,
        "date": datetime.now(UTC).date().isoformat(),
        "fitted_on": {
            "pictures": [f"{folder.name}: {len(pictures_of(folder))}" for folder in asked.pictures],
            "simulated": [f"{folder.name}: {len(pictures_of(folder))}" for folder in asked.simulated],
            "inserted": [folder.name for folder in asked.inserted],
        },
        "features": list(scored[0].table.names),
        "kinds": kinds,
    }
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
    if asked.report is not None:
        report([*scored, *material.test], [*found, *tested], document, asked.report)


if __name__ == "__main__":
    main()
