"""Fit how measured errors add up to the error of a change, on rows of pairs without any change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from change_rows import facts_of
from scipy import optimize, stats

from microcal_xray.change_errors import ChangeFactors, ErrorFactors, ErrorModel, LengthFactors, Processing
from microcal_xray.change_rules import LineFacts, height_error, judged, length_change
from microcal_xray.changes import Verdict

CHANGED = {Verdict.NEW, Verdict.GONE, Verdict.LARGER, Verdict.SMALLER, Verdict.BRIGHTER}
FALSE_CHANGES = 0.05  # of unchanged lines
NORMAL = 1.959964
_TAIL = stats.t(4)  # a few lines are far off: what they say of the usual error is bounded
_LEAST = {"beside": 0.3, "relative": 0.01, "interval": 0.05}
Record = dict[str, Any]
FloatArray = npt.NDArray[np.float64]
Factors = dict[str, dict[str, dict[str, float]]]


@dataclass(frozen=True)
class Parts:
    """The fitted parts of one error, and the changes of unchanged lines over it, (N,)."""

    factors: Mapping[str, float]
    ratio: FloatArray

    def widened(self, share: float) -> dict[str, float]:
        """Return the factors with which so many of the unchanged lines keep within 1.96 errors."""
        wider = float(np.quantile(self.ratio, share)) / NORMAL
        return {name: round(wider * value, 4) for name, value in self.factors.items()}


def fitted(rows: Sequence[Record]) -> Factors:
    """Return the error model as `change.json` holds it.

    Notes
    -----
    The parts of each error are fitted by maximum likelihood under Student's t with four degrees of freedom.
    Then they are multiplied so that a share of unchanged lines, the same for contrasts and lengths, exceeds
    the least significant change: the share at which a word of change is said of one in twenty. The
    equivalent width, which decides on no word, exceeds its own in one in twenty.
    """
    facts = unchanged(rows)
    parts = {
        "both": _model_parts([one for one in facts if not one.is_selected]),
        "one": _model_parts([one for one in facts if one.is_selected]),
    }
    low, high = 0.8, 1.0
    for _ in range(25):
        share = (low + high) / 2
        if false_changes(facts, _at(parts, share)) > FALSE_CHANGES:
            low = share
        else:
            high = share
    return _at(parts, high)


def unchanged(rows: Sequence[Record]) -> list[LineFacts]:
    """Return what was measured of every line of pairs without any change."""
    lines = [line for row in rows if row.get("happened") == "same" for line in row["lines"]]
    return [facts_of(line["facts"]) for line in lines if line["facts"]]


def false_changes(facts: Sequence[LineFacts], factors: Factors) -> float:
    """Return the share of unchanged lines with a word of change."""
    model = _model(factors)
    return float(np.mean([judged(one, model).verdict in CHANGED for one in facts]))


def words_on(rows: Sequence[Record], factors: Factors) -> list[npt.NDArray[np.bool_]]:
    """Return which lines of each pair without any change get a word of change."""
    model = _model(factors)
    said = [
        np.array([judged(one, model).verdict in CHANGED for one in unchanged([row])], bool) for row in rows
    ]
    return [each for each in said if len(each)]


def _model(factors: Factors) -> ChangeFactors:
    return ChangeFactors(ErrorModel.from_dict(factors["both"]), ErrorModel.from_dict(factors["one"]))


def _at(parts: Mapping[str, Mapping[str, Parts]], share: float) -> Factors:
    return {
        sort: {
            name: one.widened(1 - FALSE_CHANGES if name == "equivalent_width" else share)
            for name, one in model.items()
        }
        for sort, model in parts.items()
    }


def _model_parts(facts: Sequence[LineFacts]) -> dict[str, Parts]:
    return {
        "contrast": _height_parts(
            facts, lambda one: (one.paired.prior * one.area, one.paired.current * one.area)
        ),
        "equivalent_width": _height_parts(facts, lambda one: one.seen_integrals),
        "length": _length_parts([one for one in facts if None not in one.lengths]),
    }


def _height_parts(facts: Sequence[LineFacts], numbers: Callable[[LineFacts], tuple[float, float]]) -> Parts:
    both = [numbers(one) for one in facts]
    change = np.array([abs(current - prior) for prior, current in both])
    names = ["beside", *(f"relative_{each.value}" for each in Processing)]

    def errors(values: FloatArray) -> FloatArray:
        factors = ErrorFactors(float(values[0]), dict(zip(Processing, values[1:].tolist(), strict=True)))
        return np.array(
            [
                height_error(one, factors, prior=prior, current=current)
                for one, (prior, current) in zip(facts, both, strict=True)
            ]
        )

    return _most_likely(names, errors, change, start=[1.0, 0.05, 0.08, 0.1])


def _length_parts(facts: Sequence[LineFacts]) -> Parts:
    ends = [(prior, current, one.registration) for one in facts for prior, current in (one.lengths,)]
    change = np.array([abs(b.value - a.value) for a, b, _ in ends if a and b])

    def errors(values: FloatArray) -> FloatArray:
        factors = LengthFactors(float(values[0]), float(values[1]))
        return np.array(
            [
                length_change(a, b, registration=off, factors=factors).least_significant / NORMAL
                for a, b, off in ends
                if a and b
            ]
        )

    return _most_likely(["interval", "relative"], errors, change, start=[0.3, 0.02])


def _most_likely(
    names: Sequence[str],
    errors: Callable[[FloatArray], FloatArray],
    change: FloatArray,
    *,
    start: list[float],
) -> Parts:
    least = np.log([_LEAST[name.partition("_")[0]] for name in names])

    def unlikely(logs: FloatArray) -> float:
        error = errors(np.exp(np.maximum(logs, least)))
        beyond = float((np.maximum(least - logs, 0) ** 2).sum())
        return float(np.log(error).sum() - _TAIL.logpdf(change / error).sum()) + beyond

    found = optimize.minimize(
        unlikely, np.log(start), method="Nelder-Mead", options={"maxiter": 400, "xatol": 0.01, "fatol": 0.01}
    )
    best = np.exp(np.maximum(found.x, least))
    return Parts(dict(zip(names, best.tolist(), strict=True)), change / errors(best))
