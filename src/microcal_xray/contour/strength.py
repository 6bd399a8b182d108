"""How strong a bump is: a sum of a few terms, and how many as strong a picture without any has."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from .shape import BumpShape

FloatArray = npt.NDArray[np.float64]

FEATURES = (
    "log_z", "log_flank", "turn", "convex", "beyond", "log_contrast", "bright", "log_height", "log_length",
    "log_slim", "one_sided", "log_step_share", "log_fill", "lean", "from_end",
)  # fmt: skip
_MOST, _LEAST = 100.0, 1e-4  # false bumps per picture that are told apart


def features(shape: BumpShape) -> FloatArray:
    """Return what the strength is made of, in the order of `FEATURES`; free of any unit of length but pixels.

    Parameters
    ----------
    shape : BumpShape
    """
    return np.array(
        [
            math.log(min(max(shape.z, 0.3), 60.0)),
            math.log(min(max(shape.flank_px, 0.08), 4.0)),
            min(abs(shape.turn_rad), 1.5),
            min(max(shape.turn_rad, 0.0), 1.5),
            min(abs(shape.beyond), 1.5),
            math.log(min(max(shape.contrast, 0.02), 2.0)),
            max(shape.contrast - 0.7, 0.0),
            math.log(min(max(shape.height_px, 1.0), 30.0)),
            math.log(min(max(shape.length_px, 8.0), 200.0)),
            abs(math.log(max(shape.height_px, 1.0) / max(shape.length_px, 8.0) / 0.18)),
            1.0 if shape.flanks < 2 else 0.0,
            math.log(min(max(shape.step_share, 0.05), 1.5)),
            math.log(min(max(shape.area_px2 / max(shape.height_px * shape.length_px, 1e-6), 0.3), 1.0)),
            min(shape.lean, 0.5),
            shape.from_end_px / 160,
        ]
    )


@dataclass(frozen=True)
class BumpModel:
    """Fitted weights and the rate of false bumps over their sum.

    Parameters
    ----------
    weights : (F,) float array
        Of `FEATURES`.
    constant : float
    strengths, false_bumps : (N,) float array
        Rising strengths, and how many bumps at least as strong a picture without any has, falling.
    """

    weights: FloatArray
    constant: float
    strengths: FloatArray
    false_bumps: FloatArray

    def strength(self, shape: BumpShape) -> float:
        """Return the sum of the terms, in natural logarithms."""
        return float(features(shape) @ self.weights + self.constant)

    def false_bumps_at(self, strength: float) -> float:
        """Return the expected number of bumps at least as strong on a picture without any.

        Notes
        -----
        Between the fitted places the logarithm of the rate is interpolated. Beyond the last one no picture
        says anything: there the rate falls as the odds that the strength stands for, by e for each unit.
        """
        rates = np.log(self.false_bumps)
        rate = float(np.interp(strength, self.strengths, rates))
        rate -= max(0.0, strength - float(self.strengths[-1]))
        return min(max(math.exp(rate), _LEAST), _MOST)


@cache
def shipped_bump_model(*, of_pictures: bool = False) -> BumpModel:
    """Return the model in the package; `tools/fit_bumps.py` writes it.

    Parameters
    ----------
    of_pictures : bool
        With the rates on real JPEG and PNG pictures instead of those on simulated radiographs.
    """
    text = files(__package__).joinpath("models", "bumps.json").read_text(encoding="utf-8")
    record = json.loads(text)
    rates = record["pictures"] if of_pictures else record
    return BumpModel(
        _ordered(record["weights"]),
        float(record["constant"]),
        np.array(rates["strengths"], np.float64),
        np.array(rates["false_bumps"], np.float64),
    )


def _ordered(weights: dict[str, float]) -> FloatArray:
    names: Sequence[str] = FEATURES
    return np.array([weights[name] for name in names], np.float64)
