"""Both outlines of a bone: paths of largest gradient through the picture straightened along it."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

# Pixels of the working image, a quarter of a millimetre each where the spacing is known.
_ROW_PX, _COLUMN_PX = 6.0, 1.5  # of the straightened picture
_REACH_WIDTHS, _LEAST_REACH, _MOST_REACH = 2.0, 80.0, 300.0  # along the bone, to each side
_BESIDE = 30.0  # beyond the bone: there its outline may lie too
_NEAR = 16.0  # along: here the line lies between both outlines
_SMOOTHING_PX = (2.0, 1.5)  # of the gradient, along and across
_RIM_PX, _ON_RIM = 3.0, 0.3  # how far a gradient may lie from the end of the bone mask
_STEEPEST = 3  # columns for each row: 37 degrees
_TURN = 0.25  # what each of them costs, in gradients as strong as the strongest twentieth
_MASK_BONUS = 0.5
_PATHS = 3  # on each side
_OWN_COLUMNS = 3  # the line itself is no outline
_BESIDE_OUTLINE = 4  # columns in which there is no second one


@dataclass(frozen=True)
class Straightened:
    """The picture along an axis; its rows lie across the bone.

    Parameters
    ----------
    along_px, across_px : (N,), (M,) float array
        Rows and columns, from the middle of the line.
    values, gradient : (N, M) float array
        The picture, and its change across in units of its strongest twentieth.
    rim : (N, M) float array
        1 where the bone mask begins, -1 where it ends.
    """

    along_px: FloatArray
    across_px: FloatArray
    values: FloatArray
    gradient: FloatArray
    rim: FloatArray


@dataclass(frozen=True)
class Outline:
    """One outline along a shaft.

    Parameters
    ----------
    across_px : (N,) float array
    clear : (N,) float array
        How strong the gradient is there, 0 to 1.
    on_rim : (N,) bool array
        Whether the bone mask ends there.
    """

    across_px: FloatArray
    clear: FloatArray
    on_rim: Mask


def straightened(
    path_px: FloatArray, axis_rad: float, pixels: FloatImage, bone: Mask, ends: tuple[float, float]
) -> Straightened:
    """Return the picture along an axis through the middle of a line; parameters as of `shaft_axis`."""
    along = np.array([math.sin(axis_rad), math.cos(axis_rad)])
    across = np.array([along[1], -along[0]])
    centre = path_px.mean(axis=0)
    count = round(min(max(_REACH_WIDTHS * (ends[1] - ends[0]), _LEAST_REACH), _MOST_REACH) / _ROW_PX)
    rows = _ROW_PX * np.arange(-count, count + 1, dtype=np.float64)
    columns = np.arange(ends[0] - _BESIDE, ends[1] + _BESIDE, _COLUMN_PX)
    places = centre + rows[:, None, None] * along + columns[None, :, None] * across
    last = np.array(bone.shape) - 1
    nearest = np.rint(places).astype(np.intp)
    seen = ((nearest >= 0) & (nearest <= last)).all(axis=-1)
    row, column = np.moveaxis(np.clip(nearest, 0, last), -1, 0)
    values = ndimage.map_coordinates(pixels, np.moveaxis(places, -1, 0), order=1, mode="nearest")
    values = values.astype(np.float64)
    smoothing = (_SMOOTHING_PX[0] / _ROW_PX, _SMOOTHING_PX[1] / _COLUMN_PX)
    gradient = ndimage.gaussian_filter(values, smoothing, order=(0, 1))
    gradient[~seen] = 0
    _clear_of_line(gradient, (path_px - centre) @ along, (path_px - centre) @ across, rows, columns)
    inside = (bone[row, column] & seen).astype(np.float64)
    # The derivative of a step through a Gaussian has the height 1 / (sqrt(2 pi) sigma).
    sigma = _RIM_PX / _COLUMN_PX
    rim = ndimage.gaussian_filter1d(inside, sigma, axis=1, order=1) * (math.sqrt(2 * math.pi) * sigma)
    strongest = float(np.percentile(np.abs(gradient[seen]), 95)) if seen.any() else 0.0
    return Straightened(rows, columns, values, gradient / max(strongest, 1e-12), rim)


def _clear_of_line(
    gradient: FloatArray, along: FloatArray, across: FloatArray, rows: FloatArray, columns: FloatArray
) -> None:
    row = np.clip(np.rint((along - rows[0]) / _ROW_PX).astype(int), 0, len(rows) - 1)
    column = np.rint((across - columns[0]) / _COLUMN_PX).astype(int)
    for side in range(-_OWN_COLUMNS, _OWN_COLUMNS + 1):
        gradient[row, np.clip(column + side, 0, len(columns) - 1)] = 0


def outlines_beside(seen: Straightened) -> tuple[list[Outline], list[Outline]]:
    """Return what may be the left and the right outline of the bone, the clearest first on each side.

    Parameters
    ----------
    seen : Straightened

    Notes
    -----
    Each is the path of largest sum of gradients of its sense, found by dynamic programming; gradients where
    the bone mask ends count half as much again. Where one lies, the next does not.
    """
    # The right side is looked at in a mirror, together with the left one.
    clear = np.clip(np.stack([seen.gradient, -seen.gradient[:, ::-1]]), 0, 1)
    rim = np.clip(np.stack([seen.rim, -seen.rim[:, ::-1]]), 0, 1)
    across = np.stack([seen.across_px, -seen.across_px[::-1]])
    value = clear + _MASK_BONUS * rim
    middle = float(seen.across_px[0] + seen.across_px[-1]) / 2
    beyond = across > np.array([[max(middle, 0.0)], [max(-middle, 0.0)]])
    value[np.broadcast_to(beyond[:, None], value.shape)] = 0
    value[(np.abs(seen.along_px) <= _NEAR)[None, :, None] & (across > 0)[:, None]] = -1
    side, row = np.arange(2)[:, None], np.arange(len(seen.along_px))[None]
    left: list[Outline] = []
    right: list[Outline] = []
    for _ in range(_PATHS):
        at = _courses(value)
        inner = np.clip(at, 1, value.shape[2] - 2)
        before, here, after = (clear[side, row, inner + step] for step in (-1, 0, 1))
        bend = before - 2 * here + after
        shift = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1), 0)
        place = across[side, inner] + np.clip(shift, -1, 1) * _COLUMN_PX
        on_rim = rim[side, row, inner] > _ON_RIM
        left.append(Outline(place[0], here[0], on_rim[0]))
        right.append(Outline(-place[1], here[1], on_rim[1]))
        for step in range(-_BESIDE_OUTLINE, _BESIDE_OUTLINE + 1):
            value[side, row, np.clip(at + step, 0, value.shape[2] - 1)] = -0.5
    return left, right


def _courses(value: FloatArray) -> npt.NDArray[np.intp]:
    """Return the columns of the paths of largest sum, (2, N); N is odd."""
    sides, rows, columns = value.shape
    # From both ends to the middle row at once: half as many steps.
    middle, pad = rows // 2, _STEEPEST
    halves = np.concatenate([value[:, : middle + 1], value[:, : middle - 1 : -1]])
    best = np.full((len(halves), middle + 1, columns + 2 * pad), -np.inf)
    best[:, 0, pad:-pad] = halves[:, 0]
    for row in range(1, middle + 1):
        before = best[:, row - 1]
        most = before[:, pad:-pad].copy()
        for step in range(1, pad + 1):
            lower, upper = before[:, pad - step : -pad - step], before[:, pad + step :][:, :columns]
            np.maximum(most, np.maximum(lower, upper) - step * _TURN, out=most)
        np.add(most, halves[:, row], out=best[:, row, pad:-pad])
    ends = best[:, middle, pad:-pad]
    meeting = (ends[:sides] + ends[sides:] - value[:, middle]).argmax(axis=1)
    steps = np.arange(-pad, pad + 1)
    at = np.empty((len(halves), middle + 1), np.intp)
    at[:, middle] = np.concatenate([meeting, meeting])
    half = np.arange(len(halves))
    for row in range(middle, 0, -1):
        ways = best[half[:, None], row - 1, at[:, row, None] + pad + steps] - _TURN * np.abs(steps)
        at[:, row - 1] = at[:, row] + steps[ways.argmax(axis=1)]
    return np.concatenate([at[:sides], at[sides:, middle - 1 :: -1]], axis=1)
