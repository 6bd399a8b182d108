"""One line at the same place in both pictures: how much brighter it became, and how sure that is."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatImage = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_BESIDE = tuple(range(3, 11))  # half-millimetre steps to each side at which unchanged bone is measured
_STEP = 0.5
_FEWEST_BESIDE = 4


@dataclass(frozen=True)
class PairedHeight:
    """Mean height of one line in both pictures, bright positive, and its change.

    Parameters
    ----------
    prior, current : float
        In the unit of the current picture.
    prior_sd, current_sd : float
        What bone beside the line scatters by in each.
    change_sd : float
        What bone beside the line changes by, with what a shift by the residual of the registration and an
        uncertain gain would change.
    """

    prior: float
    current: float
    prior_sd: float
    current_sd: float
    change_sd: float

    @property
    def change(self) -> float:
        """Current minus prior: over 0 it became brighter."""
        return self.current - self.prior

    def selected(self) -> "PairedHeight":
        """Return the same of a line that was picked for standing out in one of the pictures only.

        Of many places the one is listed where noise and texture happen to add to it: what bone scatters by
        in a single picture is then part of the error of the change.
        """
        return replace(self, change_sd=math.hypot(self.change_sd, max(self.prior_sd, self.current_sd)))


def paired_height(
    path_px: FloatArray,
    prior: FloatImage,
    current: FloatImage,
    *,
    usable: Mask,
    offset_px: FloatArray,
    template: FloatArray,
    unit_px: float,
    residual_px: float,
    gain_sd: float,
) -> PairedHeight | None:
    """Return the height of one line in both pictures by the same template at the same place.

    Parameters
    ----------
    path_px : (N, 2) float array
        Its centre line, about one point a pixel.
    prior, current : (R, C) float32 array
        On the same pixels, matched.
    usable : (R, C) bool array
    offset_px, template : (M,) float array
        Weights across the line that give its height.
    unit_px : float
        Pixels of about a millimetre.
    residual_px : float
        Standard deviation of the place of the prior picture.
    gain_sd : float
        Relative: gain and sharpness are matched so well.

    Returns
    -------
    PairedHeight or None
        None where half of the line is not usable in both.

    Notes
    -----
    The same template runs along courses parallel to the line, 1.5 to 5 mm beside it, where nothing is said to
    have changed: the spread of their heights, and of the changes of their heights, is the error. What both
    pictures have in common, the texture of this very bone, is in the heights and not in their changes.
    """
    normal = _normals(path_px)
    heights = _Heights(path_px, normal, offset_px, template, usable)
    own = [heights.mean(image, 0.0) for image in (prior, current)]
    if own[0] is None or own[1] is None:
        return None
    beside = [
        pair
        for step in _BESIDE
        for side in (-1, 1)
        if None
        not in (
            pair := tuple(heights.mean(image, side * step * _STEP * unit_px) for image in (prior, current))
        )
    ]
    if len(beside) < _FEWEST_BESIDE:
        return None
    around = np.array(beside, np.float64)
    moved = [heights.mean(prior, side * residual_px) for side in (-1, 1)]
    shifted = max((abs(each - own[0]) for each in moved if each is not None), default=0.0)
    change_sd = math.hypot(
        _spread(around[:, 1] - around[:, 0]), shifted, gain_sd * max(abs(own[0]), abs(own[1]))
    )
    return PairedHeight(own[0], own[1], _spread(around[:, 0]), _spread(around[:, 1]), change_sd)


@dataclass(frozen=True)
class _Heights:
    path_px: FloatArray
    normal: FloatArray
    offset_px: FloatArray
    template: FloatArray
    usable: Mask

    def mean(self, image: FloatImage, aside_px: float) -> float | None:
        """Return the mean height along the course moved to its side; None where half of it is not usable."""
        course = self.path_px + aside_px * self.normal
        points = course[:, None, :] + self.offset_px[None, :, None] * self.normal[:, None, :]
        flat = points.reshape(-1, 2)
        corner = np.maximum(np.floor(flat.min(axis=0)).astype(int) - 8, 0)
        far = np.maximum(np.ceil(flat.max(axis=0)).astype(int) + 9, corner + 1)
        window = slice(int(corner[0]), int(far[0])), slice(int(corner[1]), int(far[1]))
        part = image[window]
        if min(part.shape) < 2:
            return None
        places = (flat - corner).T
        good = ndimage.map_coordinates(
            self.usable[window].astype(np.float32), places, order=0, mode="constant"
        )
        rows = (good.reshape(points.shape[:2]) > 0.5).all(axis=1)
        if rows.mean() < 0.5:
            return None
        values = ndimage.map_coordinates(part, places, order=3, mode="nearest").reshape(points.shape[:2])
        return float((values[rows].astype(np.float64) @ self.template).mean())


def _normals(path_px: FloatArray) -> FloatArray:
    along = np.gradient(ndimage.gaussian_filter1d(path_px, 2.0, axis=0, mode="nearest"), axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
    return np.stack([along[:, 1], -along[:, 0]], axis=1)


def _spread(values: FloatArray) -> float:
    """Return the standard deviation about zero, an outlying quarter held down (the largest are clipped)."""
    size = np.abs(values)
    most = 2.5 * 1.4826 * float(np.median(size))
    return float(np.sqrt(np.mean(np.minimum(size, most) ** 2)))
