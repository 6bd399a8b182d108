"""How much a measured line looks like a line across bone rather than like the bone's own outline."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..bone import Anatomy
from ..preprocessing import Field
from .line import LineMeasurement

_CLEAR_AXIS = 0.3  # coherence over which the axis is believed
_ALONG_RAD = math.radians(20)  # closer to the outline's direction than this is "along"
_FULL_ANGLE_RAD = math.radians(28)  # from this angle to the axis on, a line counts fully (design trials)
_LEAST_SHARE = 0.35  # what a line right along the axis keeps of its score (design trials)

# Score at which one false mark per picture is expected, and how much more it takes for a tenth of it.
_SCORE_AT_ONE = 7.5
_SCORE_PER_DECADE = 4.3


@dataclass(frozen=True)
class Judgement:
    """What a line's surroundings say about it.

    Parameters
    ----------
    score : float
        Larger is stronger: the significance of the line among displaced copies of itself, less where it runs
        along the bone. 0 for what is no line.
    angle_to_bone_rad : float or None
        0 (along) to pi/2 (across); None where the axis is unclear.
    share_in_bone : float
        Share of the line inside the bone mask.
    share_along_outline : float
        Share of the line that runs along the outline, close to it.
    share_near_metal, share_at_edge : float
        Share of the line beside metal; share at the edge of the usable picture.
    """

    score: float
    angle_to_bone_rad: float | None
    share_in_bone: float
    share_along_outline: float
    share_near_metal: float
    share_at_edge: float


def judge(
    line: LineMeasurement, *, anatomy: Anatomy, field: Field, inner: npt.NDArray[np.bool_]
) -> Judgement:
    """Judge one line by the bone around it.

    Parameters
    ----------
    line : LineMeasurement
    anatomy : Anatomy
    field : Field
    inner : (R, C) bool array
        Usable pixels away from the edge of the usable picture.
    """
    last = np.array(anatomy.bone.shape) - 1
    rows, columns = np.clip(np.rint(line.path_px).astype(int), 0, last).T
    tangent = np.gradient(line.path_px, axis=0)
    direction = np.arctan2(tangent[:, 0], tangent[:, 1])
    near = anatomy.outline_distance_px[rows, columns] <= 1.5 * line.width_px + 3
    along = np.abs(_apart(direction, anatomy.outline_rad[rows, columns])) < _ALONG_RAD
    coherence = anatomy.coherence[rows, columns]
    angle = None
    if coherence.mean() >= _CLEAR_AXIS:
        # The mean of the doubled angle: an axis has no sign.
        doubled = np.sum(coherence * np.exp(2j * (direction - anatomy.axis_rad[rows, columns])))
        angle = abs(float(np.angle(doubled))) / 2
    return Judgement(
        score=_score(line, angle),
        angle_to_bone_rad=angle,
        share_in_bone=float(anatomy.bone[rows, columns].mean()),
        share_along_outline=float((near & along).mean()),
        share_near_metal=float(field.metal[rows, columns].mean()),
        share_at_edge=float(1 - inner[rows, columns].mean()),
    )


def score_at(false_marks: float) -> float:
    """Return the score over which about so many false candidates per picture are expected.

    Parameters
    ----------
    false_marks : float
        Over 0.

    Notes
    -----
    A rule of thumb, a straight line in the logarithm; not a calibration.

    Examples
    --------
    >>> score_at(0.1) > score_at(1) > score_at(10)
    True
    """
    return max(0.0, _SCORE_AT_ONE - _SCORE_PER_DECADE * math.log10(false_marks))


def _score(line: LineMeasurement, angle_rad: float | None) -> float:
    across = 1.0 if angle_rad is None else min(1.0, angle_rad / _FULL_ANGLE_RAD)
    return max(0.0, line.significance) * (_LEAST_SHARE + (1 - _LEAST_SHARE) * across)


def _apart(one: npt.NDArray[np.float64], other: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the angle between two directions without sign, in [-pi/2, pi/2)."""
    return np.asarray((one - other + np.pi / 2) % np.pi - np.pi / 2)
