"""How sharp a picture is, estimated from its sharpest edges."""

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .errors import SettingsError

FloatArray = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# What `quality` measures edges with too; it seeks them on a smaller picture and gives an interval.
SLOPE_SIGMA_PX = 0.8
STEEPEST = 0.03  # share of the pixels among which edges are sought
CLEAR = 0.4  # of the steepest: noise has edges too
SHARPEST = 0.15  # quantile of the widths that is taken: most edges of a body are rounded
ALONG_PX = (-2.0, -1.0, 0.0, 1.0, 2.0)  # the slope is averaged along the edge, against noise
ENDS_PERCENT = (0.2, 99.8)  # of the grey range: edges that end there are clipped, or letters and shutters
_REACH_PX = 10.0
_STEP_PX = 0.1
_FEWEST = 5
_PANEL_BLUR_MM = 0.18
_UNKNOWN_BLUR_PX = 2.0  # without a clear edge
_LEAST_BLUR_PX = 0.5
_EVERY = 5


def sharpest_edge_px(pixels: FloatArray, usable: BoolArray, *, edges: int = 800) -> float:
    """Return the full width at half maximum, in pixels, of the line spread of the sharpest edges.

    Parameters
    ----------
    pixels : (R, C) float array
    usable : (R, C) bool array
    edges : int
        So many are looked at, at most.

    Raises
    ------
    SettingsError
        If the picture has no clear edge.

    Notes
    -----
    The slope across an edge is the line spread. Its full width at half maximum is corrected for the slope
    filter, as if the spread were the two-sided exponential of an indirect detector. Taken is a low percentile
    over the clearest edges: most edges of a body are rounded. Edges that end in the darkest or brightest grey
    are left out: they are clipped, or they are letters and shutters that no detector saw.

    It is an estimate, good to a third on a knife edge: too wide where no edge of the object is sharp, and of
    an edge-enhanced picture it is the width of the enhanced edge. Below about one pixel it cannot tell.
    """
    values = np.asarray(pixels, np.float64)
    slope = _slopes(values)
    places = _edge_places(_lengths(*slope), usable, edges)
    widths = _widths_px(values, slope, places, usable)
    if len(widths) < _FEWEST:
        raise SettingsError("no clear edge to measure the sharpness on; give the resolution")
    return _without_filter(float(np.quantile(widths, SHARPEST)))


