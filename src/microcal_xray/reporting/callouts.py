"""Where to draw, so that a line is pointed at and never covered: rails at its sides, its number beside it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_Points = npt.NDArray[np.float64]

_DIRECTION_POINTS = 3  # to each side: the direction of the line, not of the rounding of its points

# Of the places that cost the same, the first one tried is taken: beyond an end before beside the middle.
_TOUCHES_A_LINE = 1.0
_TOUCHES_A_NUMBER = 4.0
_OUTSIDE = 16.0


def rails(path: _Points, offset: float) -> tuple[_Points, _Points]:
    """Return two copies of a path, moved to its left and to its right.

    Parameters
    ----------
    path : (N, 2) float array
        In any unit with square pixels, N > 1.
    offset : float
        Distance from the path to each rail, in the same unit.

    Returns
    -------
    tuple of two (N, 2) float arrays

    Examples
    --------
    >>> left, right = rails(np.array([[0.0, 0.0], [0.0, 4.0]]), 1.5)
    >>> left.tolist(), right.tolist()
    ([[1.5, 0.0], [1.5, 4.0]], [[-1.5, 0.0], [-1.5, 4.0]])
    """
    index = np.arange(len(path))
    after = np.minimum(index + _DIRECTION_POINTS, len(path) - 1)
    along = path[after] - path[np.maximum(index - _DIRECTION_POINTS, 0)]
    along = along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
    normal = np.stack([along[:, 1], -along[:, 0]], axis=1) * offset
    return path + normal, path - normal


def number_places(
    paths: Sequence[_Points], *, distance: float, radius: float, shape: tuple[float, float]
) -> list[_Points]:
    """Return where to write the number of each path: beside it, clear of the other lines and numbers.

    Parameters
    ----------
    paths : sequence of (N, 2) float arrays
        Points as (row, column) in any unit with square pixels. The first paths choose first.
    distance : float
        From the path to the middle of the number, in that unit.
    radius : float
        Half the size of a number.
    shape : (height, width)
        A number stays inside where it can.

    Returns
    -------
    list of (2,) float arrays

    Examples
    --------
    >>> path = np.array([[50.0, 20.0], [50.0, 60.0]])
    >>> number_places([path], distance=8, radius=5, shape=(100, 100))[0].tolist()
    [50.0, 12.0]
    """
    points = np.concatenate(paths) if paths else np.empty((0, 2))
    placed: list[_Points] = []
    for path in paths:
        options = _options(path, distance)
        costs = [_cost(option, points, placed, radius=radius, shape=shape) for option in options]
        placed.append(options[int(np.argmin(costs))])
    return placed


def _options(path: _Points, distance: float) -> list[_Points]:
    reach = min(5, len(path) - 1)
    middle = len(path) // 2
    before, after = path[max(0, middle - reach)], path[min(len(path) - 1, middle + reach)]
    along = _unit(after - before)
    across = np.array([along[1], -along[0]])
    return [
        path[0] + distance * _unit(path[0] - path[reach]),
        path[-1] + distance * _unit(path[-1] - path[-1 - reach]),
        path[middle] + distance * across,
        path[middle] - distance * across,
    ]


def _cost(
    place: _Points, points: _Points, placed: list[_Points], *, radius: float, shape: tuple[float, float]
) -> float:
    outside = bool((place < radius).any() or (place > np.array(shape) - radius).any())
    on_line = bool((np.linalg.norm(points - place, axis=1) < radius).any())
    on_number = any(np.linalg.norm(other - place) < 2 * radius for other in placed)
    return _OUTSIDE * outside + _TOUCHES_A_LINE * on_line + _TOUCHES_A_NUMBER * on_number


def _unit(vector: _Points) -> _Points:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float64)
