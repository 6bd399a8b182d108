"""What was measured, as descriptors that grading systems use. No grade is ever put together here."""

from dataclasses import dataclass
from enum import StrEnum

from ..measured import Estimate
from .dark_line import DarkLineSignal
from .marrow import MarrowSignal
from .normal import NormalMarrow
from .surface import CortexSignal, SurfaceSignal
from .volume import MRVolume, Weighting

_LOWERED = 0.85  # of normal marrow on T1: below it, signal counts as lowered
_RAISED = 1.15  # of normal marrow on T2 without fat suppression
_LEAST_SURFACE = 0.3  # share of the cortex that must be measurable for a "no"


class State(StrEnum):
    """What can be said of a descriptor."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    NOT_MEASURABLE = "not measurable"


@dataclass(frozen=True)
class Descriptor:
    """One descriptor and what the series say of it.

    Parameters
    ----------
    name : str
    used_by : tuple of str
        "Fredericson", "Arendt".
    state : State
    reason : str
        What it was measured on, or why it could not be.
    measured : Estimate or None
    """

    name: str
    used_by: tuple[str, ...]
    state: State
    reason: str
    measured: Estimate | None = None

    @property
    def words(self) -> str:
        """The descriptor in one line."""
        if self.state is State.NOT_MEASURABLE:
            return f"{self.name}: not measurable: {self.reason}"
        number = f", {shown(self.measured)}" if self.measured is not None else ""
        return f"{self.name}: {self.state.value}{number} ({self.reason})"


def shown(estimate: Estimate) -> str:
    """Return a number with its interval and unit.

    Examples
    --------
    >>> shown(Estimate(14.2, 12.9, 15.5, "mm"))
    '14.2 mm (12.9 to 15.5)'
    >>> shown(Estimate(0.481, 0.475, 0.486, "1"))
    '0.48 (0.47 to 0.49)'
    """
    if estimate.unit == "1":
        return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"
    places = 0 if estimate.unit == "mm3" or abs(estimate.value) >= 1000 else 1
    unit = {"deg": "\u00b0", "mm3": " mm\u00b3"}.get(estimate.unit, f" {estimate.unit}")
    return f"{estimate.value:.{places}f}{unit} ({estimate.low:.{places}f} to {estimate.high:.{places}f})"


@dataclass(frozen=True)
class Measures:
    """All that was measured, for the descriptors.

    Parameters
    ----------
    oedema_series, t1, t2 : MRVolume or None
        The fat-suppressed series, T1 without and T2 without fat suppression.
    normal : NormalMarrow or None
        Of the fat-suppressed series.
    oedema : MarrowSignal or None
    periosteum : SurfaceSignal or None
    cortex : CortexSignal or None
    t1_ratio, t2_ratio : Estimate or None
        Signal over that of normal marrow in the region of `oedema`.
    lines : tuple of DarkLineSignal
        Of the fat-suppressed series and of T1.
    """

    oedema_series: MRVolume | None = None
    t1: MRVolume | None = None
    t2: MRVolume | None = None
    normal: NormalMarrow | None = None
    oedema: MarrowSignal | None = None
    periosteum: SurfaceSignal | None = None
    cortex: CortexSignal | None = None
    t1_ratio: Estimate | None = None
    t2_ratio: Estimate | None = None
    lines: tuple[DarkLineSignal, ...] = ()


def descriptors(measures: Measures) -> tuple[Descriptor, ...]:
    """Return the descriptors of both gradings, each with its state.

    Notes
    -----
    Fredericson et al. (1995), Am J Sports Med 23:472, doi:10.1177/036354659502300418; Arendt and Griffiths
    (1997), Clin Sports Med 16:291.
    """
    return (
        _periosteum(measures),
        _oedema(measures),
        _on_t2(measures),
        _on_t1(measures),
        _cortex(measures),
        _line(measures),
    )


def _no_oedema_series(name: str, used_by: tuple[str, ...]) -> Descriptor:
    reason = "no fat-suppressed T2, PD or STIR series"
    return Descriptor(name, used_by, State.NOT_MEASURABLE, reason)


def _series(volume: MRVolume) -> str:
    return _WORDS[volume.acquisition.weighting]


_WORDS = {
    Weighting.T1: "T1",
    Weighting.T1_FAT_SUPPRESSED: "fat-suppressed T1",
    Weighting.T2: "T2",
    Weighting.T2_FAT_SUPPRESSED: "fat-suppressed T2",
    Weighting.PROTON_DENSITY: "PD",
    Weighting.PROTON_DENSITY_FAT_SUPPRESSED: "fat-suppressed PD",
    Weighting.STIR: "STIR",
    Weighting.UNKNOWN: "a series of unknown weighting",
}


def _periosteum(measures: Measures) -> Descriptor:
    name, used_by = "periosteal oedema", ("Fredericson",)
    if measures.oedema_series is None:
        return _no_oedema_series(name, used_by)
    on = f"raised signal outside the cortex on {_series(measures.oedema_series)}"
    if measures.periosteum is None:
        return Descriptor(name, used_by, State.NO, f"no {on} over 25 mm\u00b2")
    return Descriptor(name, used_by, State.YES, f"{on}, length along the bone", measures.periosteum.length_mm)


def _oedema(measures: Measures) -> Descriptor:
    name, used_by = "marrow oedema on fat-suppressed T2 or STIR", ("Fredericson", "Arendt")
    if measures.oedema_series is None:
        return _no_oedema_series(name, used_by)
    on = _series(measures.oedema_series)
    if measures.normal is None:
        return Descriptor(name, used_by, State.NOT_MEASURABLE, f"too little marrow on {on} for a reference")
    if not measures.normal.is_sure:
        reason = f"{on}; too little of the bone looks alike, so its normal marrow may be wrong"
        length = None if measures.oedema is None else measures.oedema.length_mm
        return Descriptor(name, used_by, State.UNSURE, reason, length)
    if measures.oedema is None:
        return Descriptor(name, used_by, State.NO, f"{on}; no marrow over 60 mm\u00b3 clearly above normal")
    return Descriptor(name, used_by, State.YES, f"{on}, length along the bone", measures.oedema.length_mm)


def _on_t2(measures: Measures) -> Descriptor:
    name, used_by = "marrow signal on T2 without fat suppression", ("Arendt",)
    if measures.t2 is None:
        return Descriptor(name, used_by, State.NOT_MEASURABLE, "no T2 series without fat suppression")
    if measures.oedema is None:
        return Descriptor(name, used_by, State.NOT_MEASURABLE, "no region of oedema to look at")
    if measures.t2_ratio is None:
        return Descriptor(name, used_by, State.NOT_MEASURABLE, "the region is not in the T2 series")
    ratio = measures.t2_ratio
    state = State.YES if ratio.low > _RAISED else State.NO if ratio.high < _RAISED else State.UNSURE
    return Descriptor(name, used_by, state, "signal over normal marrow in the region of the oedema", ratio)


def _on_t1(measures: Measures) -> Descriptor:
    name, used_by = "marrow signal on T1", ("Fredericson", "Arendt")
    if measures.t1 is None:
        return Descriptor(name, used_by, State.NOT_MEASURABLE, "no T1 series")
    if measures.oedema is None:
        state = State.NO if measures.oedema_series is not None else State.NOT_MEASURABLE
        return Descriptor(name, used_by, state, "no region of oedema to look at")
    if measures.t1_ratio is None:
        return Descriptor(name, used_by, State.NOT_MEASURABLE, "the region is not in the T1 series")
    ratio = measures.t1_ratio
    state = State.YES if ratio.high < _LOWERED else State.NO if ratio.low > _LOWERED else State.UNSURE
    return Descriptor(name, used_by, state, "signal over normal marrow in the region of the oedema", ratio)


def _cortex(measures: Measures) -> Descriptor:
    name, used_by = "signal inside the cortex", ("Fredericson",)
    if measures.oedema_series is None:
        return _no_oedema_series(name, used_by)
    cortex = measures.cortex
    if cortex is None:
        return Descriptor(name, used_by, State.NOT_MEASURABLE, "no region of oedema to scale it by")
    share = f"cortex of 3 pixels and more on {cortex.measurable_share:.0%} of the surface"
    if cortex.regions:
        first = cortex.regions[0]
        how = "linear" if first.is_linear else "multifocal" if len(cortex.regions) > 1 else "one place"
        return Descriptor(name, used_by, State.YES, f"{how}; {share}", first.length_mm)
    if cortex.measurable_share < _LEAST_SURFACE:
        return Descriptor(name, used_by, State.NOT_MEASURABLE, share)
    return Descriptor(name, used_by, State.NO, share)


def _line(measures: Measures) -> Descriptor:
    name, used_by = "linear dark signal", ("Fredericson", "Arendt")
    if measures.oedema_series is None and measures.t1 is None:
        return Descriptor(name, used_by, State.NOT_MEASURABLE, "no T1 and no fat-suppressed series")
    if not measures.lines:
        return Descriptor(name, used_by, State.NO, "no dark ridge of 4 mm and more in the marrow")
    best = max(measures.lines, key=lambda line: (line.meets_cortex, line.slices, line.contrast.value))
    meets = "meets the cortex" if best.meets_cortex else "does not meet the cortex"
    return Descriptor(name, used_by, State.YES, f"{meets}, seen in {best.slices} slices", best.length_mm)
