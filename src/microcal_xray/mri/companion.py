"""The way through this room: series of one bone in, measures and descriptors out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import UnreadableSeriesError
from .bone import MRBone
from .dark_line import DarkLineSignal, dark_line
from .descriptors import Descriptor, Measures, descriptors
from .marrow import MarrowSignal, marrow_signal, signal_ratio
from .normal import NormalMarrow, bone_voxels, normal_marrow
from .place import PlaceComparison, RadiographPlace, compare_places
from .segmentation import BoneAsk, find_bone
from .surface import CortexSignal, SurfaceSignal, cortex_signal, periosteal_signal
from .volume import MRVolume, Weighting
from .walls import BoneNotFoundError

_OEDEMA_FIRST = (
    Weighting.STIR,
    Weighting.T2_FAT_SUPPRESSED,
    Weighting.PROTON_DENSITY_FAT_SUPPRESSED,
)


@dataclass(frozen=True)
class LineOfSeries:
    """A dark line and the series that shows it.

    Parameters
    ----------
    series : str
        Name of the series.
    line : DarkLineSignal
    """

    series: str
    line: DarkLineSignal


@dataclass(frozen=True)
class MRFindings:
    """What the series show of one bone, for a reviewer. It holds no grade.

    Parameters
    ----------
    volumes : tuple of MRVolume
        As given.
    bone : MRBone
    bone_series : str
        Name of the series on which the bone was found.
    oedema_series, t1, t2 : MRVolume or None
        Those that were measured on.
    normal : NormalMarrow or None
        On `oedema_series`.
    oedema : MarrowSignal or None
    periosteum : SurfaceSignal or None
    cortex : CortexSignal or None
    lines : tuple of LineOfSeries
    descriptors : tuple of Descriptor
    place : PlaceComparison or None
        With the radiograph; None without a place there, without signal, or where the joint is not known.
    notes : tuple of str
        Reasons to trust it less, in words.
    """

    volumes: tuple[MRVolume, ...]
    bone: MRBone
    bone_series: str
    oedema_series: MRVolume | None
    t1: MRVolume | None
    t2: MRVolume | None
    normal: NormalMarrow | None
    oedema: MarrowSignal | None
    periosteum: SurfaceSignal | None
    cortex: CortexSignal | None
    lines: tuple[LineOfSeries, ...]
    descriptors: tuple[Descriptor, ...]
    place: PlaceComparison | None
    notes: tuple[str, ...]

    def from_joint_mm(self, along_mm: tuple[float, float]) -> tuple[float, float] | None:
        """Return a stretch along the bone as distances from the joint; None when that is not known."""
        joint = self.bone.joint_mm
        if joint is None:
            return None
        low, high = sorted(abs(each - joint) for each in along_mm)
        return low, high


def measure_mri(
    volumes: MRVolume | Sequence[MRVolume],
    *,
    ask: BoneAsk | None = None,
    radiograph: RadiographPlace | None = None,
) -> MRFindings:
    """Return what MR series show of one bone.

    Parameters
    ----------
    volumes : MRVolume or sequence of MRVolume
        Of one examination, so that their patient coordinates agree. The first T1, the first T2 and the first
        fat-suppressed series are used.
    ask : BoneAsk, optional
        What is known of the bone; its mask belongs to the series on which the bone is found: T1, else T2,
        else the first.
    radiograph : RadiographPlace, optional
        Of several regions of oedema the one nearest to it is measured.

    Raises
    ------
    BoneNotFoundError
        If no bone can be told apart; the text says why and what to give.
    UnreadableSeriesError
        If there is no series.
    """
    given = (volumes,) if isinstance(volumes, MRVolume) else tuple(volumes)
    if not given:
        raise UnreadableSeriesError("no series was given")
    t1, t2 = _first(given, (Weighting.T1,)), _first(given, (Weighting.T2,))
    wet = _first(given, _OEDEMA_FIRST)
    on = t1 or t2 or _first(given, (Weighting.PROTON_DENSITY,)) or given[0]
    try:
        bone = find_bone(on, ask or BoneAsk())
    except BoneNotFoundError as error:
        raise BoneNotFoundError(f"{on.name}: {error}") from error
    measures, lines = _measures(bone, wet, t1, t2, _near(bone, radiograph))
    place = None
    if radiograph is not None and measures.oedema is not None and bone.joint_mm is not None:
        low, high = (abs(each - bone.joint_mm) for each in measures.oedema.along_mm)
        place = compare_places(radiograph, (low, high))
    return MRFindings(
        volumes=given,
        bone=bone,
        bone_series=on.name,
        oedema_series=wet,
        t1=t1,
        t2=t2,
        normal=measures.normal,
        oedema=measures.oedema,
        periosteum=measures.periosteum,
        cortex=measures.cortex,
        lines=lines,
        descriptors=descriptors(measures),
        place=place,
        notes=_notes(bone, measures, radiograph),
    )


def _first(volumes: Sequence[MRVolume], wanted: Sequence[Weighting]) -> MRVolume | None:
    """Return the first series of the first weighting that there is; stacks before single slices."""
    for weighting in wanted:
        own = [each for each in volumes if each.acquisition.weighting is weighting]
        stacks = [each for each in own if len(each.voxels) > 1]
        if stacks or own:
            return (stacks or own)[0]
    return None


def _near(bone: MRBone, radiograph: RadiographPlace | None) -> float | None:
    if radiograph is None or bone.joint_mm is None:
        return None
    # The joint at the lower end is counted upwards.
    sign = -1.0 if bone.joint_mm > bone.stations_mm.mean() else 1.0
    return bone.joint_mm + sign * radiograph.in_bone_mm.value


def _measures(
    bone: MRBone, wet: MRVolume | None, t1: MRVolume | None, t2: MRVolume | None, near_mm: float | None
) -> tuple[Measures, tuple[LineOfSeries, ...]]:
    measures = Measures(oedema_series=wet, t1=t1, t2=t2)
    lines: list[LineOfSeries] = []
    points = None
    if wet is not None:
        seen = bone_voxels(wet, bone)
        normal = normal_marrow(seen, sign=1)
        measures = replace(measures, normal=normal)
        if normal is not None:
            oedema = marrow_signal(seen, normal, sign=1, near_mm=near_mm)
            rim = periosteal_signal(wet, bone, normal) if np.isfinite(bone.outer_mm).all() else None
            measures = replace(measures, oedema=oedema, periosteum=rim)
            if oedema is not None:
                points = wet.patient_mm(np.argwhere(oedema.region))
                measures = replace(measures, cortex=cortex_signal(wet, bone, normal, oedema.plateau))
                line = dark_line(seen, oedema.region, oedema.plateau)
                lines += [LineOfSeries(wet.name, line)] if line is not None else []
    for volume, field in ((t1, "t1_ratio"), (t2, "t2_ratio")):
        if volume is None:
            continue
        other = bone_voxels(volume, bone)
        usual = normal_marrow(other, sign=-1 if volume is t1 else 1)
        if usual is None:
            continue
        if points is not None:
            found = signal_ratio(other, usual, points)
            measures = (
                replace(measures, t1_ratio=found)
                if field == "t1_ratio"
                else replace(measures, t2_ratio=found)
            )
        if volume is t1:
            region = np.zeros(volume.voxels.shape, bool)
            if points is not None:
                index = np.rint(volume.index_of(points)).astype(int)
                inside = ((index >= 0) & (index < np.array(region.shape))).all(axis=1)
                region[tuple(index[inside].T)] = True
            line = dark_line(other, region, float(np.median(usual.signal)))
            lines += [LineOfSeries(volume.name, line)] if line is not None else []
    return replace(measures, lines=tuple(each.line for each in lines)), tuple(lines)


def _notes(bone: MRBone, measures: Measures, radiograph: RadiographPlace | None) -> tuple[str, ...]:
    notes = []
    if bone.joint_mm is None:
        notes.append("the joint is not in the series; give a point at it to count places from there")
    elif bone.joint_source != "given":
        notes.append(f"places are counted from the {bone.joint_source} of the marrow that was found")
    if bone.found_share < 0.9:
        notes.append(
            f"the cortex was seen in {bone.found_share:.0%} of the directions; the rest is interpolated"
        )
    if measures.normal is not None and not measures.normal.is_sure:
        notes.append("too little of the bone looks alike: what is taken for normal marrow may be wrong")
    if not np.isfinite(bone.outer_mm).all():
        notes.append("the outer side of the cortex was not found: nothing is said of the periosteum")
    if radiograph is not None and bone.joint_mm is None:
        notes.append("the place on the radiograph cannot be compared without the joint")
    return tuple(notes)
