"""Lines that are put into a picture to see whether they are marked, and what they teach about its places."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..findings import Kind
from ..image_limits import Compartment
from ..radiograph import Intent
from .ground import Ground, Places, line_profile
from .line_filter import BLOCK_PX
from .model import SCORE_RANGE, LineModel, features_of, rest_over
from .scores import LARGEST_WIDTH_PX, LineAt, best_answer

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

ALIKE_RAD = 0.5  # directions so far apart have little in common at one place
_APART_PX = 40.0  # between lines in one picture: they shall not disturb each other
_LENGTHS_PX = (16.0, 110.0)
_BAND_WIDTHS_PX = (2.0, 4.0, 8.0)
_COURSES_DEG = ((60.0, 90.0), (30.0, 60.0), (0.0, 30.0))
_COURSE_SHARES = (0.5, 0.3, 0.2)
_INSIDE_SHARE = 0.97
_TRIES = 12
_STEP_PX = 2.0


@dataclass(frozen=True)
class ProbeLine:
    """A line to be put into a picture.

    Parameters
    ----------
    line : LineAt
        Its smear is the tilt's.
    path_px : (N, 2) float array
        (row, column) on the working image.
    band_px : float
        Width of a sclerotic band; 0 for a gap.
    tilt_deg : float
        Of a gap to the beam.
    context : float
        What the ranking says of the bone around it; see `Contexts`.
    """

    line: LineAt
    path_px: FloatArray
    band_px: float = 0.0
    tilt_deg: float = 0.0
    context: float = 0.0

    @property
    def kind(self) -> Kind:
        """Lucent or sclerotic."""
        return self.line.kind

    @property
    def length_px(self) -> float:
        """Along the path."""
        return float(np.hypot(*np.diff(self.path_px, axis=0).T).sum())

    @property
    def direction_rad(self) -> float:
        """From end to end; 0 along a row."""
        down, right = self.path_px[-1] - self.path_px[0]
        return math.atan2(down, right)

    def box_px(self, width_px: float) -> float:
        """Return the width before blur of this line when its equivalent width is that."""
        return max(width_px, self.line.smear_px, self.band_px)


@dataclass(frozen=True)
class ProbePlace:
    """What the model needs to know of a line's place, means along it.

    Parameters
    ----------
    signal_of_unit : float
        Answer to a contrast of 1 over the usual answer.
    step : float
        From soft tissue to bone.
    peak_of_unit : float
        Height of the blurred line of width 1 over the step.
    coherence, angle_rad : float
        Of the bone's axis, and to it.
    context : float
        See `Contexts`.
    compartment : Compartment
    """

    signal_of_unit: float
    step: float
    peak_of_unit: float
    coherence: float
    angle_rad: float
    context: float
    compartment: Compartment

    def features(self, width_px: float, length_px: float, intent: Intent) -> dict[str, float]:
        """Return the features of a line of that equivalent width and length there."""
        found = features_of(
            signal=width_px * self.step * self.signal_of_unit,
            peak=width_px * self.peak_of_unit,
            width_px=width_px,
            length_px=length_px,
            coherence=self.coherence,
            angle_rad=self.angle_rad,
            context=self.context,
            intent=intent,
        )
        return {name: float(value) for name, value in found.items()}


def lines_by_lot(
    bone: Mask,
    axis_rad: FloatImage,
    count: int,
    rng: np.random.Generator,
    *,
    kinds: Sequence[Kind] = (Kind.LUCENT, Kind.LUCENT, Kind.SCLEROTIC),
    smears_px: Mapping[float, float] | None = None,
) -> list[ProbeLine]:
    """Return lines at random places of the bone, far enough from each other.

    Parameters
    ----------
    bone : (R, C) bool array
        Of the working image.
    axis_rad : (R, C) float32 array
    count : int
        At most so many; fewer where they find no room.
    rng : numpy.random.Generator
    kinds : sequence of Kind
        Drawn from with equal chance.
    smears_px : mapping of float to float, optional
        Tilts in degrees with their smear, equally likely; of gaps only. None: no tilt.
    """
    tilts = list((smears_px or {0.0: 0.0}).items())
    rows, columns = np.nonzero(bone)
    drawn: list[ProbeLine] = []
    for _ in range(count * _TRIES if len(rows) else 0):
        if len(drawn) == count:
            break
        index = int(rng.integers(len(rows)))
        start = int(rows[index]), int(columns[index])
        kind = kinds[int(rng.integers(len(kinds)))]
        length = float(np.exp(rng.uniform(*np.log(_LENGTHS_PX))))
        low, high = _COURSES_DEG[int(rng.choice(len(_COURSES_DEG), p=_COURSE_SHARES))]
        angle = math.radians(float(rng.uniform(low, high) * rng.choice((-1, 1))))
        path = _path(start, float(axis_rad[start]) + angle, length, float(rng.normal(0, 0.12)))
        tilt, smear = tilts[int(rng.integers(len(tilts)))]
        band = float(rng.choice(_BAND_WIDTHS_PX))
        if not _inside(bone, path) or not _alone(path, [each.path_px for each in drawn]):
            continue
        if kind is Kind.LUCENT:
            drawn.append(ProbeLine(LineAt(kind, angle, length, smear), path, 0.0, tilt))
        else:
            drawn.append(ProbeLine(LineAt(kind, angle, length), path, band))
    return drawn


def moved(probe: ProbeLine, rng: np.random.Generator) -> ProbeLine:
    """Return the line a little aside and turned, as another line of the same place would lie.

    Parameters
    ----------
    probe : ProbeLine
    rng : numpy Generator
        Draws how far.
    """
    turn = math.radians(float(rng.normal(0, 5)))
    matrix = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    middle = probe.path_px.mean(axis=0)
    path = (probe.path_px - middle) @ matrix.T + middle + rng.normal(0, 3, 2)
    return replace(probe, path_px=path)


def place_of(ground: Ground, probe: ProbeLine, width_px: float) -> ProbePlace:
    """Return what the model needs to know of a line; its width decides how wide it is before blur.

    Parameters
    ----------
    ground : Ground
    probe : ProbeLine
    width_px : float
        Equivalent width, in working pixels.
    """
    last = np.array(ground.bone.shape) - 1
    rows, columns = np.clip((probe.path_px // BLOCK_PX).astype(int), 0, last).T
    along = np.gradient(probe.path_px, axis=0)
    heading = np.arctan2(along[:, 0], along[:, 1])
    profile = line_profile(box_px=probe.box_px(width_px), blur_px=ground.blur_px)
    levels = ground.levels_in(heading, (rows, columns))
    coherence = ground.coherence[rows, columns]
    doubled = complex((coherence * np.exp(2j * (heading - ground.axis_rad[rows, columns]))).sum())
    is_outer = float(ground.outer[rows, columns].mean()) > 0.5
    return ProbePlace(
        signal_of_unit=float(best_answer(ground, levels, profile, probe.length_px).mean()),
        step=float(ground.step[rows, columns].mean()),
        peak_of_unit=float(profile.max()),
        coherence=float(coherence.mean()),
        angle_rad=float(np.angle(doubled)) / 2,
        context=probe.context,
        compartment=Compartment.OUTER if is_outer else Compartment.INNER,
    )


def width_for_signal(ground: Ground, probe: ProbeLine, signal: float) -> float:
    """Return the equivalent width, in working pixels, of which the filters answer so strongly.

    Parameters
    ----------
    ground : Ground
    probe : ProbeLine
    signal : float
        Answer over the usual one.
    """
    width_px = 0.5
    for _ in range(4):  # a wider line is another line to the filters: the answer is found in turns
        place = place_of(ground, probe, width_px)
        width_px = min(signal / (place.signal_of_unit * place.step), 2 * LARGEST_WIDTH_PX)
    return width_px


@dataclass(frozen=True)
class Probe:
    """A line that was put into the picture, and how it was scored.

    Parameters
    ----------
    kind : Kind
    row, column : float
        Of its middle, in working pixels.
    direction_rad : float
    expected : float
        Score that the model expects.
    score : float
        Of the candidates that show it; out of `SCORE_RANGE` it says only that it is beyond.
    """

    kind: Kind
    row: float
    column: float
    direction_rad: float
    expected: float
    score: float


class Taught:
    """What probes teach about lines elsewhere in the picture: ordinary kriging with the model's covariance.

    Parameters
    ----------
    ground : Ground
    models : mapping of str to LineModel
    probes : sequence of Probe

    Notes
    -----
    The score of a line is its expected one, plus what its picture and its place have in common with other
    lines, plus its own part. Of a score out of `SCORE_RANGE`, the mean of what could have been stands for it,
    with the whole variance.
    """

    def __init__(self, ground: Ground, models: Mapping[str, LineModel], probes: Sequence[Probe]) -> None:
        self._ground = ground
        self._models = models
        self._probes: dict[str, list[Probe]] = {}
        self._weights: dict[str, FloatArray] = {}
        self._inverse: dict[str, FloatArray] = {}
        for kind, model in models.items():
            own = [probe for probe in probes if probe.kind == kind and _tells(probe, model)]
            self._probes[kind] = own
            if not own:
                continue
            rest, variance = np.array([_rest(probe, model) for probe in own]).T
            at = _positions(own)
            inverse = np.linalg.inv(_covariance(model, *at, *at) + np.diag(variance))
            self._inverse[kind] = np.asarray(inverse, np.float64)
            self._weights[kind] = np.asarray(inverse @ rest, np.float64)

    def __call__(self, line: LineAt, places: Places) -> tuple[FloatArray | float, FloatArray | float | None]:
        """Return what to add to the score of a line at places, and the standard deviation that is left."""
        points = np.asarray((np.stack(places, axis=1) + 0.5) * BLOCK_PX, np.float64)
        heading = self._ground.axis_rad[places].astype(np.float64) + line.angle_to_bone_rad
        return self.at(line.kind, points, heading)

    def at(
        self, kind: Kind, points_px: FloatArray, heading_rad: FloatArray
    ) -> tuple[FloatArray | float, FloatArray | float | None]:
        """Return the same for lines of a kind about (N, 2) points in N directions on the picture."""
        model = self._models[kind]
        if not self._probes[kind]:
            return 0.0, None
        shared = _covariance(model, points_px, heading_rad, *_positions(self._probes[kind]))
        known = ((shared @ self._inverse[kind]) * shared).sum(axis=1)
        left = np.maximum(model.place_sd**2 + model.picture_sd**2 - known, 0) + model.line_sd**2
        return shared @ self._weights[kind], np.sqrt(left)


def _positions(probes: Sequence[Probe]) -> tuple[FloatArray, FloatArray]:
    points = np.array([(probe.row, probe.column) for probe in probes])
    return points, np.array([probe.direction_rad for probe in probes])


def _covariance(
    model: LineModel,
    points: FloatArray,
    heading: FloatArray,
    other_points: FloatArray,
    other_heading: FloatArray,
) -> FloatArray:
    apart = np.linalg.norm(points[:, None] - other_points[None], axis=2)
    turned = (heading[:, None] - other_heading[None] + math.pi / 2) % math.pi - math.pi / 2
    alike = np.exp(-apart / model.reach_px - (turned / ALIKE_RAD) ** 2)
    return np.asarray(model.picture_sd**2 + model.place_sd**2 * alike)


def _tells(probe: Probe, model: LineModel) -> bool:
    """Return whether a probe says more than that what everybody expects was so."""
    if not math.isfinite(probe.expected):
        return False  # a line as none that the model was fitted on
    faintest, clearest = SCORE_RANGE
    if probe.score <= faintest:
        return probe.expected > faintest - model.whole_sd
    return probe.score < clearest or probe.expected < clearest + model.whole_sd


def _rest(probe: Probe, model: LineModel) -> tuple[float, float]:
    """Return how much a probe scored over what is expected, and the variance of its own part."""
    faintest, clearest = SCORE_RANGE
    rest = rest_over(np.array([probe.score]), np.array([probe.expected]), model.whole_sd)
    is_known = faintest < probe.score < clearest
    return float(rest[0]), model.line_sd**2 if is_known else model.whole_sd**2


def _path(start: tuple[int, int], heading_rad: float, length_px: float, bend_rad: float) -> FloatArray:
    count = max(8, round(length_px / _STEP_PX))
    heading = heading_rad + np.linspace(-1, 1, count) * bend_rad
    path = np.cumsum(np.stack([np.sin(heading), np.cos(heading)], axis=1), axis=0) * (length_px / count)
    return np.asarray(path + np.array(start) - path[count // 2])


def _inside(bone: Mask, path: FloatArray) -> bool:
    places = np.rint(path).astype(int)
    if (places < 0).any() or (places >= bone.shape).any():
        return False
    return bool(bone[places[:, 0], places[:, 1]].mean() >= _INSIDE_SHARE)


def _alone(path: FloatArray, others: Sequence[FloatArray]) -> bool:
    if not others:
        return True
    taken = np.concatenate(others)
    return bool(np.linalg.norm(path[:, None] - taken[None], axis=2).min() >= _APART_PX)
