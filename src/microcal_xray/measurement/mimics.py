"""What else a candidate looks like: a court of structures that resemble thin lines across bone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .features import FeatureTable
from .trees import Trees

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MimicCourt:
    """One sum of trees for each structure.

    Parameters
    ----------
    names : tuple of str
        Structures; among them "line" and "other", with which the mimics are compared.
    trees : tuple of Trees
        In the order of the names.
    """

    names: tuple[str, ...]
    trees: tuple[Trees, ...]

    def likelihoods(self, table: FeatureTable) -> FloatArray:
        """Return how well each structure explains each candidate, relative to all others, (n, names).

        Notes
        -----
        The softmax of the sums: 0 to 1, together 1. It compares structures that the model has seen with each
        other; it is no probability that one of them is there.
        """
        sums = np.stack([trees.total(table.values) for trees in self.trees], axis=1)
        shares = np.exp(sums - sums.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def court_from(model: Mapping[str, Sequence[Mapping[str, Sequence[float]]]]) -> MimicCourt:
    """Return the court in a document: for each structure its trees."""
    return MimicCourt(tuple(model), tuple(Trees.of(trees) for trees in model.values()))
