"""Take away brightness that changes slowly, without letting what is not usable leak in."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


def local_mean(image: npt.ArrayLike, *, scale_px: float, usable: Mask) -> FloatImage:
    """Return the Gaussian-weighted mean of the usable pixels around each pixel.

    Parameters
    ----------
    image : (R, C) array_like
    scale_px : float
        Standard deviation of the Gaussian window, in pixels.
    usable : (R, C) bool array
        Pixels outside have no weight.

    Returns
    -------
    (R, C) float32 array
        0 where no usable pixel is near.

    Notes
    -----
    This is normalized convolution [1]_ of order zero. From a scale of 8 pixels on it is computed on block
    means of a quarter of the scale, which changes the result by less than 2 % of the local contrast.

    References
    ----------
    .. [1] Knutsson and Westin (1993), Normalized and differential convolution. doi:10.1109/CVPR.1993.341081

    Examples
    --------
    >>> image = np.array([[1.0, 1.0, 900.0]])
    >>> local_mean(image, scale_px=1.0, usable=image < 900)[0, 2].item()
    1.0
    """
    weight = usable.astype(np.float32)
    weighted = np.where(usable, np.asarray(image, np.float32), np.float32(0))
    block = max(1, int(scale_px / 4))
    if block == 1:
        return _ratio(ndimage.gaussian_filter(weighted, scale_px), ndimage.gaussian_filter(weight, scale_px))
    coarse = _ratio(
        ndimage.gaussian_filter(_block_means(weighted, block), scale_px / block),
        ndimage.gaussian_filter(_block_means(weight, block), scale_px / block),
    )
    return _enlarged(coarse, block, weight.shape)


def flatten(image: npt.ArrayLike, *, scale_px: float, usable: Mask) -> FloatImage:
    """Return the image minus its slowly changing part; 0 where it is not usable.

    Parameters
    ----------
    image : (R, C) array_like
    scale_px : float
        Standard deviation of the Gaussian window that defines "slowly", in pixels.
    usable : (R, C) bool array

    Returns
    -------
    (R, C) float32 array
        In the unit of `image`.
    """
    pixels = np.asarray(image, np.float32)
    return np.where(usable, pixels - local_mean(pixels, scale_px=scale_px, usable=usable), np.float32(0))


def _ratio(numerator: FloatImage, weight: FloatImage) -> FloatImage:
    enough = weight > 1e-4
    return np.where(enough, numerator / np.where(enough, weight, 1), 0).astype(np.float32)


def _block_means(image: FloatImage, block: int) -> FloatImage:
    rows, columns = image.shape
    padded = np.pad(image, ((0, -rows % block), (0, -columns % block)), mode="edge")
    blocks = padded.reshape(padded.shape[0] // block, block, padded.shape[1] // block, block)
    return np.asarray(blocks.mean(axis=(1, 3), dtype=np.float32))


def _enlarged(coarse: FloatImage, block: int, shape: tuple[int, ...]) -> FloatImage:
    # A pixel centre at i lies at (i + 0.5) / block - 0.5 in block units.
    rows, columns = ((np.arange(n) + 0.5) / block - 0.5 for n in shape)
    along_rows = _interpolated(coarse, rows)
    return np.ascontiguousarray(_interpolated(along_rows.T, columns).T)


def _interpolated(image: FloatImage, places: npt.NDArray[np.float64]) -> FloatImage:
    last = len(image) - 1
    places = np.clip(places, 0, last)
    low = np.minimum(places.astype(int), max(last - 1, 0))
    share = (places - low).astype(np.float32)[:, None]
    return np.asarray(image[low] * (1 - share) + image[np.minimum(low + 1, last)] * share)
