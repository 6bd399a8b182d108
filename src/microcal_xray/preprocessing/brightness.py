"""Brightness in units that no gain and no offset of the exposure changes."""

import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


def in_range(image: FloatImage, *, body: Mask) -> FloatImage:
    """Return the image in units of its range: 0 is the darkest 2 % of the body, 1 its brightest 2 %.

    Parameters
    ----------
    image : (R, C) float32 array
    body : (R, C) bool array
        Not air; at least one pixel. Where the two percentiles are equal, its whole range counts. Brightness
        far outside of the range, as of metal, is cut at -0.5 and 2.

    Examples
    --------
    >>> in_range(np.linspace(0, 100, 101, dtype=np.float32), body=np.ones(101, bool))[[2, 50, 98]].tolist()
    [0.0, 0.5, 1.0]
    """
    low, high = np.percentile(image[body], [2, 98])
    unit = float(high - low) or float(np.ptp(image[body])) or 1.0
    return np.asarray(np.clip((image - np.float32(low)) / np.float32(unit), -0.5, 2.0), np.float32)
