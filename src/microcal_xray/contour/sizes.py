"""The sizes of a bump as they are told: freed of what is always lost of it, each with its 95 % interval."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from .shape import BumpShape

_LAYER = 0.1  # height over length: what is flatter is followed by the smooth course, and loses by it
_FAR_PX = 180.0  # 45 mm: most shafts are narrower, so an opposite outline farther away may be another bone's
_LEAST_PX = 1.0
_FLATTEST = 1.6  # logarithm: nothing flatter was drawn
_MOST = math.log(10.0)  # an interval from a tenth to ten times says all that can be said


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
class Reach:
    """How far truth lies from a size, in logarithms: two ends in units of a scale that the bump sets.

    Parameters
    ----------
    terms : mapping of str to float
        Weights of the logarithm of the scale, by the names of `terms_of`.
    constant : float
    low, high : float
        How far truth lies below and above in 95 % of cases, in scales.
    factor : float
        Truth over what is measured, in the middle of the cases.
    """

    terms: Mapping[str, float]
    constant: float
    low: float
    high: float
    factor: float = 1.0

    def scale(self, told: Mapping[str, float]) -> float:
        """Return the scale on which a size of a bump with these terms errs."""
        return math.exp(self.constant + sum(weight * told[name] for name, weight in self.terms.items()))

    def around(self, value: float, told: Mapping[str, float], *, least: float = 0.0) -> Size:
        """Return a size over the least with its interval."""
        scale, over = self.scale(told), self.factor * (value - least)
        below, above = max(self.low * scale, -_MOST), min(self.high * scale, _MOST)
        return Size(least + over, least + over * math.exp(below), least + over * math.exp(above))


@dataclass(frozen=True)
class SizeModel:
    """What is lost of bumps, and how far their sizes lay off; from simulated ones, `tools/fit_bumps.py`.

    Parameters
    ----------
    height_px : float
        By so much a height is measured too low.
    low_ends_px : float
        What is lower than that is not seen at both ends of a bump.
    height, length, area, callus_index, shaft : Reach
        How far truth lies off; of the callus index, what it has over 1.
    shells : mapping of str to Reach
        The same of shells beside the cortex: `height`, `length`, `area` and `callus_index`.
    """

    height_px: float
    low_ends_px: float
    height: Reach
    length: Reach
    area: Reach
    callus_index: Reach
    shaft: Reach
    shells: Mapping[str, Reach] = field(default_factory=dict)

    def height_of(self, shape: BumpShape) -> Size:
        """Return the height in working pixels."""
        reach = self._reach("height", self.height, shape)
        return reach.around(shape.height_px + self.height_px, terms_of(shape, self.height_px))

    def length_of(self, shape: BumpShape) -> Size:
        """Return the length in working pixels.

        Notes
        -----
        The ends of a bump rise about evenly: where they are lower than b they are not seen, so a share of
        b / height of the length is lost.
        """
        value = shape.length_px * (1 + self.low_ends_px / (shape.height_px + self.height_px))
        return self._reach("length", self.length, shape).around(value, terms_of(shape, self.height_px))

    def area_of(self, shape: BumpShape) -> Size:
        """Return the area in square working pixels: with the lost ends, and as much higher."""
        height = shape.height_px + self.height_px
        lost = self.low_ends_px**2 * shape.length_px / (2 * height)
        value = shape.area_px2 * height / max(shape.height_px, 1e-6) + lost
        return self._reach("area", self.area, shape).around(value, terms_of(shape, self.height_px))

    def shaft_of(self, shape: BumpShape, distance_px: float) -> Size:
        """Return the diameter of the bone without the bump, in working pixels."""
        return self.shaft.around(distance_px, terms_of(shape, self.height_px, distance_px))

    def index_of(self, shape: BumpShape, distance_px: float) -> Size:
        """Return the diameter with the bump over that without."""
        height = shape.height_px + self.height_px
        told = terms_of(shape, self.height_px, distance_px)
        reach = self._reach("callus_index", self.callus_index, shape)
        return reach.around(1 + height / distance_px, told, least=1.0)

    def _reach(self, name: str, of_bumps: Reach, shape: BumpShape) -> Reach:
        return of_bumps if shape.shell is None else self.shells.get(name, of_bumps)


def terms_of(shape: BumpShape, lost_px: float, distance_px: float = 0.0) -> dict[str, float]:
    """Return what says how surely a bump is measured.

    Parameters
    ----------
    shape : BumpShape
    lost_px : float
        By so much its height is measured too low.
    distance_px : float
        To the opposite outline; 0 where that has no part in a size.

    Returns
    -------
    dict of str to float
        `brightness`: logarithm of what it stands out by, in units of the scatter beside it; `flat`: by how
        much it is flatter than a tenth of its length, logarithm; `one_sided`: 1 where one side is known;
        `straying`: logarithm of the scatter of the outline beside it over its height; `far`: by how much the
        opposite outline is farther than 45 mm, logarithm.
    """
    height = max(shape.height_px + lost_px, _LEAST_PX)
    return {
        "brightness": math.log(min(max(shape.z, 0.3), 60.0)),
        "flat": min(max(0.0, math.log(_LAYER * max(shape.length_px, _LEAST_PX) / height)), _FLATTEST),
        "one_sided": 1.0 if shape.flanks < 2 else 0.0,
        "straying": math.log(min(max(shape.flank_px, 0.08), 4.0) / height),
        "far": max(0.0, math.log(max(distance_px, _LEAST_PX) / _FAR_PX)),
    }


@cache
def shipped_size_model() -> SizeModel:
    """Return the model in the package; `tools/fit_bumps.py` writes it."""
    text = files(__package__).joinpath("models", "bumps.json").read_text(encoding="utf-8")
    sizes = json.loads(text)["sizes"]

    def reach(name: str) -> Reach:
        own = sizes[name]
        return Reach(own["terms"], float(own["constant"]), float(own["low"]), float(own["high"]))

    def of_shells(own: Mapping[str, float]) -> Reach:
        return Reach({}, 0.0, float(own["low"]), float(own["high"]), float(own["factor"]))

    return SizeModel(
        float(sizes["height_px"]),
        float(sizes["low_ends_px"]),
        height=reach("height"),
        length=reach("length"),
        area=reach("area"),
        callus_index=reach("callus_index"),
        shaft=reach("shaft"),
        shells={name: of_shells(own) for name, own in sizes["shells"].items()},
    )
