"""Where a line lies in its bone: which way the bone runs, how much of it is crossed, where it ends."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..bone import Anatomy
from ..preprocessing import Field
from .bone_contrast import (
    BrightnessRange,
    Known,
    Section,
    bone_contrast,
    brightness_range,
    limb_across,
    narrowed,
)
from .maps import AxisMap
from .shaft import shaft_axis
from .strips import mean_direction

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

# Pixels of the working image, a quarter of a millimetre each where the spacing is known.
_FARTHEST = 240.0  # across a bone
_PLACES, _FEW_PLACES = 15, 5  # along the line
_LEAST_WIDTH = 4.0
_STEP = 0.5
_WIDER = 60.0  # so much farther than it seems may the bone go on, to each side
_CLEAR_AXIS = 0.3  # coherence over which a direction is believed
_SEEN_SD = math.radians(4.0)
_APART_SHARE = 0.25
_MOST_AXIS_SD = math.radians(7.0)  # beyond, one axis in ten is right to 2 degrees: see docs/evidence.md
_PLACE_PX, _BEND_SHARE = (
    1.0,
    0.2,
)  # of the direction of a line: what its ends are known to, and its halves differ
_REACHES = 0.12  # of the bone's width: nearer to its outline the line reaches the cortex
_OUTLINE_SD = 3.0  # the bone mask is coarse
_CORTEX_SD = math.radians(6.0)  # so is its direction
_LONGEST_BONE = 4000.0
_NEAR_EDGE = 3


@dataclass(frozen=True)
class BoneSetting:
    """A line in its bone; lengths in pixels of the working image. None: not known from this picture.

    Parameters
    ----------
    angle_rad : Known or None
        Between the mean direction of the line and the long axis, 0 to pi/2.
    cortex_angle_rad : Known or None
        Between that direction and the normal of the nearest outline.
    crossed : Known or None
        Share of the bone's width.
    cortices : tuple of str
        Sides of the bone on the picture that the line reaches: "left", "right", "upper", "lower".
    cortex_distance_px : Known or None
        To the outline of the bone.
    end_distance_px : Known or None
        To the nearer end of the bone that is seen.
    along_bone : Known or None
        Place between both ends, 0 to 1.
    contrast : Known or None
        Of the bone over the soft tissue beside it, in the unit of the picture.
    """

    angle_rad: Known | None = None
    cortex_angle_rad: Known | None = None
    crossed: Known | None = None
    cortices: tuple[str, ...] = ()
    cortex_distance_px: Known | None = None
    end_distance_px: Known | None = None
    along_bone: Known | None = None
    contrast: Known | None = None


def bone_setting(
    path_px: FloatArray, pixels: FloatImage, *, anatomy: Anatomy, axis: AxisMap, field: Field
) -> BoneSetting:
    """Return where a line lies in its bone.

    Parameters
    ----------
    path_px : (N, 2) float array
        (row, column) on the working image.
    pixels : (R, C) float32 array
        The working image.
    anatomy : Anatomy
    axis : AxisMap
        Through a window as wide as a shaft.
    field : Field

    Notes
    -----
    The axis is that of `shaft_axis`. A quarter of its difference to the direction along which the picture
    changes least counts as uncertainty; where no outlines are seen, that direction is the axis. There is none
    where no direction is clear.
    """
    heading = mean_direction(path_px)
    inside = anatomy.bone[_pixels(path_px, anatomy.bone)]
    if not inside.any():
        return BoneSetting()
    cortex_angle, cortex_distance = _cortex(path_px, heading, anatomy)
    brightness = brightness_range(pixels, field)
    direction = _axis(path_px, pixels, anatomy, axis, field, brightness)
    if direction is None:
        return BoneSetting(cortex_angle_rad=cortex_angle, cortex_distance_px=cortex_distance)
    along = np.array([math.sin(direction.value), math.cos(direction.value)])
    sections = [_section(anatomy.bone, point, along) for point in _some(path_px, _PLACES)]
    limbs = [limb_across(each, field) for each in sections]
    own = narrowed(sections, limbs, pixels, along=along, field=field, brightness=brightness)
    crossed, cortices = _crossed(own, along)
    end_distance, along_bone = _ends(path_px.mean(axis=0), anatomy.bone, along, field.usable)
    return BoneSetting(
        angle_rad=_angle(heading, _heading_sd(path_px), direction),
        cortex_angle_rad=cortex_angle,
        crossed=crossed,
        cortices=cortices,
        cortex_distance_px=_to_cortex(own) or cortex_distance,
        end_distance_px=end_distance,
        along_bone=along_bone,
        contrast=bone_contrast(sections, limbs, pixels, along=along, field=field, brightness=brightness),
    )


def _axis(
    path_px: FloatArray,
    pixels: FloatImage,
    anatomy: Anatomy,
    axis: AxisMap,
    field: Field,
    brightness: BrightnessRange,
) -> Known | None:
    seen = direction_along(path_px, axis)
    if seen is None:
        return None
    ends = farthest_ends(path_px, seen, pixels, anatomy=anatomy, field=field, brightness=brightness)
    shaft = None if ends is None else shaft_axis(path_px, seen, pixels, anatomy.bone, ends=ends)
    if shaft is None:
        return Known(seen, _SEEN_SD)
    apart = (seen - shaft.value + math.pi / 2) % math.pi - math.pi / 2
    return Known(shaft.value, math.hypot(_APART_SHARE * apart, shaft.sd))


def farthest_ends(
    path_px: FloatArray,
    axis_rad: float,
    pixels: FloatImage,
    *,
    anatomy: Anatomy,
    field: Field,
    brightness: BrightnessRange,
) -> tuple[float, float] | None:
    """Return where the bone of a line ends at most to both sides of its middle, across an axis.

    Parameters
    ----------
    path_px : (N, 2) float array
    axis_rad : float
        About which way the bone runs.
    pixels : (R, C) float32 array
    anatomy : Anatomy
    field : Field
    brightness : BrightnessRange

    Returns
    -------
    (float, float) or None
        The first is the smaller; None outside bone.
    """
    along = np.array([math.sin(axis_rad), math.cos(axis_rad)])
    sections = [_section(anatomy.bone, point, along) for point in _some(path_px, _FEW_PLACES)]
    limbs = [limb_across(each, field) for each in sections]
    own = narrowed(sections, limbs, pixels, along=along, field=field, brightness=brightness)
    centre = path_px.mean(axis=0)
    ends, mask_ends = _ends_across(own, centre), _ends_across(sections, centre)
    if ends is None or mask_ends is None:
        return None
    # Something bright in the bone may look like all of it; the mask may join it with another.
    return (
        min(ends[0], max(mask_ends[0], ends[0] - _WIDER)),
        max(ends[1], min(mask_ends[1], ends[1] + _WIDER)),
    )


def _angle(heading: float, heading_sd: float, axis: Known) -> Known | None:
    """Return the angle between a line and its bone; None where the axis is hardly known."""
    if axis.sd > _MOST_AXIS_SD:
        return None
    return Known(_folded(heading - axis.value), math.hypot(axis.sd, heading_sd))


def _heading_sd(path_px: FloatArray) -> float:
    """Return how uncertain the mean direction of a line is: much where it bends, as it may go on unseen."""
    middle = len(path_px) // 2
    halves = mean_direction(path_px[: middle + 1]), mean_direction(path_px[middle:])
    bend = (halves[0] - halves[1] + math.pi / 2) % math.pi - math.pi / 2
    chord = float(np.hypot(*(path_px[-1] - path_px[0])))
    return math.hypot(math.atan2(_PLACE_PX, chord), _BEND_SHARE * bend)


def direction_along(path_px: FloatArray, axis: AxisMap) -> float | None:
    """Return the direction along which the picture changes least at a line; None where none is clear.

    Parameters
    ----------
    path_px : (N, 2) float array
        (row, column) in pixels of the map.
    axis : AxisMap
        Through a window as wide as a shaft.

    Returns
    -------
    float or None
        Radians, -pi/2 to pi/2, 0 along a row, growing clockwise on the screen.
    """
    at = _pixels(path_px, axis.axis_rad)
    doubled = complex(np.mean(axis.coherence[at] * np.exp(2j * axis.axis_rad[at])))
    return float(np.angle(doubled)) / 2 if abs(doubled) >= _CLEAR_AXIS else None


def _ends_across(sections: Sequence[Section], centre: FloatArray) -> tuple[float, float] | None:
    """Return where a bone ends to both sides of a place, by cross-sections; None outside bone."""
    inside = [each for each in sections if each.before + each.after > _LEAST_WIDTH]
    if not inside:
        return None
    place = [float((each.point - centre) @ each.across) for each in inside]
    first = np.median([at - each.before for at, each in zip(place, inside, strict=True)])
    last = np.median([at + each.after for at, each in zip(place, inside, strict=True)])
    return float(first), float(last)


def _section(bone: Mask, point: FloatArray, along: FloatArray) -> Section:
    """Return how far the bone goes on to both sides of a point, across its axis."""
    # The axis turned clockwise on the screen by a quarter: (row, column) becomes (column, -row).
    across = np.array([along[1], -along[0]])
    steps = np.arange(0.0, _FARTHEST, _STEP)
    last = np.array(bone.shape) - 1
    sides, seen = [], []
    for sign in (-1.0, 1.0):
        at = np.rint(point + sign * steps[:, None] * across).astype(int)
        within = ((at >= 0) & (at <= last)).all(axis=1)
        rows, columns = np.clip(at, 0, last).T
        left = np.flatnonzero(~(within & bone[rows, columns]))
        sides.append(float(steps[left[0]]) if len(left) else _FARTHEST)
        seen.append(bool(len(left) and within[left[0]]))
    return Section(point, across, sides[0], sides[1], all(seen))


def _to_cortex(sections: Sequence[Section]) -> Known | None:
    whole = [min(each.before, each.after) for each in sections if each.is_whole]
    return Known(min(whole), _OUTLINE_SD) if whole else None


def _crossed(sections: Sequence[Section], along: FloatArray) -> tuple[Known | None, tuple[str, ...]]:
    inside = [each for each in sections if each.is_whole and each.before + each.after > 0]
    if len(inside) < 2:
        return None, ()
    width = float(np.median([each.before + each.after for each in inside]))
    place = np.array([each.before / (each.before + each.after) for each in inside])
    names = ("left", "right") if abs(along[0]) >= abs(along[1]) else ("upper", "lower")
    # `across` points down and right or up and left: which end is which follows from its sign.
    across = inside[0].across
    turned = across[1] < 0 if names[0] == "left" else across[0] < 0
    reached = (float(place.min()) < _REACHES, float(place.max()) > 1 - _REACHES)
    cortices = tuple(
        name for name, is_reached in zip(names, reached[:: -1 if turned else 1], strict=True) if is_reached
    )
    share = float(np.ptp(place))
    return Known(share, math.sqrt(2) * _OUTLINE_SD / width), cortices


def _cortex(path_px: FloatArray, heading: float, anatomy: Anatomy) -> tuple[Known, Known]:
    at = _pixels(path_px, anatomy.bone)
    distance = np.where(anatomy.bone[at], anatomy.outline_distance_px[at], 0.0)
    nearest = int(distance.argmin())
    normal = float(anatomy.outline_rad[at][nearest]) + math.pi / 2
    return Known(_folded(heading - normal), _CORTEX_SD), Known(float(distance[nearest]), _OUTLINE_SD)


def _ends(
    middle: FloatArray, bone: Mask, along: FloatArray, usable: Mask
) -> tuple[Known | None, Known | None]:
    """Return the distance to the nearer end that is seen, and the place between both ends, 0 to 1."""
    # The first way is up, or left of a lying bone.
    up = -along if (along[0], along[1]) > (0.0, 0.0) else along
    lengths = [_to_end(middle, way, bone, usable) for way in (up, -up)]
    seen = [length for length in lengths if length is not None]
    if not seen:
        return None, None
    nearer = Known(min(seen), 2 * _OUTLINE_SD)
    if lengths[0] is None or lengths[1] is None:
        return nearer, None
    whole = lengths[0] + lengths[1]
    return nearer, Known(lengths[0] / whole, 2 * _OUTLINE_SD / whole) if whole > 0 else None


def _to_end(start: FloatArray, way: FloatArray, bone: Mask, usable: Mask) -> float | None:
    """Return how far the bone goes on that way; None when it leaves the picture or runs into its edge."""
    steps = np.arange(0.0, _LONGEST_BONE)
    last = np.array(bone.shape) - 1
    at = np.rint(start + steps[:, None] * way).astype(int)
    within = ((at >= 0) & (at <= last)).all(axis=1)
    rows, columns = np.clip(at, 0, last).T
    out = np.flatnonzero(~(within & bone[rows, columns]))
    if len(out) == 0 or out[0] == 0:
        return None
    beyond = min(int(out[0]) + _NEAR_EDGE, len(steps) - 1)
    if not (np.asarray(within & usable[rows, columns])[beyond]):
        return None
    return float(steps[out[0]])


def _some(path_px: FloatArray, count: int) -> FloatArray:
    return np.asarray(path_px[np.unique(np.linspace(0, len(path_px) - 1, count).round().astype(int))])


def _pixels(
    path_px: FloatArray, image: Mask | FloatImage
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    rows, columns = np.clip(np.rint(path_px).astype(np.intp), 0, np.array(image.shape) - 1).T
    return rows, columns


def _folded(angle_rad: float) -> float:
    """Return the angle between two lines without sign, 0 to pi/2."""
    turned = abs(angle_rad) % math.pi
    return min(turned, math.pi - turned)
