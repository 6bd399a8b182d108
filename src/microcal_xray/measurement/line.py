"""How long, wide and high a line is, and how sure that it has two sides."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]

_SMOOTHING_PX = 3.0
_REACH_WIDTHS = 10  # how far to the sides a line is compared with its surroundings
_SAMPLES_PER_PX = 2


@dataclass(frozen=True)
class LineMeasurement:
    """One measured line.

    Parameters
    ----------
    path_px : (N, 2) float array
        The smoothed centre line (row, column), about one point a pixel.
    length_px : float
        Along the smoothed centre line.
    width_px : float
        Full width at half maximum of the mean profile across the line.
    height : float
        Of the centre over the nearer in brightness of its two sides, in the unit of the image; negative for
        a step edge or where there is no line.
    pixel_noise : float
        Robust standard deviation of single pixels in and beside the line.
    copies_sd : float
        Root mean square of the heights of copies of the same path, displaced sideways by 3 to 8
        widths: what the line's own surroundings show where there is no line.
    profile : (P,) float array
        Mean profile across, turned so that a line is a peak; its middle is the centre line.
    profile_step_px : float
        Distance between the profile's samples.
    angle_rad : float
        Direction from end to end, [0, pi), 0 along a row, clockwise on the screen.
    """

    path_px: FloatArray
    length_px: float
    width_px: float
    height: float
    pixel_noise: float
    copies_sd: float
    profile: FloatArray
    profile_step_px: float
    angle_rad: float

    @property
    def contrast_sd(self) -> float:
        """The height in units of the noise of single pixels; 0 where there is no noise."""
        return self.height / self.pixel_noise if self.pixel_noise > 0 else 0.0

    @property
    def significance(self) -> float:
        """The height in units of what the surroundings show by chance; 0 where they show nothing at all."""
        independent = max(1.0, self.length_px * self.width_px)
        chance = math.hypot(self.copies_sd, self.pixel_noise / math.sqrt(independent))
        return self.height / chance if chance > 0 else 0.0


def smooth_path(points_px: FloatArray, *, sigma_px: float = _SMOOTHING_PX) -> FloatArray:
    """Return a path with its pixel steps smoothed away and points one pixel apart; the ends stay.

    Parameters
    ----------
    points_px : (N, 2) float array
    sigma_px : float
        Standard deviation of the Gaussian along the path.

    Examples
    --------
    >>> stairs = np.array([[0, 0], [0, 1], [1, 2], [1, 3], [2, 4], [2, 5]], float)
    >>> smooth_path(stairs)[[0, -1]].tolist()
    [[0.0, 0.0], [2.0, 5.0]]
    """
    even = _resampled(points_px)
    turned = 2 * even[[0]] - even[1:][::-1], 2 * even[[-1]] - even[:-1][::-1]
    reach = min(len(even) - 1, int(4 * sigma_px))
    padded = np.concatenate([turned[0][len(even) - 1 - reach :], even, turned[1][:reach]])
    smooth = ndimage.gaussian_filter1d(padded, sigma_px, axis=0, mode="nearest")[reach : reach + len(even)]
    # Point reflection keeps the ends up to rounding; put them back exactly.
    smooth[[0, -1]] = even[[0, -1]]
    return np.asarray(_resampled(smooth))


def measure(points_px: FloatArray, image: FloatImage, *, is_dark: bool, width_px: float) -> LineMeasurement:
    """Measure one line on an image.

    Parameters
    ----------
    points_px : (N, 2) float array
        The centre line as traced.
    image : (R, C) float32 array
        With its background taken away.
    is_dark : bool
        Whether the line is darker than its sides.
    width_px : float
        The width at which it was found; its sides are looked at 1.1 to 2.1 of it from the centre.

    Returns
    -------
    LineMeasurement
    """
    path = smooth_path(points_px)
    samples, step_px = _across(path, image, reach_px=_REACH_WIDTHS * width_px)
    samples = -samples if is_dark else samples
    profile = samples.mean(axis=0)
    heights = _two_sided_heights(profile, width_px / step_px)
    middle = len(profile) // 2
    apart = np.abs(np.arange(len(profile)) - middle) * step_px
    copies = heights[(apart > 3 * width_px) & (apart <= (_REACH_WIDTHS - 2) * width_px)]
    near = slice(middle - round(2 * width_px / step_px), middle + round(2 * width_px / step_px) + 1)
    ends = path[-1] - path[0]
    return LineMeasurement(
        path_px=path,
        length_px=float(np.hypot(*np.diff(path, axis=0).T).sum()),
        width_px=_full_width(profile[near], step_px),
        height=float(heights[middle]),
        pixel_noise=_pixel_noise(samples, width_px),
        copies_sd=float(np.sqrt(np.mean(copies**2))),
        profile=profile[near],
        profile_step_px=step_px,
        angle_rad=float(np.arctan2(ends[0], ends[1]) % np.pi),
    )


def _two_sided_heights(profile: FloatArray, width: float) -> FloatArray:
    """Return, at each place of a profile, how far its centre is over the higher of its two sides."""
    centre = ndimage.uniform_filter1d(profile, max(1, round(0.5 * width)), mode="nearest")
    side = ndimage.uniform_filter1d(profile, max(1, round(width)), mode="nearest")
    shift = round(1.6 * width)
    padded = np.pad(side, shift, mode="edge")
    return np.asarray(centre - np.maximum(padded[: -2 * shift], padded[2 * shift :]))


def _pixel_noise(samples: FloatArray, width_px: float) -> float:
    """Return the standard deviation of single pixels around what changes slowly along the line."""
    slow = ndimage.gaussian_filter1d(samples, 2 * width_px, axis=0, mode="nearest")
    return float(1.4826 * np.median(np.abs(samples - slow)))


def _resampled(points_px: FloatArray) -> FloatArray:
    """Return points evenly spaced along a path, about one pixel apart."""
    steps = np.hypot(*np.diff(points_px, axis=0).T)
    along = np.concatenate([[0], np.cumsum(steps)])
    even = np.linspace(0, along[-1], max(2, round(along[-1]) + 1))
    return np.stack([np.interp(even, along, points_px[:, axis]) for axis in (0, 1)], axis=1)


def _across(path: FloatArray, image: FloatImage, *, reach_px: float) -> tuple[FloatArray, float]:
    """Return the image along the normals of a path, shape (N, P), and the distance of the samples."""
    tangent = np.gradient(path, axis=0)
    tangent /= np.maximum(np.hypot(*tangent.T), 1e-9)[:, None]
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    count = int(np.ceil(reach_px * _SAMPLES_PER_PX))
    offsets = np.arange(-count, count + 1) / _SAMPLES_PER_PX
    places = path[:, None, :] + offsets[None, :, None] * normal[:, None, :]
    samples = ndimage.map_coordinates(image, places.transpose(2, 0, 1), order=1, mode="nearest")
    return samples.astype(float), 1 / _SAMPLES_PER_PX


def _full_width(profile: FloatArray, step_px: float) -> float:
    """Return the full width at half maximum of the peak in the middle of a profile."""
    middle = len(profile) // 2
    sides = []
    for half in (profile[middle::-1], profile[middle:]):
        level = (profile[middle] + half.min()) / 2
        below = np.flatnonzero(half <= level)
        first = int(below[0]) if len(below) else len(half) - 1
        drop = half[first - 1] - half[first] if first else 0.0
        sides.append(first - 1 + (half[first - 1] - level) / drop if drop > 0 else float(first))
    return float(sum(sides) * step_px)
