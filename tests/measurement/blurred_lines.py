"""Straight lines of known place, width and height through a known blur, on noise of known size."""

import numpy as np

from microcal_xray.measurement.band import slit, soft_band
from microcal_xray.measurement.strips import resampled

SHAPE = (240, 320)
CENTRE = np.array([119.5, 159.5])
BLUR_PX = 1.5


def course(degrees: float, length_px: float, *, aside_px: float = 0.0) -> np.ndarray:
    """Return a straight path about the centre; 0 degrees runs along a row."""
    angle = np.radians(degrees)
    along, across = np.array([np.sin(angle), np.cos(angle)]), np.array([np.cos(angle), -np.sin(angle)])
    ends = np.array([-0.5, 0.5])[:, None] * length_px * along
    return resampled(CENTRE + ends + aside_px * across)


def picture(
    degrees: float,
    *,
    width_px: float,
    length_px: float,
    height: float,
    noise: float,
    soft: bool = False,
    seed: int = 0,
) -> np.ndarray:
    """Return a line of that height before blur on a gentle slope; it ends at once, but for the blur."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    angle = np.radians(degrees)
    along = (rows - CENTRE[0]) * np.sin(angle) + (columns - CENTRE[1]) * np.cos(angle)
    across = (rows - CENTRE[0]) * np.cos(angle) - (columns - CENTRE[1]) * np.sin(angle)
    shape = soft_band if soft else slit
    # A table is enough: the profile of every pixel would take a second.
    table = np.linspace(-400, 400, 80_001)
    flat = np.interp(across, table, shape(table, width_px, BLUR_PX))
    line = height * flat * np.interp(along, table, slit(table, length_px, BLUR_PX))
    grain = np.random.default_rng(seed).normal(0, noise, SHAPE)
    return (5 + 0.002 * rows + 0.001 * columns + line + grain).astype(np.float32)
