"""Where a line begins and ends, and how sure that is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatArray = npt.NDArray[np.float64]

_INNER_SHARE = 0.45  # of the line: so far inside, its beginning may still lie
_LEAST_LEVEL = 0.85  # of the whole line's median: it may have been traced beyond its end
_QUANTILES = (0.025, 0.975)


@dataclass(frozen=True)
class LineEnd:
    """One end of a line, counted along a series of heights.

    Parameters
    ----------
    place, low, high : float
        Index of the first height that belongs to the line, with its 95 % interval.
    """

    place: float
    low: float
    high: float


def line_ends(height: FloatArray, first: int, behind: int, *, alike: int) -> tuple[LineEnd, LineEnd]:
    """Return the beginning of a line, and its end counted from the back.

    Parameters
    ----------
    height : (N,) float array
        Height of the line at each place along it and beyond its ends.
    first, behind : int
        Where the line was thought to begin and to end.
    alike : int
        Heights nearer to each other than this are not independent.
    """
    inner = first + int((behind - first) * _INNER_SHARE)
    body = height[first:behind]
    begin = _change(height, inner, body, alike)
    back = len(height) - behind
    end = _change(height[::-1], back + int((behind - first) * _INNER_SHARE), body[::-1], alike)
    return begin, end


def _change(height: FloatArray, inner: int, body: FloatArray, alike: int) -> LineEnd:
    """Return where the height steps from 0 up to that of the line.

    Notes
    -----
    The posterior of a single step between known levels under a flat prior: at each place the sum over all
    later heights of (h A - A**2 / 2) / s, with A the median height nearby and s the long-run variance of the
    heights.
    """
    near = body[: max(10, 5 * alike)]
    level = max(float(np.median(near)), _LEAST_LEVEL * float(np.median(body)), 1e-12)
    noise = height - ndimage.gaussian_filter1d(height, 2.0 * alike, mode="nearest")
    variance = _long_run(noise, alike) + 1e-18
    inner = min(max(inner, 4), len(height) - 1)
    # One wild place, as a marker or a bone's edge, must not decide.
    gain = (np.clip(height[:inner], -level, 2 * level) * level - level**2 / 2) / variance
    likelihood = np.cumsum(gain[::-1])[::-1]
    posterior = np.exp(likelihood - likelihood.max())
    posterior /= posterior.sum()
    rising = np.cumsum(posterior)
    low, high = (float(np.searchsorted(rising, share)) for share in _QUANTILES)
    place = float(posterior @ np.arange(inner))
    return LineEnd(place, min(low - 0.5, place), max(high + 0.5, place))


def _long_run(series: FloatArray, alike: int) -> float:
    """Return the variance of sums of neighbours over their number: of white noise, its variance."""
    count = max(1, min(alike, len(series) - 1))
    sums = np.cumsum(np.concatenate([[0.0], series]))
    return float(np.mean((sums[count:] - sums[:-count]) ** 2) / count)
