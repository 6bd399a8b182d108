"""Where a line goes on beyond the piece that was found: its course is sought ahead, step by step."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .course_noise import course_variance
from .strips import FloatImage, Mask, mean_direction, resampled

FloatArray = npt.NDArray[np.float64]
Cells = npt.NDArray[np.float32]
Turns = npt.NDArray[np.int8]

# Millimetres, about: see `unit_px`.
_ROW, _COLUMN = 0.4, 0.1  # steps ahead and to the side
_PARTS = 4  # of a step ahead: so finely the picture is looked at
_REACH, _LEAST_REACH = 6.0, 1.2  # what is looked at ahead at once
_SIDE = 1.6  # how far to the side a course may lead by then
_DIRECTION = 3.0  # the way ahead is that of so long a piece
_AT_START = 0.3  # an end is known so well, to the side
_BLOCK = 0.5  # beside the line itself there is nothing to compare with
_STEEPEST = 6  # columns for each row: 56 degrees
_MOST_TURN = 2  # from one step to the next
_TURN, _TURN_SHARE = 0.4, 0.2  # what each of them costs: so much, and of what a step of the line gains
_FLATTEST = 0.45  # sine of the angle to the bone: flatter, and an outline would be followed
_LEVEL = 0.4  # of the height of the line: lines fade
_LEVEL_TO = 0.5
_MOST_LEVELS = 2.5  # one wild place must not decide
_COPIES = 2  # to each side
_LEAST_GAIN = 8.0  # natural logarithm of the likelihood ratio
_LOST = 12.0  # when a course has lost so much again, it has ended before
_PIECES, _LEAST_ROWS = 8, 3  # a shorter piece is the line fading out, not going on
_MOST_AGAINST = -1.5  # a line that stops short of the outline of its bone is rarer than one that reaches it
_NEVER = -1e6


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


@dataclass(frozen=True)
class _Ahead:
    """What lies ahead of an end, on cells of a row ahead and a column to the side.

    Parameters
    ----------
    side : (M,) float array
        Offset of the columns, in units.
    worth : (K, R, M) float32 array
        What a step of each of K slopes into a row adds to the logarithm of the likelihood ratio of line to no
        line, when it starts at that column.
    turn : float
        What a turn by one slope takes away.
    """

    side: FloatArray
    worth: Cells
    turn: float


@dataclass(frozen=True)
class _Course:
    """A way ahead: what it gains, and where it is at the end of each row, in units to the side."""

    gain: float
    side: FloatArray


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
    ahead = _looked(heading, profile, ground, reach, beside + _SIDE, _LEVEL_TO)
    course = _best(ahead, [0.0], is_whole=True)[0]
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


def _points(course: _Course, heading: _Heading, unit: float) -> FloatArray:
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
    ahead = _looked(heading, profile, ground, reach, max(copies) + _SIDE, _LEVEL)
    own = _best(ahead, [0.0])[0]
    if own.gain < _LEAST_GAIN:
        return np.zeros((0, 2))
    # A course that leads into the line itself says nothing about the texture.
    middle = np.full(ahead.worth.shape[1], own.side[-1])
    middle[: len(own.side)] = own.side
    worth = ahead.worth.copy()
    worth[:, np.abs(ahead.side - middle[:, None]) < width + _BLOCK] = _NEVER
    by_chance = max(each.gain for each in _best(replace(ahead, worth=worth), copies))
    if own.gain < _LEAST_GAIN + by_chance:
        return np.zeros((0, 2))
    return _points(own, heading, unit)


def _copies(width: float) -> list[float]:
    first, apart = max(1.5, 1.5 * width) + 0.5, max(1.0, width)
    return [sign * (first + number * apart) for number in range(_COPIES) for sign in (-1.0, 1.0)]


def _looked(
    heading: _Heading, profile: Profile, ground: Ground, reach: float, side: float, share: float
) -> _Ahead:
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    kernels = _one_sided(profile, ground.unit_px)
    margin = kernels.shape[1] // 2
    count = math.ceil(side / _COLUMN) + margin
    columns = _COLUMN * np.arange(-count, count + 1)
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
    heights_beside = steep[_STEEPEST].mean(axis=0)[:, beside]
    variance = course_variance(heights_beside, is_bone_in=ground.axis_rad is None)
    level = share * profile.level
    height = np.clip(steep.min(axis=1), -level, _MOST_LEVELS * level)
    worth = (height - level / 2) * level / variance[:, None]
    worth[:, ~_usable(ground.usable, places[_PARTS - 1 :: _PARTS, inner])] = _NEVER
    if ground.axis_rad is not None:
        slopes = np.arctan(np.arange(-_STEEPEST, _STEEPEST + 1) * (_COLUMN / _ROW))
        to_bone = math.atan2(heading.way[0], heading.way[1]) + slopes - ground.axis_rad
        worth[np.abs(np.sin(to_bone)) < _FLATTEST] = _NEVER
    turn = _TURN + _TURN_SHARE * level**2 / 2 / float(np.median(variance))
    return _Ahead(offset, worth.astype(np.float32), turn)


def _usable(usable: Mask, places: FloatArray) -> Mask:
    at = np.rint(places).astype(np.intp)
    last = np.array(usable.shape) - 1
    row, column = np.moveaxis(np.clip(at, 0, last), -1, 0)
    return np.asarray(((at >= 0) & (at <= last)).all(axis=-1) & usable[row, column])


def _one_sided(profile: Profile, unit: float) -> Cells:
    """Return kernels that answer with the height of a line over its left and over its right side, (2, T)."""
    seen = profile.seen_px / unit
    count = math.ceil((2 * seen + 0.3) / _COLUMN)
    offset = _COLUMN * np.arange(-count, count + 1)
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
    pad = _STEEPEST + 1
    wide = np.pad(heights, ((0, 0), (0, 0), (0, 0), (pad, pad)), mode="edge")
    found = np.zeros((2 * _STEEPEST + 1, kinds, rows, columns), np.float32)
    for number, slope in enumerate(range(-_STEEPEST, _STEEPEST + 1)):
        for part in range(parts):
            shift = slope * (part + 0.5) / parts
            lower = math.floor(shift)
            share = np.float32(shift - lower)
            near = wide[:, :, part, pad + lower : pad + lower + columns + 1]
            found[number] += (1 - share) * near[..., :-1] + share * near[..., 1:]
    found /= parts
    return found


def _best(ahead: _Ahead, starts: Sequence[float], *, is_whole: bool = False) -> list[_Course]:
    """Return the best course from each start to the side; a whole one leads to the last row."""
    reach = round(_SIDE / _COLUMN)
    middles = [int(np.abs(ahead.side - start).argmin()) for start in starts]
    windows = np.array([np.arange(middle - reach, middle + reach + 1) for middle in middles])
    worth = ahead.worth[:, :, windows]
    kinds, rows, count, width = worth.shape
    best = np.full((kinds, count, width), _NEVER, np.float32)
    near = np.abs(np.arange(-reach, reach + 1) * _COLUMN) <= _AT_START + 1e-9
    best[:, :, near] = -0.5 * ahead.turn * np.abs(np.arange(-_STEEPEST, _STEEPEST + 1))[:, None, None]
    turned = np.zeros((rows, kinds, count, width), np.int8)
    tops = np.empty((rows, count), np.float32)
    places = np.empty((rows, count), np.intp)
    for row in range(rows):
        best, turned[row] = _step(best, worth[:, row], ahead.turn)
        flat = np.moveaxis(best, 1, 0).reshape(count, -1)
        places[row] = flat.argmax(axis=1)
        tops[row] = flat[np.arange(count), places[row]]
    return [
        _traced(tops[:, one], places[:, one], turned[:, :, one], float(ahead.side[middle - reach]), is_whole)
        for one, middle in enumerate(middles)
    ]


def _step(best: Cells, worth: Cells, cost: float) -> tuple[Cells, Turns]:
    """Return the sums after one more row by slope of the last step and column, and the turns before it."""
    before, turn = best.copy(), np.zeros(best.shape, np.int8)
    for more in range(1, _MOST_TURN + 1):
        for sign in (1, -1):
            into, out_of = (slice(more, None), slice(None, -more))[::sign]
            other = best[out_of] - np.float32(more * cost)
            better = other > before[into]
            np.copyto(before[into], other, where=better)
            np.copyto(turn[into], np.int8(sign * more), where=better)
    before += worth
    after, turned = np.full(best.shape, _NEVER, np.float32), np.zeros(best.shape, np.int8)
    for number, slope in enumerate(range(-_STEEPEST, _STEEPEST + 1)):
        into = slice(max(0, slope), min(0, slope) or None)
        out_of = slice(max(0, -slope), min(0, -slope) or None)
        after[number][:, into] = before[number][:, out_of]
        turned[number][:, into] = turn[number][:, out_of]
    return after, turned


def _traced(
    tops: Cells, places: npt.NDArray[np.intp], turned: Turns, first: float, is_whole: bool
) -> _Course:
    row = len(tops) - 1 if is_whole else _last_row(tops)
    if row < 0 or tops[row] < _NEVER / 2:
        return _Course(0.0, np.zeros(0))
    gain, side = float(tops[row]), np.empty(row + 1)
    slope, column = divmod(int(places[row]), turned.shape[2])
    while row >= 0:
        side[row] = first + column * _COLUMN
        turn = int(turned[row, slope, column])
        column -= slope - _STEEPEST
        slope -= turn
        row -= 1
    return _Course(gain, side)


def _last_row(tops: Cells) -> int:
    """Return the row at which the sum is largest, before it has lost so much again; -1: none."""
    most = np.maximum.accumulate(np.maximum(tops, 0))
    lost = np.flatnonzero(tops < most - _LOST)
    behind = int(lost[0]) if len(lost) else len(tops)
    row = int(tops[:behind].argmax()) if behind else 0
    return row if behind and tops[row] > 0 else -1
