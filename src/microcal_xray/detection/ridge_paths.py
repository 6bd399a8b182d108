"""Candidate paths of a picture: oriented evidence, summed along nearly straight paths, over two sizes."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import numpy.typing as npt

from .distinct import distinct
from .frames import TurnedFrame, frames_around
from .oriented import ROW_STEP_PX, OrientedResponse, oriented_response
from .paths import FramePath, best_path_gains, frame_paths
from .ridge_path import Polarity, RidgePath
from .trimming import piece, shares_of, trimmed

FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

DIRECTIONS = 16
FINE_SIGMAS_PX = (1.2, 2.0, 3.2)
COARSE_SIGMAS_PX = (2.2, 3.6)  # on half the pixels: 4.4 and 7.2
# In noise the kernel that answers most is wider than the line, sqrt(5) times where the noise is white.
_KERNEL_PER_LINE = 1.5
# Narrowest and widest line looked for.
SIGMA_RANGE_PX = (FINE_SIGMAS_PX[0] / _KERNEL_PER_LINE, 2 * COARSE_SIGMAS_PX[-1] / _KERNEL_PER_LINE)
FINE_ALONG_PX, COARSE_ALONG_PX = 8.0, 6.0
AROUND_PX = 28.0
_SHORTEST_PX = {1: 12, 2: 8}
_SMALLEST_COARSE = 300  # pixels


def ridge_paths(image: FloatImage, *, searched: Mask, most: int = 100) -> tuple[RidgePath, ...]:
    """Return the paths that look most like lines, both polarities, the best first.

    Parameters
    ----------
    image : (R, C) float32 array
        In units of the range from air to bone; bone bright.
    searched : (R, C) bool array
        Where lines may lie.
    most : int
        Of each polarity at most so many paths.

    Returns
    -------
    tuple of RidgePath
        Empty where nothing is searched.

    Notes
    -----
    The picture is looked at along `DIRECTIONS` directions, at its own size and at half of it. Of paths that
    lie on one another for more than 60 %, before they are trimmed, only the best stays.
    """
    found = [
        *_paths_of_size(
            image, searched, sigmas_px=FINE_SIGMAS_PX, along_px=FINE_ALONG_PX, around_px=AROUND_PX, size=1
        ),
        *_coarse_paths(image, searched),
    ]
    # Ties are ordered by place, so that the result hangs on no order of the work.
    found.sort(key=lambda path: (-path.score, path.points_px[0].tolist(), path.polarity.value))
    return _trimmed(image, [found[index] for index in distinct(found, image.shape, most=most)])


def _trimmed(image: FloatImage, paths: Sequence[RidgePath]) -> tuple[RidgePath, ...]:
    """Return the paths without what smoothing along them has drawn out beyond the line."""
    kept = trimmed(
        image,
        [path.points_px for path in paths],
        is_dark=[path.polarity is Polarity.DARK for path in paths],
        sigma_px=[float(np.median(path.sigma_px)) for path in paths],
    )
    result = []
    for path, (low, high) in zip(paths, kept, strict=True):
        share = shares_of(path.points_px)
        points, z, sigma_px = (
            piece(each, share, low, high) for each in (path.points_px, path.z, path.sigma_px)
        )
        result.append(RidgePath(path.polarity, path.score, points, z, sigma_px))
    return tuple(result)


def _coarse_paths(image: FloatImage, searched: Mask) -> list[RidgePath]:
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    size = (max(1, round(image.shape[1] / 2)), max(1, round(image.shape[0] / 2)))
    half = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)
    inside = cv2.resize(searched.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0
    if inside.sum() < _SMALLEST_COARSE:
        return []
    scale = np.array(half.shape) / image.shape
    paths = _paths_of_size(
        half, inside, sigmas_px=COARSE_SIGMAS_PX, along_px=COARSE_ALONG_PX, around_px=AROUND_PX / 2, size=2
    )
    return [
        RidgePath(
            path.polarity,
            path.score * math.sqrt(2),
            (path.points_px + 0.5) / scale - 0.5,
            path.z,
            path.sigma_px * 2,
        )
        for path in paths
    ]


def _paths_of_size(
    image: FloatImage,
    searched: Mask,
    *,
    sigmas_px: Sequence[float],
    along_px: float,
    around_px: float,
    size: int,
) -> list[RidgePath]:
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    frames = frames_around(searched, directions=DIRECTIONS)
    paths_of = partial(
        _paths_of_direction,
        image,
        searched,
        sigmas_px=sigmas_px,
        along_px=along_px,
        around_px=around_px,
        least_rows=max(3, _SHORTEST_PX[size] // ROW_STEP_PX),
    )
    # As many threads as OpenCV may have (one in a batch); the order of the directions stays.
    with ThreadPoolExecutor(max(1, cv2.getNumThreads())) as threads:
        return [path for paths in threads.map(paths_of, frames) for path in paths]


def _paths_of_direction(
    image: FloatImage,
    searched: Mask,
    frame: TurnedFrame,
    *,
    sigmas_px: Sequence[float],
    along_px: float,
    around_px: float,
    least_rows: int,
) -> list[RidgePath]:
    response = oriented_response(
        image, searched, frame, sigmas_px=sigmas_px, along_px=along_px, around_px=around_px
    )
    both = frame_paths(best_path_gains(response.best()), least_rows=least_rows)
    return [
        path
        for number, (polarity, paths) in enumerate(zip(Polarity, both, strict=True))
        for path in _ridge_paths(paths, response, number, polarity, sigmas_px)
    ]


def _ridge_paths(
    paths: Sequence[FramePath],
    response: OrientedResponse,
    number: int,
    polarity: Polarity,
    sigmas_px: Sequence[float],
) -> list[RidgePath]:
    """Return the paths of one polarity in the picture, read in one go."""
    if not paths:
        return []
    rows, columns = (np.concatenate(each) for each in zip(*((p.rows, p.columns) for p in paths), strict=True))
    z = response.z[:, rows, number, columns]
    cuts = np.cumsum([len(path.rows) for path in paths])[:-1]
    points, strongest, sigma_px = (
        np.split(each, cuts)
        for each in (
            response.frame.in_picture(rows, columns),
            z.max(axis=0).astype(np.float64),
            np.asarray(sigmas_px)[z.argmax(axis=0)] / _KERNEL_PER_LINE,
        )
    )
    return [
        RidgePath(polarity, path.gain * math.sqrt(ROW_STEP_PX / len(path.rows)), *parts)
        for path, *parts in zip(paths, points, strongest, sigma_px, strict=True)
    ]
