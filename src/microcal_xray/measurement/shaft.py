"""Which way the shaft runs at a line: the middle between both outer outlines, followed along the bone."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .bone_contrast import Known
from .shaft_outlines import Outline, Straightened, outlines_beside, straightened

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

# Pixels of the working image, a quarter of a millimetre each where the spacing is known.
_TURNS, _SMALL_TURN = 2, math.radians(4.0)  # after a small turn no second look is needed
_NEAR = 16.0  # along: the width of the bone at the line
_LEAST_WIDTH = 8.0
_INSIDE, _OUTSIDE = np.linspace(0.1, 0.9, 17), 8.0  # places between both outlines, and beyond them
_CORE = slice(5, 12)  # of these places: the middle of the bone
_BONE_QUANTILE = 0.7  # of the brightness across a bone at the line
_LEAST_BONE, _GAP = (
    0.3,
    0.15,
)  # of bone over soft tissue: less in the middle ends the bone, less anywhere is a gap
_APART, _ALL_THE_WAY = 8.0, 0.85  # in so many of the rows an outline inside another runs inside it
_MOST_UNEVEN = 10.0
_NOT_OWN = 0.05  # what a cross-section counts beyond the end of the bone
_OFF_RIM = 0.2  # what a cross-section counts whose outline is not where the mask ends
_LEAST_WEIGHT, _FEWEST = 0.03, 10
_WIDTH_ROWS = 2.0
# What is known of bones before: few bow much (change of slope over the bone's width, and the change of that);
# they flare on either side nearly alike (sideways move of the middle line per change of the width).
_BOW, _CHANGE_OF_BOW, _LOPSIDED = 0.03, 0.006, 0.07
_ROUNDS, _OUTLIER, _FIRST_SPREAD, _LEAST_SPREAD = 4, 4.0, 2.0, 0.3
_ALIKE_ROWS = 16.0  # an outline strays slowly
_FLARING = 0.1  # of the width beyond the narrowest: so far the middle may stray
_LEAST_SD = math.radians(2.0)
_UNLIKELY = 0.05  # beside the likeliest pair
# What speaks for a pair of outlines, in the order of `signs_of`; how it was fitted: docs/evidence.md.
_SIGNS = np.array([5.9, 4.0, -1.5, 3.1, 5.1, -2.3, -3.9])


@dataclass(frozen=True)
class Pair:
    """A left and a right outline that may belong to one bone."""

    left: Outline
    right: Outline

    @property
    def width_px(self) -> FloatArray:
        """Of the bone, in each row."""
        return self.right.across_px - self.left.across_px


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
        Where the bone ends at most to both sides of the middle of the line across that axis; the first is the
        smaller.

    Notes
    -----
    Up to three outlines are sought on either side, see `outlines_beside`. Each pair of them is judged by what
    `signs_of` tells; the axis is that of the likeliest pair, and what the others say counts as uncertainty,
    each by how likely it is. The axis is the slope, at the line, of the middle between both outlines, which
    is a bowed line plus a share of what the bone is wider than at its narrowest, on either side of that
    place: an end may flare to one side more than to the other. Bow and share are drawn towards 0; where the
    bone flares at the line and no even part is seen, the axis is uncertain.
    """
    sd = 0.0
    for _ in range(_TURNS):
        turned = _turn(straightened(path_px, axis_rad, pixels, bone, ends))
        if turned is None:
            return None
        turn, sd = turned
        axis_rad += turn
        if abs(turn) < _SMALL_TURN:
            break
    return Known(axis_rad, math.hypot(sd, _LEAST_SD))


def _turn(seen: Straightened) -> tuple[float, float] | None:
    """Return by how much the shaft deviates from an axis, and how sure that is."""
    pairs = pairs_of(seen)
    if not pairs:
        return None
    signs, own = signs_of(seen, pairs)
    told = signs @ _SIGNS
    share = np.exp(told - told.max())
    found = [
        (part, *slope)
        for part, pair, rows in zip(share.tolist(), pairs, own, strict=True)
        if part > _UNLIKELY and (slope := slope_between(seen.along_px, pair, rows)) is not None
    ]
    if not found:
        return None
    likely, slope, sd = np.array(found).T
    best = int(likely.argmax())
    apart = likely @ (slope - slope[best]) ** 2 / likely.sum()
    return float(slope[best]), math.sqrt(sd[best] ** 2 + float(apart))


