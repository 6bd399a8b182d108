"""The wider surroundings of each candidate: parallels to its sides, and how far the bone reaches."""

import numpy as np
import numpy.typing as npt

from .courses import Courses, sampled
from .maps import PictureMaps

FloatArray = npt.NDArray[np.float64]
Columns = dict[str, FloatArray]

_PARALLELS_PX = (9, 18, 30, 45, 64)
_SECTIONS_PX = (10, 20, 34, 50)
_RAY_PX = np.arange(2, 130, 3.0)
_BONE_SHARE = 0.55  # of the level at the middle: below, the bone has ended
_LEAST_BONE_LEVEL = 0.25
_FLANK_PX = 7.0


def surroundings(courses: Courses, maps: PictureMaps) -> Columns:
    """Return how the brightness on parallels farther away compares with that of the candidate.

    A line across a shaft has the same bone on both sides, far out; a joint space has flaring ends and soft
    tissue, an overlap has one side unlike the other.
    """
    own = sampled(maps.smooth, courses.points_px).mean(axis=1)
    contrast = np.maximum(sampled(maps.contrast, courses.points_px).mean(axis=1), 0.05)
    along = np.linspace(-0.5, 0.5, 9)[:, None] * (courses.heading * courses.length_px[:, None])[:, None]
    columns = _near_sides(courses, maps, contrast)
    for away in _PARALLELS_PX:
        sides = [
            sampled(maps.smooth, courses.middle_px[:, None] + along + sign * away * courses.sideways[:, None])
            for sign in (-1, 1)
        ]
        one, other = (side.mean(axis=1) for side in sides)
        columns |= {
            f"mean_{away}": (0.5 * (one + other) - own) / contrast,
            f"difference_{away}": np.abs(one - other) / contrast,
            f"darker_{away}": (np.minimum(one, other) - own) / contrast,
            f"unevenness_{away}": 0.5 * (sides[0].std(axis=1) + sides[1].std(axis=1)) / contrast,
        }
    return columns


def _near_sides(courses: Courses, maps: PictureMaps, contrast: FloatArray) -> Columns:
    """Return the brightest rim on each side over what lies behind it."""
    offsets = np.arange(3, 24.0)
    rims, behind, beside = [], [], []
    for sign in (-1, 1):
        places = courses.points_px[:, :, None] + sign * offsets[:, None] * courses.across[:, :, None]
        shown = sampled(maps.smooth, places)
        rims.append((shown[..., :7].max(axis=-1) - shown[..., 11:].mean(axis=-1)).mean(axis=1))
        behind.append(shown[..., 11:].mean(axis=(1, 2)))
        beside.append(shown[..., 1:10].mean(axis=(1, 2)))
    return {
        "weaker_bright_rim": np.minimum(*rims) / contrast,
        "stronger_bright_rim": np.maximum(*rims) / contrast,
        "sides_differ": np.abs(beside[0] - beside[1]) / contrast,
        "far_sides_differ": np.abs(behind[0] - behind[1]) / contrast,
    }


def widths(courses: Courses, maps: PictureMaps) -> Columns:
    """Return how far bone reaches in the direction of the candidate, at it and on both sides of it.

    The share of the bone that a line crosses, and how the bone's width changes around: at a joint the bones
    are widest.
    """
    own_width, own_nearer, _ = _section(courses, maps, 0.0)
    columns = {
        "own": np.log(own_width),
        "share_crossed": courses.length_px / own_width,
        "off_middle": own_nearer / own_width,
    }
    found = {}
    for away in _SECTIONS_PX:
        (one, _, level), (other, _, other_level) = (
            _section(courses, maps, sign * away) for sign in (-1.0, 1.0)
        )
        found[away] = one, other
        columns |= {
            f"narrower_{away}": np.log(np.minimum(one, other) / own_width),
            f"wider_{away}": np.log(np.maximum(one, other) / own_width),
            f"level_{away}": np.minimum(level, other_level),
        }
    near, far = found[_SECTIONS_PX[0]], found[_SECTIONS_PX[-1]]
    columns["flare"] = np.log((near[0] + near[1]) / (far[0] + far[1]))
    columns["lesser_flare"] = np.minimum(np.log(near[0] / far[0]), np.log(near[1] / far[1]))
    return columns


def _section(
    courses: Courses, maps: PictureMaps, away_px: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the width of the bone on a parallel, its shorter half, and the level at its middle."""
    start = courses.middle_px + away_px * courses.sideways
    flank = _FLANK_PX * courses.sideways[:, None]
    level = sampled(maps.level, start[:, None])[:, 0]
    if away_px == 0:
        # On the line itself the bone beside it counts: the line may be dark.
        sides = courses.points_px[:, :, None] + np.array([[-9.0], [9.0]]) * courses.across[:, :, None]
        level = np.maximum(level, np.median(sampled(maps.level, sides).mean(axis=1), axis=1))
    least = np.maximum(_BONE_SHARE * level, _LEAST_BONE_LEVEL)[:, None]
    runs = []
    for sign in (-1, 1):
        places = start[:, None] + sign * _RAY_PX[:, None] * courses.heading[:, None]
        shown = sampled(maps.level, places)
        if away_px == 0:
            shown = np.maximum(shown, sampled(maps.level, places + flank))
        outside = shown < least
        ended = outside[:, :-1] & outside[:, 1:]  # one dark place is no end
        runs.append(np.where(ended.any(axis=1), _RAY_PX[ended.argmax(axis=1)], _RAY_PX[-1]))
    return runs[0] + runs[1], np.minimum(*runs), level
