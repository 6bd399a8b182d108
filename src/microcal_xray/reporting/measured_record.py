"""What was measured of a candidate as plain values, and back."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..measured import ContrastUnit, CrossProfile, Estimate, Measured, Place, Stability

_DIGITS = 4  # no interval is so narrow
_PROFILE = ("offset_px", "value", "low", "high", "model")


def measured_dict(measured: Measured | None) -> dict[str, Any] | None:
    """Return the evidence card as it stands in candidates.json; None when the line was not measured.

    Notes
    -----
    Every estimate is an object of `value`, `low`, `high` and `unit`; numbers keep four digits.
    """
    if measured is None:
        return None
    place = measured.place
    return {
        "length_px": estimate_dict(measured.length_px),
        "length_mm": estimate_dict(measured.length_mm),
        "equivalent_width_px": estimate_dict(measured.equivalent_width_px),
        "equivalent_width_mm": estimate_dict(measured.equivalent_width_mm),
        "resolved": measured.resolved,
        "line_width_px": estimate_dict(measured.width_px),
        "line_width_mm": estimate_dict(measured.width_mm),
        "blur_px": _digits(measured.blur_px),
        "blur_mm": None if measured.blur_mm is None else _digits(measured.blur_mm),
        "peak_contrast": estimate_dict(measured.peak_contrast),
        "integrated_contrast_px": estimate_dict(measured.integrated_contrast_px),
        "integrated_contrast_mm": estimate_dict(measured.integrated_contrast_mm),
        "bone_contrast": estimate_dict(measured.bone_contrast),
        "contrast_unit": measured.contrast_unit.value,
        "z": estimate_dict(measured.z),
        "d_prime": estimate_dict(measured.d_prime),
        "tortuosity": estimate_dict(measured.tortuosity),
        "stability": {"kept": measured.stability.kept, "tried": measured.stability.tried},
        "profile": {name: _listed(getattr(measured.profile, name)) for name in _PROFILE},
        "place": {
            "angle_to_bone": estimate_dict(place.angle_to_bone_deg),
            "angle_to_cortex": estimate_dict(place.angle_to_cortex_deg),
            "crossed": estimate_dict(place.crossed),
            "cortices": list(place.cortices),
            "cortex_distance_px": estimate_dict(place.cortex_distance_px),
            "cortex_distance_mm": estimate_dict(place.cortex_distance_mm),
            "end_distance_px": estimate_dict(place.end_distance_px),
            "end_distance_mm": estimate_dict(place.end_distance_mm),
            "along_bone": estimate_dict(place.along_bone),
        },
    }


def measured_from_dict(values: Mapping[str, Any] | None) -> Measured | None:
    """Return what `measured_dict` wrote; numbers keep the digits that were written.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the record is not one of ours.
    """
    if values is None:
        return None
    known = {name: _sure(values, name) for name in ("length_px", "peak_contrast", "integrated_contrast_px")}
    return Measured(
        length_px=known["length_px"],
        length_mm=_estimate(values["length_mm"]),
        equivalent_width_px=_estimate(values["equivalent_width_px"]),
        equivalent_width_mm=_estimate(values["equivalent_width_mm"]),
        resolved=values["resolved"],
        width_px=_estimate(values["line_width_px"]),
        width_mm=_estimate(values["line_width_mm"]),
        blur_px=values["blur_px"],
        blur_mm=values["blur_mm"],
        peak_contrast=known["peak_contrast"],
        integrated_contrast_px=known["integrated_contrast_px"],
        integrated_contrast_mm=_estimate(values["integrated_contrast_mm"]),
        bone_contrast=_estimate(values["bone_contrast"]),
        contrast_unit=ContrastUnit(values["contrast_unit"]),
        z=_sure(values, "z"),
        d_prime=_sure(values, "d_prime"),
        tortuosity=_sure(values, "tortuosity"),
        stability=Stability(values["stability"]["kept"], values["stability"]["tried"]),
        profile=CrossProfile(*(np.array(values["profile"][name], np.float64) for name in _PROFILE)),
        place=_place(values["place"]),
    )


def estimate_dict(estimate: Estimate | None) -> dict[str, Any] | None:
    """Return an estimate as plain values.

    Examples
    --------
    >>> estimate_dict(Estimate(11.23456, 10.5, 11.8, "mm"))
    {'value': 11.23, 'low': 10.5, 'high': 11.8, 'unit': 'mm'}
    """
    if estimate is None:
        return None
    return {
        "value": _digits(estimate.value),
        "low": _digits(estimate.low),
        "high": _digits(estimate.high),
        "unit": estimate.unit,
    }


def _place(values: Mapping[str, Any]) -> Place:
    return Place(
        angle_to_bone_deg=_estimate(values["angle_to_bone"]),
        angle_to_cortex_deg=_estimate(values["angle_to_cortex"]),
        crossed=_estimate(values["crossed"]),
        cortices=tuple(values["cortices"]),
        cortex_distance_px=_estimate(values["cortex_distance_px"]),
        cortex_distance_mm=_estimate(values["cortex_distance_mm"]),
        end_distance_px=_estimate(values["end_distance_px"]),
        end_distance_mm=_estimate(values["end_distance_mm"]),
        along_bone=_estimate(values["along_bone"]),
    )


def _sure(values: Mapping[str, Any], name: str) -> Estimate:
    found = _estimate(values[name])
    if found is None:
        raise ValueError(f"{name} is null; it is always measured")
    return found


def _estimate(values: Mapping[str, Any] | None) -> Estimate | None:
    if values is None:
        return None
    return Estimate(values["value"], values["low"], values["high"], values["unit"])


def _listed(array: npt.NDArray[np.float64]) -> Sequence[float]:
    return [_digits(value) for value in array.tolist()]


def _digits(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}") + 0.0  # + 0.0: never -0.0
