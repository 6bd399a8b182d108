"""A bone mask: what is brighter than the body around it."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..islands import without_small_holes, without_small_islands
from .smoothing import smoothed

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_WINDOW_SHARE = 0.12  # of the longer side: about the width of a limb
_SMALLEST_SHARE = 0.02  # of the body: smaller islands are not bones, smaller holes are in one
_ROUNDING = 1e-6  # smaller differences than this share are no picture
_WORKING_SIDE_PX = 320  # bones are large; their mask needs no fine pixels


def bone_mask(pixels: FloatImage, *, body: Mask, scale_px: float | None = None) -> Mask:
    """Return where bone is, holes filled, islands dropped.

    Parameters
    ----------
    pixels : (R, C) float32 array
        Bone brighter than air.
    body : (R, C) bool array
        Not air.
    scale_px : float, optional
        Half width of the window that "around" means. None: 12 % of the longer side.

    Returns
    -------
    (R, C) bool array
        A subset of `body`; empty when the body is.

    Notes
    -----
    A pixel is bone when it is over the mean of Otsu's threshold of the whole body [1]_ and its own
    neighbourhood's mean: the first alone loses thin ends, the second alone splits thick shafts.

    References
    ----------
    .. [1] Otsu (1979), A threshold selection method from gray-level histograms. doi:10.1109/TSMC.1979.4310076
    """
    # Imported here: it costs 0.2 s, which `import microcal_xray` should not pay.
    from skimage.filters import threshold_otsu

    if not body.any():
        return np.zeros_like(body)
    step = max(1, max(pixels.shape) // _WORKING_SIDE_PX)
    smooth = smoothed(pixels, step)[::step, ::step]
    inside = body[::step, ::step]
    if not inside.any() or np.ptp(smooth[inside]) <= _ROUNDING * np.abs(smooth[inside]).max():
        return np.zeros_like(body)
    window = (scale_px or _WINDOW_SHARE * max(pixels.shape)) / step
    weight = smoothed(inside.astype(np.float32), window)
    around = smoothed(np.where(inside, smooth, 0), window) / np.maximum(weight, 1e-3)
    level = 0.5 * (around + threshold_otsu(smooth[inside]))
    coarse = ndimage.binary_opening(inside & (smooth > level), iterations=2)
    smallest_px = _SMALLEST_SHARE * inside.sum()
    coarse = without_small_islands(coarse, smallest_px=smallest_px)
    coarse = without_small_holes(coarse, smallest_px=smallest_px)
    rows, columns = (
        np.minimum(np.arange(n) // step, m - 1) for n, m in zip(body.shape, coarse.shape, strict=True)
    )
    return np.asarray(body & coarse.take(columns, axis=1).take(rows, axis=0))
