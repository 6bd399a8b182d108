"""The bone as later stages see it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .mask import bone_mask
from .smoothing import smoothed

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Anatomy:
    """Bone, its direction and its outline.

    Parameters
    ----------
    bone : (R, C) bool array
    axis_rad : (R, C) float32 array
        Direction of the long axis, [0, pi), 0 along a row, clockwise on the screen.
    coherence : (R, C) float32 array
        How clear that direction is, 0 to 1.
    outline_distance_px : (R, C) float32 array
        Distance to the outline of the bone mask, in pixels; positive on both sides.
    outline_rad : (R, C) float32 array
        Direction of the nearest piece of outline, [0, pi).
    """

    bone: Mask
    axis_rad: FloatImage
    coherence: FloatImage
    outline_distance_px: FloatImage
    outline_rad: FloatImage


def find_anatomy(
    pixels: FloatImage,
    *,
    body: Mask,
    axis_rad: FloatImage,
    coherence: FloatImage,
    bone: Mask | None = None,
) -> Anatomy:
    """Return where bone is, which way it runs and where its outline lies.

    Parameters
    ----------
    pixels : (R, C) float32 array
        Bone brighter than air.
    body : (R, C) bool array
        Not air.
    axis_rad, coherence : (R, C) float32 array
        By `long_axis`, with a window of about half a bone's width.
    bone : (R, C) bool array, optional
        Where bone is, where that is known; None: by `bone_mask`.
    """
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    if bone is None:
        bone = bone_mask(pixels, body=body)
    # Exact Euclidean distances, three times as fast as those of scipy.
    distance = np.asarray(
        sum(
            cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
            for side in (bone, ~bone)
        ),
        np.float32,
    )
    # The gradient of a smooth signed distance points across the outline.
    signed = smoothed(np.where(bone, distance, -distance), 3.0)
    down, right = np.gradient(signed) if min(bone.shape) > 1 else (signed, signed)
    outline = (np.arctan2(down, right) + np.pi / 2) % np.pi
    return Anatomy(bone, axis_rad, coherence, distance, outline.astype(np.float32))
