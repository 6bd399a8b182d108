"""Which way a bone runs at each place."""

import numpy as np
import numpy.typing as npt

from .smoothing import smoothed

FloatImage = npt.NDArray[np.float32]


def long_axis(image: FloatImage, *, scale_px: float) -> tuple[FloatImage, FloatImage]:
    """Return the direction along which the picture changes least, and how clear it is.

    Parameters
    ----------
    image : (R, C) float32 array
    scale_px : float
        Standard deviation of the window, in pixels: about half the width of a bone.

    Returns
    -------
    axis_rad : (R, C) float32 array
        In [0, pi), 0 along a row, growing clockwise on the screen.
    coherence : (R, C) float32 array
        0 (no direction) to 1 (all edges run one way).

    Notes
    -----
    The structure tensor [1]_ of gradients that are damped by 1 / (abs(g) + g80), so that one strong edge does
    not outvote a long faint one; g80 is the 80th percentile of the gradient magnitude.

    References
    ----------
    .. [1] Bigün and Granlund (1987), Optimal orientation detection of linear symmetry. ICCV, 433-438.

    Examples
    --------
    >>> stripes = np.tile(np.sin(np.arange(64) / 3.0), (64, 1)).astype(np.float32)
    >>> axis_rad, coherence = long_axis(stripes, scale_px=6)
    >>> round(float(np.degrees(axis_rad[32, 32]))), bool(coherence[32, 32] > 0.95)
    (90, True)
    """
    step = max(1, int(scale_px / 4))
    coarse = _reduced(image, step)
    if min(coarse.shape) < 2:
        return np.zeros(image.shape, np.float32), np.zeros(image.shape, np.float32)
    down, right = np.gradient(smoothed(coarse, 1.0))
    size = np.hypot(down, right)
    damping = 1 / (size + np.percentile(size, 80) + np.finfo(np.float32).tiny)
    down, right = down * damping, right * damping
    rows2, columns2, mixed = (
        smoothed(product, scale_px / step) for product in (down * down, right * right, down * right)
    )
    doubled = np.hypot(columns2 - rows2, 2 * mixed)
    total = rows2 + columns2
    coherence = np.where(total > 0, doubled / np.where(total > 0, total, 1), 0)
    # The strongest gradient runs across the bone; the axis is a quarter turn from it.
    axis = (0.5 * np.arctan2(2 * mixed, columns2 - rows2) + np.pi / 2) % np.pi
    rows, columns = (np.arange(n) * m // n for n, m in zip(image.shape, axis.shape, strict=True))
    # Columns first, rows last: whole rows are copied then.
    wide = [part.astype(np.float32).take(columns, axis=1).take(rows, axis=0) for part in (axis, coherence)]
    return wide[0], wide[1]


def _reduced(image: FloatImage, step: int) -> FloatImage:
    """Return the mean over blocks of step x step pixels."""
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    size = (image.shape[1] // step, image.shape[0] // step)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA)) if min(size) else image[:0]
