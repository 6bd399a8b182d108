"""How strongly a candidate speaks for a line, term by term, and how often that happens by chance."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import MicrocalError
from .features import FeatureTable
from .mimics import MimicCourt, court_from
from .trees import Trees

FloatArray = npt.NDArray[np.float64]

PRIOR = "prior"
_SCORES = (-6.0, 6.0)  # beyond, the curve says nothing
_SCHEMA = "microcal-ranker/1"


@dataclass(frozen=True)
class FalseMarkCurve:
    """How many candidates of one kind a picture without lines shows at least so strong.

    Parameters
    ----------
    strength : (K,) float array
        Rising.
    log10_false_marks : (K,) float array
        Falling.
    """

    strength: FloatArray
    log10_false_marks: FloatArray

    def at(self, strength: FloatArray) -> FloatArray:
        """Return the decimal logarithm of the number, beyond both ends along the last slope."""
        inside = np.interp(strength, self.strength, self.log10_false_marks)
        slope = [
            (self.log10_false_marks[end] - self.log10_false_marks[next_])
            / (self.strength[end] - self.strength[next_])
            for end, next_ in ((0, 1), (-1, -2))
        ]
        below = np.minimum(strength - self.strength[0], 0) * min(slope[0], 0)
        above = np.maximum(strength - self.strength[-1], 0) * min(slope[1], 0)
        return np.asarray(inside + below + above)


@dataclass(frozen=True)
class Ranker:
    """The model of one kind of line.

    Parameters
    ----------
    features : tuple of str
        In the order of the columns.
    trees : Trees
    curves : dict of str to FalseMarkCurve
        By the intent of the picture, as in `radiograph.Intent`.
    share : float
        Share of the false marks that candidates of this kind may be, 0 to 1.
    court : MimicCourt
    """

    features: tuple[str, ...]
    trees: Trees
    curves: Mapping[str, FalseMarkCurve]
    share: float
    court: MimicCourt

    def groups(self) -> tuple[str, ...]:
        """Return the groups of the features, in order of appearance."""
        return tuple(dict.fromkeys(name.split(".")[0] for name in self.features))

    def terms(self, table: FeatureTable) -> FloatArray:
        """Return what each group adds to the strength of each candidate, (n, groups + 1); last, the prior.

        Raises
        ------
        MicrocalError
            If the table has other features than the model was fitted on.
        """
        if table.names != self.features:
            raise MicrocalError(
                "the ranking model was fitted on other features than this version measures; "
                "fit it again with tools/fit_ranker.py"
            )
        names = self.groups()
        groups = np.array([names.index(name.split(".")[0]) for name in self.features])
        return self.trees.terms(table.values, groups, len(names))

    def score(self, strength: FloatArray, *, intent: str) -> FloatArray:
        """Return minus the decimal logarithm of the false marks per picture expected at each strength.

        Parameters
        ----------
        strength : (n,) float array
        intent : str
            One that the model was calibrated for.
        """
        score = np.log10(self.share) - self.curves[intent].at(strength)
        return np.asarray(np.clip(score, *_SCORES))


@cache
def shipped_rankers() -> Mapping[str, Ranker]:
    """Return the rankers that come with the package, by kind of line: "lucent" and "sclerotic"."""
    text = files(__package__).joinpath("models", "ranker.json").read_text(encoding="utf-8")
    return rankers_from(json.loads(text))


def rankers_from(document: Mapping[str, Any]) -> dict[str, Ranker]:
    """Return the rankers in a document as `tools/fit_ranker.py` writes it.

    Raises
    ------
    MicrocalError
        If the document is of another schema.
    """
    if document.get("schema") != _SCHEMA:
        raise MicrocalError(f"the ranking model has schema {document.get('schema')!r}; {_SCHEMA!r} is needed")
    features = tuple(document["features"])
    return {
        kind: Ranker(
            features,
            Trees.of(model["trees"]),
            {
                intent: FalseMarkCurve(np.array(curve["strength"]), np.array(curve["log10_false_marks"]))
                for intent, curve in model["curves"].items()
            },
            float(model["share"]),
            court_from(model["court"]),
        )
        for kind, model in document["kinds"].items()
    }
