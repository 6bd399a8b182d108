"""A second opinion on polarity, from the pixels alone: air that looks brighter than the bone.

Strategy: air is flat, lies at an end of the grey range and reaches the border. A white border alone proves
nothing, since a plate beyond the collimator is unexposed and white in a right picture. So border strips that
are white from end to end are peeled off first; flat black anywhere speaks for air that is where it belongs;
and where the white meets the rest in a step, it ends at a collimator and not at skin, which fades. What is
left must be clear, else the answer is no.

Measured on 135 pictures of limbs, hands, feet, shoulders and pelves: no alarm on any of them, on their
central quarters, or within a white frame, straight or tilted; an alarm on 66 of the 135 negatives.
"""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

_LOOKED_AT_PX = 256  # the longer side is averaged down to this
_WINDOW_PX = 5
_FLAT_SD = 0.02  # of the grey range
_BRIGHT, _DARK = 0.85, 0.15  # of the grey range
_BORDER_PX = 3
_WHITE_STRIP = 0.9  # share of a row or column that is bright, for it to be peeled off
_LEAST_SIDE_PX = 16
_LEAST_FLAT_BRIGHT = 0.05  # share of the picture
_MOST_FLAT_DARK = 0.25  # of the flat bright share
_BRIGHT_BORDER = 0.8  # of the grey range
_LEAST_BRIGHT_BORDER = 0.4  # share of the border
_BORDER_BRIGHT_OVER_DARK = 3.0
_BORDER_OVER_MIDDLE = 0.15  # of the grey range
_STEP_PX = 2  # how far beyond the edge of the white the grey is looked at
_BELOW_SKIN = 0.6  # of the grey range: darker than skin beside white air
_MOST_STEPS = 0.2  # share of the edge

_Floats = npt.NDArray[np.float64]


def air_looks_bright(pixels: npt.NDArray[np.float32], usable: npt.NDArray[np.bool_]) -> bool:
    """Return whether the picture looks like a negative: air bright, bone dark. In doubt False.

    Parameters
    ----------
    pixels : (R, C) float array
        Bone bright, if the tags are right.
    usable : (R, C) bool array
    """
    small = _small(pixels, usable)
    if min(small.shape) < _LEAST_SIDE_PX:
        return False
    low, high = np.percentile(small, (0.5, 99.5))
    if high <= low:
        return False
    grey = np.clip((small - low) / (high - low), 0, 1)
    mean = ndimage.uniform_filter(grey, _WINDOW_PX)
    spread = np.sqrt(np.maximum(ndimage.uniform_filter(grey**2, _WINDOW_PX) - mean**2, 0))
    inner = _without_white_strips(mean)
    return _is_negative(mean[inner], spread[inner] < _FLAT_SD) and not _ends_in_a_step(grey[inner])


def _small(pixels: npt.NDArray[np.float32], usable: npt.NDArray[np.bool_]) -> _Floats:
    """Return block means of the box around the usable pixels, the others set to the median."""
    if not usable.any():
        return np.zeros((0, 0))
    rows, columns = np.flatnonzero(usable.any(1)), np.flatnonzero(usable.any(0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    seen = np.where(usable[box], pixels[box], np.median(pixels[box][usable[box]]))
    step = -(-max(seen.shape) // _LOOKED_AT_PX)
    height, width = seen.shape[0] // step, seen.shape[1] // step
    blocks = seen[: height * step, : width * step].reshape(height, step, width, step)
    means: _Floats = blocks.mean((1, 3), dtype=np.float64)
    return means


def _without_white_strips(grey: _Floats) -> tuple[slice, slice]:
    white = grey > _BRIGHT
    top, bottom, left, right = 0, grey.shape[0], 0, grey.shape[1]
    was = None
    while was != (was := (top, bottom, left, right)) and min(bottom - top, right - left) > _LEAST_SIDE_PX:
        top += int(white[top, left:right].mean() > _WHITE_STRIP)
        bottom -= int(white[bottom - 1, left:right].mean() > _WHITE_STRIP)
        left += int(white[top:bottom, left].mean() > _WHITE_STRIP)
        right -= int(white[top:bottom, right - 1].mean() > _WHITE_STRIP)
    return slice(top, bottom), slice(left, right)


def _is_negative(grey: _Floats, flat: npt.NDArray[np.bool_]) -> bool:
    border = np.ones(grey.shape, bool)
    border[_BORDER_PX:-_BORDER_PX, _BORDER_PX:-_BORDER_PX] = False
    quarter_rows, quarter_columns = grey.shape[0] // 4, grey.shape[1] // 4
    middle = grey[quarter_rows:-quarter_rows, quarter_columns:-quarter_columns]
    flat_bright = np.mean(flat & (grey > _BRIGHT))
    flat_dark = np.mean(flat & (grey < _DARK))
    bright_border = float(np.mean(grey[border] > _BRIGHT_BORDER))
    dark_border = float(np.mean(grey[border] < 1 - _BRIGHT_BORDER))
    return bool(
        flat_bright >= _LEAST_FLAT_BRIGHT
        and flat_dark <= _MOST_FLAT_DARK * flat_bright
        and bright_border >= max(_LEAST_BRIGHT_BORDER, _BORDER_BRIGHT_OVER_DARK * dark_border)
        and np.median(grey[border]) - np.median(middle) > _BORDER_OVER_MIDDLE
    )


def _ends_in_a_step(grey: _Floats) -> bool:
    """Return whether the white that reaches the border ends abruptly along its edge.

    The median share of the edge that does is 0.1 in negatives of real pictures, 0.85 at tilted white frames.
    """
    labels, _ = ndimage.label(ndimage.median_filter(grey, 3) > _BRIGHT)
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    distance = ndimage.distance_transform_edt(~np.isin(labels, rim[rim > 0]))
    beyond = grey[(distance > _STEP_PX - 1) & (distance <= _STEP_PX)]
    return beyond.size == 0 or float(np.mean(beyond < _BELOW_SKIN)) > _MOST_STEPS
