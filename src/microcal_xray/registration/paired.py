"""One line at the same place in both pictures: how much brighter it became, and how sure that is."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatImage = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# In units of about a millimetre.
_BESIDE = tuple(2.5 + 0.5 * step for step in range(8))  # to each side: there unchanged bone is measured
_FARTHEST = 0.75  # to the side that a line is looked for
_FARTHEST_TURNED = (
    0.4  # the same, of one that changed its polarity: beside many a line is a fainter one of the other
)
_PLACES = 4  # to each side, in which that is done
# A limb that was rolled moves a line near its surface against the bone, and bones are bent.
_LEAST_PLACE_SD = 0.2
_FEWEST_BESIDE = 4


@dataclass(frozen=True)
class PairedHeight:
    """Mean height of one line in both pictures, bright positive, and what unchanged bone does.

    Parameters
    ----------
    prior, current : float
        In the unit of the current picture.
    prior_sd, current_sd : float
        What bone beside the line scatters by in each.
    beside_sd : float
        What bone beside the line changes by.
    prior_aside_px, current_aside_px : float
        How far beside the course, in the mean, the line was found in each picture.
    """

    prior: float
    current: float
    prior_sd: float
    current_sd: float
    beside_sd: float
    prior_aside_px: float = 0.0
    current_aside_px: float = 0.0

    @property
    def change(self) -> float:
        """Current minus prior: over 0 it became brighter."""
        return self.current - self.prior


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
    signs: tuple[int, int],
    listed: tuple[bool, bool] = (True, True),
) -> PairedHeight | None:
    """Return the height of one line in both pictures by the same template, nearly at the same place.

    Parameters
    ----------
    path_px : (N, 2) float array
        Its centre line, about one point a pixel.
    prior, current : (R, C) float32 array
        On the same pixels, matched.
    usable : (R, C) bool array
    offset_px, template : (M,) float array
        Weights across the line that give its height; evenly spaced, symmetric about 0.
    unit_px : float
        Pixels of about a millimetre.
    residual_px : float
        Standard deviation of the place of the prior picture.
    signs : (int, int)
        In prior and current: 1 for a bright line, -1 for a dark one.
    listed : (bool, bool)
        Whether that is known of the picture. Otherwise it is expected only.

    Returns
    -------
    PairedHeight or None
        None where half of the line is not usable in both.

    Notes
    -----
    Lines are as thin as what the registration is off by, so that a course that is right in one picture misses
    them in the other. In each picture the course may therefore be moved, each of its ends by up to 0.75 mm to
    the side, to where height squared over twice the variance of the bone beside it, less the squared
    distances over twice theirs, is largest: a line that is there is found, and where there is none the course
    hardly moves. A line of the other polarity is looked for where none is listed, and nearer by.

    The same is done along courses parallel to the line, 2.5 to 6 mm beside it, where nothing is said to have
    changed: the spread of their heights, and of the changes of their heights, is the error. What both
    pictures have in common, the texture of this very bone, is in the heights and not in their changes.
    """
    place_sd = math.hypot(residual_px, _LEAST_PLACE_SD * unit_px)
    sides = [side * step * unit_px for step in _BESIDE for side in (-1, 1)]
    looks = []
    for image, sign, is_listed in zip((prior, current), signs, listed, strict=True):
        strip = _Heights.along(path_px, image, usable, offset_px, template, unit_px)
        still = [height for aside in sides if (height := strip.mean(aside, aside)) is not None]
        looks.append(_Look(strip, sign, is_listed, spread(np.array(still)), place_sd, unit_px))
    own = [look.found(0.0) for look in looks]
    if own[0] is None or own[1] is None:
        return None
    beside = []
    for aside in sides:
        pair = [look.found(aside) for look in looks]
        if pair[0] is not None and pair[1] is not None:
            beside.append((pair[0][0], pair[1][0]))
    if len(beside) < _FEWEST_BESIDE:
        return None
    around = np.array(beside, np.float64)
    return PairedHeight(
        own[0][0],
        own[1][0],
        spread(around[:, 0]),
        spread(around[:, 1]),
        spread(around[:, 1] - around[:, 0]),
        own[0][1],
        own[1][1],
    )


@dataclass(frozen=True)
class _Heights:
    """Heights (N, K) at N places along a course and K to its side; NaN where they are not usable."""

    heights: FloatArray
    step_px: float

    @classmethod
    def along(
        cls,
        path_px: FloatArray,
        image: FloatImage,
        usable: Mask,
        offset_px: FloatArray,
        template: FloatArray,
        unit_px: float,
    ) -> "_Heights":
        step = float(offset_px[1] - offset_px[0])
        reach = math.ceil((_BESIDE[-1] + _FARTHEST) * unit_px / step) + len(offset_px) // 2
        across = step * np.arange(-reach, reach + 1)
        points = path_px[:, None, :] + across[None, :, None] * normals(path_px)[:, None, :]
        flat = points.reshape(-1, 2)
        last = np.array(image.shape) - 1
        corner = np.clip(np.floor(flat.min(axis=0)).astype(int) - 8, 0, last)
        far = np.clip(np.ceil(flat.max(axis=0)).astype(int) + 9, corner + 1, last + 1)
        window = slice(int(corner[0]), int(far[0])), slice(int(corner[1]), int(far[1]))
        places = (flat - corner).T
        good = ndimage.map_coordinates(
            usable[window].astype(np.float32), places, order=0, mode="constant", cval=0.0
        ).reshape(points.shape[:2])
        part = image[window]
        if min(part.shape) < 2:
            return cls(np.full((len(path_px), len(across) - len(offset_px) + 1), np.nan), step)
        values = ndimage.map_coordinates(part, places, order=3, mode="nearest").reshape(points.shape[:2])
        pieces = np.lib.stride_tricks.sliding_window_view(values.astype(np.float64), len(offset_px), axis=1)
        whole = np.lib.stride_tricks.sliding_window_view(good > 0.5, len(offset_px), axis=1).all(axis=2)
        return cls(np.where(whole, pieces @ template, np.nan), step)

    def mean(self, first_px: float, last_px: float) -> float | None:
        """Return the mean height of a course so far aside at both ends; None where half is not usable."""
        count, columns = self.heights.shape
        aside = np.linspace(first_px, last_px, count) / self.step_px
        column = np.clip(np.rint(aside).astype(int) + columns // 2, 0, columns - 1)
        values = self.heights[np.arange(count), column]
        known = ~np.isnan(values)
        return float(values[known].mean()) if known.mean() >= 0.5 else None


@dataclass(frozen=True)
class _Look:
    """How a line is looked for in one picture; the parameters of `paired_height`."""

    strip: _Heights
    sign: int
    is_listed: bool
    sd: float
    place_sd_px: float
    unit_px: float

    def found(self, aside_px: float) -> tuple[float, float] | None:
        """Return the height of the course near there that stands out best, and how far aside that is."""
        still = self.strip.mean(aside_px, aside_px)
        if still is None:
            return None
        best, most = (still, 0.0), 0.0 if self.gain(still, 0.0, 0.0) is None else -math.inf
        places = np.linspace(-_FARTHEST, _FARTHEST, 2 * _PLACES + 1) * self.unit_px
        for first, last in itertools.product(places.tolist(), repeat=2):
            height = self.strip.mean(aside_px + first, aside_px + last)
            gain = None if height is None else self.gain(height, first, last)
            if height is not None and gain is not None and gain > most:
                best, most = (height, (first + last) / 2), gain
        return best

    def gain(self, height: float, first_px: float, last_px: float) -> float | None:
        """Return how well a course explains the picture; None for one that is not looked for."""
        is_turned = height * self.sign < 0
        if is_turned and (
            self.is_listed or max(abs(first_px), abs(last_px)) > _FARTHEST_TURNED * self.unit_px
        ):
            return None
        middle, turned = (first_px + last_px) / 2, (last_px - first_px) / 2
        return height**2 / (2 * self.sd**2 + 1e-30) - (middle**2 + turned**2) / (2 * self.place_sd_px**2)


def normals(path_px: FloatArray) -> FloatArray:
    """Return the unit vector across a course (N, 2) at each of its points."""
    along = np.gradient(ndimage.gaussian_filter1d(path_px, 2.0, axis=0, mode="nearest"), axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
    return np.stack([along[:, 1], -along[:, 0]], axis=1)


def spread(values: FloatArray) -> float:
    """Return the standard deviation about zero, an outlying quarter held down (the largest are clipped)."""
    if not len(values):
        return 0.0
    size = np.abs(values)
    most = 2.5 * 1.4826 * float(np.median(size))
    return float(np.sqrt(np.mean(np.minimum(size, most) ** 2)))
