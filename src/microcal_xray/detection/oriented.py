"""How much each place looks like a line of one direction, in units of what that direction usually shows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .frames import ROW_STEP_PX, TurnedFrame
from .usual import UsualLevel

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_OUTSIDE = np.float32(-2)
_ROWS_AT_ONCE = (
    128  # what is written and read again shortly after stays near; fewer make threads wait for each other
)


@dataclass(frozen=True)
class OrientedResponse:
    """The answer of one turned frame.

    Parameters
    ----------
    frame : TurnedFrame
        Of the rows that were kept.
    z : (K, R, 2, C) float32 array
        For each of K widths, at each place, first for a dark and then for a bright line: its height less
        that of the step beside it, in units of the mean absolute answer around.
    usual : (K, R', C') float32 array
        That mean, for each width on the blocks of `UsualLevel`.
    """

    frame: TurnedFrame
    z: FloatImage
    usual: FloatImage

    def best(self) -> FloatImage:
        """Return the largest over the widths, (R, 2, C)."""
        return np.asarray(self.z.max(axis=0))


@dataclass(frozen=True)
class Kernel:
    """A line across its direction, and the step that would look like it.

    Parameters
    ----------
    line : (N,) float32 array
        Second derivative of a Gaussian, turned so that a dark line answers positive, of unit energy.
    step : (N,) float32 array
        First derivative, scaled so that at one sigma from a step edge it answers as much as `line` does.
    """

    line: FloatImage
    step: FloatImage


def line_kernel(sigma_px: float) -> Kernel:
    """Return the kernels for one width.

    Notes
    -----
    At t sigmas from a step edge `line` answers t times as much as `step`, both in proportion to
    exp(-t**2 / 2). Their difference is negative up to one sigma from the edge; beyond, 28 % of the largest
    answer of `line` are left at most, at the golden ratio of t.

    Of Gaussian lines of equal height, one of sigma_px / sqrt(2) answers most; of kernels, all of the same
    white noise, one of sqrt(5) times the sigma of the line does.

    Examples
    --------
    >>> kernel = line_kernel(4.0)
    >>> edge = (np.arange(129) >= 64).astype(float)
    >>> line = np.abs(np.convolve(edge, kernel.line, mode="same")[32:97])
    >>> left = line - np.abs(np.convolve(edge, kernel.step, mode="same")[32:97])
    >>> round(float(left.max() / line.max()), 2)
    0.28
    """
    reach = math.ceil(4 * sigma_px)
    place = np.arange(-reach, reach + 1)
    bell = np.exp(-0.5 * (place / sigma_px) ** 2)
    bell /= bell.sum()
    second = (place**2 - (place**2 * bell).sum()) * bell
    energy = math.sqrt((second**2).sum())
    return Kernel((second / energy).astype(np.float32), (sigma_px * place * bell / energy).astype(np.float32))


def oriented_response(
    image: FloatImage,
    searched: Mask,
    frame: TurnedFrame,
    *,
    sigmas_px: Sequence[float],
    along_px: float,
    around_px: float,
) -> OrientedResponse:
    """Return how much each place of a turned frame looks like a line down its columns.

    Parameters
    ----------
    image : (R, C) float32 array
        In units of the range from air to bone.
    searched : (R, C) bool array
        Statistics are taken here only; elsewhere the answer is -2.
    frame : TurnedFrame
    sigmas_px : sequence of float
        Widths, as sigmas of the Gaussian across.
    along_px : float
        Standard deviation of the smoothing along the line, before anything is decided.
    around_px : float
        Half width of the window in which an answer is usual or not.

    Notes
    -----
    With q the second and e the first derivative across, both smoothed along, the dark answer is
    (q - abs(e)) / u and the bright one (-q - abs(e)) / u. The subtraction takes away most of step edges,
    which are the outlines of bones: nothing is left within one sigma, at most 28 % of q beyond (see
    `line_kernel`). The usual level u is the mean absolute q around, of the same direction and width (a
    constant false-alarm rate [1]_), estimated as the square of the mean root, so that a sparse strong
    structure such as a cortex counts less.

    References
    ----------
    .. [1] Finn and Johnson (1968), Adaptive detection mode with threshold control. RCA Review 29, 414-464.
    """
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    kept = frame.every(ROW_STEP_PX)
    smooth = _smoothed_along(frame.turned(image), along_px)
    inside = kept.turned_mask(searched)
    usual = UsualLevel(inside, around_px)
    levels = []
    z = np.empty((len(sigmas_px), kept.shape[0], 2, kept.shape[1]), np.float32)
    one = np.ones(1, np.float32)
    within = inside.astype(np.float32)
    beyond = _OUTSIDE * (1 - within)
    for number, sigma_px in enumerate(sigmas_px):
        kernel = line_kernel(sigma_px)
        line, step = (
            np.asarray(
                cv2.sepFilter2D(smooth, cv2.CV_32F, taps, one, borderType=cv2.BORDER_REPLICATE), np.float32
            )
            for taps in (kernel.line, kernel.step)
        )
        levels.append(usual.level(line))
        unit = usual.everywhere(np.reciprocal(levels[-1]))
        for start in range(0, kept.shape[0], _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            _heights(line[rows], step[rows], unit[rows] * within[rows], beyond[rows], out=z[number, rows])
    return OrientedResponse(kept, z, np.stack(levels))


def _heights(
    line: FloatImage, step: FloatImage, unit: FloatImage, beyond: FloatImage, *, out: FloatImage
) -> None:
    """Write the dark and the bright answers of some rows to `out`, (R, 2, C); `step` is used up."""
    np.abs(step, out=step)
    dark, bright = out[:, 0], out[:, 1]
    np.subtract(line, step, out=dark)
    np.add(line, step, out=bright)
    dark *= unit
    dark += beyond
    bright *= unit
    np.subtract(beyond, bright, out=bright)


def _smoothed_along(turned: FloatImage, along_px: float) -> FloatImage:
    """Return one of each `ROW_STEP_PX` rows, smoothed along the columns."""
    # Imported here, as above.
    import cv2

    size = (turned.shape[1], turned.shape[0] // ROW_STEP_PX)
    whole = turned[: size[1] * ROW_STEP_PX]
    rows = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    # Two boxes of this length have together the variance of the Gaussian; their cost does not grow with it.
    box = (1, round(math.sqrt(6) * along_px / ROW_STEP_PX) | 1)
    once = cv2.blur(rows, box, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.blur(once, box, borderType=cv2.BORDER_REPLICATE), np.float32)
