"""From a ridge field to ordered centre lines: thin, link what continues, bridge small gaps."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from chains import bridged, near_pairs, split_at_corners
from scipy import ndimage

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

_SHORTEST_CHAIN = 4  # ridge pixels; shorter ones have no direction
_REACH_PX = 2.3  # a ridge pixel's successor is at most this far away: one missing pixel is stepped over
_TURN_RAD = np.radians(35)  # between neighbouring ridge pixels
_CONE_RAD = np.radians(50)  # a successor lies within this cone about the ridge's own direction


@dataclass(frozen=True)
class RidgeField:
    """The best line at each pixel.

    Parameters
    ----------
    height : (R, C) float32 array
        Height of the line over its sides in the unit of the image, never negative.
    z : (R, C) float32 array
        The same in units of its local noise for that width and that direction.
    width_px : (R, C) float32 array
        Full width at half maximum; 0 where there is no line.
    angle_rad : (R, C) float32 array
        Direction of the line, [0, pi), 0 along a row, clockwise on the screen.
    """

    height: FloatImage
    z: FloatImage
    width_px: FloatImage
    angle_rad: FloatImage


@dataclass(frozen=True)
class RidgePath:
    """One centre line in order.

    Parameters
    ----------
    points_px : (N, 2) float array
        (row, column), sub-pixel.
    z : (N,) float array
        Significance of the ridge at each point.
    width_px : (N,) float array
    """

    points_px: FloatArray
    z: FloatArray
    width_px: FloatArray


def trace(
    field: RidgeField,
    *,
    low_sd: float,
    high_sd: float,
    minimum_length_px: float,
    usable: Mask,
    gap_px: float = 10.0,
) -> tuple[RidgePath, ...]:
    """Return the lines of a ridge field.

    Parameters
    ----------
    field : RidgeField
    low_sd, high_sd : float
        A line is followed down to `low_sd` and must reach `high_sd` somewhere (hysteresis).
    minimum_length_px : float
        Shorter lines are dropped.
    usable : (R, C) bool array
    gap_px : float
        Lines that continue each other over a gap of at most this are joined.

    Returns
    -------
    tuple of RidgePath
        In a fixed order: that of their first ridge pixel in the picture.

    Notes
    -----
    A pixel is on a ridge when its z is a maximum across the line; the parabola through three values across
    gives its place to a fraction of a pixel [1]_. Each ridge pixel chooses its best successor on both sides;
    a link is kept when both ends chose it, so the result depends on no starting point. Lines are cut at
    corners: a fissure that meets the ridge along the bone's edge would else be one line with it.

    References
    ----------
    .. [1] Steger (1998), An unbiased detector of curvilinear structures. doi:10.1109/34.659930
    """
    pixels, points, angle = _ridge_pixels(field, low_sd, usable)
    if len(points) < 2:
        return ()
    strength = field.z[pixels[:, 0], pixels[:, 1]].astype(float)
    linked = [chain for chain in _chains(_mutual_links(points, angle)) if len(chain) >= _SHORTEST_CHAIN]
    pieces = split_at_corners(linked, points)
    chains = split_at_corners(bridged(pieces, points, gap_px), points)
    widths = field.width_px[pixels[:, 0], pixels[:, 1]].astype(float)
    return tuple(
        RidgePath(points[chain], strength[chain], widths[chain])
        for chain in chains
        if strength[chain].max() >= high_sd and _length(points[chain]) >= minimum_length_px
    )


def _ridge_pixels(field: RidgeField, low_sd: float, usable: Mask) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return pixels (N, 2), sub-pixel points (N, 2) and line directions (N,) where z is a maximum across."""
    pixels = np.argwhere(usable & (field.z >= low_sd))
    if len(pixels) == 0:
        return pixels, pixels.astype(float), np.zeros(0)
    angle = field.angle_rad[pixels[:, 0], pixels[:, 1]].astype(float)
    across = np.stack([np.cos(angle), -np.sin(angle)], axis=1)
    here = field.z[pixels[:, 0], pixels[:, 1]].astype(float)
    before, after = (
        ndimage.map_coordinates(field.z, (pixels + side * across).T, order=1, mode="nearest").astype(float)
        for side in (-1, 1)
    )
    top = (here > before) & (here >= after)
    bend = before - 2 * here + after
    shift = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1), 0)
    points = pixels + np.clip(shift, -0.5, 0.5)[:, None] * across
    return pixels[top], points[top], angle[top]


def _mutual_links(points: FloatArray, angle: FloatArray) -> IntArray:
    """Return links (L, 2) between ridge pixels that chose each other."""
    pairs = near_pairs(points, _REACH_PX)
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    step = points[pairs[:, 1]] - points[pairs[:, 0]]
    distance = np.hypot(*step.T)
    heading = np.arctan2(step[:, 0], step[:, 1])
    own = angle[pairs[:, 0]]
    ahead = np.cos(heading - own) > 0
    off = np.abs(np.arcsin(np.clip(np.sin(heading - own), -1, 1)))
    turn = np.abs((angle[pairs[:, 1]] - own + np.pi / 2) % np.pi - np.pi / 2)
    possible = (distance > 0) & (off < _CONE_RAD) & (turn < _TURN_RAD)
    pairs, ahead, cost = pairs[possible], ahead[possible], (distance * (1 + off) + turn)[possible]
    order = np.lexsort((pairs[:, 1], cost, ahead, pairs[:, 0]))
    pairs, ahead = pairs[order], ahead[order]
    first = np.ones(len(pairs), bool)
    first[1:] = (pairs[1:, 0] != pairs[:-1, 0]) | (ahead[1:] != ahead[:-1])
    chosen = pairs[first]
    key = chosen[:, 0] * len(points) + chosen[:, 1]
    back = chosen[:, 1] * len(points) + chosen[:, 0]
    both = np.isin(key, back) & (chosen[:, 0] < chosen[:, 1])
    return np.asarray(chosen[both])


def _chains(links: IntArray) -> list[IntArray]:
    """Return the open chains of a graph in which each node has at most two links, in order."""
    neighbours: dict[int, list[int]] = {}
    for one, other in links.tolist():
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    seen: set[int] = set()
    chains = []
    # Ends first, so that only closed rings are entered in the middle.
    for start in sorted(neighbours, key=lambda node: (len(neighbours[node]) > 1, node)):
        chain: list[int] = []
        node: int | None = start
        while node is not None and node not in seen:
            seen.add(node)
            chain.append(node)
            node = next((other for other in neighbours[node] if other not in seen), None)
        if len(chain) > 1:
            chains.append(np.array(chain))
    return chains


def _length(points: FloatArray) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum())
