"""The evidence card: what was measured of one line, in units, with intervals."""

import math
from dataclasses import dataclass

import numpy as np

from ..measured import ContrastUnit, CrossProfile, Estimate, Measured, Place, Stability
from .bone_contrast import Known
from .intervals import NORMAL, IntervalFactors, around, by_factor
from .place import BoneSetting
from .shape import LineShape

# Relative, of widths and contrasts: no template is quite right; soft bands (True) less than slits.
_LEAST_SD = {False: 0.1, True: 0.2}
_PER_D_PRIME = 4.0  # and what stands out less may be shaped by what is behind it
# Of widths: a profile that the model does not describe, and a blur that is known to a third.
_LEAST_WIDTH_SD, _PER_MISFIT, _PER_BLUR = 0.05, 1.5, 0.7
_MOST_FACTOR = 10.0  # a width known to a tenth or ten times is not known
_UNIT_PX = 4.0  # of the working image: a millimetre, about
_GAIN_WIDTHS = (0.2, 4.0)  # in that unit: for which the gain was fitted
_PATH_SD_PX = 0.5  # of the distance of the ends, for the tortuosity


@dataclass(frozen=True)
class Units:
    """What pixels and grey levels mean.

    Parameters
    ----------
    mm_per_px : float or None
        None: unknown, and nothing is given in millimetres.
    working_per_px : float
        Pixels of the working image, in which the bone was measured, per pixel of the picture.
    contrast : ContrastUnit
    is_raw : bool
        Whether the picture was made for processing, so that nobody has enhanced its edges.
    """

    mm_per_px: float | None
    working_per_px: float
    contrast: ContrastUnit
    is_raw: bool

    def mm(self, in_px: Estimate | None) -> Estimate | None:
        """Return lengths, or contrasts times lengths, in millimetres; None when they are unknown."""
        if in_px is None or self.mm_per_px is None:
            return None
        return in_px.times(self.mm_per_px, in_px.unit.removesuffix("px") + "mm")