def pairs_of(seen: Straightened) -> list[Pair]:
    """Return the outlines of each side with those of the other, where a bone fits between them."""
    near = np.abs(seen.along_px) <= _NEAR
    left, right = outlines_beside(seen)
    start, stop = (
        np.median([one.across_px[near] for one in side], axis=1).tolist() for side in (left, right)
    )
    return [
        Pair(one, other)
        for one, begin in zip(left, start, strict=True)
        for other, end in zip(right, stop, strict=True)
        if end - begin >= _LEAST_WIDTH
    ]


def signs_of(seen: Straightened, pairs: list[Pair]) -> tuple[FloatArray, Mask]:
    """Return what speaks for each pair of outlines as those of one bone, and the rows of that bone.

    Parameters
    ----------
    seen : Straightened
    pairs : list of Pair
        All that there are, P of them.

    Returns
    -------
    signs : (P, 7) float array
        Clearness of the less clear outline and of both; the share of both that lies where the bone mask
        ends, which draws them there (it speaks against them); logarithm of the width; how uneven the width is
        (where nothing is seen, paths run straight); in which share of the rows something inside is as dark as
        outside, as between two bones; how clear another outline of the same sense is that runs inside, as
        where bones overlap, summed over both sides.
    own : (P, N) bool array
        The rows from the line on to where the bone ends, to both sides.
    """
    left, right = ([pair.left for pair in pairs], [pair.right for pair in pairs])
    starts, stops = (np.stack([one.across_px for one in side]) for side in (left, right))
    clear = [np.stack([one.clear for one in side]) for side in (left, right)]
    on_rim = sum(np.stack([one.on_rim for one in side]).astype(np.float64) for side in (left, right))
    near = np.abs(seen.along_px) <= _NEAR
    inside, soft = _brightness(seen, starts, stops)
    core = np.median(inside[:, :, _CORE], axis=2)
    bone = np.quantile(np.median(inside[:, near], axis=1), _BONE_QUANTILE, axis=1)
    least = _LEAST_BONE * (bone - np.median(soft[:, near], axis=1))
    own = np.stack([_from_middle(rows) for rows in (core - soft > least[:, None]) | near])
    smooth = ndimage.uniform_filter1d(inside[:, :, 2:-2], 3, axis=1)
    gap = smooth.min(axis=2) - soft < _GAP * (bone[:, None] - soft)
    share = own / own.sum(axis=1, keepdims=True)
    means = [(each * share).sum(axis=1) for each in clear]
    signs = np.stack(
        [
            np.minimum(*means),
            means[0] + means[1],
            (on_rim * share).sum(axis=1),
            np.log(np.median((stops - starts)[:, near], axis=1)),
            _unevenness(seen.along_px, stops - starts, share),
            (gap * share).sum(axis=1),
            _inner(starts, clear[0], share) + _inner(-stops, clear[1], share),
        ],
        axis=1,
    )
    return signs, own


