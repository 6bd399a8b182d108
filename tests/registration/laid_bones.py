"""A drawn bone with a texture of its own, taken again in a known position."""

import numpy as np
from scipy import ndimage

from microcal_xray.registration import bone_picture

SHAPE = (240, 150)


def bone(seed: int, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    """A shaft that flares at one end, with trabeculae, in soft tissue: half a millimetre a pixel."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(float)
    middle = shape[1] / 2 + 4 * np.sin(rows / shape[0] * np.pi)
    half = (
        16 + 14 * (rows / shape[0]) ** 4 + ndimage.gaussian_filter1d(rng.normal(0, 6, shape[0]), 12)[:, None]
    )
    inside = np.clip(half - np.abs(columns - middle), 0, 3) / 3
    cortex = np.exp(-0.5 * ((half - 4 - np.abs(columns - middle)) / 2) ** 2)
    trabeculae = ndimage.gaussian_filter(rng.normal(0, 1, shape), (2.0, 1.0)) * 4
    soft = np.clip(60 - np.abs(columns - shape[1] / 2), 0, 4) / 4
    return (1.0 * soft + inside * (1.0 + 0.12 * trabeculae) + 0.5 * cortex * inside).astype(np.float32)


def mask(image: np.ndarray) -> np.ndarray:
    return ndimage.binary_fill_holes(ndimage.gaussian_filter(image, 1.5) > 1.45)


def moved(image: np.ndarray, matrix: np.ndarray, shape: tuple[int, int] | None = None) -> np.ndarray:
    """The picture at `matrix` times the places of the result."""
    shape = shape or image.shape
    return ndimage.affine_transform(
        image, matrix[:, :2], matrix[:, 2], output_shape=shape, order=3, mode="nearest"
    ).astype(np.float32)


def position(
    *,
    turn_deg: float = 0.0,
    shift_px: tuple[float, float] = (0.0, 0.0),
    scale: float = 1.0,
    flip: bool = False,
    shape: tuple[int, int] = SHAPE,
) -> np.ndarray:
    """The matrix that takes (row, column, 1) of the moved picture to the one that it was made from."""
    turn = np.radians(turn_deg)
    linear = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) * scale
    if flip:
        linear = linear @ np.diag([1.0, -1.0])
    middle = (np.array(shape) - 1) / 2
    return np.column_stack([linear, middle + shift_px - linear @ middle])


def picture(image: np.ndarray, *, noise: float = 0.02, seed: int = 0, mm_per_px: float | None = 0.5):
    noisy = image + np.random.default_rng(seed).normal(0, noise, image.shape)
    return bone_picture(
        noisy.astype(np.float32),
        usable=np.ones(image.shape, bool),
        bone=mask(image),
        mm_per_px=mm_per_px,
        grid_per_px=1.0,
    )