def evidence_card(
    shape: LineShape, setting: BoneSetting, *, kept: tuple[int, int], units: Units, factors: IntervalFactors
) -> Measured:
    """Return the card of one line.

    Parameters
    ----------
    shape : LineShape
    setting : BoneSetting
    kept : (int, int)
        Of `kept_under_changes`.
    units : Units
    factors : IntervalFactors
    """
    length = around(
        shape.length_px,
        "px",
        sd=shape.length_sd_px,
        below=factors.length_below,
        above=factors.length_above,
        least=0.0,
    )
    width = by_factor(
        shape.fit.width_px,
        "px",
        relative_sd=_width_sd(shape),
        errors=factors.width if units.is_raw else factors.width_processed,
    )
    resolved = shape.fit.width_px >= factors.resolved_blurs * shape.blur_px and _says_something(width)
    integral = _integral(shape, units.contrast, factors)
    equivalent = _equivalent_width(shape, setting.contrast, units, factors)
    mm = units.mm_per_px
    peak = float(shape.fit.model[len(shape.fit.model) // 2])
    return Measured(
        length_px=length,
        length_mm=units.mm(length),
        equivalent_width_px=equivalent,
        equivalent_width_mm=units.mm(equivalent),
        resolved=resolved,
        width_px=width if resolved else None,
        width_mm=units.mm(width) if resolved else None,
        blur_px=shape.blur_px,
        blur_mm=None if mm is None else shape.blur_px * mm,
        peak_contrast=around(peak, units.contrast.value, sd=_relative_sd(shape) * abs(peak)),
        integrated_contrast_px=integral,
        integrated_contrast_mm=units.mm(integral),
        bone_contrast=_maybe(setting.contrast, units.contrast.value, least=0.0),
        contrast_unit=units.contrast,
        z=around(shape.z, "1", sd=1.0),
        d_prime=around(shape.fit.d_prime, "1", sd=1.0),
        tortuosity=_tortuosity(shape),
        stability=Stability(*kept),
        profile=_profile(shape),
        place=_place(setting, units, factors),
    )


def _width_sd(shape: LineShape) -> float:
    """Return the relative standard error of a width: the posterior's, and what no posterior knows."""
    misfit = _PER_MISFIT * shape.fit.misfit
    blur = _PER_BLUR * (shape.blur_px / shape.fit.width_px) ** 2
    return math.hypot(shape.fit.width_log_sd, _LEAST_WIDTH_SD, misfit, blur)


def _least_sd(shape: LineShape) -> float:
    return math.hypot(_LEAST_SD[shape.is_soft], _PER_D_PRIME / max(shape.fit.d_prime, 1.0))


def _relative_sd(shape: LineShape) -> float:
    least = _least_sd(shape)
    return least if shape.height == 0 else math.hypot(shape.height_sd / abs(shape.height), least)


def _integral(shape: LineShape, unit: ContrastUnit, factors: IntervalFactors) -> Estimate:
    value = shape.height * shape.fit.area_px
    relative = _relative_sd(shape)
    if value <= 0:
        return around(value, f"{unit.value} px", sd=relative * abs(value), below=factors.integrated_contrast)
    return by_factor(value, f"{unit.value} px", relative_sd=relative, errors=factors.integrated_contrast)


def _equivalent_width(
    shape: LineShape, bone: Known | None, units: Units, factors: IntervalFactors
) -> Estimate | None:
    integral = shape.height * shape.fit.area_px
    if bone is None or bone.value <= 0 or integral <= 0:
        return None
    value, relative = integral / bone.value, math.hypot(_relative_sd(shape), bone.sd / bone.value)
    errors = factors.equivalent_width
    if not units.is_raw:
        # Enhanced edges raise a narrow line more than the bone.
        width = min(
            max(shape.fit.width_px * units.working_per_px / _UNIT_PX, _GAIN_WIDTHS[0]), _GAIN_WIDTHS[1]
        )
        value /= math.exp(factors.gain_log + factors.gain_per_log_width * math.log(width))
        relative, errors = math.hypot(relative, factors.gain_sd), factors.equivalent_width_processed
    found = by_factor(value, "px", relative_sd=relative, errors=errors)
    return found if _says_something(found) else None


def _says_something(estimate: Estimate) -> bool:
    return estimate.high <= _MOST_FACTOR * estimate.value


def _tortuosity(shape: LineShape) -> Estimate:
    chord = float(np.hypot(*(shape.path_px[-1] - shape.path_px[0])))
    sd = shape.tortuosity * _PATH_SD_PX * math.sqrt(2) / max(chord, 1.0)
    return around(shape.tortuosity, "1", sd=sd, least=1.0)


def _profile(shape: LineShape) -> CrossProfile:
    sign = 1.0 if shape.is_soft else -1.0  # rows were turned so that the line is a peak
    fit = shape.fit
    edges = sign * (fit.mean - NORMAL * fit.sd), sign * (fit.mean + NORMAL * fit.sd)
    return CrossProfile(
        fit.offset_px, sign * fit.mean, np.minimum(*edges), np.maximum(*edges), sign * fit.model
    )


def _place(setting: BoneSetting, units: Units, factors: IntervalFactors) -> Place:
    cortex_distance = _length(setting.cortex_distance_px, units)
    end_distance = _length(setting.end_distance_px, units)
    return Place(
        angle_to_bone_deg=_degrees(setting.angle_rad, factors.angle_to_bone),
        angle_to_cortex_deg=_degrees(setting.cortex_angle_rad, NORMAL),
        crossed=_maybe(setting.crossed, "1", least=0.0, most=1.0),
        cortices=setting.cortices,
        cortex_distance_px=cortex_distance,
        cortex_distance_mm=units.mm(cortex_distance),
        end_distance_px=end_distance,
        end_distance_mm=units.mm(end_distance),
        along_bone=_maybe(setting.along_bone, "1", least=0.0, most=1.0),
    )


def _degrees(angle: Known | None, errors: float) -> Estimate | None:
    if angle is None:
        return None
    value, sd = math.degrees(angle.value), math.degrees(angle.sd)
    return around(value, "deg", sd=sd, below=errors, least=0.0, most=90.0)


def _length(working_px: Known | None, units: Units) -> Estimate | None:
    found = _maybe(working_px, "px", least=0.0)
    return None if found is None else found.times(1 / units.working_per_px)


def _maybe(known: Known | None, unit: str, *, least: float, most: float = math.inf) -> Estimate | None:
    return None if known is None else around(known.value, unit, sd=known.sd, least=least, most=most)
