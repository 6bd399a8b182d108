"""Whether the top of a bump is the edge of another bone: such an edge goes on where the bump has ended."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_NEAR_PX = 4.0  # a millimetre: so far may an edge lie off the top of a bump as it was measured
_LEAST_HEIGHT_PX = 3.0  # lower places of a bump lie beside its own outline
_LONGER = 2.0  # times the bump: a shorter edge is its own


class Edges:
    """The edges of a picture, to be asked which of them run along a place.

    Parameters
    ----------
    groups : sequence of sequence of (N, 2) float array
        Pieces of edge, those that continue each other in one group.
    """

    def __init__(self, groups: Sequence[Sequence[FloatArray]]) -> None:
        # Imported here: scipy.spatial costs time that `import microcal_xray` should not pay.
        from scipy.spatial import cKDTree

        points = [np.concatenate(group) for group in groups]
        self._lengths = np.array([len(each) for each in points], np.intp)
        self._group = np.repeat(np.arange(len(points)), self._lengths)
        self._tree = cKDTree(np.concatenate(points)) if points else None

    def share_along(self, top_px: FloatArray, base_px: FloatArray, own_group: int) -> float:
        """Return the share of the top of a bump along which a longer edge of another group runs, 0 to 1.

        Parameters
        ----------
        top_px, base_px : (K, 2) float array
            The outline with the bump and without it, point by point.
        own_group : int
            The group whose outline the bump stands on.

        Examples
        --------
        >>> along = np.stack([np.full(100, 10.0), np.arange(100.0)], axis=1)
        >>> edges = Edges([[along + [20.0, 0.0]], [along]])
        >>> base = along[40:60] + [20.0, 0.0]
        >>> edges.share_along(base - [19.0, 0.0], base, 0), edges.share_along(base - [9.0, 0.0], base, 0)
        (1.0, 0.0)
        """
        high = np.linalg.norm(top_px - base_px, axis=1) >= _LEAST_HEIGHT_PX
        if self._tree is None or not high.any():
            return 0.0
        long_enough = self._lengths >= _LONGER * np.linalg.norm(base_px[-1] - base_px[0])
        if own_group >= 0:
            long_enough[own_group] = False
        near = self._tree.query_ball_point(top_px[high], _NEAR_PX)
        return float(np.mean([bool(long_enough[self._group[found]].any()) for found in near]))
