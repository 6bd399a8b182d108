"""How the ranker does on pictures that it was not fitted on, by the evaluation of the package."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ranker_samples import Sample

from microcal_xray import Candidate, Findings, Kind, Settings, Tier, read_radiograph
from microcal_xray.evaluation import Bootstrap, EvaluationOptions, FalseMarkImages, evaluate_files
from microcal_xray.measurement import rankers_from
from microcal_xray.radiograph import Intent
from microcal_xray.reporting import image_result

FloatArray = npt.NDArray[np.float64]

_RATES = 10.0 ** np.arange(1.8, -1.4, -0.2)  # false marks per picture at which a curve has a point
_FEWEST = 3  # false marks that a point of the curve must stand on
_TAIL, _FLATTEST = 10.0, -0.05  # length of the tail, and how flat it may be at most
# Simulated radiographs stand for linear and for processed DICOM; all else is taken as a picture.
_MEASURED_ON = {
    Intent.FOR_PROCESSING: Intent.FOR_PROCESSING,
    Intent.FOR_PRESENTATION: Intent.FOR_PRESENTATION,
    Intent.UNSPECIFIED: Intent.PICTURE,
    Intent.PICTURE: Intent.PICTURE,
}
_REPORTED = (0.25, 0.5, 1.0, 2.0, 4.0)


def curves_of(
    samples: Sequence[Sample], strengths: Sequence[FloatArray], kind: Kind
) -> dict[str, dict[str, list[float]]]:
    """Return, by intent, how many candidates of a kind a line-free picture shows at least so strong."""
    curves = {}
    for intent, measured_on in _MEASURED_ON.items():
        lists = [
            strength[[own is kind for own in sample.kinds]]
            for sample, strength in zip(samples, strengths, strict=True)
            if sample.picture.line_free and sample.intent == measured_on
        ]
        if not lists:
            # Without such pictures, those of every intent.
            lists = [
                strength[[own is kind for own in sample.kinds]]
                for sample, strength in zip(samples, strengths, strict=True)
                if sample.picture.line_free
            ]
        curves[intent.value] = _curve(np.sort(np.concatenate(lists))[::-1], len(lists))
    return curves


def _curve(falling: FloatArray, pictures: int) -> dict[str, list[float]]:
    """Return a curve from counts; below one false mark per picture, where they are small, a straight tail."""
    points: list[tuple[float, float]] = []
    tail: list[tuple[float, float]] = []
    for rate in _RATES:
        count = round(rate * pictures)
        if not _FEWEST <= count <= len(falling):
            continue
        place = float(falling[count - 1]), float(np.log10(count / pictures))
        if rate > 1 and (not points or place[0] > points[-1][0] + 1e-3):
            points.append(place)
        elif rate <= 1:
            tail.append(place)
    start = tail[0]
    if start[0] <= points[-1][0]:
        points.pop()
    # Least squares through the first point of the tail: an exponential tail of the strength.
    steps = np.array(tail[1:]) - start
    slope = min(float((steps[:, 0] * steps[:, 1]).sum() / (steps[:, 0] ** 2).sum()), _FLATTEST)
    points += [start, (start[0] + _TAIL, start[1] + slope * _TAIL)]
    return {
        "strength": [round(point[0], 4) for point in points],
        "log10_false_marks": [round(point[1], 4) for point in points],
    }


def report(
    samples: Sequence[Sample], strengths: Sequence[FloatArray], document: Mapping[str, Any], folder: Path
) -> None:
    """Write the lists as candidates.json, evaluate them, and print and write the figures."""
    folder.mkdir(parents=True, exist_ok=True)
    rankers = rankers_from(document)
    figures = {}
    for place in dict.fromkeys(_truth(sample) for sample in samples):
        chosen = [number for number, sample in enumerate(samples) if _truth(sample) == place]
        images = [_record(samples[number], strengths[number], rankers) for number in chosen]
        lists = folder / f"{place.parent.name}-out-of-fold.json"
        lists.write_text(
            json.dumps(
                {
                    "schema": "microcal-candidates/1",
                    "version": document["version"],
                    "settings": {"detector": "out of fold"},
                    "images": images,
                },
                allow_nan=False,
            ),
            encoding="utf-8",
        )
        figures[place.parent.name] = _figures(lists, place)
        print(place.parent.name, json.dumps(figures[place.parent.name], indent=1), flush=True)
    (folder / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _truth(sample: Sample) -> Path:
    """Return the truth file that stands beside a picture."""
    folder = sample.picture.path.parent
    for place in (folder / "truth.json", folder / "truth.csv", folder.parent / "truth.csv"):
        if place.is_file():
            return place
    raise FileNotFoundError(f"{folder}: no truth.json and no truth.csv")


def _record(sample: Sample, strength: FloatArray, rankers: Mapping[str, Any]) -> dict[str, Any]:
    radiograph = read_radiograph(sample.picture.path)
    score = np.zeros(len(strength))
    for kind in Kind:
        own = np.array([each is kind for each in sample.kinds])
        score[own] = rankers[kind.value].score(strength[own], intent=sample.intent)
    order = np.argsort(-score, kind="stable")
    candidates = tuple(
        Candidate(
            id=number,
            kind=sample.kinds[index],
            tier=Tier.WEAK,
            score=float(score[index]),
            path_px=sample.paths[index],
            length_px=float(np.hypot(*np.diff(sample.paths[index], axis=0).T).sum()),
            width_px=1.0,
            length_mm=None,
            width_mm=None,
            contrast_sd=0.0,
            angle_to_bone_deg=None,
        )
        for number, index in enumerate(order, start=1)
    )
    findings = Findings(radiograph, Settings(false_marks=100), candidates)
    return image_result(findings, sample.picture.path.name).as_dict()


def _figures(lists: Path, truth: Path) -> dict[str, Any]:
    options = EvaluationOptions(rates=_REPORTED, bootstrap=Bootstrap(replicates=1000))
    found = evaluate_files(lists, truth, options=options)
    kept: dict[str, Any] = {
        "lines": found.counts.lines,
        "line_free": found.counts.line_free,
        "wafroc_auc": _plain(found.wafroc_auc),
        "image_auc": _plain(found.image_auc),
        "recall": _plain(found.recall),
        "top": [_plain(each) for each in found.top_recall],
    }
    for images in FalseMarkImages:
        kept[f"froc_{images.value}"] = _plain(found.froc_score[images])
        kept[f"sensitivity_{images.value}"] = [_plain(each) for each in found.sensitivity[images]]
    kept["by_kind"] = {
        group.name: {
            "lines": group.lines,
            "froc": _plain(group.froc_score),
            "sensitivity": [_plain(each) for each in group.sensitivity],
        }
        for group in found.groups["kind"]
    }
    return kept


def _plain(estimate: Any) -> list[float | None]:
    return [
        None if value is None else round(value, 3) for value in (estimate.value, estimate.low, estimate.high)
    ]
