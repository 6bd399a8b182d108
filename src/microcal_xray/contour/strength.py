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
SHELL_FEATURES = (
    "log_ridge_z", "too_bright", "stray", "log_step_share", "from_end", "beyond",
)  # fmt: skip
_BRIGHT = 0.4  # of the step to the cortex: no thin shell is brighter
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


def shell_features(shape: BumpShape) -> FloatArray:
    """Return what the strength of a shell beside its cortex is made of, in the order of `SHELL_FEATURES`.

    Parameters
    ----------
    shape : BumpShape

    Raises
    ------
    ValueError
        If it was found on the outline itself.
    """
    ridge = shape.shell
    if ridge is None:
        raise ValueError("the bump lies on the outline; it has no shell beside it")
    return np.array(
        [
            math.log(min(max(ridge.z, 1.0), 60.0)),
            max(0.0, math.log(min(ridge.share, 4.0) / _BRIGHT)),
            min(ridge.stray_px, 2.0),
            math.log(min(max(shape.step_share, 0.05), 1.5)),
            shape.from_end_px / 160,
            min(abs(shape.beyond), 1.5),
        ]
    )


@dataclass(frozen=True)
class ShellModel:
    """Fitted weights of shells beside the cortex, and their own rate.

    Parameters
    ----------
    weights : (F,) float array
        Of `SHELL_FEATURES`.
    constant : float
    strengths, false_bumps : (N,) float array
        Rising strengths, and at how many false bumps per picture shells at least as strong are listed: many
        times as many as there are false shells, so that these add little to the bumps.
    """

    weights: FloatArray
    constant: float
    strengths: FloatArray
    false_bumps: FloatArray

    def false_bumps_of(self, shape: BumpShape) -> float:
        """Return at which rate of false bumps a shell is listed."""
        strength = float(shell_features(shape) @ self.weights + self.constant)
        return _rate_at(strength, self.strengths, self.false_bumps)


def _rate_at(strength: float, strengths: FloatArray, false_bumps: FloatArray) -> float:
    rate = float(np.interp(strength, strengths, np.log(false_bumps)))
    rate -= max(0.0, strength - float(strengths[-1]))
    return min(max(math.exp(rate), _LEAST), _MOST)


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
    shells : ShellModel
    """

    weights: FloatArray
    constant: float
    strengths: FloatArray
    false_bumps: FloatArray
    shells: ShellModel

    def strength(self, shape: BumpShape) -> float:
        """Return the sum of the terms, in logarithms; of a shell, that of a bump listed at its rate."""
        if shape.shell is None:
            return float(features(shape) @ self.weights + self.constant)
        rate = math.log(self.shells.false_bumps_of(shape))
        rates = np.log(self.false_bumps)
        beyond = max(0.0, float(rates[-1]) - rate)
        return float(np.interp(-rate, -rates, self.strengths)) + beyond

    def false_bumps_at(self, strength: float) -> float:
        """Return the expected number of bumps at least as strong on a picture without any.

        Notes
        -----
        Between the fitted places the logarithm of the rate is interpolated. Beyond the last one no picture
        says anything: there the rate falls as the odds that the strength stands for, by e for each unit.
        """
        return _rate_at(strength, self.strengths, self.false_bumps)


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
    shells = record["shells"]
    return BumpModel(
        _ordered(record["weights"], FEATURES),
        float(record["constant"]),
        np.array(rates["strengths"], np.float64),
        np.array(rates["false_bumps"], np.float64),
        ShellModel(
            _ordered(shells["weights"], SHELL_FEATURES),
            float(shells["constant"]),
            np.array(shells["strengths"], np.float64),
            np.array(shells["false_bumps"], np.float64),
        ),
    )


def _ordered(weights: dict[str, float], names: Sequence[str]) -> FloatArray:
    return np.array([weights[name] for name in names], np.float64)