def _brightness(seen: Straightened, starts: FloatArray, stops: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the brightness at places between outlines, (P, N, 17), and that of the darker side, (P, N)."""
    left, right = starts[:, :, None], stops[:, :, None]
    places = np.concatenate([left + _INSIDE * (right - left), left - _OUTSIDE, right + _OUTSIDE], axis=2)
    step = float(seen.across_px[1] - seen.across_px[0])
    column = np.clip(np.rint((places - seen.across_px[0]) / step).astype(int), 0, len(seen.across_px) - 1)
    shown = seen.values[np.arange(len(seen.along_px))[:, None], column]
    soft = ndimage.uniform_filter1d(shown[:, :, -2:].min(axis=2), 5, axis=1)
    return shown[:, :, :-2], soft


def _unevenness(along_px: FloatArray, width: FloatArray, share: FloatArray) -> FloatArray:
    """Return how far widths stray from a parabola along the bone, as a share of ten pixels, (P,)."""
    scaled = along_px / along_px[-1]
    terms = np.stack([np.ones_like(scaled), scaled, scaled**2], axis=1)
    weighted = share[:, :, None] * terms
    fits = np.linalg.solve(terms.T @ weighted + 1e-9 * np.eye(3), (weighted.mT @ width[:, :, None]))
    strays = np.abs(width - (terms @ fits)[:, :, 0])
    return np.asarray((np.minimum(strays, _MOST_UNEVEN) * share).sum(axis=1) / _MOST_UNEVEN)


def _inner(place: FloatArray, clear: FloatArray, share: FloatArray) -> FloatArray:
    """Return how clear the clearest other outline is that runs inside each; 0: there is none.

    Parameters
    ----------
    place, clear : (P, N) float array
        Of outlines of one side; places grow inwards.
    share : (P, N) float array
        Of the rows.
    """
    farther = (place[None] - place[:, None] > _APART).astype(np.float64)
    is_inside = np.einsum("pqn,pn->pq", farther, share) > _ALL_THE_WAY
    return np.asarray(np.where(is_inside, share @ clear.T, 0.0).max(axis=1))


def _from_middle(good: Mask) -> Mask:
    """Return the middle run of true values."""
    middle = len(good) // 2
    bad = np.flatnonzero(~good)
    first = int(bad[bad < middle].max(initial=-1)) + 1
    behind = int(bad[bad > middle].min(initial=len(good)))
    place = np.arange(len(good))
    return (place >= first) & (place < behind)


def slope_between(along_px: FloatArray, pair: Pair, own: Mask) -> tuple[float, float] | None:
    """Return the turn of the axis between two outlines at place 0, and its standard deviation.

    Parameters
    ----------
    along_px : (N,) float array
    pair : Pair
    own : (N,) bool array
        As of `signs_of`.
    """
    left, right, width = pair.left, pair.right, pair.width_px
    middle = (left.across_px + right.across_px) / 2
    weight = np.minimum(left.clear, right.clear) * (width > 0) * np.where(own, 1.0, _NOT_OWN)
    for one in (left, right):
        weight = weight * np.where(one.on_rim, 1.0, _OFF_RIM)
    weight /= max(float(weight.max()), 1e-9)
    used = weight > _LEAST_WEIGHT
    if np.count_nonzero(used) < _FEWEST:
        return None
    smooth = ndimage.gaussian_filter1d(width, _WIDTH_ROWS)
    narrowest = int(np.where(used, smooth, np.inf).argmin())
    wider = np.maximum(smooth - smooth[narrowest], 0.0)
    place = np.arange(len(along_px)) - narrowest
    terms = np.stack(
        [
            np.ones_like(along_px),
            along_px,
            along_px**2 / 2,
            along_px**3 / 6,
            wider * (place < 0),
            wider * (place > 0),
        ],
        axis=1,
    )
    own_px = max(float(smooth[narrowest]), _LEAST_WIDTH)
    known = np.diag(
        [0.0, 0.0, (own_px / _BOW) ** 2, (own_px**2 / _CHANGE_OF_BOW) ** 2, _LOPSIDED**-2, _LOPSIDED**-2]
    )
    robust, spread = weight, _FIRST_SPREAD
    for _ in range(_ROUNDS):
        share = robust / (_ALIKE_ROWS * (spread**2 + (_FLARING * wider) ** 2))
        covariance = np.linalg.inv(terms.T @ (share[:, None] * terms) + known)
        found = covariance @ (terms.T @ (share * middle))
        left_over = middle - terms @ found
        spread = 1.4826 * float(np.median(np.abs(left_over[used]))) + _LEAST_SPREAD
        far = left_over**2 / (_OUTLIER**2 * (spread**2 + (_FLARING * wider) ** 2))
        robust = weight * np.clip(1 - far, 0, 1) ** 2
    return math.atan(float(found[1])), math.sqrt(float(covariance[1, 1]))
