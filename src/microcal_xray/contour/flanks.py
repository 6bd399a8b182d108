"""The outline beside a bump, and how it would run without it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .course import Course
from .rises import Rise, Surroundings
from .shells import FINE_PX, foot_of
from .strip import REACH_PX, Strip

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_FLANK_STEPS = 24  # 12 mm of outline on each side; a longer bump takes as much as it is long
_LEAST_POINTS = 7  # of outline on a side, or nothing is known of it
_SPARE_STEPS = 3  # between the bump and its flanks
_INNERMOST_PX, _OUTERMOST_PX = -24.0, 30.0  # of profiles
_ROUNDS = 4
_TUKEY = 4.7  # scales beyond which a point has no weight
_LEAST_SCALE_PX = 0.05


@dataclass(frozen=True)
class Flanks:
    """The outline beside a bump, K points with the bump in the middle.

    Parameters
    ----------
    index : (K,) int array
        Points of the course.
    base_px : (K,) float array
        Height of the edge of bone over the course, as it would run without the bump.
    of_side : tuple of (K,) bool array
        The points of each side that is known.
    scatter_px : float
        Of the outline about the base, root mean square.
    turn_rad : float
        By how much the base turns; over 0 where the bone is convex.
    foot_px : float
        From the edge as it was found to where bone begins.
    """

    index: npt.NDArray[np.intp]
    base_px: FloatArray
    of_side: tuple[Mask, ...]
    scatter_px: float
    turn_rad: float
    foot_px: float

    @property
    def sides(self) -> int:
        """How many sides are known."""
        return len(self.of_side)

    @property
    def beside(self) -> Mask:
        """The points of all sides that are known."""
        return np.asarray(np.logical_or.reduce(self.of_side))


def base_of(
    rise: Rise, course: Course, strip: Strip, around: Surroundings, *, blur_px: float
) -> Flanks | None:
    """Return the outline beside a bump; None where neither side is known.

    Parameters
    ----------
    rise : Rise
    course : Course
    strip : Strip
    around : Surroundings
    blur_px : float
        Standard deviation of the blur of the strip.

    Notes
    -----
    Least squares with the weights of Tukey's biweight: a second bump or a step beside the first has none.
    """
    count = len(course.seen)
    reach = max(_FLANK_STEPS, rise.last - rise.first + 1)
    index = np.arange(max(0, rise.first - reach), min(count, rise.last + reach + 1))
    usable = course.seen[index] & around.told[index]
    left = usable & (index < rise.first - _SPARE_STEPS)
    right = usable & (index > rise.last + _SPARE_STEPS)
    sides = tuple(side for side in (left, right) if np.count_nonzero(side) >= _LEAST_POINTS)
    if not sides:
        return None
    beside = np.asarray(np.logical_or.reduce(sides))
    base, scatter = _fitted(index, course.height_px[index], beside, degree=len(sides))
    points = course.smooth_px[index] + base[:, None] * course.outward[index]
    flanks = Flanks(index, base, sides, scatter, _turn(points), 0.0)
    profiles, offsets = profiles_from(flanks, strip)
    foot = foot_of(profiles[beside].mean(axis=0), offsets, blur_px)
    return Flanks(index, base + foot, sides, scatter, flanks.turn_rad, foot)


def profiles_from(flanks: Flanks, strip: Strip) -> tuple[FloatArray, FloatArray]:
    """Return the profiles across, (K, N), and their offsets from the base outwards, (N,)."""
    offsets = np.arange(_INNERMOST_PX, _OUTERMOST_PX + FINE_PX, FINE_PX)
    columns = flanks.base_px[:, None] + offsets[None, :] + REACH_PX
    rows = np.broadcast_to(flanks.index[:, None], columns.shape)
    return ndimage.map_coordinates(strip.value, [rows, columns], order=1, mode="nearest"), offsets


def _fitted(
    index: npt.NDArray[np.intp], height: FloatArray, beside: Mask, *, degree: int
) -> tuple[FloatArray, float]:
    way = (index - (index[0] + index[-1]) / 2) / max(1.0, len(index) / 2)
    terms = np.stack([way**power for power in range(degree + 1)], axis=1)
    weights = beside.astype(np.float64)
    base = np.zeros(len(index))
    for _ in range(_ROUNDS):
        root = np.sqrt(weights)
        base = terms @ np.linalg.lstsq(terms * root[:, None], height * root, rcond=None)[0]
        off = height - base
        scale = max(1.4826 * float(np.median(np.abs(off[beside]))), _LEAST_SCALE_PX)
        weights = beside * np.square(np.maximum(0, 1 - np.square(off / (_TUKEY * scale))))
    return base, float(np.sqrt(np.mean(np.square((height - base)[beside]))))


def _turn(points: FloatArray) -> float:
    way_in, way_out = points[1] - points[0], points[-1] - points[-2]
    cross = way_in[1] * way_out[0] - way_in[0] * way_out[1]
    # Bone is on the left of the way, so a convex outline turns left: against the clock on the screen.
    return -float(np.arctan2(cross, float(way_in @ way_out)))
