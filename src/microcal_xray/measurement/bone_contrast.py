"""How much the bone around a line attenuates beyond the soft tissue beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..preprocessing import Field

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]

# Pixels of the working image, a quarter of a millimetre each where the spacing is known.
_STEP = 0.5
_BEYOND_OUTLINE = 10.0
_SOFT_FROM, _SOFT_TO = 4.0, 8.0  # from where half of the bone's contrast is left
_BEYOND_BODY = 3
_LEFT = 0.4
_FLATTER = 0.75  # a limb is flatter than an ellipse, and fat attenuates less: see the notes
_MOST_THICKER = 1.6
_BESIDE = np.concatenate([np.arange(8.0, 14.5), -np.arange(8.0, 14.5)])  # the bone beside the line
_FEWEST_PLACES = 3
_SMOOTHING = 2.0
_BONE_QUANTILE = 0.8  # of the brightness across a bone: its gaps and its cavity are darker
_LEAST_SHARE = 0.02  # of the picture's contrast: less is no bone over soft tissue
_LEAST_RELATIVE_SD = 0.1


@dataclass(frozen=True)
class Known:
    """A number and its standard deviation, in the same unit."""

    value: float
    sd: float


@dataclass(frozen=True)
class BrightnessRange:
    """What is dark and bright in a picture, in its own unit.

    Parameters
    ----------
    air : float
        Beside the body.
    spread : float
        Range of brightness in the body.
    """

    air: float
    spread: float


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


@dataclass(frozen=True)
class _Window:
    """A smoothed piece of the picture."""

    values: FloatArray
    corner: FloatArray

    def at(self, places: FloatArray) -> FloatArray:
        return np.asarray(
            ndimage.map_coordinates(self.values, (places - self.corner).T, order=1, mode="nearest")
        )


@dataclass(frozen=True)
class Limb:
    """The limb along a cross-section, as an ellipse; its middle counted from the place of the line."""

    middle: float
    half: float

    def thicker(self, away: FloatArray) -> FloatArray:
        """Return how much thicker it is at the line than so far away from it."""
        here = max(0.02, 1 - (self.middle / self.half) ** 2)
        there = np.maximum(0.05, 1 - ((away - self.middle) / self.half) ** 2)
        return np.asarray(np.minimum(np.sqrt(here / there), _MOST_THICKER) ** _FLATTER)


def limb_across(section: Section, field: Field) -> Limb | None:
    """Return the limb along a cross-section; None where one of its edges is not on the picture.

    Parameters
    ----------
    section : Section
    field : Field
    """
    last = np.array(field.body.shape) - 1
    edges = []
    for sign in (-1.0, 1.0):
        way = sign * section.across
        # How far it is to the edge of the picture, rows and columns, and a step beyond.
        room = np.where(way > 0, last - section.point, section.point) / np.maximum(np.abs(way), 1e-9)
        steps = np.arange(0.0, max(0.0, float(room.min())) + 2)
        at = np.rint(section.point + sign * steps[:, None] * section.across).astype(int)
        within = ((at >= 0) & (at <= last)).all(axis=1)
        rows, columns = np.clip(at, 0, last).T
        body = np.flatnonzero(within & field.body[rows, columns])
        if len(body) == 0 or body[-1] + _BEYOND_BODY >= np.count_nonzero(within):
            return None
        edges.append(float(body[-1]))
    half = (edges[0] + edges[1]) / 2
    return Limb((edges[1] - edges[0]) / 2, half) if half > 0 else None


def bone_contrast(
    sections: Sequence[Section],
    limbs: Sequence[Limb | None],
    pixels: FloatImage,
    *,
    along: FloatArray,
    field: Field,
    brightness: BrightnessRange,
) -> Known | None:
    """Return the mean brightness of the bone beside the line over that of the soft tissue beside the bone.

    Parameters
    ----------
    sections : sequence of Section
        Through places along the line.
    limbs : sequence of Limb or None
        Along each, see `limb_across`.
    pixels : (R, C) float32 array
        In which 0.25 mm is a pixel, about.
    along : (2,) float array
        Unit vector along the bone.
    field : Field
    brightness : BrightnessRange
        Of the picture.

    Returns
    -------
    Known or None
        In the unit of the picture; None where no soft tissue is seen beside the bone.

    Notes
    -----
    The bone is looked at 2 to 3.5 mm along its axis from the line. The soft tissue is looked at on both
    sides, one to two millimetres from where half of the bone's contrast is left, and interpolated between
    them. Where both edges of the limb are seen, it is taken to be thicker at the bone by the power 0.75 of
    what it would be in an elliptic limb: fitted on simulated limbs, for bone against soft tissue as deep.
    """
    image = _smooth(pixels, sections)
    found = [
        (bone, bone - soft)
        for bone, soft in (
            _levels(each, limb, image, along, field, brightness.air)
            for each, limb in zip(sections, limbs, strict=True)
        )
        if soft is not None
    ]
    if len(found) < max(_FEWEST_PLACES, len(sections) // 4):
        return None
    contrasts = np.array([contrast for _, contrast in found])
    value = float(contrasts.mean())
    if value <= _LEAST_SHARE * brightness.spread:
        return None
    error = float(contrasts.std()) / math.sqrt(len(contrasts))
    return Known(value, math.hypot(error, _LEAST_RELATIVE_SD * value))


def narrowed(
    sections: Sequence[Section],
    limbs: Sequence[Limb | None],
    pixels: FloatImage,
    *,
    along: FloatArray,
    field: Field,
    brightness: BrightnessRange,
) -> tuple[Section, ...]:
    """Return the cross-sections of the one bone that the line is in; parameters as of `bone_contrast`.

    Notes
    -----
    A bone mask joins bones that lie close. Here a bone ends where less than two fifths of its contrast are
    left, over soft tissue that is as thick there as an elliptic limb would have it: so between two bones too.
    Where there is no such place, the mask counts.
    """
    inside = [each for each in sections if each.before > 0 and each.after > 0]
    if not inside:
        return tuple(sections)
    along_inside = [
        limb for each, limb in zip(sections, limbs, strict=True) if each.before > 0 and each.after > 0
    ]
    image = _smooth(pixels, sections)
    levels = [image.at(each.point + _BESIDE[:, None] * along).mean() for each in inside]
    # A line in a cortex lies in bone that is brighter than the rest of it.
    bone = min(float(np.median(levels)), float(np.quantile(_across(inside, image), _BONE_QUANTILE)))
    return tuple(
        _narrowed(each, limb, image, field, bone, brightness.air)
        for each, limb in zip(inside, along_inside, strict=True)
    )


def _narrowed(
    section: Section, limb: Limb | None, image: _Window, field: Field, bone: float, air: float
) -> Section:
    ends = []
    for sign, to_outline in ((-1.0, section.before), (1.0, section.after)):
        walk = _walk(section, sign, to_outline + _BEYOND_OUTLINE, image, field)
        away = sign * _STEP * np.arange(len(walk), dtype=np.float64)
        soft = np.full(len(walk), walk.min(initial=bone))
        if limb is not None and len(walk):
            thickness = 1 / limb.thicker(away)
            soft = air + (soft - air) * thickness / thickness[int(walk.argmin())]
        below = np.flatnonzero(walk < soft + _LEFT * (bone - soft))
        ends.append(float(below[0]) * _STEP if len(below) else to_outline)
    return replace(section, before=ends[0], after=ends[1])


def _across(sections: Sequence[Section], image: _Window) -> FloatArray:
    """Return the brightness along cross-sections of the mask."""
    steps = [np.arange(-each.before, each.after + 1, 4 * _STEP)[:, None] for each in sections]
    places = [each.point + away * each.across for each, away in zip(sections, steps, strict=True)]
    return image.at(np.concatenate(places))


def brightness_range(pixels: FloatImage, field: Field) -> BrightnessRange:
    """Return what is dark and bright in a picture.

    Parameters
    ----------
    pixels : (R, C) float32 array
    field : Field
    """
    # One pixel in 16 is enough, for each of many candidates.
    some, body = pixels[::4, ::4], field.body[::4, ::4]
    air = float(np.percentile(some[~body], 5)) if not body.all() else float(some.min())
    low, high = np.percentile(some[body], [2, 98]) if body.any() else (0.0, 0.0)
    return BrightnessRange(air, float(high - low))


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


def _levels(
    section: Section, limb: Limb | None, image: _Window, along: FloatArray, field: Field, air: float
) -> tuple[float, float | None]:
    """Return the brightness of the bone beside a place of the line and of the soft tissue beside the bone."""
    bone = float(image.at(section.point + _BESIDE[:, None] * along).mean())
    if section.before <= 0 or section.after <= 0:
        return bone, None
    before = _soft(section, -1.0, section.before, bone, image, field, limb, air)
    after = _soft(section, 1.0, section.after, bone, image, field, limb, air)
    if before is None or after is None:
        return bone, after if before is None else before
    share = section.before / (section.before + section.after)
    return bone, before + share * (after - before)


def _soft(
    section: Section,
    sign: float,
    to_outline: float,
    bone: float,
    image: _Window,
    field: Field,
    limb: Limb | None,
    air: float,
) -> float | None:
    """Return the brightness of the soft tissue on one side, as it would be at the line."""
    walk = _walk(section, sign, to_outline + _BEYOND_OUTLINE, image, field)
    if len(walk) * _STEP < _SOFT_TO:
        return None
    half = np.flatnonzero(walk < (bone + walk.min()) / 2)
    if walk.min() >= bone or len(half) == 0:
        return None
    first, behind = half[0] + int(_SOFT_FROM / _STEP), half[0] + int(_SOFT_TO / _STEP) + 1
    beside = float(walk[first:behind].mean()) if first < len(walk) else float(walk[-1])
    if limb is None:
        return beside
    away = np.array(sign * (half[0] * _STEP + (_SOFT_FROM + _SOFT_TO) / 2))
    return air + (beside - air) * float(limb.thicker(away))


def _walk(section: Section, sign: float, reach: float, image: _Window, field: Field) -> FloatArray:
    """Return the brightness from the line to one side, up to the first place that is not body."""
    steps = np.arange(0.0, reach, _STEP)
    places = section.point + sign * steps[:, None] * section.across
    last = np.array(field.body.shape) - 1
    at = np.rint(places).astype(int)
    rows, columns = np.clip(at, 0, last).T
    good = ((at >= 0) & (at <= last)).all(axis=1) & field.body[rows, columns] & ~field.metal[rows, columns]
    bad = np.flatnonzero(~good)
    return image.at(places[: bad[0]] if len(bad) else places)
