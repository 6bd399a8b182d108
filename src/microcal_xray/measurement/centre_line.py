"""The centre line to a fraction of a pixel: the path moved sideways onto the crest of the line."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .strips import FloatImage, normals, resampled, smoothed, strip

FloatArray = npt.NDArray[np.float64]

_STEP_PX = 0.5
_FWHM_PER_SD = 2.3548
_TURN = 0.15  # what a step of half a pixel to the side costs, in noise of the response
_HOME = 0.02  # what the farthest place costs


def centred(
    path_px: FloatArray,
    image: FloatImage,
    *,
    is_dark: bool,
    width_px: float,
    search_px: float,
    smoothing_px: float,
) -> FloatArray:
    """Return the path moved onto the crest of the line, smooth and evenly spaced.

    Parameters
    ----------
    path_px : (N, 2) float array
        Evenly spaced, one pixel apart.
    image : (R, C) float32 array
    is_dark : bool
    width_px : float
        Of the line, about.
    search_px : float
        How far to the side the crest is looked for.
    smoothing_px : float
        Standard deviation along the line, of the response and of the result.

    Notes
    -----
    The response is minus the second derivative across, of a Gaussian of the line's width, in units of its own
    median absolute deviation. The crest is the path of largest sum that moves by at most half a pixel
    sideways for each pixel along, found by dynamic programming, then refined by a parabola.
    """
    reach = search_px + 3 * width_px
    count = int(np.ceil(reach / _STEP_PX))
    offset = _STEP_PX * np.arange(-count, count + 1, dtype=np.float64)
    seen = strip(path_px, image, offset, is_dark=is_dark)
    sigma = max(width_px, 1.5) / _FWHM_PER_SD / _STEP_PX
    response = -ndimage.gaussian_filter(seen.values, (smoothing_px, sigma), order=(0, 2), mode="nearest")
    near = np.abs(offset) <= max(search_px, _STEP_PX)
    response, offset = response[:, near], offset[near]
    spread = 1.4826 * float(np.median(np.abs(response - np.median(response))))
    if spread == 0:
        return path_px
    value = response / spread - _HOME * (offset / offset[-1]) ** 2
    moved = path_px + _crest(value, offset)[:, None] * normals(path_px)
    return resampled(smoothed(resampled(moved), smoothing_px))


def _crest(value: FloatArray, offset: FloatArray) -> FloatArray:
    """Return the offset of the crest in each row."""
    rows, columns = value.shape
    best = np.full((rows, columns + 2), -np.inf)
    best[0, 1:-1] = value[0]
    for row in range(1, rows):
        before = best[row - 1]
        side = np.maximum(before[:-2], before[2:]) - _TURN
        np.add(np.maximum(side, before[1:-1]), value[row], out=best[row, 1:-1])
    at = np.empty(rows, np.intp)
    at[-1] = best[-1, 1:-1].argmax()
    for row in range(rows - 1, 0, -1):
        left, here, right = best[row - 1, at[row] : at[row] + 3].tolist()
        ways = (left - _TURN, here, right - _TURN)
        at[row - 1] = at[row] + ways.index(max(ways)) - 1
    inner = np.clip(at, 1, columns - 2)
    each = np.arange(rows)
    before, here, after = (value[each, inner + side] for side in (-1, 0, 1))
    bend = before - 2 * here + after
    shift = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1), 0)
    return np.asarray(offset[inner] + np.clip(shift, -1, 1) * _STEP_PX)
