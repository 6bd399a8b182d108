"""Smooth courses through points of unequal weight: penalized least squares, from above or below."""

import math

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_ROUNDS = 8  # the weights of an asymmetric course have settled by then


def stiffness(wavelength: float) -> float:
    """Return the penalty under which waves of that length keep half of their height.

    Parameters
    ----------
    wavelength : float
        In steps between points.

    Notes
    -----
    A wave of angular frequency w keeps 1 / (1 + stiffness * (2 sin(w / 2))**4), from the second differences
    of the penalty [1]_.

    References
    ----------
    .. [1] Eilers (2003), A perfect smoother. Anal Chem 75(14):3631-3636. doi:10.1021/ac034173t

    Examples
    --------
    >>> round(stiffness(20.0), 1)
    104.4
    """
    return float(1 / (2 * math.sin(math.pi / wavelength)) ** 4)


def smooth_course(values: FloatArray, weights: FloatArray, *, stiffness: float) -> FloatArray:
    """Return the course that is near the values and bends little: the Whittaker smoother.

    Parameters
    ----------
    values : (S,) or (S, K) float array
        At even steps; K curves that share their weights.
    weights : (S,) float array
        0 leaves a value out; at least two must be over 0.
    stiffness : float
        Of the squared second differences; a straight line is never changed.

    Examples
    --------
    >>> line = np.arange(6.0)
    >>> line_with_gap = np.where(line == 3, 99.0, line)
    >>> smooth = smooth_course(line_with_gap, (line != 3).astype(float), stiffness=10.0)
    >>> bool(np.allclose(smooth, line))
    True
    """
    # Imported here: scipy.linalg costs time that `import microcal_xray` should not pay.
    from scipy.linalg import solveh_banded

    count = len(values)
    if count < 3:
        return values.copy()
    bands = np.zeros((3, count))
    bands[0, 2:] = stiffness
    bands[1, 1:] = -4 * stiffness
    bands[1, [1, -1]] = -2 * stiffness
    bands[2] = 6 * stiffness
    bands[2, [0, -1]] = stiffness
    bands[2, [1, -2]] = 5 * stiffness
    if count == 3:
        bands[2, 1] = 4 * stiffness
    bands[2] += np.maximum(weights, 1e-9)
    shaped = weights if values.ndim == 1 else weights[:, None]
    return np.asarray(solveh_banded(bands, shaped * values, check_finite=False))


def lower_course(values: FloatArray, weights: FloatArray, *, stiffness: float, above: float) -> FloatArray:
    """Return the smooth course of what lies under the bumps: values above it weigh little.

    Parameters
    ----------
    values : (S,) float array
    weights : (S,) float array
    stiffness : float
    above : float
        Weight of a value over the course, 0 to 1; of one under it, 1 less that.

    Notes
    -----
    Asymmetric least squares [1]_.

    References
    ----------
    .. [1] Eilers and Boelens (2005), Baseline correction with asymmetric least squares smoothing.
    """
    course = smooth_course(values, weights, stiffness=stiffness)
    for _ in range(_ROUNDS):
        own = weights * np.where(values > course, above, 1 - above)
        course = smooth_course(values, own, stiffness=stiffness)
    return course
