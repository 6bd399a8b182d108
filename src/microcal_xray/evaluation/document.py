"""Results as JSON: schema ``microcal-evaluation/1`` and ``microcal-comparison/1``; see docs/evaluation.md.

Unknown numbers are null. Patients are never named: no key of the truth is written.
"""

import dataclasses
import json
import math
from typing import Any

from ..version import __version__
from .compare import Comparison
from .froc import FrocCurve
from .judged import JudgedImage, Outcome
from .mrmc import MrmcAnalysis
from .pool import FalseMarkImages
from .resampling import Estimate
from .results import Evaluation, GroupResult

EVALUATION_SCHEMA = "microcal-evaluation/1"
COMPARISON_SCHEMA = "microcal-comparison/1"
_DECIMALS = 6


def evaluation_document(evaluation: Evaluation) -> dict[str, Any]:
    """Return the results of one detector as plain values.

    Parameters
    ----------
    evaluation : Evaluation
    """
    rates = evaluation.options.rates
    by_images = {
        images.value: {
            "sensitivity": _by_rate(rates, evaluation.sensitivity[images]),
            "froc_score": _estimate(evaluation.froc_score[images]),
            "false_marks_per_image": _estimate(evaluation.false_marks[images]),
            "froc_curve": _curve(evaluation.curves[images]),
        }
        for images in FalseMarkImages
    }
    return {
        "schema": EVALUATION_SCHEMA,
        "version": __version__,
        "options": evaluation.options.as_dict(),
        "counts": dataclasses.asdict(evaluation.counts),
        "wafroc_auc": _estimate(evaluation.wafroc_auc),
        "afroc_auc": _estimate(evaluation.afroc_auc),
        "image_auc": _estimate(evaluation.image_auc),
        "false_marks_counted_on": by_images,
        "recall": _estimate(evaluation.recall),
        "top_recall": _by_rate((1, 3, 5), evaluation.top_recall),
        "first_true": _by_rate((1, 3, 5), evaluation.first_true),
        "first_true_rank_median": evaluation.first_true_rank_median,
        "false_marks_asked": evaluation.false_marks_asked,
        "placement": {each.unit: _plain(each) for each in evaluation.placements},
        "ideal": _plain(evaluation.ideal),
        "groups": {name: [_group(rates, g) for g in each] for name, each in evaluation.groups.items()},
        "mimics": evaluation.mimics,
        "mimics_at_one": evaluation.mimics_at_one,
        "images": [_image(image) for image in evaluation.images],
    }


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """Return the differences of two detectors, and the results of both, as plain values.

    Parameters
    ----------
    comparison : Comparison
    """
    return {
        "schema": COMPARISON_SCHEMA,
        "version": __version__,
        "figures": [_plain(figure) for figure in comparison.figures],
        "first": evaluation_document(comparison.first),
        "second": evaluation_document(comparison.second),
    }


def mrmc_document(analysis: MrmcAnalysis) -> dict[str, Any]:
    """Return an analysis of several treatments and readers as plain values."""
    found: dict[str, Any] = _plain(dataclasses.replace(analysis, figures=analysis.figures.tolist()))
    return found


def json_text(document: dict[str, Any]) -> str:
    """Return a document as JSON; the same results give the same bytes."""
    return json.dumps(document, ensure_ascii=True, allow_nan=False, indent=1) + "\n"


def _by_rate(rates: tuple[float, ...], values: tuple[Estimate, ...]) -> dict[str, Any]:
    return {f"{rate:g}": _estimate(value) for rate, value in zip(rates, values, strict=True)}


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    return {name: _number(getattr(estimate, name)) for name in ("value", "low", "high")}


def _group(rates: tuple[float, ...], group: GroupResult) -> dict[str, Any]:
    return {
        "name": group.name,
        "lines": group.lines,
        "images": group.images,
        "sensitivity": _by_rate(rates, group.sensitivity),
        "froc_score": _estimate(group.froc_score),
        "recall": _estimate(group.recall),
        "false_marks_per_image": _estimate(group.false_marks),
        "wafroc_auc": _estimate(group.wafroc_auc),
    }


def _curve(curve: FrocCurve) -> dict[str, list[float | None]]:
    return {
        "threshold": [_number(value) for value in curve.threshold],
        "false_marks_per_image": [_number(value) for value in curve.false_marks],
        "sensitivity": [_number(value) for value in curve.sensitivity],
    }


def _image(image: JudgedImage) -> dict[str, Any]:
    outcomes = [mark.outcome for mark in image.marks]
    return {
        "file": image.file,
        "state": image.state.value,
        "searched": image.searched,
        "line_ratings": [_number(target.rating) for target in image.targets],
        "candidates": {outcome.value: outcomes.count(outcome) for outcome in Outcome},
    }


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return _number(value) if isinstance(value, float) else value


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), _DECIMALS)
