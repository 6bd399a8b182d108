"""What the detector's score of a line would be at places of a picture, and the smallest line that passes."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..findings import Kind
from ..radiograph import Intent
from .ground import Ground, line_profile
from .model import LineModel, features_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

# Working pixels, 0.75 mm: wider gaps are no thin lines, and the widest of them are marked less often again.
LARGEST_WIDTH_PX = 3.0
_SMALLEST_WIDTH_PX = 0.04
_WIDTHS = 12
_BAND_PX = 4.0  # of a sclerotic band: 1 mm
_CASES = 0.8


@dataclass(frozen=True)
class LineAt:
    """A line, apart from its contrast.

    Parameters
    ----------
    kind : Kind
    angle_to_bone_rad : float
        0 along the bone, pi/2 across; negative on the other side.
    length_px : float
        In working pixels.
    smear_px : float
        Width over which a tilt to the beam smears it, in working pixels.
    """

    kind: Kind
    angle_to_bone_rad: float
    length_px: float
    smear_px: float = 0.0

    def box_px(self, width_px: float) -> float:
        """Return the width before blur of a line of that equivalent width."""
        return max(width_px, self.smear_px, _BAND_PX if self.kind is Kind.SCLEROTIC else 0.0)


@dataclass(frozen=True)
class Scores:
    """The score at N places over the equivalent width of a line there.

    Parameters
    ----------
    widths_px : (W,) float array
        Equivalent widths, rising, in working pixels.
    mean : (W, N) float array
    sd : (N,) float array
    """

    widths_px: FloatArray
    mean: FloatArray
    sd: FloatArray

    def marked(self, false_marks: float) -> FloatArray:
        """Return the share of lines that are marked, (W, N)."""
        # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
        from scipy.special import ndtr

        return np.asarray(ndtr((self.mean + math.log10(false_marks)) / self.sd))

    def least_width_px(self, false_marks: float) -> FloatArray:
        """Return the smallest width of which 80 % are marked at each place, (N,); infinite where none is."""
        return _first_crossing(self.widths_px, self.marked(false_marks))

    def least_width_of_all_px(self, false_marks: float) -> float:
        """Return the smallest width of which 80 % are marked over all places; infinite where none is."""
        if self.mean.shape[1] == 0:
            return math.inf
        return float(_first_crossing(self.widths_px, self.marked(false_marks).mean(axis=1)[:, None])[0])


@dataclass(frozen=True)
class Answers:
    """The answers of the filters to a line over its equivalent width, for a step of 1.

    Parameters
    ----------
    widths_px : (W,) float array
    unit : (W, K) float array
        Of K filters, to a line as wide but of a contrast that integrates to 1 working pixel.
    peaks : (W,) float array
        Height of the blurred line.
    """

    widths_px: FloatArray
    unit: FloatArray
    peaks: FloatArray

    def signal(self, step: FloatArray, levels: FloatArray) -> FloatArray:
        """Return the largest answer over the usual one, (W, N), for steps (N,) and usual levels (K, N)."""
        best = (self.unit[:, :, None] / levels).max(axis=1)
        return np.asarray(self.widths_px[:, None] * step * best)


def scores_at(
    ground: Ground,
    model: LineModel,
    line: LineAt,
    places: tuple[IntArray, IntArray],
    *,
    context: FloatArray | float,
    intent: Intent,
    shift: FloatArray | float = 0.0,
    sd: FloatArray | float | None = None,
    answers: Answers | None = None,
) -> Scores:
    """Return the scores of a line at places of the map.

    Parameters
    ----------
    ground : Ground
    model : LineModel
        Of the kind of the line.
    line : LineAt
    places : (rows, columns)
        Of N blocks.
    context : (N,) float array
        What the ranking says of the bone around each place.
    intent : Intent
    shift : (N,) float array
        Added to the mean: what probes have shown.
    sd : (N,) float array, optional
        None: that of lines anywhere.
    answers : Answers, optional
        To the line, when they are known already.
    """
    step = ground.step[places].astype(np.float64)
    known = answers_to(ground, line) if answers is None else answers
    features = features_of(
        signal=known.signal(step, ground.levels_along(line.angle_to_bone_rad, places)),
        peak=known.peaks[:, None],
        width_px=known.widths_px[:, None],
        length_px=line.length_px,
        coherence=ground.coherence[places].astype(np.float64),
        context=context,
        angle_rad=line.angle_to_bone_rad,
        intent=intent,
    )
    spread = np.broadcast_to(np.asarray(model.whole_sd if sd is None else sd, np.float64), step.shape)
    return Scores(known.widths_px, model.mean(features) + shift, spread)


def answers_to(ground: Ground, line: LineAt) -> Answers:
    """Return the answers to a line over its equivalent width; its angle does not matter."""
    widths = np.geomspace(_SMALLEST_WIDTH_PX, LARGEST_WIDTH_PX, _WIDTHS)
    profiles = np.array(
        [line_profile(box_px=line.box_px(width), blur_px=ground.blur_px) for width in widths.tolist()]
    )
    unit = np.stack([each.answer(profiles, line.length_px) for each in ground.filters], axis=1)
    return Answers(widths, np.maximum(unit, 1e-9), widths * profiles.max(axis=1))


def best_answer(ground: Ground, levels: FloatArray, profile: FloatArray, length_px: float) -> FloatArray:
    """Return the largest answer of the filters to a line of unit contrast over the usual one, (N,).

    Parameters
    ----------
    ground : Ground
    levels : (K, N) float array
    profile : (P,) float array
        See `line_profile`.
    length_px : float
    """
    answers = np.array([each.answer(profile, length_px) for each in ground.filters])
    return np.asarray((np.maximum(answers, 1e-9)[:, None] / levels).max(axis=0))


def _first_crossing(widths: FloatArray, marked: FloatArray) -> FloatArray:
    """Return where each column first passes 80 %, interpolated in the logarithm."""
    over = marked >= _CASES
    index = over.argmax(axis=0)
    reached = over.any(axis=0)
    before = np.maximum(index - 1, 0)
    columns = np.arange(marked.shape[1])
    low, high = marked[before, columns], marked[index, columns]
    share = np.where(high > low, (_CASES - low) / np.where(high > low, high - low, 1), 0)
    log = np.log(widths)
    found = np.exp(log[before] + np.clip(share, 0, 1) * (log[index] - log[before]))
    return np.asarray(np.where(reached, found, math.inf))
