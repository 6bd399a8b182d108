"""The grain of bone: its texture without the streaks and edges that all bones of one sort have."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .alignment import Alignment, knot_count
from .bone_picture import BonePicture, FloatImage, evened
from .refining import KNOTS_PX, Layer, correlation, with_field
from .texture import DETAIL_PX, WINDOW_PX, deep_bone

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# In pixels of a bone picture, half a millimetre each.
_EDGE_PX, _NEAR_PX = 0.7, 4.0  # the direction of streaks: of edges so fine, in a neighbourhood so large
_SPREAD_PX, _MOST = 6.0, 3.0  # everywhere of the same spread, and no place of more than three times it
_FEWEST = 100
_RING_PX = (3.0, 5.0, 8.0)
# A place is looked for within 4.5 mm, by windows of 21 mm (full width at half maximum), 4 mm apart.
_REACH_PX, _APART_PX, _WINDOW = 9, 8, 2.2
_CLEAR_PEAK = 5.0  # over the spread of all shifts: of 9 000 windows on the long bones of others, none
_FEWEST_CLEAR = 40  # windows, which overlap
_ROUNDS = 2
_NOT_SIMILAR = 5e4  # square pixels: what a per cent of stretching costs, against windows off by half a pixel
_OUTLIER, _LEAST_OFF_PX = 4.0, 0.35
_STIFFNESS, _PULL, _SOFT_PX, _FIELD_ROUNDS, _POINTS = 2.0, 0.02, 0.5, 3, 16_000


@dataclass(frozen=True)
class GrainPair:
    """The grain of two pictures on the pixels of the current one.

    Parameters
    ----------
    current, prior : (R, C) float32 array
        0 where not both show the inside of bone.
    inside : (R, C) bool array
    """

    current: FloatImage
    prior: FloatImage
    inside: Mask

    def agreement(self, down_px: int = 0, right_px: int = 0) -> float:
        """Return the correlation with the prior picture moved by so much; 0 where too little is shared."""
        move = (down_px, right_px)
        both = self.inside & np.roll(self.inside, move, (0, 1))
        if both.sum() < _FEWEST:
            return 0.0
        moved = np.roll(self.prior, move, (0, 1))
        return correlation(self.current[both].astype(np.float64), moved[both].astype(np.float64))

    def elsewhere(self) -> float:
        """Return the largest correlation when the prior picture is moved by 1.5 to 4 mm."""
        angles = np.arange(0, 2 * np.pi, np.pi / 8)
        moves = {(round(r * np.sin(a)), round(r * np.cos(a))) for r in _RING_PX for a in angles}
        return max(self.agreement(*move) for move in moves)


def grain_pair(alignment: Alignment, current: BonePicture, prior: BonePicture) -> GrainPair:
    """Return the grain of both pictures.

    Parameters
    ----------
    alignment : Alignment
    current, prior : BonePicture

    Notes
    -----
    Cortices and the streaks of a shaft run alike in the bones of two people: once their outlines lie on each
    other these agree, and go on to agree when one is moved along them. So the evened pictures are
    differentiated along the direction in which both change least, by the structure tensor of both [1]_: what
    runs on in that direction vanishes. What remains is the grain of this very bone.

    References
    ----------
    .. [1] Bigun and Granlund (1987), Optimal orientation detection of linear symmetry. Proc. 1st ICCV,
       433-438.
    """
    shape = current.values.shape
    rows, columns = np.meshgrid(*(np.arange(side, dtype=np.float64) for side in shape), indexing="ij")
    places = alignment.to_prior(np.stack([rows.ravel(), columns.ravel()], axis=1))
    images = [evened(each, detail_px=DETAIL_PX, window_px=WINDOW_PX) for each in (current, prior)]
    images[1] = _sampled(images[1], places, shape)
    inside = deep_bone(current) & (_sampled(deep_bone(prior).astype(np.float32), places, shape) > 0.5)
    down, right = _along_streaks(images, inside)
    weight = inside.astype(np.float32)
    known = np.maximum(_blurred(weight, _SPREAD_PX), 1e-3)
    grains = []
    for image in images:
        slope = np.gradient(image)
        grain = down * slope[0] + right * slope[1]
        spread = np.sqrt(_blurred(grain * grain * weight, _SPREAD_PX) / known)
        even = np.clip(grain / np.maximum(spread, 1e-9), -_MOST, _MOST) * weight
        grains.append(np.asarray(even, np.float32))
    return GrainPair(grains[0], grains[1], inside)


def grain_led(start: Alignment, current: BonePicture, prior: BonePicture) -> Alignment | None:
    """Return an alignment by which the grain of both bones lies on each other.

    Parameters
    ----------
    start : Alignment
        From which no place is off by more than 4.5 mm, at least where most of it is.
    current, prior : BonePicture

    Returns
    -------
    Alignment or None
        None where too few places of grain are found again.

    Notes
    -----
    Streaks do not tell how far along them a bone lies, and another bone that lies over it and moved pulls it
    with it. Here windows all over the bone are found again, each by itself, by their grain; those that are
    found clearly lead to a map that is nearly a similarity, as a bone is not stretched when it is rolled
    by a few degrees, by least squares with Tukey's weights: a kneecap that moved is an outlier. A stiff
    field of shifts, driven by the grain too, allows for what a similarity cannot.
    """
    found = start
    for _ in range(_ROUNDS):
        here, off = found_again(grain_pair(found, current, prior))
        if len(here) < _FEWEST_CLEAR:
            return None
        matrix = _nearly_similar(here, found.to_prior(here + off), is_flipped=found.is_flipped)
        found = replace(found, matrix=matrix, shifts=np.zeros_like(found.shifts))
    return _with_grain_field(found, grain_pair(found, current, prior))


def _along_streaks(images: list[FloatImage], inside: Mask) -> tuple[FloatImage, FloatImage]:
    """Return the unit vector of the direction in which both pictures change least."""
    tensor = np.zeros((3, *images[0].shape), np.float32)
    for image in images:
        down, right = np.gradient(_blurred(image, _EDGE_PX))
        products = (np.asarray(each, np.float32) for each in (down**2, right**2, down * right))
        tensor += np.stack([_blurred(each, _NEAR_PX) for each in products])
    double = tensor[0] - tensor[1], 2 * tensor[2]
    along = 0.5 * np.arctan2(double[1], double[0]) + np.pi / 2
    # A direction has no sign, a slope has: it is turned to that of most of the bone, so neighbours agree.
    usual = 0.5 * np.arctan2(*(part[inside].sum(dtype=np.float64) for part in double[::-1])) + np.pi / 2
    sign = np.where(np.cos(along - usual) < 0, np.float32(-1), np.float32(1))
    return sign * np.cos(along), sign * np.sin(along)


def found_again(pair: GrainPair) -> tuple[FloatArray, FloatArray]:
    """Return places whose grain is clearly found in the prior picture, each by itself.

    Parameters
    ----------
    pair : GrainPair

    Returns
    -------
    places_px : (N, 2) float array
        Windows all over the bone, 4 mm apart, in the current picture.
    off_px : (N, 2) float array
        How far from there, in the current picture, the prior one shows the same.
    """
    import cv2  # imported here: it costs 0.1 s, which `import microcal_xray` should not pay

    shape = pair.current.shape
    size = (max(1, shape[1] // _APART_PX), max(1, shape[0] // _APART_PX))

    def windows(image: FloatImage) -> FloatImage:
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        blurred = cv2.GaussianBlur(small, (0, 0), _WINDOW, borderType=cv2.BORDER_CONSTANT)
        return np.asarray(blurred, np.float32)

    weight = windows(pair.inside.astype(np.float32))
    at = np.nonzero(weight > 0.4 * float(weight.max()))
    norm = np.sqrt(windows(pair.current**2)[at] * windows(pair.prior**2)[at]) + 1e-6
    steps = range(-_REACH_PX, _REACH_PX + 1)
    peaks = np.stack(
        [
            np.stack([windows(pair.current * np.roll(pair.prior, (a, b), (0, 1)))[at] / norm for b in steps])
            for a in steps
        ]
    )
    flat = peaks.reshape(len(steps) ** 2, len(norm))
    is_clear = flat.max(axis=0) > _CLEAR_PEAK * flat.std(axis=0) + 1e-9
    off = _summits(peaks[:, :, is_clear])
    per = np.array(shape) / np.array(size[::-1])
    here = (np.stack(at, axis=1)[is_clear] + 0.5) * per - 0.5
    return here, -off  # the prior picture moved by it agrees


def _summits(peaks: FloatImage) -> FloatArray:
    """Return where correlations (S, S, N) are largest, from the middle, to a fraction of a pixel: (N, 2)."""
    side, _, count = peaks.shape
    top = np.stack(np.divmod(peaks.reshape(side * side, count).argmax(axis=0), side), axis=1)
    found: FloatArray = top.astype(np.float64) - side // 2
    last, each = side - 1, np.arange(count)
    for axis in (0, 1):
        low, high = top.copy(), top.copy()
        low[:, axis], high[:, axis] = top[:, axis] - 1, top[:, axis] + 1
        within = (low[:, axis] >= 0) & (high[:, axis] <= last)
        before, here, after = (
            peaks[np.clip(at[:, 0], 0, last), np.clip(at[:, 1], 0, last), each].astype(np.float64)
            for at in (low, top, high)
        )
        bend = np.minimum(before - 2 * here + after, -1e-9)
        found[:, axis] += np.where(within, np.clip(0.5 * (before - after) / bend, -0.5, 0.5), 0.0)
    return found


def _nearly_similar(here: FloatArray, there: FloatArray, *, is_flipped: bool) -> FloatArray:
    """Return the matrix (2, 3) that takes places to places, outliers apart; stretching costs."""
    flip = np.diag([1.0, -1.0 if is_flipped else 1.0])
    middle = here.mean(axis=0)
    down, right = (here - middle).T
    none, one = np.zeros_like(down), np.ones_like(down)
    # Turned and grown; stretched along an axis, and along a diagonal; moved.
    columns = np.concatenate(
        [
            np.stack([down, -right, down, right, one, none], axis=1),
            np.stack([right, down, -right, down, none, one], axis=1),
        ]
    )
    wanted = (there @ flip).T.ravel()
    cost = np.diag([0.0, 0.0, _NOT_SIMILAR, _NOT_SIMILAR, 0.0, 0.0])
    weight = np.ones(len(here))
    for _ in range(15):
        both = np.concatenate([weight, weight])
        weighed = (columns * both[:, None]).T
        found = np.linalg.solve(weighed @ columns + cost, weighed @ wanted)
        off = np.hypot(*(columns @ found - wanted).reshape(2, -1))
        scale = max(1.4826 * float(np.median(off)), _LEAST_OFF_PX)
        weight = np.maximum(1 - (off / (_OUTLIER * scale)) ** 2, 1e-6) ** 2
    grown, turned, stretched, leant = found[:4].tolist()
    linear = flip @ np.array([[grown + stretched, leant - turned], [leant + turned, grown - stretched]])
    return np.asarray(np.column_stack([linear, flip @ found[4:] - linear @ middle]), np.float64)


def _with_grain_field(start: Alignment, pair: GrainPair) -> Alignment:
    """Return an alignment with the stiff field of shifts by which the grain agrees best."""
    current, prior = (_blurred(image, _SOFT_PX) for image in (pair.current, pair.prior))
    down, right = np.gradient(prior)
    points = np.argwhere(pair.inside)
    points = points[:: max(1, len(points) // _POINTS)]
    step = Layer(
        current,
        prior,
        np.asarray(down, np.float32),
        np.asarray(right, np.float32),
        pair.inside.astype(np.float32),
        points.astype(np.float64),
        current[tuple(points.T)].astype(np.float64),
    )
    still = Alignment(np.eye(2, 3), np.zeros((2, *knot_count(pair.inside.shape, KNOTS_PX))), KNOTS_PX)
    field = with_field(still, step, _FIELD_ROUNDS, stiffness=_STIFFNESS, pull=_PULL)
    # The field is in pixels of the current picture; what is added comes after the matrix.
    shifts = np.tensordot(start.matrix[:, :2], field.shifts, axes=1)
    return replace(start, shifts=shifts)


def _sampled(image: FloatImage, places: FloatArray, shape: tuple[int, ...]) -> FloatImage:
    import cv2  # imported here, as above

    rows, columns = (places[:, axis].reshape(shape).astype(np.float32) for axis in (0, 1))
    return np.asarray(cv2.remap(image, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT))


def _blurred(image: npt.NDArray[np.floating], sigma_px: float) -> FloatImage:
    import cv2  # imported here, as above

    return np.asarray(cv2.GaussianBlur(np.asarray(image, np.float32), (0, 0), sigma_px), np.float32)
