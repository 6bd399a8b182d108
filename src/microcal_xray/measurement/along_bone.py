"""The picture less what the bone looks like a little farther along it: cortices go, lines across stay."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .strips import FloatImage, Mask, mean_direction, resampled

FloatArray = npt.NDArray[np.float64]

# In units of about a millimetre, and of the width of the line.
_APART_WIDTHS, _APART = 1.2, 0.5  # from the middle of the line, across it: what lies so far away is not in it
_FARTHER = (1.0, 1.35, 1.7, 2.05)
_LEAST_SLANT = 0.35  # sine of the angle to the bone: along a flatter line the bone cannot be compared so


@dataclass(frozen=True)
class BoneAround:
    """The bone that a line lies in.

    Parameters
    ----------
    axis_rad : float or None
        Which way it runs at the line, 0 along a row, clockwise on the screen; None: not clear.
    inside : (R, C) bool array
        Where bone is, with a margin.
    """

    axis_rad: float | None
    inside: Mask


def slant_to(points_px: FloatArray, bone: BoneAround) -> float | None:
    """Return the sine of the angle between a line and its bone; None: unknown, or too flat to compare.

    Parameters
    ----------
    points_px : (N, 2) float array
    bone : BoneAround
    """
    if bone.axis_rad is None:
        return None
    slant = abs(math.sin(mean_direction(resampled(points_px)) - bone.axis_rad))
    return slant if slant >= _LEAST_SLANT else None


def less_along_bone(
    image: FloatImage, *, axis_rad: float, slant: float, seen_px: float, unit_px: float
) -> FloatImage:
    """Return a picture less the bone as it is on both sides of each place, along the axis.

    Parameters
    ----------
    image : (R, C) float32 array
    axis_rad : float
        Which way the bone runs: 0 along a row, clockwise on the screen.
    slant : float
        Sine of the angle between the line and the axis.
    seen_px : float
        Full width at half maximum of the line on the picture.
    unit_px : float
        Pixels of about a millimetre.

    Returns
    -------
    (R, C) float32 array

    Notes
    -----
    Taken away is the mean of the middle two of four values, each the mean of two places at the same distance
    to both sides: a slope along the bone goes, and another line at one of these distances does not count.

    Examples
    --------
    >>> bone = np.tile(np.float32([0, 5, 9, 5, 0]), (41, 1))
    >>> bone[20] -= 1
    >>> left = less_along_bone(bone, axis_rad=math.pi / 2, slant=1.0, seen_px=2.0, unit_px=4.0)
    >>> left[20].round(3).tolist()
    [-1.0, -1.0, -1.0, -1.0, -1.0]
    """
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    apart = (_APART_WIDTHS * seen_px + _APART * unit_px) / slant
    down, right = math.sin(axis_rad), math.cos(axis_rad)
    sums, least, most = np.zeros_like(image), np.full_like(image, np.inf), np.full_like(image, -np.inf)
    for factor in _FARTHER:
        pair = np.zeros_like(image)
        for away in (-factor * apart, factor * apart):
            shift = np.array([[1, 0, away * right], [0, 1, away * down]], np.float32)
            pair += cv2.warpAffine(
                image, shift, image.shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
        pair *= 0.5
        sums += pair
        np.minimum(least, pair, out=least)
        np.maximum(most, pair, out=most)
    return np.asarray(image - (sums - least - most) / (len(_FARTHER) - 2), np.float32)
