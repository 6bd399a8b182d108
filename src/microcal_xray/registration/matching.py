"""The prior picture on the pixels of the current one, as sharp and as strong in contrast."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatImage = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_FWHM_PER_SIGMA = 2 * math.sqrt(2 * math.log(2))
_NYQUIST = 0.5  # standard deviation, in pixels to come, of the blur before a picture is made smaller
_MOST_BLUR_MM = 0.5
_SLOW = 6.0  # in units of about a millimetre, here and below: slower brightness is the current picture's
_DETAIL, _BACKGROUND, _WINDOW = 0.3, 2.0, 8.0  # of the gain: processing enhances what is as fine as a line
_GAINS = (0.2, 5.0)
_LEAST_LIKE = 0.5  # correlation from which a place says something about the gain


@dataclass(frozen=True)
class MatchedPair:
    """Both pictures on the same pixels.

    Parameters
    ----------
    prior, current : (R, C) float32 array
        In the unit of the current picture; the prior one has its sharpness, its slow brightness and its gain.
    usable : (R, C) bool array
        What both show.
    gain : (R, C) float32 array
        By which the contrast of the prior picture was multiplied.
    scale : float
        Pixels here per pixel of the current square grid; below 1 where the prior picture has larger pixels.
    """

    prior: FloatImage
    current: FloatImage
    usable: Mask
    gain: FloatImage
    scale: float

    @property
    def difference(self) -> FloatImage:
        """Current minus prior: positive is brighter now. 0 where not both show something."""
        return np.where(self.usable, self.current - self.prior, np.float32(0))


def sampled(
    image: FloatImage, places: FloatArray, shape: tuple[int, ...], *, is_mask: bool = False
) -> FloatImage:
    """Return an image at places of a picture of that shape.

    Parameters
    ----------
    image : (R, C) float32 array
    places : (N, 2) float array
        (row, column) in the image for each pixel of the result, row by row.
    shape : (r, c)
    is_mask : bool
        Nearest pixel, 0 outside; otherwise cubic, and its border goes on outside.
    """
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    rows, columns = (places[:, axis].reshape(shape).astype(np.float32) for axis in (0, 1))
    way, border = (
        (cv2.INTER_NEAREST, cv2.BORDER_CONSTANT) if is_mask else (cv2.INTER_CUBIC, cv2.BORDER_REPLICATE)
    )
    return np.asarray(cv2.remap(image, columns, rows, way, borderMode=border), np.float32)


def before_shrinking(image: FloatImage, *, shrunk_to: float) -> FloatImage:
    """Return an image blurred so that it can be sampled at `shrunk_to` new pixels per pixel without aliasing.

    Examples
    --------
    >>> image = np.eye(5, dtype=np.float32)
    >>> before_shrinking(image, shrunk_to=1.0) is image
    True
    """
    if shrunk_to >= 0.99:
        return image
    return np.asarray(ndimage.gaussian_filter(image, _NYQUIST * math.sqrt(1 / shrunk_to**2 - 1)), np.float32)


def as_sharp(image: FloatImage, *, blur_px: float, other_px: float, mm_per_px: float | None) -> FloatImage:
    """Return an image blurred to the sharpness of another; unchanged when it is the less sharp one.

    Parameters
    ----------
    image : (R, C) float32 array
    blur_px, other_px : float
        Full widths at half maximum of the line spreads of this picture and of the other.
    mm_per_px : float or None

    Notes
    -----
    By the Gaussian whose square adds up. Never more than half a millimetre: an estimate that asks for more
    has no sharp edge to go by.
    """
    missing = math.sqrt(max(other_px**2 - blur_px**2, 0.0))
    if mm_per_px is not None:
        missing = min(missing, _MOST_BLUR_MM / mm_per_px)
    if missing < 0.3:
        return image
    return np.asarray(ndimage.gaussian_filter(image, missing / _FWHM_PER_SIGMA), np.float32)


def matched_pair(
    prior: FloatImage,
    current: FloatImage,
    *,
    usable: Mask,
    bone: Mask,
    unit_px: float,
    scale: float,
    lines: Mask | None = None,
) -> MatchedPair:
    """Return both pictures, the prior one with the gain and the slow brightness of the current one.

    Parameters
    ----------
    prior, current : (R, C) float32 array
        On the same pixels, equally sharp.
    usable, bone : (R, C) bool array
    unit_px : float
        Pixels of about a millimetre.
    scale : float
        As in `MatchedPair`.
    lines : (R, C) bool array, optional
        What may have changed: the gain is not taken from it, or it would take the change away.

    Notes
    -----
    The gain is the ratio of the standard deviations of both pictures in a
    window of 8 mm on bone, of what is between 0.3 and 2 mm large (the reduced major axis, which noise in
    either does not tilt): another voltage, another scatter, another curve of the processing change it from
    place to place. It is taken where both pictures are alike, so that what has changed does not enter it.
    """
    weight = (usable & bone).astype(np.float32)
    if lines is not None and (weight.astype(bool) & ~lines).any():
        weight[lines] = 0
    seen = usable.astype(np.float32)
    slow = [_mean(image, seen, _SLOW * unit_px) for image in (prior, current)]
    flat = [
        ndimage.gaussian_filter(
            np.where(usable, image - _mean(image, seen, _BACKGROUND * unit_px), 0), _DETAIL * unit_px
        )
        for image in (prior, current)
    ]
    window = _WINDOW * unit_px
    squares = [_mean(part * part, weight, window) for part in flat]
    both = _mean(flat[0] * flat[1], weight, window)
    like = both / np.sqrt(np.maximum(squares[0] * squares[1], 1e-20))
    trusted = weight * (like > _LEAST_LIKE)
    if not trusted.any():
        trusted = weight
    usual = (
        float(np.sqrt((squares[1] * trusted).sum() / max(float((squares[0] * trusted).sum()), 1e-20))) or 1.0
    )
    local = np.sqrt(squares[1] / np.maximum(squares[0], 1e-20))
    gain = _mean(
        np.clip(np.nan_to_num(local, nan=usual), usual / 3, usual * 3), trusted, window, outside=usual
    )
    gain = np.clip(gain, *_GAINS) if _GAINS[0] < usual < _GAINS[1] else gain
    matched = (prior - slow[0]) * gain + slow[1]
    return MatchedPair(matched.astype(np.float32), current, usable, gain.astype(np.float32), scale)


def _mean(image: FloatImage, weight: FloatImage, sigma_px: float, *, outside: float = 0.0) -> FloatImage:
    """Return the weighted mean in a Gaussian window, on a coarse grid where the window is wide."""
    # Imported here, as above.
    import cv2

    step = max(1, int(sigma_px / 4))
    size = (max(1, image.shape[1] // step), max(1, image.shape[0] // step))
    parts = [
        cv2.GaussianBlur(
            cv2.resize(np.ascontiguousarray(part, np.float32), size, interpolation=cv2.INTER_AREA),
            (0, 0),
            sigma_px / step,
            borderType=cv2.BORDER_REFLECT,
        )
        for part in (image * weight, weight)
    ]
    mean = np.where(parts[1] > 1e-3, parts[0] / np.maximum(parts[1], 1e-3), outside).astype(np.float32)
    return np.asarray(
        cv2.resize(mean, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR), np.float32
    )
