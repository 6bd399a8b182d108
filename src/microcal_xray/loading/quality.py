"""What the pixels themselves say against trusting them."""

import numpy as np
import numpy.typing as npt

from ..radiograph import ImageCaution

SMALLEST_SIDE_PX = 32
_SAMPLES = 1_000_000
_STEPS_OF_A_PICTURE = 8
_CLIPPED_SHARE = 0.02


def pixel_cautions(
    pixels: npt.NDArray[np.float32], usable: npt.NDArray[np.bool_], *, bits: int | None, step: float
) -> ImageCaution:
    """Return EIGHT_BIT, SMALL, LOW_CONTRAST and CLIPPED where they apply.

    Parameters
    ----------
    pixels : (R, C) float array
        Bone bright.
    usable : (R, C) bool array
    bits : int or None
        Bits per stored value; None for floating point.
    step : float
        The smallest difference between two values.

    Notes
    -----
    Clipping is looked for at the bright end, where it hides bone; that air is black all over is how a display
    picture should be. A share of 2 % is more than a side marker takes.
    """
    cautions = ImageCaution.NONE
    if bits is not None and bits <= 8:
        cautions |= ImageCaution.EIGHT_BIT
    if min(pixels.shape) < SMALLEST_SIDE_PX:
        cautions |= ImageCaution.SMALL
    seen = pixels[usable]
    seen = seen[:: max(seen.size // _SAMPLES, 1)]
    low, high = np.percentile(seen, (1, 99)) if seen.size else (0.0, 0.0)
    if high - low < _STEPS_OF_A_PICTURE * step:
        return cautions | ImageCaution.LOW_CONTRAST
    if np.mean(seen >= seen.max()) > _CLIPPED_SHARE:
        cautions |= ImageCaution.CLIPPED
    return cautions
