"""Gaussian smoothing as the rest of the room uses it."""

import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]


def smoothed(image: FloatImage, sigma_px: float) -> FloatImage:
    """Return a picture smoothed by a Gaussian, mirrored at its edge.

    Parameters
    ----------
    image : (R, C) float32 array
    sigma_px : float
        Standard deviation, in pixels; the kernel is cut at four of them.
    """
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT), np.float32)
