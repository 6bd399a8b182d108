"""Where one bone could lie on the other picture: every turn, shift, side and, if need be, size is tried."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from .bone_picture import BonePicture, FloatImage

FloatArray = npt.NDArray[np.float64]
ComplexImage = npt.NDArray[np.complex64]

_COARSE_PX = 6  # pixels of a bone picture to each pixel of this search: 3 mm
_TURN_STEP_DEG = 5.0
_SCALES_UNKNOWN = tuple(float(scale) for scale in np.geomspace(0.5, 2.0, 15))
_SMOOTHING_PX = 1.0
_AROUND_BONE_PX = 2
_OFF_BONE = 0.1  # weight of edges away from bone: skin moves otherwise than bone does
_LEAST_OVERLAP = 0.3  # of the smaller of the two bones
_USUAL = 0.05  # a little is added for what needs no turn over 20 degrees and no flip
_USUAL_DEG = 20.0
_APART_DEG, _APART_PX = 12.0, 5.0  # guesses nearer than this are one guess


@dataclass(frozen=True)
class Guess:
    """One way in which the pictures could belong together.

    Parameters
    ----------
    matrix : (2, 3) float array
        Takes (row, column, 1) of the current picture to the prior one.
    score : float
        Agreement of the edges of bone, up to 1.
    is_flipped : bool
    turn_deg, scale : float
    """

    matrix: FloatArray
    score: float
    is_flipped: bool
    turn_deg: float
    scale: float


def guesses(current: BonePicture, prior: BonePicture, *, is_scale_known: bool, most: int = 6) -> list[Guess]:
    """Return the ways in which the edges of both bones agree best, the best first.

    Parameters
    ----------
    current, prior : BonePicture
    is_scale_known : bool
        Whether a pixel is as large in both; otherwise sizes from half to twice are tried.
    most : int

    Notes
    -----
    The agreement is the normalized correlation of gradient fields, complex numbers whose size is damped by
    their 80th percentile, over the part that both pictures show, for all shifts at once by fast Fourier
    transform [1]_.

    References
    ----------
    .. [1] Padfield (2012), Masked object registration in the Fourier domain. doi:10.1109/TIP.2011.2181402
    """
    still = _edges(*_reduced(current))
    scales = (1.0,) if is_scale_known else _SCALES_UNKNOWN
    found: list[Guess] = []
    values, weight = _reduced(prior)
    moves = [
        _Move(turn, scale, flip, values.shape)
        for flip in (False, True)
        for scale in scales
        for turn in _turns()
    ]
    reach = max(math.ceil(math.hypot(*values.shape) * max(scales)) + 1, *still.weight.shape)
    size = tuple(fft.next_fast_len(side + reach) for side in still.weight.shape)
    seen = _Spectra.of(still, size)
    for move in moves:
        found += _best_shifts(seen, move, _edges(*move.applied(values, weight)), size)
    return _apart(sorted(found, key=lambda guess: -guess.score), most)


@dataclass(frozen=True)
class _Edges:
    gradient: ComplexImage
    weight: FloatImage


@dataclass(frozen=True)
class _Spectra:
    edges: _Edges
    gradient: npt.NDArray[np.complex64]
    power: npt.NDArray[np.complex64]
    weight: npt.NDArray[np.complex64]

    @classmethod
    def of(cls, edges: _Edges, size: tuple[int, ...]) -> "_Spectra":
        power = (np.abs(edges.gradient) ** 2).astype(np.float32)
        return cls(
            edges,
            fft.fft2(edges.gradient, size),
            fft.rfft2(power, size),
            fft.rfft2(edges.weight, size),
        )


@dataclass(frozen=True)
class _Move:
    """The prior picture turned, scaled and flipped about its middle, on a canvas that holds all of it."""

    turn_deg: float
    scale: float
    is_flipped: bool
    shape: tuple[int, ...]

    @property
    def side(self) -> int:
        return math.ceil(math.hypot(*self.shape) * self.scale) + 1

    @property
    def to_prior(self) -> FloatArray:
        """Takes (row, column, 1) of the canvas to the coarse prior picture."""
        turn = math.radians(self.turn_deg)
        linear = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]]) / self.scale
        if self.is_flipped:
            linear[1] *= -1
        middle = (np.array(self.shape) - 1) / 2
        return np.column_stack([linear, middle - linear @ np.full(2, (self.side - 1) / 2)])

    def applied(self, values: FloatImage, weight: FloatImage) -> tuple[FloatImage, FloatImage]:
        return warped(values, self.to_prior, (self.side, self.side)), warped(
            weight, self.to_prior, (self.side, self.side)
        )


def warped(image: FloatImage, matrix: FloatArray, shape: tuple[int, ...]) -> FloatImage:
    """Return the image at `matrix` times the places of a picture of that shape; its border goes on outside.

    Parameters
    ----------
    image : (R, C) float32 array
    matrix : (2, 3) float array
        Takes (row, column, 1) of the result to the image.
    shape : (R, C)
    """
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    swapped = matrix[::-1][:, [1, 0, 2]]  # OpenCV counts x before y
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(image, swapped, (shape[1], shape[0]), flags=flags, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )


def _turns() -> Iterator[float]:
    return iter(np.arange(-180.0, 180.0, _TURN_STEP_DEG).tolist())


def _reduced(picture: BonePicture) -> tuple[FloatImage, FloatImage]:
    import cv2  # imported here, as above

    # A border of nothing, so that what lies outside of the picture weighs nothing when it is turned.
    size = tuple(max(4, round(side / _COARSE_PX)) for side in picture.values.shape)[::-1]
    values = cv2.resize(picture.values, size, interpolation=cv2.INTER_AREA)
    bone = cv2.resize(picture.bone.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    usable = cv2.resize(picture.usable.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    around = cv2.dilate(bone, np.ones((2 * _AROUND_BONE_PX + 1,) * 2, np.uint8))
    weight = np.where(usable > 0.9, np.maximum(around, _OFF_BONE), 0).astype(np.float32)
    return np.pad(np.asarray(values, np.float32), 1, mode="edge"), np.pad(weight, 1)


def _edges(values: FloatImage, weight: FloatImage) -> _Edges:
    import cv2  # imported here, as above

    smooth = cv2.GaussianBlur(values, (0, 0), _SMOOTHING_PX)
    down, right = np.gradient(smooth)
    size = np.hypot(down, right)
    inside = weight > 0
    usual = float(np.percentile(size[inside], 80)) if inside.any() else 1.0
    gradient = (down + 1j * right) / (size + max(usual, 1e-12))
    return _Edges((gradient * np.sqrt(weight)).astype(np.complex64), weight)


def _best_shifts(seen: _Spectra, move: _Move, edges: _Edges, size: tuple[int, ...]) -> list[Guess]:
    moved = _Spectra.of(edges, size)
    # The gradient was taken after the turn: both fields live on the same axes. A flip is one of them too.
    both = fft.ifft2(np.conj(moved.gradient) * seen.gradient).real
    mine = fft.irfft2(np.conj(moved.weight) * seen.power, size)
    theirs = fft.irfft2(np.conj(moved.power) * seen.weight, size)
    shared = fft.irfft2(np.conj(moved.weight) * seen.weight, size)
    smaller = min(float((edges.weight**2).sum()), float((seen.edges.weight**2).sum()))
    enough = shared > _LEAST_OVERLAP * smaller
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(enough, both / np.sqrt(np.maximum(mine * theirs, 1e-12)), -1.0)
    score *= np.clip(shared / max(smaller, 1e-12), 0, 1) ** 0.25
    bonus = _USUAL if abs(move.turn_deg) <= _USUAL_DEG and not move.is_flipped else 0.0
    best = []
    for _ in range(2):
        at = np.unravel_index(int(score.argmax()), score.shape)
        if score[at] <= 0:
            break
        # Shifts over the length of the picture that stays are negative ones, wrapped round.
        shift = np.array(
            [
                place - side if place >= length else place
                for place, side, length in zip(at, size, seen.edges.weight.shape, strict=True)
            ]
        )
        best.append(
            Guess(
                _fine_matrix(move, shift),
                float(score[at]) + bonus,
                move.is_flipped,
                move.turn_deg,
                move.scale,
            )
        )
        rows, columns = (np.arange(place - 4, place + 5) % side for place, side in zip(at, size, strict=True))
        score[np.ix_(rows, columns)] = -1
    return best


def _fine_matrix(move: _Move, shift: npt.NDArray[np.integer]) -> FloatArray:
    """Return the matrix between bone pictures from a shift of the canvas on the coarse current picture."""
    to_prior = move.to_prior
    linear, offset = to_prior[:, :2], to_prior[:, 2] - to_prior[:, :2] @ shift
    # Pixel x of a bone picture is (x + 0.5) / coarse - 0.5 + 1 here, with the border of one.
    per = 1 / _COARSE_PX
    into = 0.5 * per - 0.5 + 1
    return np.column_stack([linear, (linear @ np.full(2, into) + offset - into) / per])


def _apart(found: Sequence[Guess], most: int) -> list[Guess]:
    kept: list[Guess] = []
    for guess in found:
        if len(kept) == most:
            break
        if all(_differ(guess, other) for other in kept):
            kept.append(guess)
    return kept


def _differ(a: Guess, b: Guess) -> bool:
    turned = abs((a.turn_deg - b.turn_deg + 180) % 360 - 180) > _APART_DEG
    middle = np.array([200.0, 100.0, 1.0])
    away = float(np.hypot(*(a.matrix @ middle - b.matrix @ middle))) > _APART_PX * _COARSE_PX
    return a.is_flipped != b.is_flipped or turned or away or not 0.87 < a.scale / b.scale < 1.15
