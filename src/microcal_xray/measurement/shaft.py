"""Which way the shaft runs at a line: the middle between both outer outlines, followed along the bone."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .bone_contrast import Known

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

# Pixels of the working image, a quarter of a millimetre each where the spacing is known.
_TURNS, _SMALL_TURN = 2, math.radians(2.0)  # after a small turn no second look is needed
_ROW_PX, _COLUMN_PX = 6.0, 1.5  # of the straightened picture
_REACH_WIDTHS, _LEAST_REACH, _MOST_REACH = 1.7, 80.0, 200.0  # along the bone, to each side
_BESIDE = 30.0  # beyond the bone: there its outline may lie too
_NEAR = 16.0  # along: these cross-sections tell which outlines are those of the line's own bone
_SMOOTHING_PX = (2.0, 1.5)  # of the gradient, along and across
_RIM_PX, _ON_RIM = 3.0, 0.3  # how far a gradient may lie from the end of the bone mask
_STEEPEST = 3  # columns for each row: 37 degrees
_TURN = 0.25  # what each of them costs, in gradients as strong as the strongest twentieth
_MASK_BONUS = 0.5
_AT_HOME = 25.0  # an outline that lies so far outside its bone is another bone's
_PATHS = 2  # on each side
_OWN_COLUMNS = 3  # the line itself is no outline
_INNER, _INNER_WIDTH, _APART = 0.7, 0.55, 0.85  # how clear, wide and apart an inner outline must be
_BESIDE_OUTLINE = 4  # columns in which there is no second one
_OFF_RIM = 0.2  # what a cross-section counts whose outline is not where the mask ends
_FLARE = 0.3  # change of the width along the bone with which a cross-section says half as much
_LEAST_WEIGHT, _FEWEST = 0.03, 10
_ROUNDS, _OUTLIER, _LEAST_SPREAD = 6, 4.0, 0.3
_LEAST_SD = math.radians(2.0)  # this and the shares of what disagrees: short intervals on simulated limbs
_APART_SHARE = 0.5
_ALIKE_ROWS = 16.0
_BENT = 0.5  # the weight of a straight shaft: few bow much


@dataclass(frozen=True)
class _Straightened:
    """The picture along an axis; its rows lie across the bone."""

    along_px: FloatArray  # (N,)
    across_px: FloatArray  # (M,)
    gradient: FloatArray  # (N, M), across
    rim: FloatArray  # (N, M), 1 where the bone mask begins, -1 where it ends


@dataclass(frozen=True)
class _Edge:
    """One outline along the shaft."""

    across_px: FloatArray  # (N,)
    clear: FloatArray  # (N,), 0 to 1
    on_rim: Mask  # (N,)

    @property
    def mean_clear(self) -> float:
        return float(self.clear.mean())


def shaft_axis(
    path_px: FloatArray, axis_rad: float, pixels: FloatImage, bone: Mask, *, ends: tuple[float, float]
) -> Known | None:
    """Return the direction of the long axis of the bone at a line; None where its outlines are not seen.

    Parameters
    ----------
    path_px : (N, 2) float array
        The line (row, column) on the working image.
    axis_rad : float
        About which way the bone runs.
    pixels : (R, C) float32 array
        The working image.
    bone : (R, C) bool array
        Coarse; it may join bones that lie close.
    ends : (float, float)
        Where the bone ends to both sides of the middle of the line across that axis, about; the first is the
        smaller.

    Notes
    -----
    The outer outline on either side is the path of largest sum of gradients across the bone, found by dynamic
    programming; gradients where the bone mask ends count more. Where a second outline of the same sense runs
    inside the first one all the way, nearly as clear, another bone lies over this one and the inner outline
    is its own. The axis is the tangent, at the line, of a parabola through the middles between both; it is
    drawn towards a straight line, and cross-sections weigh less where the bone flares.
    """
    sd = 0.0
    for _ in range(_TURNS):
        turned = _turn(_straightened(path_px, axis_rad, pixels, bone, ends), ends)
        if turned is None:
            return None
        turn, sd = turned
        axis_rad += turn
        if abs(turn) < _SMALL_TURN:
            break
    return Known(axis_rad, math.hypot(sd, _LEAST_SD))


def _straightened(
    path_px: FloatArray, axis_rad: float, pixels: FloatImage, bone: Mask, ends: tuple[float, float]
) -> _Straightened:
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
    smoothing = (_SMOOTHING_PX[0] / _ROW_PX, _SMOOTHING_PX[1] / _COLUMN_PX)
    gradient = ndimage.gaussian_filter(values.astype(np.float64), smoothing, order=(0, 1))
    gradient[~seen] = 0
    _clear_of_line(gradient, (path_px - centre) @ along, (path_px - centre) @ across, rows, columns)
    inside = (bone[row, column] & seen).astype(np.float64)
    # The derivative of a step through a Gaussian has the height 1 / (sqrt(2 pi) sigma).
    sigma = _RIM_PX / _COLUMN_PX
    rim = ndimage.gaussian_filter1d(inside, sigma, axis=1, order=1) * (math.sqrt(2 * math.pi) * sigma)
    strongest = float(np.percentile(np.abs(gradient[seen]), 95)) if seen.any() else 0.0
    return _Straightened(rows, columns, gradient / max(strongest, 1e-12), rim)


def _clear_of_line(
    gradient: FloatArray, along: FloatArray, across: FloatArray, rows: FloatArray, columns: FloatArray
) -> None:
    row = np.clip(np.rint((along - rows[0]) / _ROW_PX).astype(int), 0, len(rows) - 1)
    column = np.rint((across - columns[0]) / _COLUMN_PX).astype(int)
    for side in range(-_OWN_COLUMNS, _OWN_COLUMNS + 1):
        gradient[row, np.clip(column + side, 0, len(columns) - 1)] = 0


def _turn(seen: _Straightened, ends: tuple[float, float]) -> tuple[float, float] | None:
    """Return by how much the shaft deviates from an axis, and how sure that is."""
    # The right side is looked at in a mirror, together with the left one.
    clear = np.clip(np.stack([seen.gradient, -seen.gradient[:, ::-1]]), 0, 1)
    rim = np.clip(np.stack([seen.rim, -seen.rim[:, ::-1]]), 0, 1)
    across = np.stack([seen.across_px, -seen.across_px[::-1]])
    outlines = _outlines(clear, rim, seen.along_px, across, sum(ends) / 2)
    near = np.abs(seen.along_px) <= _NEAR
    left = _own(outlines[0], near, ends[0])
    right = [_Edge(-one.across_px, one.clear, one.on_rim) for one in _own(outlines[1], near, -ends[1])]
    pairs = [(one, other) for one in left for other in right]
    widths = [float(np.median(other.across_px - one.across_px)) for one, other in pairs]
    fits = [
        fit
        for pair, width in zip(pairs, widths, strict=True)
        if width >= _INNER_WIDTH * max(widths) and (fit := _slope(seen.along_px, *pair)) is not None
    ]
    if not fits:
        return None
    # The second pair of outlines may be the right one.
    apart = _APART_SHARE * abs(fits[1][0] - fits[0][0]) if len(fits) > 1 else 0.0
    return fits[0][0], math.hypot(fits[0][1], apart)


def _outlines(
    clear: FloatArray, rim: FloatArray, along: FloatArray, across: FloatArray, middle: float
) -> tuple[list[_Edge], list[_Edge]]:
    """Return the clearest outlines on the left of both pictures (2, N, M), the clearest first."""
    value = clear + _MASK_BONUS * rim
    beyond = across > np.array([[middle], [-middle]])
    value[np.broadcast_to(beyond[:, None], value.shape)] = 0
    value[(np.abs(along) <= _NEAR)[None, :, None] & (across > 0)[:, None]] = -1
    side, row = np.arange(2)[:, None], np.arange(len(along))[None]
    edges: tuple[list[_Edge], list[_Edge]] = ([], [])
    for _ in range(_PATHS):
        at = _courses(value)
        inner = np.clip(at, 1, value.shape[2] - 2)
        before, here, after = (clear[side, row, inner + step] for step in (-1, 0, 1))
        bend = before - 2 * here + after
        shift = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1), 0)
        place = across[side, inner] + np.clip(shift, -1, 1) * _COLUMN_PX
        on_rim = rim[side, row, inner] > _ON_RIM
        for one, found in enumerate(edges):
            found.append(_Edge(place[one], here[one], on_rim[one]))
        for step in range(-_BESIDE_OUTLINE, _BESIDE_OUTLINE + 1):
            value[side, row, np.clip(at + step, 0, value.shape[2] - 1)] = -0.5
    return edges


def _courses(value: FloatArray) -> npt.NDArray[np.intp]:
    """Return the columns of the paths of largest sum, (2, N)."""
    sides, rows, columns = value.shape
    pad = _STEEPEST
    best = np.full((sides, rows, columns + 2 * pad), -np.inf)
    best[:, 0, pad:-pad] = value[:, 0]
    for row in range(1, rows):
        before = best[:, row - 1]
        most = before[:, pad:-pad].copy()
        for step in range(1, pad + 1):
            lower, upper = before[:, pad - step : -pad - step], before[:, pad + step :][:, :columns]
            np.maximum(most, np.maximum(lower, upper) - step * _TURN, out=most)
        np.add(most, value[:, row], out=best[:, row, pad:-pad])
    steps = np.arange(-pad, pad + 1)
    at = np.empty((sides, rows), np.intp)
    at[:, -1] = best[:, -1, pad:-pad].argmax(axis=1)
    side = np.arange(sides)
    for row in range(rows - 1, 0, -1):
        ways = best[side[:, None], row - 1, at[:, row, None] + pad + steps] - _TURN * np.abs(steps)
        at[:, row - 1] = at[:, row] + steps[ways.argmax(axis=1)]
    return at


def _own(edges: list[_Edge], near: Mask, end: float) -> list[_Edge]:
    """Return the left outlines that may be those of the bone that ends there, the likeliest first."""
    home = [one for one in edges if float(np.median(one.across_px[near])) > end - _AT_HOME]
    clearest = max((one.mean_clear for one in home), default=0.0)
    home = [one for one in home if one.mean_clear >= _INNER * clearest]
    if not home:
        return []
    first = max(home, key=lambda one: one.mean_clear + _MASK_BONUS * float(one.on_rim.mean()))
    return [*(one for one in home if np.mean(one.across_px > first.across_px) > _APART), first]


def _slope(along: FloatArray, left: _Edge, right: _Edge) -> tuple[float, float] | None:
    """Return the turn of the middle line between two outlines at place 0, and its standard deviation."""
    middle, width = (left.across_px + right.across_px) / 2, right.across_px - left.across_px
    flare = np.gradient(ndimage.gaussian_filter1d(width, 2.0), along)
    weight = np.minimum(left.clear, right.clear) / (1 + (flare / _FLARE) ** 2) * (width > 0)
    for one in (left, right):
        weight = weight * np.where(one.on_rim, 1.0, _OFF_RIM)
    weight /= max(float(weight.max()), 1e-9)
    used = weight > _LEAST_WEIGHT
    if np.count_nonzero(used) < _FEWEST:
        return None
    reach = float(np.abs(along).max())
    terms = np.stack([np.ones_like(along), along / reach, (along / reach) ** 2], axis=1)
    straight = np.diag([0.0, 0.0, _BENT])
    robust = weight
    for _ in range(_ROUNDS):
        inverse = np.linalg.inv(terms.T @ (robust[:, None] * terms) + straight)
        coefficients = inverse @ (terms.T @ (robust * middle))
        left_over = middle - terms @ coefficients
        spread = 1.4826 * float(np.median(np.abs(left_over[used]))) + _LEAST_SPREAD
        robust = weight * np.clip(1 - (left_over / (_OUTLIER * spread)) ** 2, 0, 1) ** 2
    variance = float(robust @ left_over**2 / robust.sum()) * _ALIKE_ROWS
    doubled = inverse @ (terms.T @ (robust[:, None] ** 2 * terms)) @ inverse
    return math.atan(float(coefficients[1]) / reach), math.sqrt(variance * float(doubled[1, 1])) / reach
