"""What lies around each place of a picture: grey level between soft tissue and bone, noise, texture, axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_RANGE_WINDOW_SHARE = 0.06  # of the longer side, to each side: a limb's width
_LEAST_RANGE = 0.05  # of the picture's range: below, "between soft tissue and bone" means nothing
_COARSE_STEP = 4


@dataclass(frozen=True)
class AxisMap:
    """The direction of the bone seen through a window of one size.

    Parameters
    ----------
    axis_rad, coherence : (R, C) float32 array
        As `bone.long_axis` gives them.
    """

    axis_rad: FloatImage
    coherence: FloatImage


@dataclass(frozen=True)
class PictureMaps:
    """Slowly changing facts about a picture; brightness in units of its range from air to bone.

    Parameters
    ----------
    smooth : (R, C) float32 array
        Brightness, noise taken away.
    even : (R, C) float32 array
        Brightness less its slow part.
    level : (R, C) float32 array
        Where the brightness lies between the darkest (0) and the brightest (1) place around.
    contrast : (R, C) float32 array
        Brightest less darkest place around.
    noise, texture : (R, C) float32 array
        Local standard deviation of the finest structure, and of structure of a line's width.
    axes : tuple of AxisMap
        Through windows of growing size.
    """

    smooth: FloatImage
    even: FloatImage
    level: FloatImage
    contrast: FloatImage
    noise: FloatImage
    texture: FloatImage
    axes: tuple[AxisMap, ...]


def picture_maps(image: FloatImage, *, axes: Sequence[AxisMap]) -> PictureMaps:
    """Return the maps of a picture.

    Parameters
    ----------
    image : (R, C) float32 array
        In units of the range from air to bone.
    axes : sequence of AxisMap
    """
    smooth = _blurred(image, 1.5)
    darkest, brightest = _extremes(image)
    contrast = np.maximum(brightest - darkest, _LEAST_RANGE)
    return PictureMaps(
        smooth=smooth,
        even=_blurred(image, 0.7) - _blurred(image, 20),
        level=(smooth - darkest) / contrast,
        contrast=contrast,
        noise=_local_sd(image - _blurred(image, 1.2), 12),
        texture=_local_sd(smooth - _blurred(image, 4), 16),
        axes=tuple(axes),
    )


def _extremes(image: FloatImage) -> tuple[FloatImage, FloatImage]:
    """Return the darkest and the brightest place around each pixel, smooth."""
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    size = image.shape[::-1]
    coarse_size = (max(1, size[0] // _COARSE_STEP), max(1, size[1] // _COARSE_STEP))
    coarse = cv2.resize(_blurred(image, 2), coarse_size, interpolation=cv2.INTER_AREA)
    reach = 2 * math.ceil(_RANGE_WINDOW_SHARE * max(size) / _COARSE_STEP) + 1
    window = np.ones((reach, reach), np.uint8)
    even = (reach // 2 | 1,) * 2
    darkest, brightest = (
        cv2.resize(cv2.blur(found, even), size, interpolation=cv2.INTER_LINEAR)
        for found in (cv2.erode(coarse, window), cv2.dilate(coarse, window))
    )
    return np.asarray(darkest, np.float32), np.asarray(brightest, np.float32)


def _local_sd(detail: FloatImage, sigma_px: float) -> FloatImage:
    return np.sqrt(np.maximum(_blurred(detail**2, sigma_px), np.float32(1e-9)))


def _blurred(image: FloatImage, sigma_px: float) -> FloatImage:
    # Imported here, as above.
    import cv2

    # Wide windows are taken on fewer pixels: the result is as smooth, the cost a sixteenth.
    step = max(1, int(sigma_px / 4))
    size = image.shape[::-1]
    if step > 1:
        size_now = (max(1, size[0] // step), max(1, size[1] // step))
        image = np.asarray(cv2.resize(image, size_now, interpolation=cv2.INTER_AREA), np.float32)
    blurred = cv2.GaussianBlur(image, (0, 0), sigma_px / step, borderType=cv2.BORDER_REPLICATE)
    if step > 1:
        blurred = cv2.resize(blurred, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(blurred, np.float32)
