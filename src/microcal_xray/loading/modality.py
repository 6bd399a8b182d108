"""From stored values to what the modality means: rescale, lookup table, logarithm of raw signal."""

import math

import numpy as np
import numpy.typing as npt

from ..radiograph import ImageCaution

_SANE_SLOPE = (1e-9, 1e9)
_LARGEST_OFFSET = 2.0**20  # in steps of the slope; float32 would lose grey levels beyond 2**24


def rescale(
    slope: tuple[float, ...] | None, intercept: tuple[float, ...] | None
) -> tuple[float, float, ImageCaution]:
    """Return usable slope and intercept (PS3.3 C.11.1); what cannot be used becomes 1 and 0.

    Parameters
    ----------
    slope, intercept : tuple of float or None
        The numbers of the element, None when it is absent. A slope of zero would erase the picture.

    Returns
    -------
    slope, intercept : float
    caution : ImageCaution

    Examples
    --------
    >>> rescale((2.0,), (-10.0,))[:2]
    (2.0, -10.0)
    >>> rescale((0.0,), (-10.0,))
    (1.0, 0.0, <ImageCaution.BAD_TAG: 32768>)
    """
    if slope is None and intercept is None:
        return 1.0, 0.0, ImageCaution.NONE
    a = 1.0 if slope is None else (slope or (math.nan,))[0]
    b = 0.0 if intercept is None else (intercept or (math.nan,))[0]
    if not (_SANE_SLOPE[0] <= abs(a) <= _SANE_SLOPE[1] and abs(b) <= _LARGEST_OFFSET * abs(a)):
        return 1.0, 0.0, ImageCaution.BAD_TAG
    return a, b, ImageCaution.NONE


def look_up(
    stored: npt.NDArray[np.integer], table: npt.NDArray[np.integer], *, first: int
) -> npt.NDArray[np.integer]:
    """Return the table's entry for each stored value; values beyond its ends take the end entries.

    Parameters
    ----------
    stored : integer array
    table : (N,) integer array
    first : int
        The stored value that the first entry is for (PS3.3 C.11.1.1.1).
    """
    index = np.clip(stored.astype(np.int64) - first, 0, len(table) - 1)
    entries: npt.NDArray[np.integer] = table[index]
    return entries


def attenuation(
    signal: npt.NDArray[np.float32], *, full_scale: float, quantum: float
) -> npt.NDArray[np.float32]:
    """Return -ln(signal / full_scale): bone bright, and a difference of 0.01 is 1 % of attenuation.

    Parameters
    ----------
    signal : float array
        Proportional to the X-ray intensity that reached the detector.
    full_scale : float
        The signal that becomes 0, over 0.
    quantum : float
        The step between two signal values, over 0. Half of it stands for no signal at all.
    """
    lifted = np.maximum(signal, np.float32(quantum / 2))
    # In double precision, then rounded: single precision gives other last bits on other processors, which
    # would change the hash of the pixels. 4 ms for 7 megapixels.
    log = np.log(lifted, out=np.empty_like(lifted), dtype=np.float64, casting="same_kind")
    return np.float32(math.log(full_scale)) - log
