"""Compare the detector with its peers on the same pictures by the same evaluation.

python benchmarks/accuracy.py [--tuning COUNT] [--test COUNT] [--real COUNT] [--trial] [--cache FOLDER]

The numbers go to build/bench/accuracy.json; report.py makes a page of them.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from data_sets import TEST_SEED, TRIAL_SEED, TUNING_SEED, DataSet, real_sets, simulated_set, spread
from detectors import MICROCAL, PEERS, Variant, variants_of
from runs import run, seconds_per_picture, versions
from stamps import PACKAGE, ROOT, stamp

from microcal_xray.evaluation import (
    Bootstrap,
    Estimate,
    Evaluation,
    EvaluationOptions,
    FalseMarkImages,
    compare,
    evaluate_files,
)

CACHE = ROOT / "build" / "bench"
RATES = (0.25, 0.5, 1.0, 2.0, 4.0)
_FIGURES = ("wafroc_auc", "froc_score", "sensitivity at 1")
Plain = dict[str, Any]


@dataclass(frozen=True)
class Tuned:
    """The variant of a peer that did best on the tuning pictures."""

    variant: Variant
    froc_score: float
    tried: int


def tune(peer: str, tuning: DataSet, cache: Path) -> Tuned:
    """Return the variant with the largest FROC score on the tuning pictures; of equals, the best recall."""
    variants = variants_of(peer)
    places = run(peer, tuning, variants, cache)
    with ProcessPoolExecutor(2) as pool:
        scores = list(pool.map(partial(_tuning_score, tuning.truth), places))
    best = max(range(len(variants)), key=lambda index: (*scores[index], -index))
    return Tuned(variants[best], scores[best][0], len(variants))


def _tuning_score(truth: Path, place: Path) -> tuple[float, float]:
    """Return FROC score and recall of a list, kept beside it for as long as the evaluation is the same."""
    kept = place.with_name(f"{place.stem}-{stamp(PACKAGE / 'evaluation')}.score")
    if kept.is_file():
        score, recall = json.loads(kept.read_text(encoding="utf-8"))
        return float(score), float(recall)
    options = EvaluationOptions(bootstrap=Bootstrap(replicates=0), rates=RATES)
    evaluation = evaluate_files(place, truth, options=options)
    found = evaluation.froc_score[FalseMarkImages.ALL].value or 0.0, evaluation.recall.value or 0.0
    kept.write_text(json.dumps(found), encoding="utf-8")
    return found


def measured(data_set: DataSet, tuned: dict[str, Tuned], cache: Path) -> Plain:
    """Return every number of one set of pictures, for our detector and each peer."""
    options = EvaluationOptions(rates=RATES)
    places = {MICROCAL: run(MICROCAL, data_set, (), cache)[0]}
    places |= {peer: run(peer, data_set, (each.variant,), cache)[0] for peer, each in tuned.items()}
    found = {name: evaluate_files(place, data_set.truth, options=options) for name, place in places.items()}
    counts = found[MICROCAL].counts
    return {
        "name": data_set.name,
        "words": data_set.words,
        "counts": {
            name: getattr(counts, name) for name in ("images", "with_lines", "line_free", "unsure", "lines")
        },
        "detectors": {
            name: _numbers(each) | {"seconds_per_picture": seconds_per_picture(places[name])}
            for name, each in found.items()
        },
        "differences": {
            name: _differences(found[MICROCAL], each) for name, each in found.items() if name != MICROCAL
        },
    }


def _numbers(evaluation: Evaluation) -> Plain:
    every = FalseMarkImages.ALL
    return {
        "wafroc_auc": _plain(evaluation.wafroc_auc),
        "image_auc": _plain(evaluation.image_auc),
        "froc_score": _plain(evaluation.froc_score[every]),
        "froc_score_line_free": _plain(evaluation.froc_score[FalseMarkImages.LINE_FREE]),
        "sensitivity": [_plain(each) for each in evaluation.sensitivity[every]],
        "recall": _plain(evaluation.recall),
        "false_marks": _plain(evaluation.false_marks[every]),
        "failed": evaluation.counts.failed,
        "mimics_at_one": evaluation.mimics_at_one,
        "kinds": [
            {
                "name": group.name,
                "lines": group.lines,
                "at_one": _plain(group.sensitivity[RATES.index(1.0)]),
                "froc_score": _plain(group.froc_score),
                "recall": _plain(group.recall),
            }
            for group in evaluation.groups["kind"]
        ],
        "fraction_of_ideal": None if evaluation.ideal is None else _plain(evaluation.ideal.fraction),
    }


def _differences(ours: Evaluation, theirs: Evaluation) -> Plain:
    return {
        figure.name: {
            "difference": _plain(figure.difference),
            "p_bootstrap": figure.p_value,
            "p_jackknife": figure.jackknife.p_value if figure.jackknife else None,
        }
        for figure in compare(ours, theirs).figures
        if figure.name in _FIGURES
    }


def _plain(estimate: Estimate) -> list[float | None]:
    return [estimate.value, estimate.low, estimate.high]


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare the detector with its peers.")
    parser.add_argument("--tuning", type=int, default=12, help="simulated pictures to tune the peers on")
    parser.add_argument("--test", type=int, default=40, help="simulated pictures to compare on")
    parser.add_argument("--real", type=int, default=10**6, help="real pictures of each set at most")
    parser.add_argument("--trial", action="store_true", help="leave the test seed alone: use another one")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for pictures and candidates")
    return parser.parse_args()


def main() -> None:
    """Tune, run, evaluate, compare, and write the numbers down."""
    asked = _asked()
    options = EvaluationOptions(rates=RATES)
    tuning = simulated_set("tuning", count=asked.tuning, seed=TUNING_SEED, cache=asked.cache)
    tuned = {peer: tune(peer, tuning, asked.cache) for peer in PEERS}
    test = simulated_set(
        "test", count=asked.test, seed=TRIAL_SEED if asked.trial else TEST_SEED, cache=asked.cache
    )
    sets = [test, *(spread(each, asked.real) for each in real_sets() if asked.real > 0)]
    results: Plain = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": versions(),
        "options": options.as_dict(),
        "tuning": {
            "words": tuning.words,
            "peers": {
                peer: {"chosen": each.variant.words(), "froc_score": each.froc_score, "tried": each.tried}
                for peer, each in tuned.items()
            },
        },
        "sets": [],
    }
    place = asked.cache / "accuracy.json"
    for each in sets:
        results["sets"].append(measured(each, tuned, asked.cache))
        # After each set: a run that is cut short keeps what it has.
        place.write_text(json.dumps(results, indent=1, allow_nan=False), encoding="utf-8")
        print(f"wrote {place}: {each.name}", flush=True)


if __name__ == "__main__":
    main()
