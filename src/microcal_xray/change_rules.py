"""What became of one line: from its measures in both pictures to a word, by rules that are written down."""

import math
from dataclasses import dataclass

from .change_errors import ChangeFactors, ErrorFactors, LengthFactors, Processing
from .changes import QuantityChange, Verdict
from .findings import Kind
from .measured import Estimate
from .registration import PairedHeight

_NORMAL = 1.959964
_SHOWN_SD = (
    3.0  # standard deviations of the bone beside it from which a line that is not listed counts as shown
)
_SHOWN_SHARE = 0.5  # or so much of its height in the other picture
# The same, of the best of three bands beside the line in the difference, and its share of the contrast that
# the line had. They tell "gone" from "brighter" alone.
_TURNED_SD, _TURNED_SHARE = 3.5, 0.2


@dataclass(frozen=True)
class LineFacts:
    """What was measured of one line in both pictures, before any word is said.

    Parameters
    ----------
    paired : PairedHeight
    listed : (Kind or None, Kind or None)
        Its kind where the picture has it as a candidate, or, dark where a bright one is listed now, clearly
        shows it.
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
        Of a dark line that the prior picture only shows: height of the soft bright band that stands out best
        to both sides of it in the difference of both, over its standard error, and its contrast times width.
        0 otherwise.
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
    """The word for a line and the changes that it rests on.

    Parameters
    ----------
    verdict : Verdict
    seen : (Sight, Sight)
        What each picture says of the line.
    length, equivalent_width : QuantityChange or None
        None where a picture does not show the line, or the contrast of the bone cannot be measured.
    contrast : QuantityChange
    """

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
    model = factors.one if facts.is_selected else factors.both
    seen = sights(paired, prior=facts.kinds[0], current=facts.kinds[1])
    contrast = _contrast_change(facts, model.contrast)
    integral = _integral_change(facts, model.equivalent_width)
    length = None
    if facts.lengths[0] is not None and facts.lengths[1] is not None:
        length = length_change(
            facts.lengths[0],
            facts.lengths[1],
            registration=facts.registration,
            factors=model.length,
        )
    return Judged(
        verdict_of(seen, height=contrast, integral=integral, length=length),
        seen,
        length,
        _equivalent_width_change(facts, model.equivalent_width),
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
    return math.hypot(
        factors.beside * facts.paired.beside_sd * facts.area,
        factors.relative[facts.processing] * max(abs(prior), abs(current)),
    )


def _contrast_change(facts: LineFacts, factors: ErrorFactors) -> QuantityChange:
    values = facts.paired.prior * facts.area, facts.paired.current * facts.area
    error = height_error(facts, factors, prior=values[0], current=values[1])
    return _change(facts, values, error, per=1.0, unit=facts.contrast_unit)


def _integral_change(
    facts: LineFacts, factors: ErrorFactors, *, per: float = 1.0, unit: str = "1"
) -> QuantityChange:
    prior, current = facts.seen_integrals
    error = height_error(facts, factors, prior=prior, current=current)
    return _change(facts, (prior, current), error, per=per, unit=unit)


def _equivalent_width_change(facts: LineFacts, factors: ErrorFactors) -> QuantityChange | None:
    bone = facts.bone_contrast
    if bone is None:
        return None
    return _integral_change(facts, factors, per=1 / bone, unit=facts.contrast_unit.split()[1])


def _change(
    facts: LineFacts, values: tuple[float, float], error: float, *, per: float, unit: str
) -> QuantityChange:
    # Each end is off by its share of the change's error, and by the texture that both have in common.
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
    seen: tuple[Sight, Sight],
    *,
    height: QuantityChange,
    integral: QuantityChange,
    length: QuantityChange | None,
) -> Verdict:
    """Return the word for a line.

    Parameters
    ----------
    seen : (Sight, Sight)
        Prior and current.
    height : QuantityChange
        Signed: over 0 it became brighter.
    integral : QuantityChange
        The same of contrast times width, each with the width that the line has in that picture.
    length : QuantityChange or None
        None where one of the pictures does not show it.

    Notes
    -----
    In this order, the first that holds:

    1. Both show it, dark before and bright now, and the contrast or contrast times width changed
       significantly: brighter. Bright before and dark now: new, as the dark line is.
    2. The change is significant and only the current picture shows it: new. Only the prior one: gone.
    3. Both show it and its length changed significantly: larger, smaller.
    4. The change is significant: more contrast in its own polarity is larger; less is brighter for a dark
       line, smaller for a bright one.
    5. Otherwise unchanged.
    """
    before, after = seen[0].kind, seen[1].kind
    is_turned = before is not None and after is not None and before is not after
    if is_turned and (height.is_significant or integral.is_significant):
        return Verdict.BRIGHTER if after is Kind.SCLEROTIC else Verdict.NEW
    if height.is_significant:
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
