"""What the bone around a line says: its direction, its outline, metal and the edge of the picture."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..bone import Anatomy
from ..preprocessing import Field

FloatArray = npt.NDArray[np.float64]

_CLEAR_AXIS = 0.3  # coherence over which the axis is believed
_ALONG_RAD = math.radians(20)  # closer to the outline's direction than this is "along"


@dataclass(frozen=True)
class Judgement:
    """What a line's surroundings say about it.

    Parameters
    ----------
    angle_to_bone_rad : float or None
        0 (along) to pi/2 (across); None where the axis is unclear.
    share_in_bone : float
        Share of the line inside the bone mask.
    share_along_outline : float
        Share of the line that runs along the outline, close to it.
    share_near_metal, share_at_edge : float
        Share of the line beside metal; share at the edge of the usable picture.
    """

    angle_to_bone_rad: float | None
    share_in_bone: float
    share_along_outline: float
    share_near_metal: float
    share_at_edge: float


def judge(
    path_px: FloatArray,
    *,
    width_px: float,
    anatomy: Anatomy,
    field: Field,
    inner: npt.NDArray[np.bool_],
) -> Judgement:
    """Judge one line by the bone around it.

    Parameters
    ----------
    path_px : (N, 2) float array
        (row, column).
    width_px : float
        Of the line; the outline counts as close within 1.5 widths and three pixels.
    anatomy : Anatomy
    field : Field
    inner : (R, C) bool array
        Usable pixels away from the edge of the usable picture.
    """
    last = np.array(anatomy.bone.shape) - 1
    rows, columns = np.clip(np.rint(path_px).astype(int), 0, last).T
    tangent = np.gradient(path_px, axis=0)
    direction = np.arctan2(tangent[:, 0], tangent[:, 1])
    near = anatomy.outline_distance_px[rows, columns] <= 1.5 * width_px + 3
    along = np.abs(_apart(direction, anatomy.outline_rad[rows, columns])) < _ALONG_RAD
    coherence = anatomy.coherence[rows, columns]
    angle = None
    if coherence.mean() >= _CLEAR_AXIS:
        # The mean of the doubled angle: an axis has no sign.
        doubled = np.sum(coherence * np.exp(2j * (direction - anatomy.axis_rad[rows, columns])))
        angle = abs(float(np.angle(doubled))) / 2
    return Judgement(
        angle_to_bone_rad=angle,
        share_in_bone=float(anatomy.bone[rows, columns].mean()),
        share_along_outline=float((near & along).mean()),
        share_near_metal=float(field.metal[rows, columns].mean()),
        share_at_edge=float(1 - inner[rows, columns].mean()),
    )


def _apart(one: FloatArray, other: npt.NDArray[np.float32]) -> FloatArray:
    """Return the angle between two directions without sign, in [-pi/2, pi/2)."""
    return np.asarray((one - other + np.pi / 2) % np.pi - np.pi / 2)
