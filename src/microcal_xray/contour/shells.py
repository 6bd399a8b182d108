"""What the picture's blur does to a shell of bone on a shaft, and how to undo it."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float64]

FINE_PX = 0.5  # between the values of a profile across an outline
AT_SHARE = 0.3  # of a profile's height: there a bump is said to end outwards
_ROUND_EDGE = 0.765  # blurs: so far inside the edge of a round bone lies its steepest slope
_STEP_PX = 0.1
_HIGHEST_PX = 40.0


def unblurred(ends_px: FloatArray, blur_px: float) -> FloatArray:
    """Return the heights of shells whose blurred profiles fall to 0.3 of their height at these places.

    Parameters
    ----------
    ends_px : (K,) float array
    blur_px : float
        Standard deviation.

    Notes
    -----
    A thin shell of height H on a round shaft has, at height h over it, a chord that goes as sqrt(1 - h / H),
    and under its surface as sqrt(1 - h / H) - sqrt(-h / H), whatever it is made of. 0.3 of that is passed at
    0.91 H; a bump with a sharp side would end at H. The curve is worked out for the blur, in
    steps of 0.1 pixels, and inverted.

    Examples
    --------
    >>> unblurred(np.array([0.0, 9.1]), 0.05).round(1).tolist()
    [0.0, 9.9]
    """
    true = np.arange(0.5, _HIGHEST_PX + 0.5, 0.5)
    offset = np.arange(-8.0, _HIGHEST_PX + 4, _STEP_PX)
    outside = np.sqrt(np.maximum(0, 1 - offset / true[:, None]))
    share = outside - np.sqrt(np.maximum(0, -offset / true[:, None]))
    seen = ndimage.gaussian_filter1d(share, blur_px / _STEP_PX, axis=1, mode="nearest")[:, offset >= -1]
    offset = offset[offset >= -1]
    after = np.arange(len(offset))[None, :] >= seen.argmax(axis=1)[:, None]
    at = (after & (seen < AT_SHARE * seen.max(axis=1, keepdims=True))).argmax(axis=1)
    curve = np.maximum.accumulate(offset[at])
    return np.asarray(np.interp(ends_px, np.concatenate([[0.0], curve]), np.concatenate([[0.0], true])))


def foot_of(profile: FloatArray, offsets: FloatArray, blur_px: float) -> float:
    """Return where bone begins in a profile across an outline, from offset 0 outwards.

    Parameters
    ----------
    profile, offsets : (N,) float array
        Half a pixel apart.
    blur_px : float
        Standard deviation.

    Notes
    -----
    The depth of a round bone grows as the square root of the distance from its edge. Blurred by a Gaussian of
    deviation s, that is steepest 0.765 s inside the edge: the maximum of the convolution of 1 / sqrt(x).
    """
    near = (offsets >= -5) & (offsets <= 5)
    slope = -np.gradient(ndimage.gaussian_filter1d(profile, 1.0), FINE_PX)[near]
    top = int(slope.argmax())
    at = float(offsets[near][top])
    if 0 < top < len(slope) - 1:
        before, here, after = slope[top - 1 : top + 2]
        at += FINE_PX * float(0.5 * (before - after) / min(before - 2 * here + after, -1e-12))
    return at + _ROUND_EDGE * blur_px
