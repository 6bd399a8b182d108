"""The sizes of a bump as they are told: freed of what is always lost of it, each with its 95 % interval."""

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from .shape import BumpShape

_LOG_POWER = -0.75  # a high bump is measured more surely than a low one, by that power of its height
_HEIGHT_SD_PX = 0.5  # beside the scatter of the outline
_SHAFT_SHARE = 0.015


@dataclass(frozen=True)
class Size:
    """A number with its 95 % interval.

    Parameters
    ----------
    value, low, high : float
        In the unit that the function which returns it names.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SizeModel:
    """What is lost of bumps, and how far their sizes lay off; from simulated ones, `tools/fit_bumps.py`.

    Parameters
    ----------
    height_px : float
        By so much a height is measured too low.
    low_ends_px : float
        What is lower than that is not seen at both ends of a bump.
    height, length, area, callus_index, shaft : tuple of (float, float)
        How far truth lies below and above in 95 % of cases, in the units that the functions below name.
    """

    height_px: float
    low_ends_px: float
    height: tuple[float, float]
    length: tuple[float, float]
    area: tuple[float, float]
    callus_index: tuple[float, float]
    shaft: tuple[float, float]

    def height_of(self, shape: BumpShape) -> Size:
        """Return the height in working pixels.

        Notes
        -----
        The scale is the scatter of the outline beside the bump and half a pixel.
        """
        value, sd = shape.height_px + self.height_px, height_sd_px(shape)
        return Size(value, max(0.0, value + self.height[0] * sd), value + self.height[1] * sd)

    def length_of(self, shape: BumpShape) -> Size:
        """Return the length in working pixels.

        Notes
        -----
        The ends of a bump rise about evenly: where they are lower than b they are not seen, so a share of
        b / height of the length is lost. The scale is logarithmic, and falls with the height.
        """
        value = shape.length_px * (1 + self.low_ends_px / (shape.height_px + self.height_px))
        return self._in_logarithms(value, shape, self.length)

    def area_of(self, shape: BumpShape) -> Size:
        """Return the area in square working pixels: with the lost ends, and as much higher."""
        height = shape.height_px + self.height_px
        lost = self.low_ends_px**2 * shape.length_px / (2 * height)
        value = shape.area_px2 * height / max(shape.height_px, 1e-6) + lost
        return self._in_logarithms(value, shape, self.area)

    def shaft_of(self, distance_px: float) -> Size:
        """Return the diameter of the bone without the bump; the scale is logarithmic."""
        low, high = self.shaft
        return Size(distance_px, distance_px * math.exp(low), distance_px * math.exp(high))

    def index_of(self, shape: BumpShape, distance_px: float) -> Size:
        """Return the diameter with the bump over that without."""
        height = shape.height_px + self.height_px
        value, sd = 1 + height / distance_px, index_sd(shape, height, distance_px)
        low, high = self.callus_index
        return Size(value, max(1.0, value + low * sd), value + high * sd)

    def _in_logarithms(self, value: float, shape: BumpShape, ends: tuple[float, float]) -> Size:
        scale = log_scale(shape.height_px + self.height_px)
        return Size(value, value * math.exp(ends[0] * scale), value * math.exp(ends[1] * scale))


def height_sd_px(shape: BumpShape) -> float:
    """Return the scale on which heights err, in working pixels."""
    return math.hypot(_HEIGHT_SD_PX, shape.flank_px)


def log_scale(height_px: float) -> float:
    """Return the scale on which the logarithms of lengths and areas err.

    Examples
    --------
    >>> round(log_scale(16.0), 3)
    0.125
    """
    return math.pow(max(height_px, 1.0), _LOG_POWER)


def index_sd(shape: BumpShape, height_px: float, distance_px: float) -> float:
    """Return the scale on which callus indices err."""
    return math.hypot(height_sd_px(shape) / distance_px, height_px / distance_px * _SHAFT_SHARE)


@cache
def shipped_size_model() -> SizeModel:
    """Return the model in the package; `tools/fit_bumps.py` writes it."""
    text = files(__package__).joinpath("models", "bumps.json").read_text(encoding="utf-8")
    sizes = json.loads(text)["sizes"]
    names = ("height", "length", "area", "callus_index", "shaft")
    ends = {name: (float(sizes[name][0]), float(sizes[name][1])) for name in names}
    return SizeModel(float(sizes["height_px"]), float(sizes["low_ends_px"]), **ends)
