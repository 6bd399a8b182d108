"""How sharp a picture is, from its sharpest edges."""

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from ..image_limits import QualityEstimate
from ..resolution import (
    ALONG_PX,
    CLEAR,
    ENDS_PERCENT,
    SHARPEST,
    SLOPE_SIGMA_PX,
    STEEPEST,
    seen_widths_px,
)

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_EDGES = 600  # looked at, at most
_FEWEST = 8
_REACH_PX, _STEP_PX = 12.0, 0.1
_RESAMPLES = 200


def sharpest_edges(
    pixels: FloatImage, smaller: FloatImage, usable: Mask, *, scale: float
) -> QualityEstimate | None:
    """Return the full width at half maximum, in pixels, of the line spread of the sharpest edges.

    Parameters
    ----------
    pixels : (R, C) float32 array
        On square pixels.
    smaller : (R', C') float32 array
        The same picture at another size, on which edges are sought.
    usable : (R', C') bool array
        Of the smaller one.
    scale : float
        Pixels of `smaller` per pixel.

    Returns
    -------
    QualityEstimate or None
        None where there are fewer than eight clear edges. The interval is that of resampled edges; the
        estimate itself is good to a third on a knife edge.

    Notes
    -----
    The slope across an edge is the line spread. Its width is corrected for the slope filter, as if the spread
    were the two-sided exponential of an indirect detector. A low percentile over the clearest edges is taken,
    so it is too wide where no edge of the object is sharp; of an edge-enhanced picture it is the width of the
    enhanced edge. Below about one pixel it cannot tell.
    """
    places, direction = _edges(smaller, usable)
    if len(places) == 0:
        return None
    widths = _widths_px(pixels, (places + 0.5) / scale - 0.5, direction, low_high=_ends(smaller, usable))
    if len(widths) < _FEWEST:
        return None
    rng = np.random.default_rng(0)
    drawn = rng.choice(widths, (_RESAMPLES, len(widths)))
    value = _sharpest(widths)
    low, high = np.percentile(np.quantile(drawn, SHARPEST, axis=1), (2.5, 97.5))
    corrected = [_without_filter(each) for each in (float(low), value, float(high))]
    return QualityEstimate(corrected[1], min(corrected[0], corrected[1]), max(corrected[2], corrected[1]))


def _sharpest(widths: FloatArray) -> float:
    return float(np.quantile(widths, SHARPEST))


def _ends(pixels: FloatImage, usable: Mask) -> tuple[float, float]:
    low, high = np.percentile(pixels[usable], ENDS_PERCENT)
    return float(low), float(high)


def _edges(pixels: FloatImage, usable: Mask) -> tuple[FloatArray, FloatArray]:
    """Return places of clear edges and the direction of steepest ascent there, (N, 2) each."""
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    smooth = cv2.GaussianBlur(pixels, (0, 0), 1.0)
    right, down = (cv2.Sobel(smooth, cv2.CV_32F, dx, dy, ksize=3) for dx, dy in ((1, 0), (0, 1)))
    steepness = np.hypot(right, down)
    inner = cv2.erode(np.pad(usable, 1).astype(np.uint8), np.ones((9, 9), np.uint8))[1:-1, 1:-1] > 0
    if not inner.any():
        return np.zeros((0, 2)), np.zeros((0, 2))
    usual, top = np.quantile(steepness[inner], (1 - STEEPEST, 0.999))
    clear = steepness >= max(float(usual), CLEAR * float(top), 1e-12)
    crest = steepness >= cv2.dilate(steepness, np.ones((3, 3), np.uint8))
    places = np.argwhere(inner & clear & crest)
    places = places[:: max(1, math.ceil(len(places) / _EDGES))]
    at = tuple(places.T)
    direction = np.stack([down[at], right[at]], axis=1).astype(np.float64)
    return places.astype(np.float64), direction / np.maximum(np.hypot(*direction.T), 1e-12)[:, None]


def _widths_px(
    pixels: FloatImage, places: FloatArray, direction: FloatArray, *, low_high: tuple[float, float]
) -> FloatArray:
    """Return the full width at half maximum of the slope across each edge that is not clipped."""
    way = np.arange(-_REACH_PX, _REACH_PX + _STEP_PX / 2, _STEP_PX)
    tangent = np.stack([-direction[:, 1], direction[:, 0]], axis=1)
    levels = np.zeros((len(places), len(way)))
    for aside in ALONG_PX:
        points = places[:, None] + direction[:, None] * way[:, None] + aside * tangent[:, None]
        levels += _sampled(pixels, points) / len(ALONG_PX)
    rising = _slope(levels)
    near = np.abs(way) <= 3
    kept = (levels[:, near].min(axis=1) > low_high[0]) & (levels[:, near].max(axis=1) < low_high[1])
    # The place came from a smaller picture: the steepest point nearby is the edge.
    around = np.flatnonzero(near)
    centre = around[rising[:, around].argmax(axis=1)]
    rows = np.arange(len(rising))
    above = rising > rising[rows, centre][:, None] / 2
    columns = np.arange(len(way))
    after = np.where(~above & (columns > centre[:, None]), columns, len(way)).min(axis=1)
    before = np.where(~above & (columns < centre[:, None]), columns, -1).max(axis=1)
    kept &= (after < len(way)) & (before >= 0) & (rising[rows, centre] > 0)
    return np.asarray(_STEP_PX * (after - before - 1)[kept], np.float64)


def _sampled(pixels: FloatImage, points: FloatArray) -> FloatArray:
    # Imported here, as above.
    import cv2

    grid = np.ascontiguousarray(points.astype(np.float32))
    found = cv2.remap(
        pixels,
        np.ascontiguousarray(grid[..., 1]),
        np.ascontiguousarray(grid[..., 0]),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(found, np.float64)


def _slope(levels: FloatArray) -> FloatArray:
    # Imported here, as above.
    import cv2

    reach = math.ceil(4 * SLOPE_SIGMA_PX / _STEP_PX)
    place = np.arange(-reach, reach + 1) * _STEP_PX
    taps = place * np.exp(-0.5 * (place / SLOPE_SIGMA_PX) ** 2)
    found = cv2.filter2D(levels, cv2.CV_64F, taps[np.newaxis], borderType=cv2.BORDER_CONSTANT)
    return np.asarray(found, np.float64)


def _without_filter(width_px: float) -> float:
    """Return the width of the spread that the slope filter widens to the given width."""
    return float(np.interp(width_px, *_seen_and_true()))


@cache
def _seen_and_true() -> tuple[FloatArray, FloatArray]:
    candidates = np.geomspace(0.5, 20, 24)
    way = np.arange(-60, 60, 0.1)
    gaussian = np.exp(-0.5 * (np.arange(-4, 4.05, 0.1) / SLOPE_SIGMA_PX) ** 2)
    return seen_widths_px(candidates, way, gaussian), candidates
