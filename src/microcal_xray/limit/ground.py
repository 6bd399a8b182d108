"""The picture as a background for lines: what the detector's filters answer there, and how bright bone is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..bone import Anatomy
from .line_filter import BLOCK_PX, PROFILE_STEPS, LineFilter

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Places = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]

_GRID_PX = 4  # brightness changes slowly: each fourth pixel is enough
_SOFT_FROM_PX, _SOFT_TO_PX = 4.0, 12.0  # beside a bone
_OWN_PX, _AROUND_PX = 8.0, 50.0  # over which bone and soft tissue are averaged, standard deviations
_MOST_THICKER = 1.6
_LEAST_STEP = 0.05  # of the range from air to bone: a smaller step is no bone
_OUTER_SHARE = 0.35  # of the way from the outline to the middle line of the bone
_PROFILE_REACH_PX = 24


@dataclass(frozen=True)
class Ground:
    """Maps on blocks of 8 working pixels.

    Parameters
    ----------
    filters : tuple of LineFilter
    levels : (K, D, R, C) float32 array
        Usual answer of K filters in D directions, evenly spaced from 0 along a row.
    step : (R, C) float32 array
        Brightness of bone over soft tissue, in units of the range from air to bone: what a gap through all of
        the bone would take away.
    bone : (R, C) bool array
        Bone that is searched.
    outer : (R, C) bool array
        Bone nearer to its outline than to its middle.
    axis_rad, coherence : (R, C) float32 array
        Of the bone, as `bone.Anatomy` has them.
    blur_px : float
        Full width at half maximum of the picture's blur, in working pixels.
    """

    filters: tuple[LineFilter, ...]
    levels: FloatImage
    step: FloatImage
    bone: Mask
    outer: Mask
    axis_rad: FloatImage
    coherence: FloatImage
    blur_px: float

    def levels_along(self, angle_to_bone_rad: float, places: Places) -> FloatArray:
        """Return the usual levels of all filters at N places, for lines at an angle to the bone, (K, N).

        Parameters
        ----------
        angle_to_bone_rad : float
        places : (rows, columns)
            Of N blocks.
        """
        return self.levels_in(self.axis_rad[places] + angle_to_bone_rad, places)

    def levels_in(self, direction_rad: FloatArray | FloatImage, places: Places) -> FloatArray:
        """Return the usual levels of all filters at N places, for a direction at each of them, (K, N)."""
        count = self.levels.shape[1]
        position = np.asarray(direction_rad, np.float64) % math.pi / math.pi * count
        lower = np.floor(position).astype(int)
        share = position - lower
        rows, columns = places
        one, next_ = (
            self.levels[:, (lower + more) % count, rows, columns].astype(np.float64) for more in (0, 1)
        )  # the directions wrap around
        return np.asarray((1 - share) * one + share * next_)


def ground_of(
    image: FloatImage,
    searched: Mask,
    body: Mask,
    anatomy: Anatomy,
    *,
    usual: Sequence[FloatImage],
    filters: Sequence[LineFilter],
    blur_px: float,
) -> Ground:
    """Return the maps of a picture.

    Parameters
    ----------
    image : (R, C) float32 array
        The working image, in units of the range from air to bone.
    searched, body : (R, C) bool array
        Where lines are looked for; what is not air.
    anatomy : Anatomy
    usual : sequence of (K', D, R', C') float32 array
        What the search found usual, on blocks, see `detection.Ridges`; empty: no limit can be told.
    filters : sequence of LineFilter
        Of the levels, in their order; those for which there is none are left out.
    blur_px : float
    """
    shape = tuple(
        min((math.ceil(side / BLOCK_PX), *(level.shape[2 + axis] for level in usual)))
        for axis, side in enumerate(image.shape)
    )
    levels = [level for size in usual for level in size[:, :, : shape[0], : shape[1]]]
    rows, columns = (
        np.minimum(np.arange(count) * BLOCK_PX + BLOCK_PX // 2, side - 1)
        for count, side in zip(shape, image.shape, strict=True)
    )
    at = np.ix_(rows, columns)
    bone = (anatomy.bone & searched)[at]
    return Ground(
        filters=tuple(filters[: len(levels)]),
        levels=np.stack(levels) if levels else np.zeros((0, 1, *shape), np.float32),
        step=_step(image, anatomy.bone, body, at),
        bone=bone,
        outer=_outer(anatomy, at) & bone,
        axis_rad=anatomy.axis_rad[at],
        coherence=anatomy.coherence[at],
        blur_px=blur_px,
    )


def line_profile(*, box_px: float, blur_px: float) -> FloatArray:
    """Return the profile of a line across itself on the working image, of sum `PROFILE_STEPS`.

    Parameters
    ----------
    box_px : float
        Width of the line before blur: of a gap, or of what its tilt smears it over.
    blur_px : float
        Full width at half maximum of the two-sided exponential that an indirect detector blurs with.

    Examples
    --------
    >>> round(float(line_profile(box_px=0.0, blur_px=0.7).sum()))
    4
    """
    offset = np.arange(-_PROFILE_REACH_PX * PROFILE_STEPS, _PROFILE_REACH_PX * PROFILE_STEPS + 1)
    spread = np.exp(-2 * math.log(2) * np.abs(offset) / PROFILE_STEPS / max(blur_px, 0.1))
    # The mean over a working pixel, then over the box.
    for width_px in (1.0, box_px):
        taps = _box_taps(width_px * PROFILE_STEPS)
        spread = np.convolve(spread, taps, mode="same")
    return np.asarray(spread / spread.sum() * PROFILE_STEPS)


def _box_taps(width: float) -> FloatArray:
    """Return a box of any width on whole samples, its outer two in part."""
    reach = math.ceil(max(width - 1, 0) / 2)
    place = np.abs(np.arange(-reach, reach + 1))
    taps = np.clip((max(width, 1.0) + 1) / 2 - place, 0, 1)
    return np.asarray(taps / taps.sum())


def _step(image: FloatImage, bone: Mask, body: Mask, at: tuple[npt.NDArray[np.intp], ...]) -> FloatImage:
    """Return how much brighter bone is than the soft tissue around it would be, as thick as behind the bone.

    The soft tissue is that of 1 to 3 mm beside the bone; how much of it the beam crosses follows from how far
    the skin is, as in a limb that is round. Where the skin is not seen it is as thick everywhere.
    """
    every = np.ix_(*(np.arange(_GRID_PX // 2, side, _GRID_PX) for side in image.shape))
    small, is_bone, is_body = image[every], bone[every], body[every]
    away = ndimage.distance_transform_edt(~is_bone) * _GRID_PX if is_bone.any() else np.zeros(small.shape)
    is_soft = is_body & (away >= _SOFT_FROM_PX) & (away <= _SOFT_TO_PX)
    back = tuple(np.minimum(each // _GRID_PX, side - 1) for each, side in zip(at, small.shape, strict=True))
    thickness = _thickness(is_body)
    own = _mean_of(small, is_bone, _OWN_PX / _GRID_PX)[back]
    soft, beside = (_mean_of(part, is_soft, _AROUND_PX / _GRID_PX)[back] for part in (small, thickness))
    thicker = np.clip(thickness[back] / np.maximum(beside, 1e-6), 1, _MOST_THICKER)
    return np.asarray(np.maximum(own - soft * thicker, _LEAST_STEP), np.float32)


def _thickness(body: Mask) -> FloatImage:
    """Return how thick a body is along the beam, in pixels, if it is as deep as it is wide."""
    if body.all():
        return np.ones(body.shape, np.float32)
    # Beyond the picture the body goes on.
    depth = ndimage.distance_transform_edt(np.pad(body, 1, constant_values=True))[1:-1, 1:-1]
    radius = ndimage.maximum_filter(
        depth, size=min(2 * math.ceil(float(depth.max())), 2 * max(body.shape)) + 1
    )
    return np.asarray(np.sqrt(np.maximum(depth * (2 * radius - depth), 1e-6)), np.float32)


def _mean_of(image: FloatImage, mask: Mask, sigma: float) -> FloatImage:
    """Return the weighted mean of a part around each pixel; far from it, the mean of all of it."""
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    everywhere = float(image[mask].mean()) if mask.any() else 0.0
    weight, total = (
        cv2.GaussianBlur(part.astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
        for part in (mask, np.where(mask, image, 0))
    )
    return np.asarray((total + 1e-3 * everywhere) / (weight + 1e-3), np.float32)


def _outer(anatomy: Anatomy, at: tuple[npt.NDArray[np.intp], ...]) -> Mask:
    depth = anatomy.outline_distance_px[at]
    inside = np.where(anatomy.bone[at], depth, 0)
    # In a mask that fills the picture the outline is farther away than the picture is large.
    reach = min(math.ceil(float(inside.max(initial=0)) / BLOCK_PX), max(inside.shape))
    middle = ndimage.maximum_filter(inside, size=2 * reach + 1)
    return np.asarray(inside < _OUTER_SHARE * middle)
