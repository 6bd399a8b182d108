"""Whether what is inside two bones is the same: their fine texture."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .alignment import Alignment
from .bone_picture import BonePicture, evened
from .refining import at_places, correlation

FloatArray = npt.NDArray[np.float64]

DETAIL_PX, WINDOW_PX = 0.7, 3.0  # of the texture inside bone
_DEPTHS_PX = (5, 3, 1)
_LEAST_DEEP = 0.2  # of the bone
_POINTS, _FEWEST = 12_000, 100
_SLENDER_PX, _SLENDER_SHARE = 10.0, 0.25


def texture_agreement(alignment: Alignment, current: BonePicture, prior: BonePicture) -> float:
    """Return the correlation of what is finer than 1.5 mm, inside of the bones.

    Parameters
    ----------
    alignment : Alignment
    current, prior : BonePicture
    """
    still, moving = (evened(each, detail_px=DETAIL_PX, window_px=WINDOW_PX) for each in (current, prior))
    inside = np.argwhere(deep_bone(current))
    points = inside[:: max(1, len(inside) // _POINTS)].astype(np.float64)
    places = alignment.to_prior(points)
    seen = at_places(deep_bone(prior).astype(np.float32), places) > 0.5
    if seen.sum() < _FEWEST:
        return 0.0
    wanted = still[tuple(points[seen].astype(int).T)].astype(np.float64)
    return correlation(wanted, at_places(moving, places[seen]))


def deep_bone(picture: BonePicture) -> npt.NDArray[np.bool_]:
    """Return the inside of bone, 2.5 mm from its outline, nearer by where bones are slender; no lines."""
    bone = picture.bone & picture.usable
    for inside in _DEPTHS_PX:
        deep = ndimage.binary_erosion(bone, iterations=inside)
        if deep.sum() >= _LEAST_DEEP * picture.bone.sum():
            break
    # A line that healed is dark in one picture and bright in the other: it would speak against the bone.
    apart = deep if picture.lines is None else deep & ~picture.lines
    return np.asarray(apart if apart.sum() >= 0.5 * deep.sum() else deep)


def is_slender(picture: BonePicture) -> bool:
    """Whether less than a quarter of its bone lies 5 mm and more from the outline: a hand, a forefoot."""
    bone = picture.bone & picture.usable
    depth_px = ndimage.distance_transform_edt(np.pad(bone, 1))
    return bool((depth_px > _SLENDER_PX).sum() < _SLENDER_SHARE * bone.sum())
