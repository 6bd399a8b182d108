"""How well the candidates lie on a line that they hit: distance, and length."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .overlap import Floats, Pieces, pieces_of
from .truth import Paths

_SAMPLES_PER_TOLERANCE = 16  # points this close together see every bend that the tolerance can hold


@dataclass(frozen=True)
class Placement:
    """Distance and length of what was found, against one true line.

    Parameters
    ----------
    distances : (K,) float array
        From points evenly spread over the candidates, as far as they lie within the tolerance, to the line.
        What lies farther is no part of the line but too much length. Read-only.
    found_length, true_length : float
        Of the strongest candidate on the line, and of the line.
    in_mm : bool
        The unit: millimetres, or pixels where the spacing is unknown.
    """

    distances: Floats
    found_length: float
    true_length: float
    in_mm: bool

    @property
    def length_error(self) -> float:
        """Found minus true length; negative when the candidate is too short."""
        return self.found_length - self.true_length


def placement(
    line: Pieces,
    found: Sequence[Paths],
    *,
    tolerance: float,
    found_length: float,
    true_length: float,
    in_mm: bool,
) -> Placement:
    """Return how well candidates lie on a line.

    Parameters
    ----------
    line : Pieces
    found : sequence of (N, 2) float array
        Centre lines of the candidates, in the unit of the line.
    tolerance, found_length, true_length : float
        In that unit.
    in_mm : bool
    """
    spots = [pieces_of(path, longest=tolerance / _SAMPLES_PER_TOLERANCE) for path in found]
    middles = np.concatenate([spot.start + spot.step / 2 for spot in spots])
    away = distances_to(middles, line)
    kept = away[away <= tolerance]
    kept.flags.writeable = False
    return Placement(kept, found_length, true_length, in_mm)


def distances_to(points: Paths, line: Pieces) -> Floats:
    """Return the distance from each point to the nearest piece of a line.

    Examples
    --------
    >>> line = pieces_of(np.array([[0.0, 0.0], [0.0, 10.0]]), longest=3.0)
    >>> distances_to(np.array([[2.0, 5.0], [0.0, 13.0]]), line).tolist()
    [2.0, 3.0]
    """
    nearest = np.full(len(points), np.inf)
    for start, step, length in zip(line.start, line.step, line.length, strict=True):
        offset = points - start
        share = np.clip(offset @ step / length**2, 0, 1) if length > 0 else np.zeros(len(points))
        nearest = np.minimum(nearest, np.hypot(*(offset - share[:, None] * step).T))
    return nearest
