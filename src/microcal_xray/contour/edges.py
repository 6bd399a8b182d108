"""Edges as chains of sub-pixel points, each with its brighter side on the same hand."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

# Neighbours within two pixels, the nearest first: a chain steps over a missing pixel, not over two.
_REACH = tuple(
    sorted(
        ((down, right) for down in range(-2, 3) for right in range(-2, 3) if (down, right) != (0, 0)),
        key=lambda step: (step[0] ** 2 + step[1] ** 2, step),
    )
)


@dataclass(frozen=True)
class _Points:
    """Edge points (P,): place (row, column), gradient and index on the picture (-1: none)."""

    place: FloatArray
    gradient: FloatArray
    index: IntArray
    pixel: IntArray


def edge_chains(
    image: FloatImage, *, searched: Mask, sigma_px: float, least_slope: float, least_points: int
) -> tuple[FloatArray, ...]:
    """Return the edges of a picture as chains of points, one about every pixel.

    Parameters
    ----------
    image : (R, C) float32 array
    searched : (R, C) bool array
        Points outside are left out.
    sigma_px : float
        Of the Gaussian under which slopes are taken.
    least_slope : float
        Of the smoothed picture, per pixel; flatter points are no edge.
    least_points : int
        Shorter chains are left out.

    Returns
    -------
    tuple of (N, 2) float array
        (row, column), to a fraction of a pixel. The darker side is on the right of who walks along.

    Notes
    -----
    Points are maxima of the slope along its own direction, placed by a parabola through three values [1]_;
    each is chained to the nearest one ahead whose slope points the same way, if both choose each other [2]_.

    References
    ----------
    .. [1] Devernay (1995), A non-maxima suppression method for edge detection with sub-pixel accuracy.
       INRIA research report 2724.
    .. [2] Grompone von Gioi and Randall (2017), A sub-pixel edge detector: an implementation of the
       Canny/Devernay algorithm. doi:10.5201/ipol.2017.216

    Examples
    --------
    >>> image = np.zeros((40, 40), np.float32)
    >>> image[:, :20] = 1.0
    >>> everywhere = np.ones(image.shape, bool)
    >>> chain, = edge_chains(
    ...     image, searched=everywhere, sigma_px=2, least_slope=0.05, least_points=10
    ... )
    >>> round(float(chain[:, 1].mean()), 2), bool(chain[0, 0] > chain[-1, 0])
    (19.5, True)
    """
    points = _points(image, searched, sigma_px, least_slope)
    if len(points.place) == 0:
        return ()
    ahead, behind = _neighbours(points)
    mutual = np.where((ahead >= 0) & (behind[ahead] == np.arange(len(ahead))), ahead, -1)
    return tuple(points.place[chain] for chain in _walked(mutual) if len(chain) >= least_points)


def _points(image: FloatImage, searched: Mask, sigma_px: float, least_slope: float) -> _Points:
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    smooth = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE))
    right = np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 1, 0, scale=1 / 32))
    down = np.asarray(cv2.Scharr(smooth, cv2.CV_32F, 0, 1, scale=1 / 32))
    slope = np.asarray(cv2.magnitude(right, down))
    flat = np.abs(right) >= np.abs(down)
    inner = np.zeros(image.shape, bool)
    inner[2:-2, 2:-2] = True
    pixel = np.flatnonzero((slope > least_slope) & searched & inner)
    step = np.where(flat.ravel()[pixel], 1, image.shape[1])
    size = slope.ravel()
    before, here, after = size[pixel - step], size[pixel], size[pixel + step]
    top = (here >= before) & (here > after)
    pixel, step = pixel[top], step[top]
    before, here, after = before[top], here[top], after[top]
    shift = 0.5 * (before - after) / np.minimum(before - 2 * here + after, -np.finfo(np.float32).tiny)
    place = np.stack(np.unravel_index(pixel, image.shape), axis=1).astype(np.float64)
    place[np.arange(len(pixel)), np.where(step == 1, 1, 0)] += np.clip(shift, -0.5, 0.5)
    gradient = np.stack([down.ravel()[pixel], right.ravel()[pixel]], axis=1).astype(np.float64)
    index = np.full(image.shape, -1, np.intp)
    index.ravel()[pixel] = np.arange(len(pixel))
    return _Points(place, gradient, index, pixel)


def _neighbours(points: _Points) -> tuple[IntArray, IntArray]:
    """Return the nearest point ahead of and behind each, -1 where there is none."""
    count = len(points.place)
    ahead, behind = np.full((2, count), -1, np.intp)
    nearest = np.full((2, count), np.inf)
    flat = points.index.ravel()
    # With the gradient to the left, the way runs so that brightness falls to the right.
    way = np.stack([points.gradient[:, 1], -points.gradient[:, 0]], axis=1)
    for down, right in _REACH:
        other = flat[points.pixel + down * points.index.shape[1] + right]
        own = np.flatnonzero(other >= 0)
        other = other[own]
        same = np.einsum("ij,ij->i", points.gradient[own], points.gradient[other])
        lengths = np.linalg.norm(points.gradient[own], axis=1) * np.linalg.norm(
            points.gradient[other], axis=1
        )
        off = points.place[other] - points.place[own]
        along = np.einsum("ij,ij->i", off, way[own])
        away = np.einsum("ij,ij->i", off, off)
        alike = same > 0.8 * lengths
        for linked, best, side in ((ahead, nearest[0], 1), (behind, nearest[1], -1)):
            better = alike & (side * along > 0) & (away < best[own])
            linked[own[better]], best[own[better]] = other[better], away[better]
    return ahead, behind


def _walked(ahead: IntArray) -> list[list[int]]:
    """Return the chains of a list of successors; of a closed one, once round."""
    follows = ahead.tolist()
    has_before = np.zeros(len(ahead), bool)
    has_before[ahead[ahead >= 0]] = True
    seen = [False] * len(follows)
    chains = []
    for start in (*np.flatnonzero(~has_before).tolist(), *range(len(follows))):
        chain, at = [], start
        while at >= 0 and not seen[at]:
            seen[at] = True
            chain.append(at)
            at = follows[at]
        if chain:
            chains.append(chain)
    return chains
