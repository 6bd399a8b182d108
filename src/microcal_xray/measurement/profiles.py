"""Across each candidate and beyond its ends: whether it has two sides, and where it stops."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .courses import Courses, sampled
from .maps import PictureMaps

FloatArray = npt.NDArray[np.float64]
Columns = dict[str, FloatArray]

_REACH_PX = 28
_OFFSETS_PX = np.arange(-_REACH_PX, _REACH_PX + 1.0)
_SIDES_PX = (4, 7, 11, 16, 23)
_COPY_SIDE_PX = 6
_FARTHEST_COPY_PX, _OWN_PX = 20, 7
_BEYOND_PX = (6, 14, 26)
_LEAST_NOISE, _LEAST_TEXTURE, _LEAST_HEIGHT = 0.003, 0.002, 0.01


def profiles(courses: Courses, maps: PictureMaps) -> dict[str, Columns]:
    """Return what the picture shows across each candidate, by group.

    Parameters
    ----------
    courses : Courses
        n paths.
    maps : PictureMaps

    Returns
    -------
    dict of str to dict of str to (n,) float array
        Groups "profile", "copies" and "texture".
    """
    places = courses.points_px[:, :, None] + _OFFSETS_PX[:, None] * courses.across[:, :, None]
    peaks = sampled(maps.even, places) * courses.sign[:, None, None]
    contrast = np.maximum(_mean(maps.contrast, courses), 0.05)
    noise, texture = _mean(maps.noise, courses), _mean(maps.texture, courses)
    mean_profile = peaks.mean(axis=1)
    heights = _two_sided(ndimage.uniform_filter1d(mean_profile, 3, axis=1))
    height = heights[:, _FARTHEST_COPY_PX]
    return {
        "profile": _two_sides(peaks, contrast, noise, texture) | _width(mean_profile),
        "copies": _copies(heights, contrast) | _rims(mean_profile, height),
        "texture": {
            "texture": np.log(texture),
            "noise": np.log(noise),
            "contrast": contrast,
            "height_in_texture": height / (texture + _LEAST_TEXTURE),
        },
    }


def _two_sides(peaks: FloatArray, contrast: FloatArray, noise: FloatArray, texture: FloatArray) -> Columns:
    """Return how far the centre stands over its lower side, at several distances."""
    centre = _strip(peaks, 0, 1)
    columns: Columns = {}
    for side in _SIDES_PX:
        half = 1 if side < 16 else 2
        left, right = (centre - _strip(peaks, place, half) for place in (-side, side))
        lower = np.minimum(left, right)
        one, other = left.mean(axis=1), right.mean(axis=1)
        least = np.minimum(one, other)
        columns |= {
            f"least_{side}": least,
            f"quarter_{side}": np.quantile(lower, 0.25, axis=1),
            f"half_{side}": np.median(lower, axis=1),
            f"of_contrast_{side}": least / contrast,
            f"of_noise_{side}": least / (noise + _LEAST_NOISE),
            f"of_texture_{side}": least / (texture + _LEAST_TEXTURE),
            f"asymmetry_{side}": np.abs(one - other) / (np.abs(one) + np.abs(other) + _LEAST_HEIGHT),
            f"constancy_{side}": (lower > 0).mean(axis=1),
        }
    return columns


def _width(profile: FloatArray) -> Columns:
    """Return where the mean profile falls to half of its height, on both sides together and apart."""
    middle = profile.shape[1] // 2
    near = profile[:, middle - 12 : middle], profile[:, middle + 1 : middle + 13]
    base = np.maximum(near[0].min(axis=1), near[1].min(axis=1))
    below = profile <= 0.5 * (profile[:, middle] + base)[:, None]
    left, right = (
        np.where(half.any(axis=1), half.argmax(axis=1), _REACH_PX)
        for half in (below[:, middle::-1], below[:, middle:])
    )
    return {"width": (left + right).astype(float), "width_asymmetry": np.abs(left - right).astype(float)}


def _two_sided(profile: FloatArray) -> FloatArray:
    """Return the two-sided height of copies displaced by -20 to 20 pixels, (n, 41)."""
    middle = profile.shape[1] // 2
    places = middle + np.arange(-_FARTHEST_COPY_PX, _FARTHEST_COPY_PX + 1)
    sides = np.maximum(profile[:, places - _COPY_SIDE_PX], profile[:, places + _COPY_SIDE_PX])
    return np.asarray(profile[:, places] - sides)


def _copies(heights: FloatArray, contrast: FloatArray) -> Columns:
    middle = _FARTHEST_COPY_PX
    own = heights[:, middle]
    copies = np.concatenate([heights[:, : middle - _OWN_PX + 1], heights[:, middle + _OWN_PX :]], axis=1)
    best = copies.max(axis=1)
    return {
        "height": own,
        "over_best": own - best,
        "over_best_of_contrast": (own - best) / contrast,
        "in_copies": own / (np.sqrt((copies**2).mean(axis=1)) + _LEAST_NOISE),
        "best_of_height": best / (np.abs(own) + 0.005),
    }


def _rims(profile: FloatArray, height: FloatArray) -> Columns:
    """Return how strong the lines of the other polarity are that accompany it: rims of a joint or a canal."""
    middle = profile.shape[1] // 2
    places = middle + np.arange(-14, 15)
    other = np.minimum(profile[:, places - 5], profile[:, places + 5]) - profile[:, places]
    left, right = (
        part.max(axis=1) / (np.abs(height) + _LEAST_HEIGHT) for part in (other[:, :11], other[:, 18:])
    )
    return {"weaker_rim": np.minimum(left, right), "stronger_rim": np.maximum(left, right)}


def levels(courses: Courses, maps: PictureMaps) -> Columns:
    """Return the grey level of the candidate and of its sides, between soft tissue (0) and bone (1)."""
    own = sampled(maps.level, courses.points_px)
    brightness = sampled(maps.smooth, courses.points_px)
    offsets = np.array([-16.0, -9.0, 9.0, 16.0])
    places = courses.points_px[:, :, None] + offsets[:, None] * courses.across[:, :, None]
    beside = sampled(maps.level, places).mean(axis=1)
    return {
        "own": own.mean(axis=1),
        "own_least": np.quantile(own, 0.1, axis=1),
        "own_most": np.quantile(own, 0.9, axis=1),
        "own_sd": own.std(axis=1),
        "darker_end": np.minimum(own[:, 0], own[:, -1]),
        "brighter_end": np.maximum(own[:, 0], own[:, -1]),
        "brightness": brightness.mean(axis=1),
        "darkest": brightness.min(axis=1),
        "darker_side_9": np.minimum(beside[:, 1], beside[:, 2]),
        "brighter_side_9": np.maximum(beside[:, 1], beside[:, 2]),
        "darker_side_16": np.minimum(beside[:, 0], beside[:, 3]),
        "brighter_side_16": np.maximum(beside[:, 0], beside[:, 3]),
    }


def ends(courses: Courses, maps: PictureMaps) -> Columns:
    """Return what lies beyond the two ends: whether the line goes on, and whether the bone does."""
    own = sampled(maps.smooth, courses.points_px).mean(axis=1)
    contrast = np.maximum(_mean(maps.contrast, courses), 0.05)
    outward = [_outward(courses, end) for end in (0, -1)]
    columns: Columns = {}
    for beyond in _BEYOND_PX:
        places = np.stack([point + beyond * way for point, way in outward], axis=1)
        ways = np.stack([way for _, way in outward], axis=1)
        drop = (own[:, None] - sampled(maps.smooth, places)) / contrast[:, None]
        level = sampled(maps.level, places)
        columns |= {
            f"least_drop_{beyond}": drop.min(axis=1),
            f"most_drop_{beyond}": drop.max(axis=1),
            f"least_level_{beyond}": level.min(axis=1),
            f"most_level_{beyond}": level.max(axis=1),
        }
        if beyond == _BEYOND_PX[-1]:
            break
        side = _COPY_SIDE_PX * np.stack([ways[..., 1], -ways[..., 0]], axis=-1)
        sides = 0.5 * (sampled(maps.even, places + side) + sampled(maps.even, places - side))
        goes_on = (sampled(maps.even, places) - sides) * courses.sign[:, None]
        columns |= {f"goes_on_{beyond}": goes_on.max(axis=1), f"goes_on_both_{beyond}": goes_on.min(axis=1)}
    return columns


def _outward(courses: Courses, end: int) -> tuple[FloatArray, FloatArray]:
    """Return an end of each path and the unit vector that leads out of it."""
    point = courses.points_px[:, end]
    way = point - courses.points_px[:, 2 if end == 0 else -3]
    return point, way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)


def _strip(peaks: FloatArray, offset: int, half: int) -> FloatArray:
    middle = peaks.shape[-1] // 2 + offset
    return np.asarray(peaks[..., middle - half : middle + half + 1].mean(axis=-1))


def _mean(image: npt.NDArray[np.float32], courses: Courses) -> FloatArray:
    return np.asarray(sampled(image, courses.points_px).mean(axis=1))
