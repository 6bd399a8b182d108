"""Slices put in order by where they lie, never by their number; what is missing, double or uneven."""

from dataclasses import dataclass

import numpy as np

from ..errors import UnreadableSeriesError
from .volume import FloatArray, MRCaution

SAME_PLACE_MM = 0.01
_EVEN = 0.02  # of the step: rounding of positions in headers is far below, a wrong slice far above
_MISSING = 1.5  # steps
_SQUARE_CAUTION, _SQUARE_ERROR = 1e-3, 0.05  # cosine between rows and columns; lengths off 1
_SHEAR = 0.01  # of the step


@dataclass(frozen=True)
class Order:
    """How slices follow each other.

    Parameters
    ----------
    order : tuple of int
        Which slice comes first, second, ... along the normal; doubles are all there, side by side.
    doubles : tuple of tuple of int
        Groups of slices at one position.
    missing_mm : tuple of float
        Places along the normal, from the first slice, where one is missing.
    cautions : MRCaution
    """

    order: tuple[int, ...]
    doubles: tuple[tuple[int, ...], ...]
    missing_mm: tuple[float, ...]
    cautions: MRCaution


def directions(cosines: tuple[float, ...]) -> tuple[FloatArray, FloatArray, MRCaution]:
    """Return the unit vectors along rows and columns of an ImageOrientationPatient.

    Raises
    ------
    UnreadableSeriesError
        If it is not six finite numbers, or far from two unit vectors at right angles.

    Examples
    --------
    >>> directions((1, 0, 0, 0, 0, -1))[1].tolist()
    [0.0, 0.0, -1.0]
    """
    values = np.array(cosines, np.float64)
    if values.shape != (6,) or not np.isfinite(values).all():
        raise UnreadableSeriesError("ImageOrientationPatient is missing or is not six numbers")
    row, column = values[:3], values[3:]
    lengths = np.array([np.linalg.norm(row), np.linalg.norm(column)])
    off = max(abs(float(row @ column)), float(np.abs(lengths - 1).max()))
    if off > _SQUARE_ERROR:
        raise UnreadableSeriesError("ImageOrientationPatient holds no two unit vectors at right angles")
    row = row / lengths[0]
    column = column - (column @ row) * row
    caution = MRCaution.NOT_ORTHOGONAL if off > _SQUARE_CAUTION else MRCaution.NONE
    return row, column / np.linalg.norm(column), caution


def ordered(positions_mm: FloatArray, row: FloatArray, column: FloatArray) -> Order:
    """Return the order of slices along their normal, and what is wrong with it.

    Parameters
    ----------
    positions_mm : (N, 3) float array
    row, column : (3,) float array
        Unit vectors.

    Examples
    --------
    >>> found = ordered(np.array([[0, 0, 8.0], [0, 0, 0], [0, 0, 4]]), np.eye(3)[0], np.eye(3)[1])
    >>> found.order, found.missing_mm
    ((1, 2, 0), ())
    """
    normal = np.cross(row, column)
    along = positions_mm @ normal
    order = np.argsort(along, kind="stable")
    places = along[order] - along[order[0]]
    groups = np.split(np.arange(len(order)), np.flatnonzero(np.diff(places) > SAME_PLACE_MM) + 1)
    doubles = tuple(tuple(int(order[k]) for k in group) for group in groups if len(group) > 1)
    first = np.array([group[0] for group in groups])
    steps = np.diff(places[first])
    cautions = MRCaution.SINGLE_SLICE if len(first) == 1 else MRCaution.NONE
    missing: list[float] = []
    if len(steps) > 1:
        usual = float(np.median(steps))
        for start, step in zip(places[first[:-1]], steps, strict=True):
            count = round(step / usual) - 1 if step > _MISSING * usual else 0
            missing += [float(start + (k + 1) * step / (count + 1)) for k in range(count)]
        if missing:
            cautions |= MRCaution.MISSING_SLICES
        # A step of several slices is told as missing ones; what is no whole number of steps is uneven.
        whole = np.maximum(np.rint(steps / usual), 1)
        if np.abs(steps / (whole * usual) - 1).max() > _EVEN:
            cautions |= MRCaution.UNEVEN_SLICES
    if len(steps):
        drift = np.diff(positions_mm[order[first]], axis=0) - steps[:, None] * normal
        if np.linalg.norm(drift, axis=1).max() > max(_SHEAR * steps.max(), SAME_PLACE_MM):
            cautions |= MRCaution.SHEARED
    return Order(tuple(int(k) for k in order), doubles, tuple(missing), cautions)
