"""Where a line goes on beyond the piece that was found: its course is sought ahead, step by step."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .best_course import COLUMN, NEVER, SIDE, STEEPEST, Ahead, Course, best_courses
from .course_noise import course_variance
from .strips import FloatImage, Mask, mean_direction, resampled

FloatArray = npt.NDArray[np.float64]
Cells = npt.NDArray[np.float32]

# Millimetres, about: see `unit_px`.
_ROW = 0.4  # a step ahead
_PARTS = 4  # of a step ahead: so finely the picture is looked at
_REACH, _LEAST_REACH = 6.0, 1.2  # what is looked at ahead at once
_DIRECTION = 3.0  # the way ahead is that of so long a piece
_BLOCK = 0.5  # beside the line itself there is nothing to compare with
_TURN, _TURN_SHARE = 0.4, 0.2  # what each of them costs: so much, and of what a step of the line gains
_FLATTEST = 0.45  # sine of the angle to the bone: flatter, and an outline would be followed
_LEVEL = 0.4  # of the height of the line: lines fade
_LEVEL_TO = 0.5
_MOST_LEVELS = 2.5  # one wild place must not decide
_COPIES = 2  # to each side
_LEAST_GAIN = 8.0  # natural logarithm of the likelihood ratio
_PIECES, _LEAST_ROWS = 8, 3  # a shorter piece is the line fading out, not going on
_MOST_AGAINST = -1.5  # a line that stops short of the outline of its bone is rarer than one that reaches it


@dataclass(frozen=True)
class Profile:
    """How a line looks across, for seeking where it goes on.

    Parameters
    ----------
    offset_px, values : (M,) float array
        Profile of height 1.
    width_px : float
        At which it was found.
    seen_px : float
        Full width at half maximum on the picture, blur included.
    level : float
        Height of the line near the end that is followed.
    """

    offset_px: FloatArray
    values: FloatArray
    width_px: float
    seen_px: float
    level: float


@dataclass(frozen=True)
class Ground:
    """Where a line is followed.

    Parameters
    ----------
    image : (R, C) float32 array
    usable : (R, C) bool array
        Where a line may go on.
    is_dark : bool
        Whether the line is darker than its sides.
    unit_px : float
        Pixels of about a millimetre.
    axis_rad : float or None
        Way of the bone, along which nothing is followed; 0 along a row, clockwise on the screen. None: a line
        may run along the bone.
    """

    image: FloatImage
    usable: Mask
    is_dark: bool
    unit_px: float
    axis_rad: float | None


@dataclass(frozen=True)
class _Heading:
    """An end of a path and the way on, as unit vectors (row, column)."""

    end: FloatArray
    way: FloatArray
    aside: FloatArray


def followed_end(path_px: FloatArray, profile: Profile, ground: Ground) -> FloatArray:
    """Return a path and what goes on beyond its last point, evenly spaced.

    Parameters
    ----------
    path_px : (N, 2) float array
        Evenly spaced, one pixel apart.
    profile : Profile
    ground : Ground

    Notes
    -----
    Ahead of the end, in the direction of its last three millimetres, the course is the one of largest sum of
    (h A - A**2 / 2) / s less what turns cost, found by dynamic programming over place and direction; h is the
    height over the higher of both sides, so that an edge is no line, A 0.4 of the height at the end, s the
    variance of heights of straight courses beside it. It ends where that sum is largest, before it has lost
    12 again, so that short gaps are crossed. It must gain 8 more than the best of four courses sought in the
    same way from places beside the end, where no line is: this is what the texture shows by chance.
    """
    reach = min(_REACH, max(_LEAST_REACH, len(path_px) / ground.unit_px))
    for _ in range(_PIECES):
        more = _piece(path_px, profile, ground, reach)
        if len(more):
            path_px = resampled(np.concatenate([path_px, more]))
        if len(more) < _LEAST_ROWS:
            break
    return path_px


@dataclass(frozen=True)
class Reached:
    """What leads from the end of a line to where it is taken to end.

    Parameters
    ----------
    points_px : (M, 2) float array
    probability : float
        That the line does lead there.
    """

    points_px: FloatArray
    probability: float


def course_to(path_px: FloatArray, profile: Profile, ground: Ground, ahead_px: float) -> Reached | None:
    """Return the best course from the last point of a path to what lies so far ahead; None: it ends before.

    Parameters
    ----------
    path_px : (N, 2) float array
        Evenly spaced, one pixel apart.
    profile : Profile
    ground : Ground
    ahead_px : float
        How far ahead the course must lead, as to the outline of a bone.

    Returns
    -------
    Reached or None
        None: that the line does not lead there is likelier, although of two lines that seem to end before the
        outline of their bone more than one reaches it.
    """
    reach = max(_ROW, ahead_px / ground.unit_px)
    heading = _heading(path_px, ground.unit_px)
    beside = max(_copies(profile.width_px / ground.unit_px))
    ahead = _looked(heading, profile, ground, reach, beside + SIDE, _LEVEL_TO)
    course = best_courses(ahead, [0.0], is_whole=True)[0]
    if not len(course.side) or course.gain < _MOST_AGAINST:
        return None
    probability = 1 / (1 + math.exp(_MOST_AGAINST - course.gain))
    return Reached(_points(course, heading, ground.unit_px), probability)


def _heading(path: FloatArray, unit: float) -> _Heading:
    last = path[-1 - max(2, min(len(path) - 1, round(_DIRECTION * unit))) :]
    angle = mean_direction(last)
    way = np.array([math.sin(angle), math.cos(angle)])
    way = way if float((last[-1] - last[0]) @ way) > 0 else -way
    return _Heading(path[-1], way, np.array([way[1], -way[0]]))


def _points(course: Course, heading: _Heading, unit: float) -> FloatArray:
    steps = _ROW * np.arange(1, len(course.side) + 1)
    return np.asarray(
        heading.end + unit * (steps[:, None] * heading.way + course.side[:, None] * heading.aside)
    )


def _piece(path: FloatArray, profile: Profile, ground: Ground, reach: float) -> FloatArray:
    """Return the points of the next piece, one for each row; none when the line does not go on."""
    unit = ground.unit_px
    heading = _heading(path, unit)
    width = profile.width_px / unit
    copies = _copies(width)
    ahead = _looked(heading, profile, ground, reach, max(copies) + SIDE, _LEVEL)
    own = best_courses(ahead, [0.0])[0]
    if own.gain < _LEAST_GAIN:
        return np.zeros((0, 2))
    # A course that leads into the line itself says nothing about the texture.
    middle = np.full(ahead.worth.shape[1], own.side[-1])
    middle[: len(own.side)] = own.side
    worth = ahead.worth.copy()
    worth[:, np.abs(ahead.side - middle[:, None]) < width + _BLOCK] = NEVER
    by_chance = max(each.gain for each in best_courses(replace(ahead, worth=worth), copies))
    if own.gain < _LEAST_GAIN + by_chance:
        return np.zeros((0, 2))
    return _points(own, heading, unit)


def _copies(width: float) -> list[float]:
    first, apart = max(1.5, 1.5 * width) + 0.5, max(1.0, width)
    return [sign * (first + number * apart) for number in range(_COPIES) for sign in (-1.0, 1.0)]


def _looked(
    heading: _Heading, profile: Profile, ground: Ground, reach: float, side: float, share: float
) -> Ahead:
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    kernels = _one_sided(profile, ground.unit_px)
    margin = kernels.shape[1] // 2
    count = math.ceil(side / COLUMN) + margin
    columns = COLUMN * np.arange(-count, count + 1)
    rows = round(reach / _ROW)
    ahead = (np.arange(rows * _PARTS) + 0.5) * (_ROW / _PARTS)
    steps = ahead[:, None, None] * heading.way + columns[None, :, None] * heading.aside
    places = heading.end + ground.unit_px * steps
    down, right = (np.ascontiguousarray(places[..., axis], np.float32) for axis in (0, 1))
    seen = cv2.remap(ground.image, right, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    seen = -seen if ground.is_dark else seen
    inner = slice(margin, len(columns) - margin)
    answers = [cv2.filter2D(seen, cv2.CV_32F, kernel[None])[:, inner] for kernel in kernels]
    heights = np.asarray(np.stack(answers), np.float32)
    steep = _along_slopes(heights.reshape(2, rows, _PARTS, -1))
    offset = columns[inner]
    beside = np.abs(offset) > max(1.0, profile.width_px / ground.unit_px)
    heights_beside = steep[STEEPEST].mean(axis=0)[:, beside]
    variance = course_variance(heights_beside, is_bone_in=ground.axis_rad is None)
    level = share * profile.level
    height = np.clip(steep.min(axis=1), -level, _MOST_LEVELS * level)
    worth = (height - level / 2) * level / variance[:, None]
    worth[:, ~_usable(ground.usable, places[_PARTS - 1 :: _PARTS, inner])] = NEVER
    if ground.axis_rad is not None:
        slopes = np.arctan(np.arange(-STEEPEST, STEEPEST + 1) * (COLUMN / _ROW))
        to_bone = math.atan2(heading.way[0], heading.way[1]) + slopes - ground.axis_rad
        worth[np.abs(np.sin(to_bone)) < _FLATTEST] = NEVER
    turn = _TURN + _TURN_SHARE * level**2 / 2 / float(np.median(variance))
    return Ahead(offset, worth.astype(np.float32), turn)


def _usable(usable: Mask, places: FloatArray) -> Mask:
    at = np.rint(places).astype(np.intp)
    last = np.array(usable.shape) - 1
    row, column = np.moveaxis(np.clip(at, 0, last), -1, 0)
    return np.asarray(((at >= 0) & (at <= last)).all(axis=-1) & usable[row, column])


def _one_sided(profile: Profile, unit: float) -> Cells:
    """Return kernels that answer with the height of a line over its left and over its right side, (2, T)."""
    seen = profile.seen_px / unit
    count = math.ceil((2 * seen + 0.3) / COLUMN)
    offset = COLUMN * np.arange(-count, count + 1)
    shape = np.interp(offset * unit, profile.offset_px, profile.values, left=0.0, right=0.0)
    core = (np.abs(offset) <= max(0.5 * seen, 0.06)).astype(np.float64)
    kernels = []
    for sign in (-1.0, 1.0):
        beside = ((sign * offset >= seen) & (sign * offset <= 2 * seen + 0.3)).astype(np.float64)
        kernel = core / core.sum() - beside / beside.sum()
        kernels.append(kernel / max(float(kernel @ shape), 1e-6))
    return np.asarray(kernels, np.float32)


def _along_slopes(heights: Cells) -> Cells:
    """Return mean heights of steps of each slope through each row, from each column: (K, 2, R, M)."""
    kinds, rows, parts, columns = heights.shape
    pad = STEEPEST + 1
    wide = np.pad(heights, ((0, 0), (0, 0), (0, 0), (pad, pad)), mode="edge")
    found = np.zeros((2 * STEEPEST + 1, kinds, rows, columns), np.float32)
    for number, slope in enumerate(range(-STEEPEST, STEEPEST + 1)):
        for part in range(parts):
            shift = slope * (part + 0.5) / parts
            lower = math.floor(shift)
            share = np.float32(shift - lower)
            near = wide[:, :, part, pad + lower : pad + lower + columns + 1]
            found[number] += (1 - share) * near[..., :-1] + share * near[..., 1:]
    found /= parts
    return found
