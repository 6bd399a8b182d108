"""Intervals: standard errors widened so that 95 % hold the truth, on simulated lines that have one."""

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ..measured import Estimate

NORMAL = 1.959964  # standard errors to each side hold 95 % of a normal distribution


@dataclass(frozen=True)
class IntervalFactors:
    """How many standard errors an interval reaches to each side, fitted by `tools/measure_evidence.py --fit`.

    Parameters
    ----------
    length_below, length_above : float
        A line that was found may go on unseen, more than it may be shorter.
    width, equivalent_width, integrated_contrast, angle_to_bone : float
    width_processed, equivalent_width_processed : float
        Of pictures that were not made for processing: edges may be enhanced and greys compressed.
    resolved_blurs : float
        A line counts as resolved from so many times the width of the blur.
    gain_log, gain_per_log_width, gain_sd : float
        Of pictures that were not made for processing: by what factor their lines stand out more than their
        bone, as its natural logarithm for a line of a millimetre, how that changes with the logarithm of the
        width, and its standard deviation from picture to picture.
    """

    length_below: float
    length_above: float
    width: float
    equivalent_width: float
    width_processed: float
    equivalent_width_processed: float
    integrated_contrast: float
    angle_to_bone: float
    resolved_blurs: float
    gain_log: float
    gain_per_log_width: float
    gain_sd: float


@cache
def shipped_factors() -> IntervalFactors:
    """Return the factors that come with the package."""
    text = (resources.files(__package__) / "models" / "intervals.json").read_text(encoding="utf-8")
    values: dict[str, float] = json.loads(text)
    return IntervalFactors(
        length_below=values["length_below"],
        length_above=values["length_above"],
        width=values["width"],
        equivalent_width=values["equivalent_width"],
        width_processed=values["width_processed"],
        equivalent_width_processed=values["equivalent_width_processed"],
        integrated_contrast=values["integrated_contrast"],
        angle_to_bone=values["angle_to_bone"],
        resolved_blurs=values["resolved_blurs"],
        gain_log=values["gain_log"],
        gain_per_log_width=values["gain_per_log_width"],
        gain_sd=values["gain_sd"],
    )


def around(
    value: float,
    unit: str,
    *,
    sd: float,
    below: float = NORMAL,
    above: float | None = None,
    least: float = -math.inf,
    most: float = math.inf,
) -> Estimate:
    """Return a number with the interval from `below` standard errors under it to `above` over it.

    Parameters
    ----------
    value : float
    unit : str
    sd : float
    below, above : float
        `above` None: as `below`.
    least, most : float
        What the number can be at all.

    Examples
    --------
    >>> around(88.0, "deg", sd=2.0, below=2.0, most=90.0)
    Estimate(value=88.0, low=84.0, high=90.0, unit='deg')
    """
    value = min(max(value, least), most)
    reach = below if above is None else above
    return Estimate(value, max(least, value - below * sd), min(most, value + reach * sd), unit)


def by_factor(value: float, unit: str, *, relative_sd: float, errors: float = NORMAL) -> Estimate:
    """Return a number over 0 with an interval of equal factors to both sides.

    Examples
    --------
    >>> by_factor(2.0, "mm", relative_sd=math.log(2.0), errors=1.0)
    Estimate(value=2.0, low=1.0, high=4.0, unit='mm')
    """
    factor = math.exp(min(errors * relative_sd, 20.0))
    return Estimate(value, value / factor, value * factor, unit)
