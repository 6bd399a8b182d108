"""Fit how much a path looks like a growth-arrest line, and when a series is named; writes series.json.

Usage: python tools/fit_series.py [FIRST LAST]   (seeds, 0 to 240 unless given; all under 900)

A series is named from the strength on that one in a hundred pictures without such lines reaches, by weights
that were fitted without the picture (five folds).
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from fit_bumps import fitted
from series_samples import SeriesSample, series_sample

from microcal_xray.detection import Polarity
from microcal_xray.measurement import SeriesModel, line_series
from microcal_xray.searching import Search, search

FloatArray = npt.NDArray[np.float64]

MODEL = Path(__file__).parents[1] / "src" / "microcal_xray" / "measurement" / "models" / "series.json"
_FEATURES = (
    "detection.score", "direction.angle_2", "profile.quarter_7", "profile.asymmetry_7",
    "profile.constancy_7", "levels.own", "bone_width.own", "copies.in_copies",
)  # fmt: skip
_SMALL = ("hand", "metatarsals")  # their lines lie closer than paths can be told apart
_FOLDS = 5
_NEAR_MM, _NEAR_SHARE = 1.2, 0.6
_NAMED_FALSELY = 1.0  # percent of pictures without such lines
_DECIMALS = 4


@dataclass(frozen=True)
class Seen:
    """One picture with its bright paths.

    Parameters
    ----------
    sample : SeriesSample
    found : Search
    rows : (P, F) float array
        Features of the bright paths.
    labels : (P,) float array
        1: the path lies on a growth-arrest line.
    """

    sample: SeriesSample
    found: Search
    rows: FloatArray
    labels: FloatArray


def seen_in(sample: SeriesSample) -> Seen:
    """Return what is seen in a picture."""
    found = search(sample.radiograph)
    if found.features is None:
        return Seen(sample, found, np.zeros((0, len(_FEATURES))), np.zeros(0))
    bright = [index for index, path in enumerate(found.paths) if path.polarity is Polarity.BRIGHT]
    columns = [found.features.names.index(name) for name in _FEATURES]
    rows = np.nan_to_num(found.features.values[np.ix_(bright, columns)].astype(np.float64))
    mm = sample.radiograph.mm_per_pixel()
    labels = [_lies_on(found.stored(found.paths[index].points_px), sample, mm) for index in bright]
    return Seen(sample, found, rows, np.array(labels, np.float64))


def _lies_on(points: FloatArray, sample: SeriesSample, mm: float) -> bool:
    for path in sample.paths_px:
        away = np.linalg.norm(points[:, None] - path[None, ::4], axis=2).min(axis=1)
        if (away * mm < _NEAR_MM).mean() > _NEAR_SHARE:
            return True
    return False


def model_of(pictures: list[Seen]) -> SeriesModel:
    """Return the weights from some pictures; nothing is left out yet."""
    large = [one for one in pictures if one.sample.limb not in _SMALL]
    weights, constant = fitted(
        np.concatenate([one.rows for one in large]), np.concatenate([one.labels for one in large])
    )
    named = {name: round(float(value), _DECIMALS) for name, value in zip(_FEATURES, weights, strict=True)}
    return SeriesModel(named, round(constant, _DECIMALS), 0.0)


def strength_of(one: Seen, model: SeriesModel) -> float:
    """Return the strength of the strongest series of a picture; 0: there is none."""
    found = one.found
    if found.features is None or found.survey is None or found.searched is None:
        return 0.0
    series = line_series(
        found.paths,
        found.features,
        image=found.survey.image,
        searched=found.searched,
        axis=found.survey.shaft_axis,
        model=model,
    )
    return max((each.strength for each in series), default=0.0)


def main() -> None:
    """Fit and write."""
    first, last = (int(value) for value in sys.argv[1:3]) if len(sys.argv) > 2 else (0, 240)
    pictures = []
    for seed in range(first, last):
        pictures.append(seen_in(series_sample(seed)))
        print(seed, len(pictures[-1].rows), int(pictures[-1].labels.sum()), file=sys.stderr, flush=True)
    strengths = np.zeros(len(pictures))
    for fold in range(_FOLDS):
        model = model_of([one for one in pictures if one.sample.seed // 2 % _FOLDS != fold])
        for place, one in enumerate(pictures):
            if one.sample.seed // 2 % _FOLDS == fold:
                strengths[place] = strength_of(one, model)
    plain = np.array([not one.sample.paths_px for one in pictures])
    asked = np.array([one.sample.is_asked for one in pictures])
    named_from = float(np.percentile(strengths[plain], 100 - _NAMED_FALSELY, method="weibull"))
    model = model_of(pictures)
    record = {
        "weights": model.weights,
        "constant": model.constant,
        "named_from": round(named_from, 2),
        "fitted_on": {
            "seeds": [first, last - 1],
            "pictures without such lines": int(plain.sum()),
            "bright paths": sum(len(one.rows) for one in pictures),
            "on such lines": int(sum(one.labels.sum() for one in pictures)),
        },
    }
    MODEL.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(record, indent=1))
    print(
        "strongest without:", np.sort(strengths[plain])[::-1][:8].round(2).tolist(),
        "named of those asked:", f"{int((strengths[asked] >= named_from).sum())} of {int(asked.sum())}",
    )  # fmt: skip


if __name__ == "__main__":
    main()
