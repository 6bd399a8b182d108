"""A radiograph as registration sees it: half-millimetre pixels, evened out, and where its bone is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

UNIT_MM = 0.5  # of a pixel of these pictures, where spacings are known
_LONGER_SIDE_PX = 440  # where they are not
_MOST_PX = 1200  # of the longer side: no limb needs more
_LEAST_SPREAD = 0.02  # of the picture's own: a flat piece must not be blown up into noise


@dataclass(frozen=True)
class BonePicture:
    """One radiograph, made ready to be laid on another.

    Parameters
    ----------
    values : (R, C) float32 array
        Bone brighter than air.
    bone : (R, C) bool array
    usable : (R, C) bool array
    scale : float
        Pixels of this picture per pixel of the square grid that it was made from.
    lines : (R, C) bool array or None
        What may have changed: texture is not compared there. None: nothing is known to.
    """

    values: FloatImage
    bone: Mask
    usable: Mask
    scale: float
    lines: Mask | None = None

    def from_grid(self, points_px: FloatArray) -> FloatArray:
        """Return points (row, column) of the square grid in pixels of this picture."""
        return (points_px + 0.5) * self.scale - 0.5

    def to_grid(self, points_px: FloatArray) -> FloatArray:
        """Return points of this picture in pixels of the square grid; undoes `from_grid`."""
        return (points_px + 0.5) / self.scale - 0.5


def bone_picture(
    pixels: FloatImage, *, usable: Mask, bone: Mask, mm_per_px: float | None, grid_per_px: float
) -> BonePicture:
    """Return a radiograph made ready to be laid on another.

    Parameters
    ----------
    pixels : (R, C) float32 array
        Square pixels, bone brighter than air.
    usable, bone : (R, C) bool array
    mm_per_px : float or None
        None: unknown; the longer side is then brought to 440 pixels.
    grid_per_px : float
        Pixels of the square grid of the whole picture per pixel of `pixels`.
    """
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    longer = max(pixels.shape)
    factor = _LONGER_SIDE_PX / longer if mm_per_px is None else mm_per_px / UNIT_MM
    factor = min(factor, _MOST_PX / longer)
    rows, columns = (max(8, round(side * factor)) for side in pixels.shape)
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    small = np.asarray(cv2.resize(pixels, (columns, rows), interpolation=way), np.float32)
    masks = [
        cv2.resize(mask.astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST) > 0
        for mask in (bone & usable, usable)
    ]
    return BonePicture(
        small, masks[0], masks[1], 0.5 * (rows / pixels.shape[0] + columns / pixels.shape[1]) / grid_per_px
    )


def evened(picture: BonePicture, *, detail_px: float, window_px: float) -> FloatImage:
    """Return the picture without its slow changes, every place with the same contrast.

    Parameters
    ----------
    picture : BonePicture
    detail_px : float
        Standard deviation of the Gaussian that takes away noise.
    window_px : float
        Standard deviation of the window within which brightness and contrast are made equal.

    Notes
    -----
    What remains does not depend on exposure, gain, windowing nor, to first order, on a curve put over the
    greys: (v - mean) / spread, both by normalized convolution in the window.
    """
    weight = picture.usable.astype(np.float32)
    share = np.maximum(_blurred(weight, window_px), 1e-3)
    near = np.maximum(_blurred(weight, detail_px), 1e-3)
    smooth = np.asarray(_blurred(picture.values * weight, detail_px) / near * weight, np.float32)
    mean = np.asarray(_blurred(smooth, window_px) / share, np.float32)
    square = np.asarray((smooth - mean) ** 2 * weight, np.float32)
    spread = np.sqrt(np.maximum(_blurred(square, window_px) / share, 0))
    usual = float(np.std(smooth[picture.usable])) if picture.usable.any() else 0.0
    even = (smooth - mean) * weight / np.maximum(spread, max(_LEAST_SPREAD * usual, 1e-12))
    return np.asarray(even, np.float32)


def _blurred(image: FloatImage, sigma_px: float) -> FloatImage:
    import cv2  # imported here, as above

    if sigma_px <= 0:
        return image
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT), np.float32)
