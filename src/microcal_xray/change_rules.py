"""What became of one line: from its measures in both pictures to a word, by rules that are written down."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
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
_TURNED_SD = (
    4.0  # the same, of the best of three bands in the difference; and so much of the line's contrast:
)
_TURNED_SHARE = 0.5  # where a line is gone, what its template did not fit is left


class Processing(StrEnum):
    """What was done to the greys of both pictures."""

    RAW = "raw"  # both are made for processing: nothing
    SHOWN = "shown"  # both are made for presentation: fine lines are enhanced by a factor that nobody knows
    OTHER = "other"  # one of each, or a picture does not say


@dataclass(frozen=True)
class ErrorFactors:
    """How measured errors add up to the standard deviation of a change, fitted on pairs without any.

    Parameters
    ----------
    beside : float
        Of what bone beside the line changes by.
    selected : float
        Of what bone beside the line scatters by in a single picture, for a line listed in one only: it was
        picked because noise and texture happen to add to it there.
    relative : mapping of Processing to float
        Of the larger of both numbers: how well gain and sharpness are matched.
    """

    beside: float
    selected: float
    relative: Mapping[Processing, float]


@dataclass(frozen=True)
class LengthFactors:
    """How the errors of two lengths add up.

    Parameters
    ----------
    interval : float
        Of the sides of both intervals that face each other.
    relative : float
        Of the longer length: a standard deviation.
    """

    interval: float
    relative: float


@dataclass(frozen=True)
class ChangeFactors:
    """The error model of changes, fitted by `tools/measure_change.py --fit`.

    Parameters
    ----------
    contrast, equivalent_width : ErrorFactors
    length, length_selected : LengthFactors
        Of lines listed in both pictures, and in one only.
    """

    contrast: ErrorFactors
    equivalent_width: ErrorFactors
    length: LengthFactors
    length_selected: LengthFactors

    @classmethod
    def from_dict(cls, values: Mapping[str, Mapping[str, float]]) -> "ChangeFactors":
        """Return the factors as `change.json` holds them."""
        heights = [
            ErrorFactors(
                beside=values[name]["beside"],
                selected=values[name]["selected"],
                relative={each: values[name][f"relative_{each.value}"] for each in Processing},
            )
            for name in ("contrast", "equivalent_width")
        ]
        lengths = [
            LengthFactors(values[name]["interval"], values[name]["relative"])
            for name in ("length", "length_selected")
        ]
        return cls(heights[0], heights[1], lengths[0], lengths[1])


@cache
def shipped_change_factors() -> ChangeFactors:
    """Return the factors that come with the package.

    Examples
    --------
    >>> shipped_change_factors().contrast.beside > 0
    True
    """
    path = resources.files(__package__) / "registration" / "models" / "change.json"
    return ChangeFactors.from_dict(json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class LineFacts:
    """What was measured of one line in both pictures, before any word is said.

    Parameters
    ----------
    paired : PairedHeight
    listed : (Kind or None, Kind or None)
        Its kind where the picture has it as a candidate.
    lengths : (Estimate or None, Estimate or None)
        None where the picture does not show it.
    integrals : (float, float)
        Contrast times width, signed, each along the course and with the width that the line has in that
        picture; where a picture does not show it, at the registered place.
    area : float
        Of the template: height times this is contrast times width.
    bone_contrasts : (float or None, float or None)
        Of the bone beside the same course, in each matched picture; None where it cannot be measured.
    registration : float
        What bone is still off by near the line, in the unit of the lengths.
    processing : Processing
    contrast_unit : str
    turned_z, turned_integral : float
        Of a dark line that the prior picture only has as a candidate: height of the soft bright band that
        stands out best there in the difference of both, a line in its middle apart, over what bone beside it
        changes by, and its contrast times width. 0 otherwise.
    """

    paired: PairedHeight
    listed: tuple[Kind | None, Kind | None]
    lengths: tuple[Estimate | None, Estimate | None]
    integrals: tuple[float, float]
    area: float
    bone_contrasts: tuple[float | None, float | None]
    registration: float
    processing: Processing
    contrast_unit: str
    turned_z: float = 0.0
    turned_integral: float = 0.0

    @property
    def is_turned(self) -> bool:
        """Whether a dark line became a bright band that is not listed: wider than it was, and fainter."""
        is_band = self.turned_integral >= _TURNED_SHARE * abs(self.integrals[0])
        return self.turned_z >= _TURNED_SD and is_band

    @property
    def seen_integrals(self) -> tuple[float, float]:
        """Contrast times width at both visits."""
        return self.integrals[0], self.turned_integral if self.is_turned else self.integrals[1]

    @property
    def kinds(self) -> tuple[Kind | None, Kind | None]:
        """What each picture is known to have there."""
        return self.listed[0], Kind.SCLEROTIC if self.is_turned else self.listed[1]

    @property
    def bone_contrast(self) -> float | None:
        """One for both, as the prior picture has the gain of the current one: the mean of what is known."""
        known = [each for each in self.bone_contrasts if each is not None and each > 0]
        return math.fsum(known) / len(known) if known else None

    @property
    def is_selected(self) -> bool:
        """Whether one picture only has it as a candidate."""
        return None in self.listed


@dataclass(frozen=True)
class Judged:
    """The word for a line and the changes that it rests on; parameters as of `LineChange`."""

    verdict: Verdict
    seen: tuple["Sight", "Sight"]
    length: QuantityChange | None
    equivalent_width: QuantityChange | None
    contrast: QuantityChange


def judged(facts: LineFacts, factors: ChangeFactors) -> Judged:
    """Return the word for a line.

    Parameters
    ----------
    facts : LineFacts
    factors : ChangeFactors
    """
    paired = facts.paired
    seen = sights(paired, prior=facts.kinds[0], current=facts.kinds[1])
    contrast = _contrast_change(facts, factors.contrast)
    length = None
    if facts.lengths[0] is not None and facts.lengths[1] is not None:
        length = length_change(
            facts.lengths[0],
            facts.lengths[1],
            registration=facts.registration,
            factors=factors.length_selected if facts.is_selected else factors.length,
        )
    return Judged(
        verdict_of(seen, height=contrast, length=length),
        seen,
        length,
        _equivalent_width_change(facts, factors.equivalent_width),
        contrast,
    )


def height_error(facts: LineFacts, factors: ErrorFactors, *, prior: float, current: float) -> float:
    """Return the standard deviation of a change of contrast times width, in its unit.

    Parameters
    ----------
    facts : LineFacts
    factors : ErrorFactors
    prior, current : float
        Contrast times width at both visits.
    """
    paired = facts.paired
    single = max(paired.prior_sd, paired.current_sd) * facts.area if facts.is_selected else 0.0
    return math.hypot(
        factors.beside * paired.beside_sd * facts.area,
        factors.selected * single,
        factors.relative[facts.processing] * max(abs(prior), abs(current)),
    )


def _contrast_change(facts: LineFacts, factors: ErrorFactors) -> QuantityChange:
    values = facts.paired.prior * facts.area, facts.paired.current * facts.area
    error = height_error(facts, factors, prior=values[0], current=values[1])
    return _change(facts, values, error, per=1.0, unit=facts.contrast_unit)


def _equivalent_width_change(facts: LineFacts, factors: ErrorFactors) -> QuantityChange | None:
    bone = facts.bone_contrast
    if bone is None:
        return None
    prior, current = facts.seen_integrals
    error = height_error(facts, factors, prior=prior, current=current)
    return _change(facts, (prior, current), error, per=1 / bone, unit=facts.contrast_unit.split()[1])


def _change(
    facts: LineFacts, values: tuple[float, float], error: float, *, per: float, unit: str
) -> QuantityChange:
    # Each end is off by its share of the change's error, and by the texture that both pictures have in common.
    both = error / math.sqrt(2)
    ends = []
    for value, sd in zip(values, (facts.paired.prior_sd, facts.paired.current_sd), strict=True):
        reach = per * _NORMAL * math.hypot(sd * facts.area, both)
        ends.append(Estimate(per * value, per * value - reach, per * value + reach, unit))
    return QuantityChange(ends[0], ends[1], per * (values[1] - values[0]), max(_NORMAL * error * per, 1e-12))


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
    """Return what both pictures say of a line; `prior` and `current` are the kinds of listed candidates."""
    return (
        Sight(paired.prior, paired.prior_sd, prior, paired.current),
        Sight(paired.current, paired.current_sd, current, paired.prior),
    )


def length_change(
    prior: Estimate, current: Estimate, *, registration: float, factors: LengthFactors
) -> QuantityChange:
    """Return the change of a length with the least significant one.

    Parameters
    ----------
    prior, current : Estimate
        In one unit.
    registration : float
        What both ends may be off by, in the same unit.
    factors : LengthFactors

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
    >>> same, plain = Estimate(10.0, 9.0, 11.0, "mm"), LengthFactors(interval=1.0, relative=0.0)
    >>> round(length_change(same, same, registration=0.0, factors=plain).least_significant, 3)  # sqrt(2)
    1.414
    """
    change = current.value - prior.value
    faces = (
        (prior.high - prior.value, current.value - current.low)
        if change >= 0
        else (prior.value - prior.low, current.high - current.value)
    )
    reach = factors.interval * math.hypot(*faces, _NORMAL * math.sqrt(2) * registration)
    least = math.hypot(reach, _NORMAL * factors.relative * max(prior.value, current.value))
    return QuantityChange(prior, current, change, max(least, 1e-9))


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
