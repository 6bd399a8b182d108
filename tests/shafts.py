"""Shafts drawn with a bump of known height: a solid cylinder in soft tissue, and a shell laid on it."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

RADIUS_PX, MIDDLE_PX = 50.0, 130.0
SHAPE = (500, 260)
FIRST_PX, LENGTH_PX = 200.0, 60.0


def shaft(
    height_px: float = 0.0, *, mineral: float = 0.5, side: int = 1, sd: float = 0.0, seed: int = 1
) -> npt.NDArray[np.float32]:
    """Return an upright shaft, soft tissue 0.3 and bone up to 1, a shell on its right (side -1: left)."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    away = side * (columns - MIDDLE_PX)
    chord = np.sqrt(np.maximum(0, RADIUS_PX**2 - away**2))
    way = np.clip((rows - FIRST_PX) / LENGTH_PX - 0.5, -0.5, 0.5)
    outer = RADIUS_PX + height_px * np.cos(np.pi * way) ** 1.5
    laid = np.where(away > 0, np.sqrt(np.maximum(0, outer**2 - away**2)) - chord, 0)
    image = 0.3 + 0.7 * (chord + mineral * laid) / RADIUS_PX
    image = ndimage.gaussian_filter(image, 0.7)
    return (image + sd * np.random.default_rng(seed).standard_normal(SHAPE)).astype(np.float32)


def tube(
    height_px: float = 9.0, *, length_px: float = 60.0, thicker_px: float = 0.0
) -> npt.NDArray[np.float32]:
    """Return an upright hollow shaft, its wall 14 pixels, with a shell and a thicker wall on its right."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    away = columns - MIDDLE_PX
    share = np.cos(np.pi * np.clip((rows - FIRST_PX) / length_px - 0.5, -0.5, 0.5)) ** 1.5

    def chord(radius):
        return np.sqrt(np.maximum(0, radius**2 - away**2))

    hollow = chord(RADIUS_PX - 14 - np.where(away > 0, thicker_px * share, 0))
    laid = np.where(away > 0, chord(RADIUS_PX + height_px * share) - chord(RADIUS_PX), 0)
    image = 0.3 + 1.12 * (chord(RADIUS_PX) - 0.75 * hollow + 0.6 * laid) / RADIUS_PX
    return ndimage.gaussian_filter(image, 0.7).astype(np.float32)
