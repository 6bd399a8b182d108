"""An evidence card with every number known, for tests of the outputs."""

import numpy as np

from microcal_xray.measured import ContrastUnit, CrossProfile, Estimate, Measured, Place, Stability


def _about(value: float, unit: str) -> Estimate:
    return Estimate(value, 0.8 * value, 1.25 * value, unit)


def _mm(in_px: Estimate | None, mm: float | None) -> Estimate | None:
    return None if in_px is None or mm is None else in_px.times(mm, in_px.unit.replace("px", "mm"))


def invented(*, mm: float | None = 0.1, resolved: bool = True, contrast=ContrastUnit.LOG) -> Measured:
    """A card with every number known."""
    offset = np.linspace(-6, 6, 25)
    dip = -0.2 * np.exp(-(offset**2) / 4)
    length, width, equivalent = _about(112.345, "px"), _about(3.2, "px"), _about(1.7, "px")
    integral, cortex, end = _about(0.9, f"{contrast.value} px"), _about(12.0, "px"), _about(300.0, "px")
    return Measured(
        length_px=length,
        length_mm=_mm(length, mm),
        equivalent_width_px=equivalent,
        equivalent_width_mm=_mm(equivalent, mm),
        resolved=resolved,
        width_px=width if resolved else None,
        width_mm=_mm(width, mm) if resolved else None,
        blur_px=1.8,
        blur_mm=None if mm is None else 1.8 * mm,
        peak_contrast=_about(0.2, contrast.value),
        integrated_contrast_px=integral,
        integrated_contrast_mm=_mm(integral, mm),
        bone_contrast=_about(0.6, contrast.value),
        contrast_unit=contrast,
        z=_about(9.0, "1"),
        d_prime=_about(12.0, "1"),
        tortuosity=_about(1.5, "1"),
        stability=Stability(8, 9),
        profile=CrossProfile(offset, dip, dip - 0.01, dip + 0.01, dip),
        place=Place(
            angle_to_bone_deg=Estimate(84.0, 80.0, 88.0, "deg"),
            angle_to_cortex_deg=Estimate(6.0, 0.0, 18.0, "deg"),
            crossed=Estimate(0.6, 0.5, 0.7, "1"),
            cortices=("left",),
            cortex_distance_px=cortex,
            cortex_distance_mm=_mm(cortex, mm),
            end_distance_px=end,
            end_distance_mm=_mm(end, mm),
            along_bone=None,
        ),
    )
