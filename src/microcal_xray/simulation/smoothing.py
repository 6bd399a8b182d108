"""Broad blurs, made on a coarse grid: what varies over centimetres needs no fine one."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float32]


def broad_blur(image: FloatArray, sigma_px: float) -> FloatArray:
    """Return the image under a Gaussian blur of many pixels, to about a percent of its range.

    Parameters
    ----------
    image : (R, C) float array
    sigma_px : float
        Standard deviation in pixels.
    """
    step = max(1, int(sigma_px / 5))
    averaged = ndimage.uniform_filter(image, step, mode="nearest") if step > 1 else image
    coarse = ndimage.gaussian_filter(averaged[::step, ::step], sigma_px / step, mode="nearest")
    return resampled(coarse, image.shape, step)


def resampled(coarse: FloatArray, shape: tuple[int, ...], step: float) -> FloatArray:
    """Return a coarse image interpolated linearly: its value [i, j] belongs at pixel (i * step, j * step)."""
    down = _weights(np.arange(shape[0]) / step, coarse.shape[0])
    across = _weights(np.arange(shape[1]) / step, coarse.shape[1])
    return np.asarray(down @ coarse @ across.T, np.float32)


def _weights(positions: npt.NDArray[np.float64], count: int) -> FloatArray:
    nodes = np.arange(count)
    offsets = np.abs(np.minimum(positions, count - 1)[:, None] - nodes)
    return np.asarray(np.maximum(0, 1 - offsets), np.float32)
