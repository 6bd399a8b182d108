"""The filters of other packages, called as their documentation says: from a picture to a response."""

from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt
import SimpleITK
from ridge_detector import RidgeDetector
from skimage import filters

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]

_FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
_GREY_PER_SD = 16.0  # 8 bits then span 8 standard deviations to each side
_SHORTEST_PX = 5


class ResponseFilter(Protocol):
    """A filter that answers bright lines of any of several widths."""

    def __call__(self, image: FloatImage, widths_px: Sequence[float], /) -> FloatImage:
        """Return the (R, C) response, 0 where there is no line."""
        ...


def one_thread() -> None:
    """Keep the packages to one thread each: the pictures are shared out among processes."""
    cv2.setNumThreads(1)
    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)


def sato(image: FloatImage, widths_px: Sequence[float], /) -> FloatImage:
    """Return `skimage.filters.sato` (Sato et al. 1998, doi:10.1016/S1361-8415(98)80009-1)."""
    return np.asarray(filters.sato(image, sigmas=_sigmas(widths_px), black_ridges=False), np.float32)


def frangi(image: FloatImage, widths_px: Sequence[float], /) -> FloatImage:
    """Return `skimage.filters.frangi` (Frangi et al. 1998, doi:10.1007/BFb0056195), its own defaults."""
    return np.asarray(filters.frangi(image, sigmas=_sigmas(widths_px), black_ridges=False), np.float32)


def objectness(image: FloatImage, widths_px: Sequence[float], /) -> FloatImage:
    """Return the largest `ObjectnessMeasure` of SimpleITK over the scales (Antiga 2007).

    SimpleITK has the measure for one scale only; the smoothing, and sigma**2, which makes scales
    comparable, are added by hand.
    """
    whole = SimpleITK.GetImageFromArray(image)
    best = np.zeros(image.shape, np.float32)
    for sigma in _sigmas(widths_px):
        smooth = SimpleITK.SmoothingRecursiveGaussian(whole, sigma) * (sigma**2)
        measure = SimpleITK.ObjectnessMeasure(
            smooth,
            alpha=0.5,
            beta=0.5,
            gamma=5.0,
            scaleObjectnessMeasure=True,
            objectDimension=1,
            brightObject=True,
        )
        best = np.maximum(best, SimpleITK.GetArrayFromImage(measure))
    return best


def opencv_ridge(image: FloatImage, widths_px: Sequence[float], /) -> FloatImage:
    """Return the largest `cv2.ximgproc.RidgeDetectionFilter` over the scales, smoothed by hand."""
    # The filter answers dark lines, with the largest eigenvalue of Sobel derivatives at one scale.
    ridge = cv2.ximgproc.RidgeDetectionFilter.create(cv2.CV_32FC1, 1, 1, 3, cv2.CV_32FC1)
    best = np.zeros(image.shape, np.float32)
    for sigma in _sigmas(widths_px):
        answer = ridge.getRidgeFilteredImage(cv2.GaussianBlur(-image, (0, 0), sigma))
        best = np.maximum(best, np.asarray(answer, np.float32) * np.float32(sigma**2))
    return best


def steger(
    image: FloatImage, widths_px: Sequence[float], *, low_grey: float, high_grey: float
) -> list[tuple[FloatArray, float]]:
    """Return the bright lines of `ridge_detector` (Steger 1998, doi:10.1109/34.659930) with mean responses.

    Parameters
    ----------
    image : (R, C) float32 array
        In units of its noise.
    widths_px : sequence of float
    low_grey, high_grey : float
        The contrasts between which the package links lines, in its 8-bit grey levels.

    Returns
    -------
    list of ((N, 2) float array, float)
    """
    grey = np.clip(np.rint(128 + _GREY_PER_SD * image), 0, 255).astype(np.uint8)
    # Bright lines alone: for dark ones the package turns its contrasts round (255 minus each).
    detector = RidgeDetector(
        line_widths=np.array(widths_px),
        low_contrast=low_grey,
        high_contrast=high_grey,
        min_len=_SHORTEST_PX,
        dark_line=False,
        estimate_width=False,
    )
    detector.detect_lines(grey)
    return [
        (np.column_stack([line.row, line.col]).astype(np.float64), float(np.mean(line.response)))
        for line in detector.contours
        if line.num > 1
    ]


def _sigmas(widths_px: Sequence[float]) -> list[float]:
    """Return the scales at which a second derivative answers Gaussian lines of these widths most."""
    return [float(np.sqrt(2) * width_px / _FWHM_PER_SIGMA) for width_px in widths_px]
