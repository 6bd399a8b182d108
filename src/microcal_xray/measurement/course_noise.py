"""How much heights of a line vary by chance along courses beside it."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float64]
Cells = npt.NDArray[np.float32]

_ALIKE_ROWS, _LAG = 4, 2


def course_variance(heights: Cells, *, is_bone_in: bool) -> FloatArray:
    """Return the variance of the heights of each row, with what neighbouring rows have in common.

    Parameters
    ----------
    heights : (R, M) float32 array
        A row for each step along courses beside the line.
    is_bone_in : bool
        Whether the picture still has its bone. Cortices that run along the courses are no noise then: it is
        taken from changes over two rows, where that is less.

    Returns
    -------
    (R,) float array

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(0, 1, (40, 60)).astype(np.float32)
    >>> cortex = noise + np.linspace(-9, 9, 60, dtype=np.float32)
    >>> [bool(course_variance(cortex, is_bone_in=known).mean() > 5) for known in (False, True)]
    [True, False]
    """
    variance = _variance(heights)
    if not is_bone_in or len(heights) <= 2 * _LAG:
        return variance
    change = (heights[_LAG:] - heights[:-_LAG]) / np.float32(np.sqrt(2))
    return np.minimum(
        variance, _variance(np.concatenate([change[: _LAG // 2], change, change[-_LAG // 2 :]]))
    )


def _variance(heights: Cells) -> FloatArray:
    spread = (1.4826 * np.median(np.abs(heights), axis=1).astype(np.float64)) ** 2
    usual = max(float(np.median(spread)), 1e-30)
    spread = np.maximum(ndimage.gaussian_filter1d(spread, 1.0, mode="nearest"), usual)
    even = heights / np.sqrt(spread)[:, None]
    together = min(_ALIKE_ROWS, len(even))
    sums = np.cumsum(np.concatenate([np.zeros((1, even.shape[1])), even]), axis=0)
    long_run = (1.4826 * float(np.median(np.abs(sums[together:] - sums[:-together])))) ** 2 / together
    return np.asarray(spread * max(1.0, long_run))
