"""The normal marrow of a bone on one series: what everything else is compared with."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from .bone import BonePlace, MRBone
from .estimates import spread
from .volume import FloatArray, MRVolume

_LEAST_KEPT = 0.5
_MOST_OPPOSITE = 0.15
_OFF = 2.5  # spreads, in the direction of lesions; twice that in the other
_LEAST_SPREAD = 0.01  # of the logarithm
_STEEPEST = 1.4  # of the logarithm, along the bone: fourfold, more than a coil does


@dataclass(frozen=True)
class NormalMarrow:
    """The signal of normal marrow along a bone.

    Parameters
    ----------
    along_mm, signal : (N,) float array
        Its course; a parabola in the logarithm, which the profile of a coil is well enough.
    noise : float
        Standard deviation of single voxels around it, texture included.
    error : float
        Standard error of the course.
    kept_share : float
        Share of the bone's length that it rests on; below one half it may be wrong.
    opposite_share : float
        Share that departs in the direction in which lesions do not.
    """

    along_mm: FloatArray
    signal: FloatArray
    noise: float
    error: float
    kept_share: float
    opposite_share: float = 0.0

    @property
    def is_sure(self) -> bool:
        """Whether at least half of the bone's length looks like it, and little departs the other way.

        Where much does, the region itself may have been taken for what is normal.
        """
        return self.kept_share >= _LEAST_KEPT and self.opposite_share <= _MOST_OPPOSITE

    def at(self, along_mm: FloatArray) -> FloatArray:
        """Return the signal of normal marrow at places along the bone."""
        return np.interp(along_mm, self.along_mm, self.signal)


@dataclass(frozen=True)
class BoneVoxels:
    """A series seen from one bone.

    Parameters
    ----------
    volume : MRVolume
    bone : MRBone
    place : BonePlace
        Of every voxel.
    marrow : (S, R, C) bool array
        Voxels inside the cortex that are in the file.
    """

    volume: MRVolume
    bone: MRBone
    place: BonePlace
    marrow: npt.NDArray[np.bool_]


def bone_voxels(volume: MRVolume, bone: MRBone) -> BoneVoxels:
    """Return where every voxel of a series lies in a bone, which may have been found in another series."""
    place = bone.place(volume.voxel_centres_mm())
    marrow = place.described & (place.radius_mm < place.inner_mm) & volume.usable
    return BoneVoxels(volume, bone, place, marrow)


def normal_marrow(seen: BoneVoxels, *, sign: int) -> NormalMarrow | None:
    """Return the normal signal along the bone; None where the series shows too little of its marrow.

    Parameters
    ----------
    seen : BoneVoxels
    sign : {1, -1}
        1: what departs is brighter, -1: darker. It decides which slabs are given up first.

    Notes
    -----
    Medians of slabs along the bone, of voxels well inside the cortex; the parabola through their logarithms
    that half of them agree on; slabs that depart from it by over 2.5 robust deviations in the direction of
    `sign` (5 in the other) are left out, and it is fitted again, six times.
    """
    core = seen.marrow & (seen.place.radius_mm < seen.place.inner_mm - seen.bone.pitch_mm / 2)
    along, values = seen.place.along_mm[core], seen.volume.voxels[core].astype(np.float64)
    step = max(seen.volume.pitch_mm(seen.bone.direction), 2.0)
    slab = np.floor((along - seen.bone.stations_mm[0]) / step).astype(int)
    numbers, counts = np.unique(slab, return_counts=True)
    numbers = numbers[counts >= 8]
    if len(numbers) < 6:
        return None
    medians = np.array([np.median(values[slab == k]) for k in numbers])
    places = seen.bone.stations_mm[0] + (numbers + 0.5) * step
    if (medians <= 0).all():
        return None
    log = np.log(np.maximum(medians, medians[medians > 0].min()))
    fit, limit = _commonest_course(places, log)
    for _ in range(6):
        off = sign * (log - fit)
        kept = (off < _OFF * limit) & (off > -2 * _OFF * limit)
        if kept.sum() < 5:
            return None
        fit = np.polyval(np.polyfit(places[kept], log[kept], 2 if kept.sum() >= 8 else 1), places)
        limit = max(spread((log - fit)[kept]), _LEAST_SPREAD)
    off = sign * (log - fit)
    # Beyond what it rests on, a parabola runs away: there it stays as it was.
    inside = np.clip(places, places[kept].min(), places[kept].max())
    signal = np.exp(np.interp(inside, places, fit))
    normal = np.isin(slab, numbers[kept])
    residual = values[normal] - np.interp(along[normal], places, signal)
    error = float(np.median(signal)) * limit / np.sqrt(max(kept.sum(), 1))
    below = float(np.mean(off < -2 * _OFF * limit))
    return NormalMarrow(places, signal, max(spread(residual), 1e-9), error, float(kept.mean()), below)


def _commonest_course(places: FloatArray, log: FloatArray) -> tuple[FloatArray, float]:
    """Return the parabola that the closest half of the slabs agree on best, and how far they are off it.

    All parabolas through three of up to 16 slabs are tried (least quantile of squares, Rousseeuw and Leroy
    1987): up to half of the slabs may be anything, at either end or in the middle.
    """
    few = np.unique(np.linspace(0, len(places) - 1, 16).round().astype(int))
    best: FloatArray = np.full(len(places), np.median(log))
    least = np.inf
    for three in combinations(few, 3):
        index = list(three)
        course = np.asarray(np.polyval(np.polyfit(places[index], log[index], 2), places), np.float64)
        if np.ptp(course) > _STEEPEST:
            continue
        off = float(np.quantile(np.abs(log - course), 0.55))
        if off < least:
            best, least = course, off
    spread_of_half = float(np.median(np.abs(log - best)[np.abs(log - best) <= max(least, 1e-12)]))
    return best, max(1.4826 * spread_of_half, _LEAST_SPREAD)
