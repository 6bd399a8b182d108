"""Chains of ridge pixels: cut them at corners, join them over small gaps."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

_BRIDGE_TURN_RAD = np.radians(25)
_CORNER_RAD = np.radians(45)
_CORNER_REACH = 6  # pixels on both sides over which a turn is a corner and not the stairs of the pixel grid


def near_pairs(points: FloatArray, reach_px: float) -> IntArray:
    """Return the pairs (P, 2) of points that are at most `reach_px` apart."""
    # Imported here: it costs 0.15 s, which `import microcal_xray` should not pay.
    from scipy.spatial import KDTree

    return np.asarray(KDTree(points).query_pairs(reach_px, output_type="ndarray"))


def split_at_corners(chains: list[IntArray], points: FloatArray) -> list[IntArray]:
    """Return the chains, each cut where it turns by more than 45 degrees within a few pixels."""
    return [piece for chain in chains for piece in np.split(chain, _corners(points[chain])) if len(piece) > 1]


def _corners(points: FloatArray) -> list[int]:
    """Return where a chain has its corners, the sharpest of each neighbourhood, in order."""
    if len(points) < 2 * _CORNER_REACH + 1:
        return []
    before = points[_CORNER_REACH:-_CORNER_REACH] - points[: -2 * _CORNER_REACH]
    after = points[2 * _CORNER_REACH :] - points[_CORNER_REACH:-_CORNER_REACH]
    turn = np.abs(
        np.arctan2(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0], np.sum(before * after, axis=1))
    )
    corners = []
    while turn.max() > _CORNER_RAD:
        sharpest = int(turn.argmax())
        corners.append(sharpest + _CORNER_REACH)
        turn[max(0, sharpest - 2 * _CORNER_REACH) : sharpest + 2 * _CORNER_REACH + 1] = 0
    return sorted(corners)


def bridged(chains: list[IntArray], points: FloatArray, gap_px: float) -> list[IntArray]:
    """Return the chains, joined where two ends face each other over a small gap and chose each other."""
    chains = [chain for chain in chains if len(chain) >= 4]
    if len(chains) < 2:
        return chains
    ends = np.array([points[chain[side]] for chain in chains for side in (0, -1)])
    outward = np.array([_outward(points[chain[::step]]) for chain in chains for step in (1, -1)])
    pairs = near_pairs(ends, gap_px)
    pairs = pairs[pairs[:, 0] // 2 != pairs[:, 1] // 2]
    step = ends[pairs[:, 1]] - ends[pairs[:, 0]]
    distance = np.maximum(np.hypot(*step.T), 1e-9)
    straight = np.cos(_BRIDGE_TURN_RAD)
    heading = outward[pairs[:, 0]]
    facing = np.sum(heading * -outward[pairs[:, 1]], axis=1) > straight
    # A short step says little about direction: half a pixel of sideways error is forgiven.
    sideways = np.abs(heading[:, 0] * step[:, 1] - heading[:, 1] * step[:, 0])
    along = np.sum(heading * step, axis=1)
    possible = facing & (along > -1) & (sideways < 1 + 0.4 * distance)
    return _joined(chains, pairs[possible][np.argsort(distance[possible], kind="stable")])


def _joined(chains: list[IntArray], pairs: IntArray) -> list[IntArray]:
    """Return the chains after joining pairs of ends (2 * chain + side), nearest first, each end once."""
    parts: dict[int, IntArray] = dict(enumerate(chains))
    # Each part has two free ends; joining two parts uses up one of each.
    free = {number: (2 * number, 2 * number + 1) for number in parts}
    owner = {end: number for number, ends in free.items() for end in ends}
    for one, other in pairs.tolist():
        if one not in owner or other not in owner or owner[one] == owner[other]:
            continue
        keep, drop = owner.pop(one), owner.pop(other)
        left = parts[keep] if free[keep][1] == one else parts[keep][::-1]
        right = parts.pop(drop)
        right = right if free[drop][0] == other else right[::-1]
        start = free[keep][0] if free[keep][1] == one else free[keep][1]
        stop = free[drop][1] if free[drop][0] == other else free[drop][0]
        parts[keep], free[keep] = np.concatenate([left, right]), (start, stop)
        owner[stop] = keep
    return list(parts.values())


def _outward(points: FloatArray) -> FloatArray:
    """Return the unit direction in which a line leaves at its first point."""
    inner = points[min(len(points) - 1, 8)]
    direction = points[0] - inner
    return np.asarray(direction / max(float(np.hypot(*direction)), 1e-9))
