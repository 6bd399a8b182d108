"""Evenly spaced bright lines across a bone, found together: faint ones count where they are parallel."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from ..detection import Polarity, RidgePath
from .courses import nearest
from .features import FeatureTable
from .maps import AxisMap
from .straightened import parallels_of, to_end_px

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

# Pixels of the working image, a quarter of a millimetre each.
_GAP_PX = (6.0, 48.0)  # from one line to the next
_EVEN = 2.5  # largest over smallest of these gaps
_FARTHEST_PX = 120.0  # along the axis, from the line that the others are compared with
_SAME_PX = 4.0  # so near along the axis, two lines are one
_STRAYS_PX = 3.6  # root mean square of the distance of parallels
_LEANS = math.tan(math.radians(9))
_BESIDE = 0.5  # share of the shorter line that lies beside the longer one
_POINTS = 15
_MOST_FIRST = 8  # lines that the others are compared with
_FIRST_FROM = -3.0  # in natural logarithms, as all strengths here
_PATH_FROM, _PATH_TO = -4.5, 0.5  # strengths of a path that count
_ANSWER_FROM, _ANSWER_TO = 2.0, 7.0  # answers of a parallel that count
_LEAST_LINES = 3
_FROM_END_PX = 240  # 6 cm
_OF_SUM = 0.15  # a series is as strong as its third line, and a little by the others


@dataclass(frozen=True)
class SeriesModel:
    """How much a bright path looks like a line of such a series, and from where on one is named.

    Parameters
    ----------
    weights : mapping of str to float
        By the names of features.
    constant : float
    named_from : float
        Strength that one picture in a hundred without such lines reaches.
    """

    weights: dict[str, float]
    constant: float
    named_from: float

    def strengths(self, table: FeatureTable) -> FloatArray:
        """Return the strength of each path, in natural logarithms."""
        columns = [table.names.index(name) for name in self.weights]
        values = np.nan_to_num(table.values[:, columns].astype(np.float64))
        return np.asarray(values @ np.array(list(self.weights.values())) + self.constant)


@dataclass(frozen=True)
class SeriesLine:
    """One line of a series.

    Parameters
    ----------
    points_px : (N, 2) float array
        (row, column) on the working image; of a line that no path shows, those of a parallel.
    path : int or None
        Its path; None: only the parallels of another line show it.
    shift_px : float
        Along the axis, from the line that the others were compared with.
    """

    points_px: FloatArray
    path: int | None
    shift_px: float


@dataclass(frozen=True)
class LineSeries:
    """Evenly spaced parallel lines, in order along the bone.

    Parameters
    ----------
    lines : tuple of SeriesLine
        Three or more.
    strength : float
    from_end_px : float or None
        From one of its lines to the end of the bone; None: no end is seen within 6 cm.
    """

    lines: tuple[SeriesLine, ...]
    strength: float
    from_end_px: float | None


@dataclass(frozen=True)
class _Level:
    """A place along the axis where a line may be."""

    shift_px: float
    answer: float
    strength: float
    path: int | None

    @property
    def weight(self) -> float:
        return self.answer + self.strength


def line_series(
    paths: Sequence[RidgePath],
    table: FeatureTable,
    *,
    image: FloatImage,
    searched: Mask,
    axis: AxisMap,
    model: SeriesModel,
) -> tuple[LineSeries, ...]:
    """Return the series of parallel bright lines that are strong enough to be named, the strongest first.

    Parameters
    ----------
    paths : sequence of RidgePath
        Of both polarities.
    table : FeatureTable
        A row for each.
    image : (R, C) float32 array
        The working image, a quarter of a millimetre per pixel.
    searched : (R, C) bool array
        Where lines may lie.
    axis : AxisMap
        Through a window as wide as a shaft.
    model : SeriesModel

    Notes
    -----
    Each of the likeliest lines is taken for the first in turn. Others of the kind are looked for along the
    axis of the bone in two ways: paths that run parallel to it, however faint, and parallels of the line
    itself that answer as a line does (`parallels_of`). Of all chains whose gaps differ by a factor of at most
    2.5, the one with the largest sum is kept.
    """
    strengths = model.strengths(table)
    bright = np.array([path.polarity is Polarity.BRIGHT for path in paths])
    order = [int(place) for place in np.argsort(-strengths, kind="stable") if bright[place]]
    faint = [place for place in order if strengths[place] >= _PATH_FROM]
    found = []
    for first in order[:_MOST_FIRST]:
        if strengths[first] < _FIRST_FROM:
            break
        points = paths[first].points_px
        turn = float(nearest(axis.axis_rad, points.mean(axis=0)[None])[0])
        along = np.array([math.sin(turn), math.cos(turn)])
        others = {place: (paths[place].points_px, float(strengths[place])) for place in faint}
        chain = _best_chain(_levels(first, others, along, image, searched))
        if chain and _strength(chain) >= model.named_from:
            found.append(_series(chain, points, along, paths, image))
    found.sort(key=lambda series: -series.strength)
    return _apart(found)


def _series(
    chain: Sequence[_Level],
    first: FloatArray,
    along: FloatArray,
    paths: Sequence[RidgePath],
    image: FloatImage,
) -> LineSeries:
    lines = []
    for level in chain:
        own = first + level.shift_px * along if level.path is None else paths[level.path].points_px
        lines.append(SeriesLine(own, level.path, level.shift_px))
    ends = [to_end_px(line.points_px, along, image=image, most_px=_FROM_END_PX) for line in lines]
    return LineSeries(
        tuple(lines), _strength(chain), min((end for end in ends if end is not None), default=None)
    )


def _levels(
    first: int,
    others: dict[int, tuple[FloatArray, float]],
    along: FloatArray,
    image: FloatImage,
    searched: Mask,
) -> list[_Level]:
    """Return where lines may be along the axis, the first at 0, in order."""
    own = others[first][0]
    parallels = parallels_of(own, along, image=image, searched=searched)
    levels = [
        _Level(
            float(parallels.shift_px[top]), min(parallels.answer[top], _ANSWER_TO) - _ANSWER_FROM, 0.0, None
        )
        for top in parallels.tops(_ANSWER_FROM)
    ]
    for place, (points, strength) in others.items():  # the strongest first
        shift = 0.0 if place == first else _shift_of(points, own, along)
        if shift is None or (place != first and abs(shift) < _SAME_PX):
            continue
        near = min(levels, key=lambda level: abs(level.shift_px - shift), default=None)
        value = min(strength, _PATH_TO) - _PATH_FROM
        if near is None or abs(near.shift_px - shift) >= _SAME_PX:
            levels.append(_Level(shift, 0.0, value, place))
        elif near.path is None:
            levels[levels.index(near)] = _Level(near.shift_px, near.answer, value, place)
    return sorted(levels, key=lambda level: level.shift_px)


def _shift_of(points: FloatArray, first: FloatArray, along: FloatArray) -> float | None:
    """Return how far along the axis a line lies from the first; None where it is no parallel beside it."""
    aside = np.array([-along[1], along[0]])
    own, other = (line[np.argsort(line @ aside)] for line in (first, points))
    own_at, other_at = own @ aside, other @ aside
    low, high = max(own_at[0], other_at[0]), min(own_at[-1], other_at[-1])
    if high - low < _BESIDE * min(np.ptp(own_at), np.ptp(other_at)) or high <= low:
        return None
    at = np.linspace(low, high, _POINTS)
    apart = np.interp(at, other_at, other @ along) - np.interp(at, own_at, own @ along)
    lean = float(np.polyfit(at, apart, 1)[0])
    shift = float(apart.mean())
    if abs(shift) > _FARTHEST_PX or float(apart.std()) > _STRAYS_PX or abs(lean) > _LEANS:
        return None
    return shift


def _best_chain(levels: Sequence[_Level]) -> list[_Level]:
    """Return the evenly spaced levels, the first line among them, that are strongest; empty: under three."""
    best: list[_Level] = []
    shift = np.array([level.shift_px for level in levels])
    gaps = shift[None, :] - shift[:, None]
    for least in np.unique(gaps[(gaps >= _GAP_PX[0]) & (gaps <= _GAP_PX[1])]).tolist():
        fits = (gaps >= least - 1e-9) & (gaps <= min(_EVEN * least, _GAP_PX[1]))
        for chain in _chains(levels, fits):
            if len(chain) >= _LEAST_LINES and min(abs(level.shift_px) for level in chain) < _SAME_PX:
                best = max(best, chain, key=_strength)
    return best


def _chains(levels: Sequence[_Level], fits: Mask) -> list[list[_Level]]:
    """Return the chain with the largest sum that ends at each level."""
    total = [level.weight for level in levels]
    before = [-1] * len(levels)
    for end in range(len(levels)):
        for place in np.flatnonzero(fits[:end, end]).tolist():
            if total[place] + levels[end].weight > total[end]:
                total[end], before[end] = total[place] + levels[end].weight, place
    chains = []
    for end in range(len(levels)):
        chain = [end]
        while before[chain[-1]] >= 0:
            chain.append(before[chain[-1]])
        chains.append([levels[place] for place in reversed(chain)])
    return chains


def _strength(chain: Sequence[_Level]) -> float:
    weights = sorted((level.weight for level in chain), reverse=True)[:_LEAST_LINES]
    return weights[-1] + _OF_SUM * sum(weights) if len(weights) == _LEAST_LINES else 0.0


def _apart(found: Sequence[LineSeries]) -> tuple[LineSeries, ...]:
    """Return the series that share no place with a stronger one."""
    kept: list[LineSeries] = []
    for series in found:
        middles = np.array([line.points_px.mean(axis=0) for line in series.lines])
        taken = [line.points_px.mean(axis=0) for other in kept for line in other.lines]
        if all(np.linalg.norm(middles - place, axis=1).min() > _FARTHEST_PX for place in taken):
            kept.append(series)
    return tuple(kept)


@cache
def shipped_series_model() -> SeriesModel:
    """Return the model in the package; `tools/fit_series.py` writes it."""
    text = (resources.files(__package__) / "models" / "series.json").read_text(encoding="utf-8")
    record = json.loads(text)
    return SeriesModel(record["weights"], float(record["constant"]), float(record["named_from"]))
