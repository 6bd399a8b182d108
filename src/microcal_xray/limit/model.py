"""How strongly the detector's ranking answers to a line of given contrast: a few fitted coefficients."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import MicrocalError
from ..radiograph import Intent

FloatArray = npt.NDArray[np.float64]

FEATURES = (
    "one",
    "signal",
    "peak",
    "signal_peak",
    "width",
    "length",
    "coherence",
    "across",
    "context",
    "signal_context",
    "presentation",
    "picture",
)
SCHEMA = "microcal-limit/3"
SCORE_RANGE = (-1.0, 1.0)  # 10 to 0.1 false marks: a score beyond says only that it is beyond
_USUAL_LENGTH_PX = 40.0


@dataclass(frozen=True)
class LineModel:
    """The score of a line of one kind: normal around a mean that is linear in the features.

    Parameters
    ----------
    coefficients : dict of str to float
        By the names of `FEATURES`.
    line_sd : float
        Of the score of lines at one place.
    place_sd, picture_sd : float
        Of what places in a picture, and pictures, have in common beyond the mean.
    reach_px : float
        Distance, in working pixels, over which what places have in common falls to 1/e.
    largest_peak : float
        Height of the blurred line over the step from soft tissue to bone, up to which it was fitted.
    """

    coefficients: Mapping[str, float]
    line_sd: float
    place_sd: float
    picture_sd: float
    reach_px: float
    largest_peak: float

    @property
    def whole_sd(self) -> float:
        """Standard deviation of the score of lines anywhere, in any picture."""
        return math.sqrt(self.line_sd**2 + self.place_sd**2 + self.picture_sd**2)

    def mean(self, features: Mapping[str, FloatArray | float]) -> FloatArray:
        """Return the mean score of such lines; minus infinity for lines higher than those fitted on."""
        values = {name: np.asarray(features[name], np.float64) for name in FEATURES}
        seen = values["peak"] <= math.log(self.largest_peak) + 1e-9
        total = sum(self.coefficients[name] * values[name] for name in FEATURES)
        return np.asarray(np.where(seen, total, -np.inf))


def rest_over(score: FloatArray, mean: FloatArray, sd: float) -> FloatArray:
    """Return how much scores lie over their mean; of a score out of `SCORE_RANGE`, the mean of what could be.

    Parameters
    ----------
    score, mean : (N,) float array
    sd : float
        Of scores around their mean.

    Examples
    --------
    >>> rest_over(np.array([0.5, 3.0, -9.0]), np.zeros(3), 1.0).round(2).tolist()
    [0.5, 1.53, -1.53]
    """
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    from scipy.special import log_ndtr

    low, high = ((edge - mean) / sd for edge in SCORE_RANGE)
    # The mean of a normal variable beyond an edge, the inverse Mills ratio.
    under, over = (
        np.exp(-0.5 * edge**2 - log_ndtr(side)) / math.sqrt(2 * math.pi)
        for edge, side in ((low, low), (high, -high))
    )
    faintest, clearest = SCORE_RANGE
    known = np.where(score >= clearest, mean + sd * over, score)
    return np.asarray(np.where(score <= faintest, -sd * under, known - mean))


def features_of(
    *,
    signal: FloatArray | float,
    peak: FloatArray | float,
    width_px: FloatArray | float,
    length_px: float,
    coherence: FloatArray | float,
    angle_rad: FloatArray | float,
    context: FloatArray | float,
    intent: Intent,
) -> dict[str, FloatArray | float]:
    """Return the features of lines.

    Parameters
    ----------
    signal : float array
        Answer of the best filter to the line over its usual answer there; over 0.
    peak : float array
        Height of the blurred line over the step from soft tissue to bone; over 0.
    width_px : float array
        Equivalent width, in working pixels; over 0.
    length_px : float
        In working pixels.
    coherence, angle_rad : float array
        How clear the bone's axis is, 0 to 1, and the angle of the line to it.
    context : float array
        What the ranking says of the bone around, in natural logarithms; see `Contexts`.
    intent : Intent
        What the radiograph was made for; the detector's dial knows three cases.
    """
    return {
        "one": 1.0,
        "signal": np.log(signal),
        "peak": np.log(peak),
        "signal_peak": np.log(signal) * np.log(peak),
        "width": np.log(width_px),
        "length": math.log(length_px / _USUAL_LENGTH_PX),
        "coherence": coherence,
        "across": coherence * np.sin(angle_rad) ** 2,
        "context": context,
        "signal_context": np.log(signal) * context,
        "presentation": float(intent is Intent.FOR_PRESENTATION),
        "picture": float(intent in (Intent.PICTURE, Intent.UNSPECIFIED)),
    }


@cache
def shipped_models() -> Mapping[str, LineModel]:
    """Return the models that come with the package, by kind of line: "lucent" and "sclerotic"."""
    text = files(__package__).joinpath("models", "limit.json").read_text(encoding="utf-8")
    return models_from(json.loads(text))


def models_from(document: Mapping[str, Any]) -> dict[str, LineModel]:
    """Return the models in a document as `tools/fit_limit.py` writes it.

    Raises
    ------
    MicrocalError
        If the document is of another schema or has other features.
    """
    if document.get("schema") != SCHEMA:
        raise MicrocalError(f"the limit model has schema {document.get('schema')!r}; {SCHEMA!r} is needed")
    models = {kind: LineModel(**values) for kind, values in document["kinds"].items()}
    for model in models.values():
        if set(model.coefficients) != set(FEATURES):
            raise MicrocalError(
                "the limit model has other features than this version; run tools/fit_limit.py"
            )
    return models
