"""How much the bone around a line attenuates beyond the soft tissue beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..preprocessing import Field

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]

# Pixels of the working image, a quarter of a millimetre each where the spacing is known.
_STEP = 0.5
_BEYOND_OUTLINE = 10.0
_SOFT_FROM, _SOFT_TO = 2.0, 4.0  # from where half of the bone's contrast is left
_BESIDE = np.concatenate([np.arange(8.0, 14.5), -np.arange(8.0, 14.5)])  # the bone beside the line
_FEWEST_PLACES = 3
_SMOOTHING = 2.0
_LEAST_SHARE = 0.02  # of the picture's contrast: less is no bone over soft tissue
_LEAST_RELATIVE_SD = 0.1


@dataclass(frozen=True)
class Known:
    """A number and its standard deviation, in the same unit."""

    value: float
    sd: float


@dataclass(frozen=True)
class Section:
    """A cross-section of the bone through a point.

    Parameters
    ----------
    point : (2,) float array
        (row, column).
    across : (2,) float array
        Unit vector across the axis.
    before, after : float
        How far the bone goes on against it and along it.
    is_whole : bool
        Whether both ends lie on the picture.
    """

    point: FloatArray
    across: FloatArray
    before: float
    after: float
    is_whole: bool


def bone_contrast(
    sections: Sequence[Section], pixels: FloatImage, *, along: FloatArray, field: Field
) -> Known | None:
    """Return the mean brightness of the bone beside the line over that of the soft tissue beside the bone.

    Parameters
    ----------
    sections : sequence of Section
        Through places along the line.
    pixels : (R, C) float32 array
        In which 0.25 mm is a pixel, about.
    along : (2,) float array
        Unit vector along the bone.
    field : Field

    Returns
    -------
    Known or None
        In the unit of the picture; None where no soft tissue is seen beside the bone.

    Notes
    -----
    The bone is looked at 2 to 3.5 mm along its axis from the line. The soft tissue is looked at on both
    sides, half a millimetre to a millimetre from where half of the bone's contrast is left, and interpolated
    between them; the tissue *behind* the bone may be thicker, which no single picture tells.
    """
    image = _smooth(pixels, sections)
    found = [
        (bone, bone - soft)
        for bone, soft in (_levels(each, image, along, field) for each in sections)
        if soft is not None
    ]
    if len(found) < max(_FEWEST_PLACES, len(sections) // 4):
        return None
    contrasts = np.array([contrast for _, contrast in found])
    value = float(contrasts.mean())
    low, high = np.percentile(pixels[field.body], [2, 98]) if field.body.any() else (0.0, 0.0)
    if value <= _LEAST_SHARE * float(high - low):
        return None
    error = float(contrasts.std()) / math.sqrt(len(contrasts))
    return Known(value, math.hypot(error, _LEAST_RELATIVE_SD * value))


@dataclass(frozen=True)
class _Window:
    """A smoothed piece of the picture."""

    values: FloatArray
    corner: FloatArray

    def at(self, places: FloatArray) -> FloatArray:
        return np.asarray(
            ndimage.map_coordinates(self.values, (places - self.corner).T, order=1, mode="nearest")
        )


def _smooth(pixels: FloatImage, sections: Sequence[Section]) -> _Window:
    reach = _BEYOND_OUTLINE + 20
    ends = np.array(
        [each.point + side * each.across for each in sections for side in (-each.before, each.after)]
    )
    last = np.array(pixels.shape) - 1
    low = np.clip(np.floor(ends.min(axis=0) - reach).astype(int), 0, last)
    high = np.clip(np.ceil(ends.max(axis=0) + reach).astype(int), low, last) + 1
    piece = pixels[low[0] : high[0], low[1] : high[1]].astype(np.float64)
    return _Window(ndimage.gaussian_filter(piece, _SMOOTHING), low.astype(float))


def _levels(section: Section, image: _Window, along: FloatArray, field: Field) -> tuple[float, float | None]:
    """Return the brightness of the bone beside a place of the line and of the soft tissue beside the bone."""
    bone = float(image.at(section.point + _BESIDE[:, None] * along).mean())
    if section.before <= 0 or section.after <= 0:
        return bone, None
    before = _soft(section, -1.0, section.before, bone, image, field)
    after = _soft(section, 1.0, section.after, bone, image, field)
    if before is None or after is None:
        return bone, after if before is None else before
    share = section.before / (section.before + section.after)
    return bone, before + share * (after - before)


def _soft(
    section: Section, sign: float, to_outline: float, bone: float, image: _Window, field: Field
) -> float | None:
    steps = np.arange(0.0, to_outline + _BEYOND_OUTLINE, _STEP)
    places = section.point + sign * steps[:, None] * section.across
    last = np.array(field.body.shape) - 1
    at = np.rint(places).astype(int)
    rows, columns = np.clip(at, 0, last).T
    good = ((at >= 0) & (at <= last)).all(axis=1) & field.body[rows, columns] & ~field.metal[rows, columns]
    bad = np.flatnonzero(~good)
    walk = image.at(places[: bad[0]] if len(bad) else places)
    if len(walk) * _STEP < _SOFT_TO:
        return None
    half = np.flatnonzero(walk < (bone + walk.min()) / 2)
    if walk.min() >= bone or len(half) == 0:
        return None
    beside = walk[half[0] + int(_SOFT_FROM / _STEP) : half[0] + int(_SOFT_TO / _STEP) + 1]
    return float(beside.mean()) if len(beside) else float(walk[-1])
