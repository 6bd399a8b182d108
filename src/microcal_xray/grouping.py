"""Lines and bumps of one bone that lie close together, joined into clusters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .bump import Bump
from .cluster import Cluster, ClusterPattern, EvenSeries
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
_SAME_MM = 1.0  # so near a candidate shows a line of a series
_SHOWN = 0.5  # with that share of its length or more
_POINT_DECIMALS = 2


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
    radiograph: Radiograph,
    candidates: Sequence[Candidate],
    bumps: Sequence[Bump],
    series: Sequence[EvenSeries] = (),
) -> tuple[Cluster, ...]:
    """Return the clusters of the lines and bumps of one radiograph.

    Parameters
    ----------
    radiograph : Radiograph
    candidates : sequence of Candidate
    bumps : sequence of Bump
    series : sequence of EvenSeries
        Each becomes a cluster, with the candidates that show its lines; what no candidate shows is kept as
        faint.

    Returns
    -------
    tuple of Cluster
        Each with two members or more; a line or a bump belongs to one at most.

    Notes
    -----
    Two marks belong together when they come within 8 mm of each other (bright lines that run parallel across
    the bone within 15 mm) and the straight way between them stays as bright as bone. Three bright lines or
    more that are parallel, evenly spaced, across the bone and within 60 mm of its end are named
    growth-arrest, as is each series; without a bone end in the picture nothing is named.
    """
    mm = radiograph.mm_per_pixel() if radiograph.spacing else _MM_PER_SIDE / max(radiograph.pixels.shape)
    made: list[Cluster] = []
    for one in series:
        taken = {number for cluster in made for number in cluster.lines}
        made.append(
            _named(len(made) + 1, one, [line for line in candidates if line.id not in taken], radiograph, mm)
        )
    taken = {number for cluster in made for number in cluster.lines}
    marks = [_Mark(line.id, line.path_px, line) for line in candidates if line.id not in taken]
    marks += [_Mark(bump.id, bump.base_px, None) for bump in bumps]
    groups = _linked(marks, radiograph.pixels, mm)
    for group in groups:
        if len(group) > 1:
            made.append(_cluster(len(made) + 1, group, radiograph))
    return tuple(made)


def _named(
    number: int, series: EvenSeries, candidates: Sequence[Candidate], radiograph: Radiograph, mm: float
) -> Cluster:
    """Return the cluster of a series, with the candidates that show its lines."""
    lines: list[int] = []
    faint = []
    for course in series.lines_px:
        shown = [line.id for line in candidates if _shows(line, course, mm)]
        lines += shown
        if not shown:
            faint.append(tuple((float(row), float(column)) for row, column in course.round(_POINT_DECIMALS)))
    middles = np.array([course[len(course) // 2] for course in series.lines_px])
    extent = float(np.linalg.norm(middles[:, None] - middles[None, :], axis=2).max())
    spacing = float(np.median(series.gaps_px))
    per_px = radiograph.mm_per_pixel() if radiograph.spacing else None
    return Cluster(
        id=number,
        pattern=ClusterPattern.GROWTH_ARREST,
        lines=tuple(sorted(set(lines))),
        bumps=(),
        extent_px=extent,
        extent_mm=None if per_px is None else extent * per_px,
        spacing_px=spacing,
        spacing_mm=None if per_px is None else spacing * per_px,
        evenness=max(series.gaps_px) / min(series.gaps_px),
        faint_px=tuple(faint),
    )


def _shows(line: Candidate, course: FloatArray, mm: float) -> bool:
    """Return whether a candidate lies on a line of a series."""
    if line.kind is not Kind.SCLEROTIC:
        return False
    shares = np.linspace(0, len(course) - 1, 8 * len(course))
    fine = np.stack([np.interp(shares, np.arange(len(course)), part) for part in course.T], axis=1)
    away = np.linalg.norm(line.path_px[:, None] - fine[None, :], axis=2)
    # Of the shorter of both: a path may be a piece of its line, or go on beyond it.
    return bool(max((away.min(axis=axis) * mm <= _SAME_MM).mean() for axis in (0, 1)) >= _SHOWN)


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
