"""What became of one line: from its measures in both pictures to a word, by rules that are written down."""

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources

from .changes import QuantityChange, Verdict
from .findings import Kind
from .measured import Estimate
from .registration import PairedHeight

_NORMAL = 1.959964
_SHOWN_SD = (
    3.0  # standard deviations of the bone beside it from which a line that is not listed counts as shown
)
_SHOWN_SHARE = 0.5  # or so much of its height in the other picture


@dataclass(frozen=True)
class ChangeFactors:
    """By how much the measured errors are multiplied, fitted by `tools/measure_change.py --fit`.

    Parameters
    ----------
    length : float
        Of the least significant change of a length.
    height : float
        Of contrast and equivalent width.
    """

    length: float
    height: float


@cache
def shipped_change_factors() -> ChangeFactors:
    """Return the factors that come with the package.

    Examples
    --------
    >>> shipped_change_factors().height > 0
    True
    """
    path = resources.files(__package__) / "registration" / "models" / "change.json"
    values: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))
    return ChangeFactors(length=values["length"], height=values["height"])


@dataclass(frozen=True)
class Sight:
    """What one picture says of a line.

    Parameters
    ----------
    height : float
        Bright positive, in the unit of the current picture.
    sd : float
        What bone beside it scatters by.
    listed : Kind or None
        Its kind where the picture has it as a candidate.
    other : float
        Its height in the other picture.
    """

    height: float
    sd: float
    listed: Kind | None
    other: float = math.inf

    @property
    def kind(self) -> Kind | None:
        """The polarity that the picture shows; None: it does not show the line."""
        if self.listed is not None:
            return self.listed
        is_like_other = self.height * self.other > 0 and abs(self.height) >= _SHOWN_SHARE * abs(self.other)
        if abs(self.height) < _SHOWN_SD * self.sd and not is_like_other:
            return None
        return Kind.SCLEROTIC if self.height > 0 else Kind.LUCENT


def sights(paired: PairedHeight, *, prior: Kind | None, current: Kind | None) -> tuple[Sight, Sight]:
    """Return what both pictures say of a line; `prior` and `current` are the kinds of listed candidates.

    Parameters
    ----------
    paired : PairedHeight
        The line's height in both pictures.
    prior, current : Kind or None
        Of the listed candidate; None: the picture lists none there.
    """
    return (
        Sight(paired.prior, paired.prior_sd, prior, paired.current),
        Sight(paired.current, paired.current_sd, current, paired.prior),
    )


def length_change(
    prior: Estimate, current: Estimate, *, registration_px: float, factor: float
) -> QuantityChange:
    """Return the change of a length with the least significant one.

    Parameters
    ----------
    prior, current : Estimate
        In one unit.
    registration_px : float
        What both ends may be off by, in the same unit.
    factor : float

    Notes
    -----
    The least significant change is 1.96 sqrt(s1^2 + s2^2) [1]_, which is 1.96 sqrt(2) s where both errors are
    equal. As the intervals are not symmetric, the sides that face each other are taken [2]_: for a line that
    grew, what the prior length may have been more and the current one less.

    References
    ----------
    .. [1] Glüer (1999), Monitoring skeletal changes by radiological techniques.
       doi:10.1359/jbmr.1999.14.11.1952
    .. [2] Zou and Donner (2008), Construction of confidence limits about effect measures: a general approach.
       doi:10.1002/sim.3095

    Examples
    --------
    >>> same = Estimate(10.0, 9.0, 11.0, "mm")
    >>> round(length_change(same, same, registration_px=0.0, factor=1.0).least_significant, 3)  # sqrt(2)
    1.414
    """
    change = current.value - prior.value
    faces = (
        (prior.high - prior.value, current.value - current.low)
        if change >= 0
        else (prior.value - prior.low, current.high - current.value)
    )
    reach = math.hypot(*faces, _NORMAL * math.sqrt(2) * registration_px)
    return QuantityChange(prior, current, change, max(factor * reach, 1e-9))


def height_change(paired: PairedHeight, *, per_height: float, unit: str, factor: float) -> QuantityChange:
    """Return the change of a signed contrast, times a constant that makes it a contrast or a width.

    Parameters
    ----------
    paired : PairedHeight
    per_height : float
        Over 0.
    unit : str
    factor : float
    """
    numbers = [
        Estimate(
            per_height * value, per_height * (value - _NORMAL * sd), per_height * (value + _NORMAL * sd), unit
        )
        for value, sd in ((paired.prior, paired.prior_sd), (paired.current, paired.current_sd))
    ]
    least = factor * _NORMAL * paired.change_sd * per_height
    return QuantityChange(numbers[0], numbers[1], paired.change * per_height, max(least, 1e-12))


def verdict_of(
    seen: tuple[Sight, Sight], *, height: QuantityChange, length: QuantityChange | None
) -> Verdict:
    """Return the word for a line.

    Parameters
    ----------
    seen : (Sight, Sight)
        Prior and current.
    height : QuantityChange
        Signed: over 0 it became brighter.
    length : QuantityChange or None
        None where one of the pictures does not show it.

    Notes
    -----
    In this order, the first that holds:

    1. Both show it, dark before and bright now, a significant change: brighter. Bright before and dark now:
       new, as the dark line is.
    2. The change is significant and only the current picture shows it: new. Only the prior one: gone.
    3. Both show it and its length changed significantly: larger, smaller.
    4. The change is significant: more contrast in its own polarity is larger; less is brighter for a dark
       line, smaller for a bright one.
    5. Otherwise unchanged.
    """
    before, after = seen[0].kind, seen[1].kind
    if height.is_significant:
        if before and after and before is not after:
            return Verdict.BRIGHTER if after is Kind.SCLEROTIC else Verdict.NEW
        if before is None and after is not None:
            return Verdict.NEW
        if after is None and before is not None:
            return Verdict.GONE
    if before is None and after is None:
        return Verdict.UNCHANGED
    if before is after and length is not None and length.is_significant:
        return Verdict.LARGER if length.change > 0 else Verdict.SMALLER
    if height.is_significant and before is after:
        if (height.change > 0) == (after is Kind.SCLEROTIC):
            return Verdict.LARGER
        return Verdict.BRIGHTER if after is Kind.LUCENT else Verdict.SMALLER
    return Verdict.UNCHANGED
