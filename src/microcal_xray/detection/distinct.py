"""Of paths that lie on one another only the best stays."""

from collections.abc import Sequence

import numpy as np

from .ridge_path import Polarity, RidgePath

_SHARED_SHARE = 0.6  # of a path on better ones makes it a double


def distinct(
    paths: Sequence[RidgePath], shape: tuple[int, ...], *, most: int | None = None, beside_px: int = 3
) -> list[int]:
    """Return which paths are no doubles of better ones of their polarity.

    Parameters
    ----------
    paths : sequence of RidgePath
        The best first.
    shape : (R, C)
        Of the picture.
    most : int or None
        Of each polarity at most so many. None: all.
    beside_px : int
        So near to a better path counts as on it.

    Returns
    -------
    list of int
        Indices, rising.
    """
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    taken = {polarity: np.zeros(shape, np.uint8) for polarity in Polarity}
    count = dict.fromkeys(Polarity, 0)
    kept = []
    for index, path in enumerate(paths):
        if count[path.polarity] == most:
            continue
        mask = taken[path.polarity]
        places = np.clip(np.rint(path.points_px).astype(int), 0, np.array(shape) - 1)
        if mask[places[:, 0], places[:, 1]].mean() > _SHARED_SHARE:
            continue
        corners = np.ascontiguousarray(places[:, ::-1], np.int32).reshape(-1, 1, 2)
        cv2.polylines(mask, [corners], isClosed=False, color=1, thickness=2 * beside_px + 1)
        kept.append(index)
        count[path.polarity] += 1
    return kept
