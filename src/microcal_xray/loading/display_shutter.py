"""The pixels that the header itself takes away: display shutter, collimator, padding.

Coordinates in these modules (PS3.3 C.7.6.11, C.8.7.3) count from 1 at the top left pixel, and the edge
named is taken as still open. Several shapes, and both modules, leave open what all of them leave open.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

_Numbers = tuple[float, ...] | None
_Mask = npt.NDArray[np.bool_]
_FURTHEST_PX = 1_000_000  # a vertex may lie outside the picture, but not on the moon


@dataclass(frozen=True)
class Opening:
    """The shapes of one shutter or collimator, as its header gives them: pixels, counted from 1.

    Parameters
    ----------
    shapes : tuple of str
        RECTANGULAR, CIRCULAR, POLYGONAL, in any number and order.
    left, right, upper, lower : tuple of float or None
        The last open column or row on each side; one number.
    centre : tuple of float or None
        Row and column of the circle.
    radius : tuple of float or None
        Pixels along a row; one number.
    vertices : tuple of float or None
        Row and column of each vertex in turn.
    """

    shapes: tuple[str, ...] = ()
    left: _Numbers = None
    right: _Numbers = None
    upper: _Numbers = None
    lower: _Numbers = None
    centre: _Numbers = None
    radius: _Numbers = None
    vertices: _Numbers = None


class UnusableOpeningError(ValueError):
    """A shape lacks a number, has an absurd one, or leaves nothing open."""


def open_area(opening: Opening, shape: tuple[int, int], *, row_over_column: float = 1.0) -> _Mask:
    """Return where all shapes are open.

    Parameters
    ----------
    opening : Opening
    shape : (rows, columns)
    row_over_column : float
        Row spacing over column spacing; a circle is round in millimetres.

    Returns
    -------
    (R, C) bool array

    Raises
    ------
    UnusableOpeningError
        If a shape cannot be used or nothing stays open.

    Examples
    --------
    >>> box = Opening(("RECTANGULAR",), left=(2,), right=(3,), upper=(1,), lower=(2,))
    >>> open_area(box, (3, 4)).astype(int)
    array([[0, 1, 1, 0],
           [0, 1, 1, 0],
           [0, 0, 0, 0]])
    """
    mask = np.ones(shape, bool)
    for name in opening.shapes:
        if name == "RECTANGULAR":
            mask &= _rectangle(opening, shape)
        elif name == "CIRCULAR":
            mask &= _circle(opening, shape, row_over_column)
        elif name == "POLYGONAL":
            mask &= _polygon(opening, shape)
        else:
            raise UnusableOpeningError("unknown shape")
    if not mask.any():
        raise UnusableOpeningError("nothing is open")
    return mask


def not_padding(
    stored: npt.NDArray[np.integer], *, value: float, limit: float | None, bits_allocated: int
) -> _Mask:
    """Return where the stored value is no padding (PS3.3 C.7.5.1.1.2).

    Parameters
    ----------
    stored : (R, C) integer array
        Values before the modality transform, which is what the padding tags speak of.
    value, limit : float
        PixelPaddingValue and PixelPaddingRangeLimit, both included, in whichever order. Some writers take
        the other signedness than the pixels have; such a value is taken modulo 2**bits_allocated.
    bits_allocated : int

    Raises
    ------
    UnusableOpeningError
        If all would be padding.
    """
    ends = (value, value if limit is None else limit)
    lowest, highest = sorted(_as_stored(end, stored, bits_allocated) for end in ends)
    kept = (stored < lowest) | (stored > highest)
    if not kept.any():
        raise UnusableOpeningError("all pixels are padding")
    return kept


def _as_stored(value: float, stored: npt.NDArray[np.integer], bits_allocated: int) -> float:
    signed = stored.dtype.kind == "i"
    if signed and value >= 2 ** (bits_allocated - 1):
        return value - float(2**bits_allocated)
    if not signed and value < 0:
        return value + float(2**bits_allocated)
    return value


def _rectangle(opening: Opening, shape: tuple[int, int]) -> _Mask:
    left, right = _one(opening.left), _one(opening.right)
    upper, lower = _one(opening.upper), _one(opening.lower)
    rows, columns = np.arange(1, shape[0] + 1), np.arange(1, shape[1] + 1)
    open_rows = (rows >= upper) & (rows <= lower)
    open_columns = (columns >= left) & (columns <= right)
    return open_rows[:, None] & open_columns[None, :]


def _circle(opening: Opening, shape: tuple[int, int], row_over_column: float) -> _Mask:
    row, column = _several(opening.centre, 2)
    radius = _one(opening.radius)
    rows = (np.arange(1, shape[0] + 1) - row) * row_over_column
    columns = np.arange(1, shape[1] + 1) - column
    inside: _Mask = rows[:, None] ** 2 + columns[None, :] ** 2 <= radius**2
    return inside


def _polygon(opening: Opening, shape: tuple[int, int]) -> _Mask:
    vertices = _several(opening.vertices, 6)
    if len(vertices) % 2:
        raise UnusableOpeningError("a vertex lacks its column")
    corners = [(x - 1, y - 1) for y, x in zip(vertices[::2], vertices[1::2], strict=True)]
    canvas = Image.new("L", (shape[1], shape[0]))
    ImageDraw.Draw(canvas).polygon(corners, fill=1)
    return np.asarray(canvas, bool)


def _one(values: _Numbers) -> float:
    return _several(values, 1)[0]


def _several(values: _Numbers, least: int) -> tuple[float, ...]:
    if values is None or len(values) < least:
        raise UnusableOpeningError("a number is missing")
    if not all(math.isfinite(value) and abs(value) <= _FURTHEST_PX for value in values):
        raise UnusableOpeningError("a number is absurd")
    return values
