"""What storing the picture has done to it: blocks of lossy compression, clipped bone."""

import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_BLOCK_PX = 8
_MOST_ROWS = 1024  # of the middle of the picture: more tell no more


def block_traces(pixels: FloatImage) -> float:
    """Return how much larger steps at the borders of blocks of 8 pixels are than elsewhere, 0 or more.

    Parameters
    ----------
    pixels : (R, C) float32 array
        As stored: JPEG counts its blocks from the corner of the picture. A picture that was cropped after
        compression is tried at all eight places of the border.

    Notes
    -----
    The mean absolute second difference across neighbouring columns (rows), by their place modulo 8: the
    largest of the eight over the median of the others, less 1; the smaller of both directions.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> noise = rng.normal(size=(256, 256)).astype(np.float32)
    >>> blocks = (np.indices((256, 256)) // 8).sum(axis=0) % 2
    >>> block_traces(noise) < 0.05, block_traces((noise + 3 * blocks).astype(np.float32)) > 0.2
    (True, True)
    """
    if min(pixels.shape) < 4 * _BLOCK_PX:
        return 0.0
    middle = [slice(max(0, (side - _MOST_ROWS) // 2), (side + _MOST_ROWS) // 2) for side in pixels.shape]
    return min(_by_columns(pixels[middle[0]]), _by_columns(np.ascontiguousarray(pixels[:, middle[1]].T)))


def _by_columns(pixels: FloatImage) -> float:
    # A step between two columns over the mean of the steps beside it: 0 on every slope.
    steps = np.diff(pixels, axis=1)
    bend = np.abs(steps[:, 1:-1] - 0.5 * (steps[:, :-2] + steps[:, 2:])).mean(axis=0)
    whole = bend[: len(bend) // _BLOCK_PX * _BLOCK_PX].reshape(-1, _BLOCK_PX).mean(axis=0)
    largest = int(whole.argmax())
    # The columns beside a border see it too.
    others = np.delete(np.roll(whole, -largest), (0, 1, 7))
    usual = float(np.median(others))
    return max(0.0, float(whole[largest]) / usual - 1) if usual > 0 else 0.0


def clipped_share(pixels: FloatImage, bone: Mask) -> float:
    """Return the share of the bone that is at the bright end of the grey range, 0 to 1.

    Parameters
    ----------
    pixels : (R, C) float32 array
    bone : (R, C) bool array
    """
    if not bone.any():
        return 0.0
    seen = pixels[bone]
    return float(np.mean(seen >= pixels.max()))
