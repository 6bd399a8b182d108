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
    "length",
    "coherence",
    "across",
    "context",
    "presentation",
    "picture",
)
SCHEMA = "microcal-limit/1"
_USUAL_LENGTH_PX = 40.0
_CASES = 0.8416212335729143  # standard deviations over the middle that hold 80 % of cases


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
        Height of a line before blur over the step from soft tissue to bone, up to which it was fitted.
    """

    coefficients: Mapping[str, float]
    line_sd: float
    place_sd: float
    picture_sd: float
    reach_px: float
    largest_peak: float

    @property
    def slope(self) -> float:
        """Growth of the score with the natural logarithm of the contrast."""
        return self.coefficients["signal"] + self.coefficients["peak"]

    @property
    def whole_sd(self) -> float:
        """Standard deviation of the score of lines anywhere, in any picture."""
        return math.sqrt(self.line_sd**2 + self.place_sd**2 + self.picture_sd**2)

    def mean(self, features: Mapping[str, FloatArray | float]) -> FloatArray:
        """Return the mean score of lines with these features."""
        return np.asarray(sum(self.coefficients[name] * np.asarray(features[name]) for name in FEATURES))

    def least_log_contrast(
        self, score_of_unit: FloatArray, *, false_marks: float, sd: FloatArray | float | None = None
    ) -> FloatArray:
        """Return the natural logarithm of the contrast at which 80 % of lines score high enough.

        Parameters
        ----------
        score_of_unit : float array
            Mean score at a contrast of 1.
        false_marks : float
        sd : float array, optional
            Of the score about that mean. None: of lines anywhere.
        """
        spread = self.whole_sd if sd is None else np.asarray(sd)
        return np.asarray((-math.log10(false_marks) + _CASES * spread - score_of_unit) / self.slope)


def features_of(
    *,
    signal: FloatArray | float,
    peak: FloatArray | float,
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
        "length": math.log(length_px / _USUAL_LENGTH_PX),
        "coherence": coherence,
        "across": coherence * np.sin(angle_rad) ** 2,
        "context": context,
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
