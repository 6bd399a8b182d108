"""Pictures with known answers, for tests."""

import numpy as np
import numpy.typing as npt

SIGMA_PER_FWHM = 1 / (2 * np.sqrt(2 * np.log(2)))


def gaussian_line(
    shape: tuple[int, int],
    degrees: float,
    *,
    fwhm_px: float,
    height: float,
    centre: tuple[float, float] | None = None,
    length_px: float = np.inf,
) -> npt.NDArray[np.float32]:
    """Return a straight line of Gaussian profile; 0 degrees runs along a row, angles grow clockwise."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    row, column = centre or ((shape[0] - 1) / 2, (shape[1] - 1) / 2)
    angle = np.radians(degrees)
    across = -(columns - column) * np.sin(angle) + (rows - row) * np.cos(angle)
    along = (columns - column) * np.cos(angle) + (rows - row) * np.sin(angle)
    profile = height * np.exp(-0.5 * (across / (fwhm_px * SIGMA_PER_FWHM)) ** 2)
    return np.where(np.abs(along) <= length_px / 2, profile, 0).astype(np.float32)


def shaft(shape: tuple[int, int], *, width_px: float, soft_px: float, noise: float, seed: int = 0):
    """Return a limb that runs down the picture: air 0, soft tissue 300, bone 800 with a darker cavity."""
    columns = np.abs(np.arange(shape[1]) - (shape[1] - 1) / 2)
    across = 300.0 * _inside(columns, soft_px / 2) + 500 * _inside(columns, width_px / 2)
    across -= 250 * _inside(columns, width_px / 4)
    grain = np.random.default_rng(seed).normal(0, noise, shape)
    return (np.tile(across, (shape[0], 1)) + grain).astype(np.float32)


def _inside(
    distance: npt.NDArray[np.float64], half_px: float, blur_px: float = 2.0
) -> npt.NDArray[np.float64]:
    return 1 / (1 + np.exp((distance - half_px) / blur_px))
