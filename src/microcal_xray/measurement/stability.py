"""Whether a line is still there when it is measured a little differently."""

import math

import numpy as np
import numpy.typing as npt

from .band import height_in_errors
from .shape import LineShape

FloatArray = npt.NDArray[np.float64]

LEAST_Z = 5.0  # crests of plain noise, followed as a line would be, reach 6 in one of twenty
_NARROWER, _WIDER = 2 / 3, 3 / 2
_NOISE_DRAWS = 2
_SD_PER_MAD = 1.4826


def kept_under_changes(shape: LineShape) -> tuple[int, int]:
    """Return in how many of how many changed measurements the line still stands out, with a z of 5 or more.

    Parameters
    ----------
    shape : LineShape

    Notes
    -----
    Changed are the width of the template (two thirds, and one and a half), the noise (as much white noise
    again as the pixels have, in two draws), and the piece that is looked at (each half, the middle two
    thirds, and all but the first or the last third). Only the line's own rows are measured again; the
    detector is not asked.
    """
    rows = shape.line_rows
    sd = pixel_noise(rows)
    # The same line always gets the same noise.
    rng = np.random.default_rng(len(rows))
    noisy = [rows + sd * rng.standard_normal(rows.shape) for _ in range(_NOISE_DRAWS)]
    tried = [(rows, _NARROWER), (rows, _WIDER), *((each, 1.0) for each in (*noisy, *_pieces(rows)))]
    kept = sum(
        height_in_errors(
            each,
            shape.rows.offset_px,
            is_soft=shape.is_soft,
            width_px=factor * shape.fit.width_px,
            blur_px=shape.blur_px,
            alike=shape.alike,
        )
        >= LEAST_Z
        for each, factor in tried
    )
    return int(kept), len(tried)


def pixel_noise(rows: FloatArray) -> float:
    """Return the standard deviation of single pixels, from differences along the line."""
    return _SD_PER_MAD * float(np.median(np.abs(np.diff(rows, axis=0)))) / math.sqrt(2)


def _pieces(rows: FloatArray) -> list[FloatArray]:
    count = len(rows)
    half, third, sixth = count // 2, count // 3, count // 6
    return [rows[:half], rows[half:], rows[sixth : count - sixth], rows[third:], rows[: count - third]]
