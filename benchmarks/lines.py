"""From the answer of a filter to scored lines, in the same way for every peer."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from linking import RidgeField, trace
from scene import Scene
from scipy import ndimage

from microcal_xray import Candidate, Kind, Tier

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]

LONGEST_LIST = 100
_HIGH_PER_LOW = 0.25  # share of the pixels over the upper threshold among those over the lower one
_DIRECTION_SIGMA_PX = 1.5
_SCORE_UNIT = 1000.0  # candidates.json keeps two decimals


class Ranking(StrEnum):
    """What the mean response of a line is measured in."""

    PICTURE_MEAN = "response over the mean response of the picture"
    ABSOLUTE = "response"


@dataclass(frozen=True)
class Choice:
    """How responses become a list; what the tuning chooses among.

    Parameters
    ----------
    share : float or None
        Share of the searched pixels down to which lines are followed. None: the peer links lines itself.
    inset_mm, inset_px : float
        Lines more than half of which lie closer than this to the end of the searched part are dropped.
    ranking : Ranking
        Times the square root of the length, this is the score.
    """

    share: float | None
    inset_mm: float
    inset_px: float
    ranking: Ranking


@dataclass(frozen=True)
class ScoredLine:
    """One line in the pixels of the scene, with its mean response."""

    kind: Kind
    path_px: FloatArray
    response: float


def traced(response: FloatImage, scene: Scene, *, kind: Kind, share: float) -> list[ScoredLine]:
    """Return the lines of a response: hysteresis, thinning to the crest, linking and bridging of gaps.

    The thresholds are quantiles of the response in the searched part. The linking is `linking.trace`; the
    direction that it needs, and filters do not give, is that of the crest of the response.
    """
    values = response[scene.searched]
    low, high = np.quantile(values, [1 - share, 1 - _HIGH_PER_LOW * share])
    if not high > 0:
        return []
    field = RidgeField(
        height=response,
        z=response,
        width_px=np.full(response.shape, scene.widths_px[0], np.float32),
        angle_rad=_crest_direction(response),
    )
    paths = trace(
        field,
        low_sd=max(float(low), float(np.finfo(np.float32).tiny)),
        high_sd=float(high),
        minimum_length_px=scene.minimum_length_px,
        usable=scene.searched,
    )
    return [ScoredLine(kind, path.points_px, float(path.z.mean())) for path in paths]


def listed(
    lines: list[ScoredLine],
    scene: Scene,
    *,
    choice: Choice,
    mean_response: dict[Kind, float],
) -> tuple[Candidate, ...]:
    """Return the strongest lines as the candidates of a picture, by falling score."""
    scored = [
        (_score(line, choice, mean_response[line.kind]), line)
        for line in lines
        if _length_px(line.path_px) >= scene.minimum_length_px and _is_inside(line, scene, choice)
    ]
    scored.sort(key=lambda pair: (-pair[0], pair[1].path_px[0].tolist()))
    return tuple(
        _candidate(number, score, line, scene)
        for number, (score, line) in enumerate(scored[:LONGEST_LIST], start=1)
    )


def _score(line: ScoredLine, choice: Choice, mean_response: float) -> float:
    unit = mean_response if choice.ranking is Ranking.PICTURE_MEAN and mean_response > 0 else 1.0
    return _SCORE_UNIT * line.response / unit * float(np.sqrt(_length_px(line.path_px)))


def _is_inside(line: ScoredLine, scene: Scene, choice: Choice) -> bool:
    inset_px = choice.inset_px if scene.mm_per_px is None else choice.inset_mm / scene.mm_per_px
    last = np.array(scene.searched.shape) - 1
    rows, columns = np.clip(np.rint(line.path_px).astype(int), 0, last).T
    return bool((scene.depth_px[rows, columns] > inset_px).mean() >= 0.5)


def _candidate(number: int, score: float, line: ScoredLine, scene: Scene) -> Candidate:
    length_px = _length_px(line.path_px)
    return Candidate(
        id=number,
        kind=line.kind,
        tier=Tier.STRONG,
        score=score,
        path_px=scene.grid.stored(line.path_px + np.array(scene.corner_px)),
        length_px=length_px,
        width_px=float("nan"),
        length_mm=None if scene.mm_per_px is None else length_px * scene.mm_per_px,
        width_mm=None,
        contrast_sd=float("nan"),
        angle_to_bone_deg=None,
    )


def _crest_direction(response: FloatImage) -> FloatImage:
    """Return the direction in which the response bends down least, [0, pi), 0 along a row."""
    rows, columns, mixed = (
        ndimage.gaussian_filter(response, _DIRECTION_SIGMA_PX, order=order)
        for order in ((2, 0), (0, 2), (1, 1))
    )
    return np.asarray(0.5 * np.arctan2(2 * mixed, columns - rows) % np.pi, np.float32)


def _length_px(path_px: FloatArray) -> float:
    return float(np.hypot(*np.diff(path_px, axis=0).T).sum())
