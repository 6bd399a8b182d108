"""Where a line may be looked for: inside the exposed field, in the body, away from metal and markers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..islands import islands, without_small_holes, without_small_islands

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_AIR_SHARE = 0.18  # of the range from air to bone; design trials on 108 pictures
_METAL_SHARE_OF_BODY = 0.05  # more than this at the top of the range is overexposed bone, not metal
_SPECK_SHARE = 0.01  # of the body
_FLAT_BORDER_SHARE = 0.01  # a frame smaller than this share of the picture is not worth taking away


@dataclass(frozen=True)
class Field:
    """Where a picture can be trusted.

    Parameters
    ----------
    usable : (R, C) bool array
        Inside shutter, collimation and frame, as tags and pixels tell.
    body : (R, C) bool array
        Usable and not air.
    metal : (R, C) bool array
        Metal, side markers, burned-in text: brighter than any bone, with a margin around.
    """

    usable: Mask
    body: Mask
    metal: Mask


def find_field(pixels: FloatImage, *, usable: Mask, margin_px: float = 4.0) -> Field:
    """Return where lines may be looked for.

    Parameters
    ----------
    pixels : (R, C) float32 array
        Bone brighter than air.
    usable : (R, C) bool array
        What the file's own tags leave.
    margin_px : float
        Width of the margin around metal and markers.

    Returns
    -------
    Field
        All masks are empty for a constant picture.
    """
    exposed = usable & ~_uniform_frame(pixels)
    if not exposed.any():
        return Field(exposed, exposed, np.zeros_like(exposed))
    low, high = np.percentile(pixels[exposed], [2, 98])
    body = exposed & (pixels > low + _AIR_SHARE * (high - low)) if high > low else np.zeros_like(exposed)
    body = _without_specks(body)
    return Field(exposed, body, _metal(pixels, body, margin_px))


def _uniform_frame(pixels: FloatImage) -> Mask:
    """Return the parts of one single value that touch the border: collimator leaves, digital frames."""
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    around = np.ones((3, 3), np.uint8)
    flat = np.asarray(cv2.dilate(pixels, around) == cv2.erode(pixels, around)) & np.isfinite(pixels)
    labels = islands(flat)
    border = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    sizes = np.bincount(labels.ravel())
    frames = [label for label in border if label and sizes[label] >= _FLAT_BORDER_SHARE * pixels.size]
    # The filter takes one pixel from each side of a flat part; give it back.
    return np.asarray(
        ndimage.binary_dilation(np.isin(labels, frames)) if frames else np.zeros(pixels.shape, bool)
    )


def _without_specks(mask: Mask) -> Mask:
    """Return the mask without islands under 1 % of its area, and without holes of that size."""
    if not mask.any():
        return mask
    smallest_px = _SPECK_SHARE * mask.sum()
    return without_small_holes(without_small_islands(mask, smallest_px=smallest_px), smallest_px=smallest_px)


def _metal(pixels: FloatImage, body: Mask, margin_px: float) -> Mask:
    """Return what is far brighter than the brightest bone, or clipped white, with a margin."""
    nothing = np.zeros_like(body)
    if not body.any():
        return nothing
    middle, high, top = np.percentile(pixels[body], [50, 98, 100])
    if top <= high:
        return nothing
    bright = pixels >= high + max(0.5 * (top - high), 0.15 * (high - middle))
    bright = _sharp(ndimage.binary_opening(bright, iterations=1), pixels, least_drop=0.25 * (high - middle))
    if not bright.any() or bright[body].sum() > _METAL_SHARE_OF_BODY * body.sum():
        return nothing
    return np.asarray(ndimage.distance_transform_edt(~bright) <= margin_px)


def _sharp(mask: Mask, pixels: FloatImage, *, least_drop: float) -> Mask:
    """Return the islands that drop by so much within four pixels: metal ends sharply, bone does not."""
    labels, count = ndimage.label(mask)
    if count == 0:
        return mask
    names = np.arange(1, count + 1)
    ring = np.where(mask, 0, ndimage.grey_dilation(labels, size=9))
    inside, outside = (np.asarray(ndimage.median(pixels, part, names)) for part in (labels, ring))
    kept = np.concatenate([[False], inside - outside > least_drop])
    return np.asarray(kept[labels])