def _slopes(values: Float64Array) -> list[Float64Array]:
    """Return the slopes down the rows and along them, of the smoothed picture."""
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    one = np.zeros(2 * round(4 * SLOPE_SIGMA_PX) + 3)
    one[len(one) // 2] = 1
    bell, rise = (
        ndimage.gaussian_filter1d(one, SLOPE_SIGMA_PX, order=order, mode="constant") for order in (0, 1)
    )
    rise = rise[::-1].copy()  # what a filter answers to one is its kernel the other way round
    return [
        np.asarray(
            cv2.sepFilter2D(values, cv2.CV_64F, along, down, borderType=cv2.BORDER_REFLECT), np.float64
        )
        for along, down in ((bell, rise), (rise, bell))
    ]


def _lengths(down: Float64Array, right: Float64Array) -> Float64Array:
    # Imported here, as above.
    import cv2

    return np.asarray(cv2.magnitude(down, right), np.float64)


def _edge_places(steepness: Float64Array, usable: BoolArray, edges: int) -> npt.NDArray[np.intp]:
    # Imported here, as above.
    import cv2

    margin = int(_REACH_PX) + 1
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    inner = cv2.erode(usable.astype(np.uint8), cross, iterations=3) > 0
    inner[:margin] = inner[-margin:] = inner[:, :margin] = inner[:, -margin:] = False
    if not inner.any():
        return np.zeros((0, 2), np.intp)
    # Some of the pixels tell as well, and sorting them is most of the work.
    usual, top = np.quantile(steepness[inner][::_EVERY], (1 - STEEPEST, 0.999))
    clear = steepness >= max(float(usual), CLEAR * float(top), 1e-12)
    crest = np.asarray(steepness == cv2.dilate(steepness, np.ones((3, 3), np.uint8)))
    places = np.argwhere(inner & clear & crest)
    return places[:: max(1, len(places) // edges)]


def _widths_px(
    values: Float64Array, slope: list[Float64Array], places: npt.NDArray[np.intp], usable: BoolArray
) -> Float64Array:
    """Return the full width at half maximum of the slope across each edge that is not clipped."""
    if len(places) == 0:
        return np.zeros(0)
    direction = np.stack([part[tuple(places.T)] for part in slope], axis=1)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    way = np.arange(-_REACH_PX, _REACH_PX + _STEP_PX / 2, _STEP_PX)
    points = (places[:, :, None] + direction[:, :, None] * way).transpose(1, 0, 2)
    tangent = np.stack([-direction[:, 1], direction[:, 0]])[:, :, None]
    rising = sum(
        _sampled(part, points + aside * tangent) * direction[:, axis, None]
        for axis, part in enumerate(slope)
        for aside in ALONG_PX
    )
    levels = _sampled(values, points)
    low, high = np.percentile(values[usable][::_EVERY], ENDS_PERCENT)
    near = np.abs(way) <= 3
    kept = (levels[:, near].min(axis=1) > low) & (levels[:, near].max(axis=1) < high)
    middle = np.abs(way) <= 1
    half = rising[:, middle].max(axis=1, keepdims=True) / 2
    above = rising > half
    centre = len(way) // 2
    after = np.argmin(above[:, centre:], axis=1)
    before = np.argmin(above[:, centre::-1], axis=1)
    kept &= (after > 0) & (before > 0)
    return np.asarray(_STEP_PX * (after + before - 1)[kept])


def _sampled(image: Float64Array, points: Float64Array) -> Float64Array:
    # Imported here, as above.
    import cv2

    down, right = (np.ascontiguousarray(part, np.float32) for part in points)
    found = cv2.remap(image, right, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float64)


def _without_filter(width_px: float) -> float:
    """Return the width of the spread that the slope filter widens to the given width."""
    return float(np.interp(width_px, *_seen_and_true()))


@cache
def _seen_and_true() -> tuple[Float64Array, Float64Array]:
    way = np.arange(-60, 60, 0.05)
    gaussian = np.exp(-0.5 * (way / SLOPE_SIGMA_PX) ** 2)
    candidates = np.geomspace(0.5, 20, 40)
    return seen_widths_px(candidates, way, gaussian), candidates


def seen_widths_px(widths_px: Float64Array, way: Float64Array, filtered_by: Float64Array) -> Float64Array:
    """Return the full widths at half maximum that two-sided exponentials of given ones have after a filter.

    Parameters
    ----------
    widths_px : (N,) float array
    way : (M,) float array
        Evenly spaced places at which the exponentials are drawn, 0 in the middle.
    filtered_by : (K,) float array
        The filter, at the same spacing.
    """
    seen = []
    for width in widths_px:
        together = np.convolve(np.exp(-2 * np.log(2) * np.abs(way) / width), filtered_by, mode="same")
        above = way[together > together.max() / 2]
        seen.append(float(above[-1] - above[0]))
    return np.array(seen)


def blur_px(edge_px: float | None, *, mm_per_px: float | None) -> float:
    """Return the full width at half maximum of a picture's line spread, as measuring a line assumes it.

    Parameters
    ----------
    edge_px : float or None
        That of its sharpest edges; None: it has no clear edge.
    mm_per_px : float or None
        None: unknown.

    Notes
    -----
    The sharpest edges bound it from above: the edges of a body are rounded, and on simulated limbs the
    estimate is up to twice the blur. Where the spacing is known, no more is taken than 0.18 mm, that of an
    indirect flat panel (half modulation at 1.29 per millimetre, doi:10.1088/0031-9155/56/4/007) with a focal
    spot of usual size, or one pixel if that is more. Never less than half a pixel.

    Examples
    --------
    >>> blur_px(2.4, mm_per_px=0.15), blur_px(0.9, mm_per_px=0.15), blur_px(None, mm_per_px=None)
    (1.2, 0.9, 2.0)
    """
    edge = _UNKNOWN_BLUR_PX if edge_px is None else edge_px
    if mm_per_px is not None:
        edge = min(edge, max(_PANEL_BLUR_MM / mm_per_px, 1.0))
    return max(edge, _LEAST_BLUR_PX)
