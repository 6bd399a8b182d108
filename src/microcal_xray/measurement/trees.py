"""Decision trees as plain numbers, read so that each feature's part in the sum is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_LEAF = -1


@dataclass(frozen=True)
class Trees:
    """T decision trees of up to N nodes, padded; node 0 is the root.

    Parameters
    ----------
    feature : (T, N) int array
        Column that a node asks for; -1 at a leaf.
    threshold : (T, N) float array
        Values up to it go to the left.
    left, right : (T, N) int array
        The next node.
    value : (T, N) float array
        Mean log-odds of the training candidates that pass a node; the whole value of a leaf.
    """

    feature: npt.NDArray[np.intp]
    threshold: FloatArray
    left: npt.NDArray[np.intp]
    right: npt.NDArray[np.intp]
    value: FloatArray

    @classmethod
    def of(cls, found: Sequence[Mapping[str, Sequence[float]]]) -> "Trees":
        """Return trees given as plain lists, each of its own length."""
        most = max(len(tree["feature"]) for tree in found)

        def padded(name: str, fill: float) -> FloatArray:
            return np.array([[*tree[name], *[fill] * (most - len(tree[name]))] for tree in found], float)

        return cls(
            feature=padded("feature", _LEAF).astype(np.intp),
            threshold=padded("threshold", 0),
            left=padded("left", 0).astype(np.intp),
            right=padded("right", 0).astype(np.intp),
            value=padded("value", 0),
        )

    def total(self, values: npt.NDArray[np.float32]) -> FloatArray:
        """Return the sum of all trees for each of n candidates, (n,)."""
        return np.asarray(self.terms(values, np.zeros(values.shape[1], np.intp), 1).sum(axis=1))

    def terms(self, values: npt.NDArray[np.float32], groups: npt.NDArray[np.intp], count: int) -> FloatArray:
        """Return what each group of features adds to the sum over all trees, (n, count + 1); last, the prior.

        Parameters
        ----------
        values : (n, F) float32 array
        groups : (F,) int array
            Group of each feature.
        count : int
            Number of groups.

        Notes
        -----
        Along the way of a candidate through a tree each step changes the mean value of the candidates that
        pass; that change is credited to the feature asked [1]_. The terms and the prior add up to the trees'
        sum exactly.

        References
        ----------
        .. [1] Saabas (2014), Interpreting random forests.
        """
        candidates, trees = np.arange(len(values)), np.arange(len(self.feature))[:, None]
        node = np.zeros((len(self.feature), len(values)), np.intp)
        cells = candidates * (count + 1)  # where the terms of a candidate begin, laid flat
        terms = np.zeros(len(values) * (count + 1))
        terms[cells + count] = self.value[:, 0].sum()
        while True:
            asked = self.feature[trees, node]
            going = asked != _LEAF
            if not going.any():
                return terms.reshape(len(values), count + 1)
            low = values[candidates, asked] <= self.threshold[trees, node]
            following = np.where(low, self.left[trees, node], self.right[trees, node])
            following = np.where(going, following, node)
            change = self.value[trees, following] - self.value[trees, node]
            cell = cells + np.where(going, groups[asked], 0)
            # Where a way has ended already, its change is nought.
            terms += np.bincount(cell.ravel(), weights=change.ravel(), minlength=len(terms))
            node = following
