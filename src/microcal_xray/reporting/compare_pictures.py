"""The pictures of a comparison: prior, current and their signed difference, on the same pixels."""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..changes import Comparison, LineChange, MatchedView
from ..radiograph import Radiograph, Signal
from .display import LOG_GAMMA, display_image, display_window

Levels = npt.NDArray[np.uint8]

LONGER_SIDE_PX = 1200
_QUALITY = 85
_FROM_SD, _FULL_SD = 2.0, 8.0  # of the difference: fainter is left grey, stronger has the full colour
_BRIGHTER, _DARKER = (230.0, 159.0, 0.0), (86.0, 180.0, 233.0)  # as sclerotic and lucent lines
_FAINT = 0.55  # of the current picture under its difference
_CROP_MM, _CROP_PX = 12.0, 60.0  # around a line in the small multiples
_SMALL_PX = 132


def grey_levels(image: npt.NDArray[np.float32], usable: npt.NDArray[np.bool_], like: Radiograph) -> Levels:
    """Return a matched picture windowed as the current radiograph, so that both can be compared by eye.

    Parameters
    ----------
    image : (R, C) float32 array
        In the unit of `like`.
    usable : (R, C) bool array
        Black outside.
    like : Radiograph
        Whose window is taken.
    """
    low, high = display_window(like)
    shares = np.clip((image - low) / max(high - low, 1e-9), 0, 1)
    if like.signal is Signal.LOG:
        shares = shares**LOG_GAMMA
    return np.where(usable, np.rint(shares * 255), 0).astype(np.uint8)


def difference_levels(view: MatchedView, under: Levels) -> npt.NDArray[np.uint8]:
    """Return the signed difference in colour: orange is brighter now, blue is darker now.

    Parameters
    ----------
    view : MatchedView
    under : (R, C) uint8 array
        The current picture; it shows faintly where nothing changed.

    Returns
    -------
    (R, C, 3) uint8 array
    """
    size = np.clip((np.abs(view.difference_sd) - _FROM_SD) / (_FULL_SD - _FROM_SD), 0, 1)[..., None]
    colour = np.where(view.difference_sd[..., None] > 0, np.array(_BRIGHTER), np.array(_DARKER))
    mixed = _FAINT * under[..., None].astype(np.float64) * (1 - size) + colour * size
    return np.where(view.usable[..., None], np.rint(mixed), 0).astype(np.uint8)


def pair_jpegs(comparison: Comparison) -> tuple[tuple[bytes, bytes, bytes | None], tuple[int, int]]:
    """Return prior, current and difference as JPEG, and their (width, height).

    Returns
    -------
    jpegs : (prior, current, difference)
        Where the pictures are not comparable, each as it was read, and no difference.
    size : (int, int)
        Of the current one.
    """
    view, current = comparison.view, comparison.current.radiograph
    if view is None:
        images = [
            display_image(each, longer_side_px=LONGER_SIDE_PX)
            for each in (comparison.prior.radiograph, current)
        ]
        return (_jpeg(images[0]), _jpeg(images[1]), None), images[1].size
    greys = [grey_levels(image, view.usable, current) for image in (view.prior, view.current)]
    images = [Image.fromarray(levels) for levels in (*greys, difference_levels(view, greys[1]))]
    fitted = [_fitted(image) for image in images]
    return (_jpeg(fitted[0]), _jpeg(fitted[1]), _jpeg(fitted[2])), fitted[1].size


def crops_jpeg(comparison: Comparison, line: LineChange) -> tuple[bytes, bytes] | None:
    """Return the surroundings of a line in both pictures as small JPEG; None: not comparable."""
    view, current = comparison.view, comparison.current.radiograph
    if view is None or not len(line.current_path_px):
        return None
    path = on_view(line.current_path_px, comparison)
    middle = (path.min(axis=0) + path.max(axis=0)) / 2
    per_mm = None if current.spacing is None else view.scale / current.mm_per_pixel()
    half = max(_CROP_PX / 2 if per_mm is None else _CROP_MM * per_mm, 0.6 * float(np.ptp(path, axis=0).max()))
    top, left = (np.maximum(middle - half, 0)).astype(int).tolist()
    bottom, right = (np.ceil(middle + half).astype(int) + 1).tolist()
    window = slice(top, bottom), slice(left, right)
    crops = []
    for image in (view.prior, view.current):
        levels = grey_levels(image[window], view.usable[window], current)
        inside = levels[view.usable[window]]
        low, high = (float(v) for v in np.percentile(inside, [2, 99])) if inside.size else (0.0, 255.0)
        stretched = np.clip((levels - low) / max(high - low, 1.0), 0, 1) * 255
        small = Image.fromarray(np.rint(stretched).astype(np.uint8))
        crops.append(_jpeg(small.resize(_small_size(small.size), Image.Resampling.BICUBIC)))
    return crops[0], crops[1]


def on_view(path_px: npt.NDArray[np.float64], comparison: Comparison) -> npt.NDArray[np.float64]:
    """Return points of the current picture as stored in pixels of the matched view."""
    if comparison.view is None:
        return path_px
    shape = np.array(comparison.view.current.shape) / comparison.current.radiograph.pixels.shape
    return np.asarray((path_px + 0.5) * shape - 0.5)


def _small_size(size: tuple[int, int]) -> tuple[int, int]:
    factor = _SMALL_PX / max(size)
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _fitted(image: Image.Image) -> Image.Image:
    factor = min(1.0, LONGER_SIDE_PX / max(image.size))
    if factor == 1.0:
        return image
    size = (max(1, round(image.size[0] * factor)), max(1, round(image.size[1] * factor)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()
