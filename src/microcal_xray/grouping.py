"""Lines and bumps of one bone that lie close together, joined into clusters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .bump import Bump
from .cluster import Cluster, ClusterPattern
from .findings import Candidate, Kind
from .radiograph import Radiograph

FloatArray = npt.NDArray[np.float64]

_CLOSE_MM, _CLOSE_PARALLEL_MM = 8.0, 15.0  # parallel bright lines across the bone belong together from afar
_MM_PER_SIDE = 250.0  # so much is the longer side taken for, where the spacing is unknown
_PARALLEL_DEG = 15.0
_ACROSS_DEG = 60.0
_EVEN = 2.5  # largest over smallest distance of lines that are evenly spaced
_LEAST_OF_A_SERIES = 3
_FROM_END_MM = 60.0
_DARKEST = 0.25  # of the range of the picture: a way that falls by more between two marks leaves the bone
_STEPS = 40


@dataclass(frozen=True)
class _Mark:
    """A line or a bump as grouping sees it; places in (finer) pixels of the picture."""

    number: int
    path: FloatArray
    line: Candidate | None

    @property
    def middle(self) -> FloatArray:
        return np.asarray(self.path[len(self.path) // 2])

    @property
    def angle_deg(self) -> float:
        way = self.path[-1] - self.path[0]
        return math.degrees(math.atan2(way[0], way[1])) % 180


def clusters_of(
    radiograph: Radiograph, candidates: Sequence[Candidate], bumps: Sequence[Bump]
) -> tuple[Cluster, ...]:
    """Return the clusters of the lines and bumps of one radiograph.

    Parameters
    ----------
    radiograph : Radiograph
    candidates : sequence of Candidate
    bumps : sequence of Bump

    Returns
    -------
    tuple of Cluster
        Each with two members or more; a line or a bump belongs to one at most.

    Notes
    -----
    Two marks belong together when they come within 8 mm of each other (bright lines that run parallel across
    the bone within 15 mm) and the straight way between them stays as bright as bone. Three bright lines or
    more that are parallel, evenly spaced, across the bone and within 60 mm of its end are named
    growth-arrest; without a bone end in the picture nothing is named.
    """
    mm = radiograph.mm_per_pixel() if radiograph.spacing else _MM_PER_SIDE / max(radiograph.pixels.shape)
    marks = [_Mark(one.id, one.path_px, one) for one in candidates]
    marks += [_Mark(one.id, one.base_px, None) for one in bumps]
    groups = _linked(marks, radiograph.pixels, mm)
    made: list[Cluster] = []
    for group in groups:
        if len(group) > 1:
            made.append(_cluster(len(made) + 1, group, radiograph))
    return tuple(made)


def _linked(marks: Sequence[_Mark], pixels: npt.NDArray[np.float32], mm: float) -> list[list[_Mark]]:
    groups: list[list[_Mark]] = []
    low, high = np.percentile(pixels, [2, 98]) if marks else (0.0, 1.0)
    for mark in marks:
        near = [any(_belong(mark, one, pixels, high - low, mm) for one in group) for group in groups]
        merged = [one for group, is_near in zip(groups, near, strict=True) if is_near for one in group]
        apart = [group for group, is_near in zip(groups, near, strict=True) if not is_near]
        groups = [*apart, [*merged, mark]]
    return groups


def _belong(a: _Mark, b: _Mark, pixels: npt.NDArray[np.float32], span: float, mm: float) -> bool:
    away = np.linalg.norm(a.path[:, None] - b.path[None, :], axis=2)
    i, j = np.unravel_index(int(away.argmin()), away.shape)
    reach = _CLOSE_PARALLEL_MM if _parallel_across(a, b) else _CLOSE_MM
    if away[i, j] * mm > reach:
        return False
    way = a.path[i] + np.linspace(0, 1, _STEPS)[:, None] * (b.path[j] - a.path[i])
    rows, columns = (
        np.clip(np.rint(part).astype(int), 0, side - 1)
        for part, side in zip(way.T, pixels.shape, strict=True)
    )
    values = pixels[rows, columns]
    return bool(
        min(values[0], values[-1]) - np.convolve(values, np.ones(5) / 5, "valid").min() <= _DARKEST * span
    )


def _parallel_across(a: _Mark, b: _Mark) -> bool:
    if not (_is_bright_across(a) and _is_bright_across(b)):
        return False
    apart = abs(a.angle_deg - b.angle_deg)
    return min(apart, 180 - apart) <= _PARALLEL_DEG


def _is_bright_across(mark: _Mark) -> bool:
    line = mark.line
    return bool(line and line.kind is Kind.SCLEROTIC and (line.angle_to_bone_deg or 0) >= _ACROSS_DEG)


def _cluster(number: int, group: Sequence[_Mark], radiograph: Radiograph) -> Cluster:
    middles = np.array([mark.middle for mark in group])
    apart = np.linalg.norm(middles[:, None] - middles[None, :], axis=2)
    centred = middles - middles.mean(axis=0)
    way = np.linalg.svd(centred)[2][0]
    distances = np.maximum(np.diff(np.sort(centred @ way)), 1.0)
    evenness = float(distances.max() / distances.min())
    extent, spacing = float(apart.max()), float(np.median(distances))
    mm = radiograph.mm_per_pixel() if radiograph.spacing else None
    return Cluster(
        id=number,
        pattern=_pattern(group, evenness),
        lines=tuple(sorted(mark.number for mark in group if mark.line is not None)),
        bumps=tuple(sorted(mark.number for mark in group if mark.line is None)),
        extent_px=extent,
        extent_mm=None if mm is None else extent * mm,
        spacing_px=spacing,
        spacing_mm=None if mm is None else spacing * mm,
        evenness=evenness,
    )


def _pattern(group: Sequence[_Mark], evenness: float) -> ClusterPattern:
    first = group[0]
    series = len(group) >= _LEAST_OF_A_SERIES and all(_parallel_across(first, one) for one in group)
    near_end = any(_from_end_mm(mark) <= _FROM_END_MM for mark in group)
    return ClusterPattern.GROWTH_ARREST if series and near_end and evenness <= _EVEN else ClusterPattern.CLOSE


def _from_end_mm(mark: _Mark) -> float:
    measured = mark.line.measured if mark.line else None
    end = measured.place.end_distance_mm if measured else None
    return math.inf if end is None else end.value
