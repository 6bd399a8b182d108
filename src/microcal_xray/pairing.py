"""Which candidates of two pictures are the same line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_LEAST_SHARED = 0.5  # of the shorter one


@dataclass(frozen=True)
class Site:
    """A place with a line in at least one of the pictures.

    Parameters
    ----------
    prior, current : int or None
        Index of the candidate; None: that picture has none here.
    path_px : (N, 2) float array
        The longer of their courses.
    """

    prior: int | None
    current: int | None
    path_px: FloatArray


def sites(prior: Sequence[FloatArray], current: Sequence[FloatArray], *, tolerance_px: float) -> list[Site]:
    """Return every line once: those of the current picture in their order, then those of the prior one alone.

    Parameters
    ----------
    prior, current : sequence of (N, 2) float arrays
        Courses on the same pixels, the strongest first.
    tolerance_px : float
        So near to each other, courses are the same line where half of the shorter one is. Polarity does not
        count: a dark line may have become bright.

    Examples
    --------
    >>> line = np.array([[0.0, 0.0], [0.0, 20.0]])
    >>> found = sites([line + 1], [line, line + 50], tolerance_px=3)
    >>> [(site.prior, site.current) for site in found]
    [(0, 0), (None, 1)]
    """
    rows = [_dense(path) for path in prior]
    columns = [_dense(path) for path in current]
    shared = np.array([[_shared(one, other, tolerance_px) for other in columns] for one in rows]).reshape(
        len(rows), len(columns)
    )
    partner: dict[int, int] = {}
    # The strongest first, each to the strongest: beside a line there are often fainter ones of the other
    # polarity, and a line that healed must not lose its partner to one of them.
    for mate in range(len(columns)):
        mates = [row for row in range(len(rows)) if shared[row, mate] >= _LEAST_SHARED]
        free = [row for row in mates if row not in partner.values()]
        if free:
            partner[mate] = free[0]
    found = []
    for column, path in enumerate(current):
        own = partner.get(column)
        if own is not None and _length(prior[own]) > _length(path):
            path = prior[own]
        found.append(Site(own, column, path))
    alone = [row for row in range(len(prior)) if row not in partner.values()]
    return found + [Site(row, None, prior[row]) for row in alone]


def _dense(path: FloatArray) -> FloatArray:
    steps = np.hypot(*np.diff(path, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    fine = np.linspace(0, along[-1], max(2, int(along[-1]) + 1))
    return np.stack([np.interp(fine, along, path[:, axis]) for axis in (0, 1)], axis=1)


def _shared(one: FloatArray, other: FloatArray, tolerance_px: float) -> float:
    near = np.linalg.norm(one[:, None] - other[None], axis=2) <= tolerance_px
    shorter = near.any(axis=1) if len(one) <= len(other) else near.any(axis=0)
    return float(shorter.mean())


def _length(path: FloatArray) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())
