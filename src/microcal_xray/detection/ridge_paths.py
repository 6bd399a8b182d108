"""Candidate paths of a picture: oriented evidence, summed along nearly straight paths, over two sizes."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from .distinct import distinct
from .frames import ROW_STEP_PX, TurnedFrame, frames_around
from .oriented import OrientedResponse, oriented_response
from .paths import FramePath, best_path_gains, frame_paths
from .ridge_path import Polarity, RidgePath
from .trimming import piece, shares_of, trimmed
from .usual import on_picture

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
_AROUND_PX = 28.0
LEVEL_BLOCK_PX = 8  # of the picture: usual levels are told on blocks of so many of its pixels
_SHORTEST_PX = {1: 12, 2: 8}
_SMALLEST_COARSE = 300  # pixels


@dataclass(frozen=True)
class Ridges:
    """What stands out of a picture, and what it stands out of.

    Parameters
    ----------
    paths : tuple of RidgePath
        The best first.
    usual : tuple of (K, D, R', C') float32 array
        The usual absolute answer around each block of `LEVEL_BLOCK_PX`, of the K widths of each size that was
        looked at (`FINE_SIGMAS_PX`, then `COARSE_SIGMAS_PX`) in each of D directions, evenly spaced from 0
        along a row; empty where nothing is searched.
    """

    paths: tuple[RidgePath, ...]
    usual: tuple[FloatImage, ...]


def ridge_paths(image: FloatImage, *, searched: Mask, most: int = 100) -> tuple[RidgePath, ...]:
    """Return the paths that look most like lines, both polarities, the best first; see `ridges`.

    Parameters
    ----------
    image : (R, C) float32 array
        In units of the range from air to bone; bone bright.
    searched : (R, C) bool array
        Where lines may lie.
    most : int
        Of each polarity at most so many paths.
    """
    return ridges(image, searched=searched, most=most).paths


def ridges(image: FloatImage, *, searched: Mask, most: int = 100) -> Ridges:
    """Return the paths that look most like lines, both polarities, and the usual answers around.

    Parameters
    ----------
    image : (R, C) float32 array
        In units of the range from air to bone; bone bright.
    searched : (R, C) bool array
        Where lines may lie.
    most : int
        Of each polarity at most so many paths.

    Notes
    -----
    The picture is looked at along `DIRECTIONS` directions, at its own size and at half of it. Of paths that
    lie on one another for more than 60 %, before they are trimmed, only the best stays.
    """
    fine, fine_levels = _looked_along(
        image, searched, sigmas_px=FINE_SIGMAS_PX, along_px=FINE_ALONG_PX, around_px=_AROUND_PX, size=1
    )
    coarse, coarse_levels = _looked_along_coarsely(image, searched)
    found = [*fine, *coarse]
    # Ties are ordered by place, so that the result hangs on no order of the work.
    found.sort(key=lambda path: (-path.score, path.points_px[0].tolist(), path.polarity.value))
    paths = _trimmed(image, [found[index] for index in distinct(found, image.shape, most=most)])
    return Ridges(paths, tuple(each for each in (fine_levels, coarse_levels) if each is not None))


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


def _looked_along_coarsely(image: FloatImage, searched: Mask) -> tuple[list[RidgePath], FloatImage | None]:
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    size = (max(1, round(image.shape[1] / 2)), max(1, round(image.shape[0] / 2)))
    half = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)
    inside = cv2.resize(searched.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0
    if inside.sum() < _SMALLEST_COARSE:
        return [], None
    scale = np.array(half.shape) / image.shape
    paths, levels = _looked_along(
        half, inside, sigmas_px=COARSE_SIGMAS_PX, along_px=COARSE_ALONG_PX, around_px=_AROUND_PX / 2, size=2
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
    ], levels


def _looked_along(
    image: FloatImage,
    searched: Mask,
    *,
    sigmas_px: Sequence[float],
    along_px: float,
    around_px: float,
    size: int,
) -> tuple[list[RidgePath], FloatImage | None]:
    """Return the paths of all directions, and the usual levels (K, D, R', C'), if any is searched."""
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    frames = frames_around(searched, directions=DIRECTIONS)
    if not frames:
        return [], None
    look = partial(
        _looked_in_direction,
        image,
        searched,
        sigmas_px=sigmas_px,
        along_px=along_px,
        around_px=around_px,
        least_rows=max(3, _SHORTEST_PX[size] // ROW_STEP_PX),
        block_px=LEVEL_BLOCK_PX // size,
    )
    # As many threads as OpenCV may have (one in a batch); the order of the directions stays.
    with ThreadPoolExecutor(max(1, cv2.getNumThreads())) as threads:
        found = list(threads.map(look, frames))
    return [path for paths, _ in found for path in paths], np.stack([levels for _, levels in found], axis=1)


def _looked_in_direction(
    image: FloatImage,
    searched: Mask,
    frame: TurnedFrame,
    *,
    sigmas_px: Sequence[float],
    along_px: float,
    around_px: float,
    least_rows: int,
    block_px: int,
) -> tuple[list[RidgePath], FloatImage]:
    response = oriented_response(
        image, searched, frame, sigmas_px=sigmas_px, along_px=along_px, around_px=around_px
    )
    both = frame_paths(best_path_gains(response.best()), least_rows=least_rows)
    paths = [
        path
        for number, (polarity, own) in enumerate(zip(Polarity, both, strict=True))
        for path in _ridge_paths(own, response, number, polarity, sigmas_px)
    ]
    return paths, on_picture(response.usual, frame, shape=image.shape, block_px=block_px)


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
