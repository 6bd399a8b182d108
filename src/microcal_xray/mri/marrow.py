"""How far, and how strongly, the marrow of a bone departs from the same bone's normal marrow."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..measured import Estimate
from .estimates import around, between, median_error, ratio
from .normal import BoneVoxels, NormalMarrow
from .volume import FloatArray

_CLEAR_SD = 4.0
_LEAST_MM3 = 60.0  # about a voxel of 4 mm: less is not told from noise and vessels
_HALF = 0.5
_CORE = 0.75  # of the plateau: where the signal is not of the edge
_OTHER_LEVELS = (0.4, 0.6)  # of the plateau, for the intervals
_PLATEAU_PERCENT = 75.0
_INDEPENDENT = 0.25  # of neighbouring voxels: the data are smoothed over about two by two
_TURNS = 18
_LEVELS = ((0.5, 0.2), (0.6, 0.3), (0.4, 0.15))  # of the largest cross-section; the first counts
_CLOSED_PX = 5
_BIN_BLUR = 1.8  # voxels: the width of an edge that is sharp in the patient, as the bins show it


@dataclass(frozen=True)
class MarrowSignal:
    """One region of marrow whose signal is raised (or, on T1, lowered).

    Parameters
    ----------
    region : (S, R, C) bool array
        The voxels over half of the plateau.
    along_mm : (low, high) tuple of float
        Where it begins and ends along the bone, from the bone's origin.
    length_mm, across_mm : Estimate
        Extent along the bone, and the largest extent across it.
    volume_mm3 : Estimate
    middle_mm : Estimate
        Place of its middle along the bone, from the bone's origin.
    contrast : Estimate or None
        Its signal over that of normal marrow there; None where that is not over 0.
    stands_out : Estimate
        Difference to normal marrow over the noise of single voxels.
    plateau : float
        Difference to normal marrow in the core of the region; positive also where the signal is lowered.
    cross_section : Estimate
        Largest share of the bone's marrow cross-section that it takes.
    """

    region: npt.NDArray[np.bool_]
    along_mm: tuple[float, float]
    length_mm: Estimate
    across_mm: Estimate
    volume_mm3: Estimate
    middle_mm: Estimate
    contrast: Estimate | None
    stands_out: Estimate
    plateau: float
    cross_section: Estimate


def marrow_signal(
    seen: BoneVoxels, normal: NormalMarrow, *, sign: int, near_mm: float | None = None
) -> MarrowSignal | None:
    """Return the region of marrow that departs most; None where none does clearly.

    Parameters
    ----------
    seen : BoneVoxels
    normal : NormalMarrow
    sign : {1, -1}
        1: brighter (oedema on fat-suppressed series), -1: darker (on T1).
    near_mm : float, optional
        A place along the bone, from its origin: of several regions the nearest is taken. None: the largest.

    Notes
    -----
    The region is where the difference to normal marrow is over half of its plateau (the upper quartile of the
    difference in the clear part), connected to the clear part (over 4 standard deviations of what is left of
    the noise after light smoothing). Edges at half of the plateau are where partial volume puts the edge of
    a sharp region. Intervals: what 0.4 and 0.6 of the plateau give, and half a voxel at each end.
    """
    spacing = (seen.volume.row_spacing_mm, seen.volume.column_spacing_mm)
    difference = sign * (seen.volume.voxels - normal.at(seen.place.along_mm))
    smooth = _smoothed(np.where(seen.marrow, difference, 0), seen.marrow)
    # A dark line thinner than 5 pixels does not cut a region in two, nor lessen it.
    smooth = np.where(seen.marrow, ndimage.grey_closing(smooth, (1, _CLOSED_PX, _CLOSED_PX)), smooth)
    clear = seen.marrow & (smooth > _CLEAR_SD * normal.noise * 0.5)  # the smoothing halves white noise
    labels, count = ndimage.label(clear, np.ones((3, 3, 3)))
    voxel = seen.volume.voxel_mm3 or float(np.prod(spacing))
    sizes = np.asarray(np.bincount(labels.ravel(), minlength=count + 1)[1:] * voxel, np.float64)
    usual = [label for label in range(1, count + 1) if sizes[label - 1] >= _LEAST_MM3]
    if not usual:
        return None
    chosen = labels == _chosen(usual, sizes, labels, seen, near_mm)
    plateau = float(np.percentile(smooth[chosen], _PLATEAU_PERCENT))
    if plateau < _CLEAR_SD * normal.noise * 0.5:
        return None
    region = _over(smooth, _HALF * plateau, seen.marrow, chosen)
    others = [_over(smooth, level * plateau, seen.marrow, chosen) for level in _OTHER_LEVELS]
    return _measured(seen, normal, region, others, smooth, plateau, voxel)


def _chosen(
    usual: list[int],
    sizes: FloatArray,
    labels: npt.NDArray[np.int32],
    seen: BoneVoxels,
    near_mm: float | None,
) -> int:
    if near_mm is None:
        return max(usual, key=lambda label: sizes[label - 1])
    places = ndimage.mean(seen.place.along_mm, labels, usual)
    return usual[int(np.argmin(np.abs(np.asarray(places) - near_mm)))]


def _smoothed(values: FloatArray, inside: npt.NDArray[np.bool_]) -> FloatArray:
    """Smooth within each slice by 0.6 pixels, with marrow alone."""
    weights = ndimage.gaussian_filter(inside.astype(np.float64), (0, 0.6, 0.6))
    return np.asarray(ndimage.gaussian_filter(values, (0, 0.6, 0.6)) / np.maximum(weights, 1e-6))


def _over(
    smooth: FloatArray, level: float, marrow: npt.NDArray[np.bool_], chosen: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    labels, _ = ndimage.label(marrow & (smooth > level))
    touched = np.unique(labels[chosen & (labels > 0)])
    sizes = np.bincount(labels.ravel())
    # Single voxels that chance put over the level are left out.
    return np.isin(labels, [label for label in touched if sizes[label] >= 0.1 * sizes[touched].max()])


def _measured(
    seen: BoneVoxels,
    normal: NormalMarrow,
    region: npt.NDArray[np.bool_],
    others: list[npt.NDArray[np.bool_]],
    smooth: FloatArray,
    plateau: float,
    voxel: float,
) -> MarrowSignal:
    pitch = seen.volume.pitch_mm(seen.bone.direction)
    pitch_across = max(seen.volume.pitch_mm(seen.bone.u), seen.volume.pitch_mm(seen.bone.v))
    near = ndimage.binary_dilation(region, np.ones((3, 3, 3))) & seen.marrow
    shares = np.clip(smooth[near] / plateau, 0, 1)
    along = seen.place.along_mm[near]
    ends = [_ends(along, shares, pitch, levels) for levels in _LEVELS]
    across = [_across(seen, near, shares, levels) for levels in _LEVELS]
    volumes = [float(each.sum()) * voxel for each in (region, *others)]
    low, high = ends[0]
    lengths = [one[1] - one[0] for one in ends]
    core = region & (smooth > _CORE * plateau)
    core = core if core.any() else region
    values = seen.volume.voxels[core].astype(np.float64)
    reference = float(np.median(normal.at(seen.place.along_mm[core])))
    error = median_error(values, independent=_INDEPENDENT)
    return MarrowSignal(
        region=region,
        along_mm=(low, high),
        length_mm=between(lengths[0], lengths[1:], pitch, "mm"),
        across_mm=between(across[0], across[1:], pitch_across, "mm"),
        volume_mm3=between(volumes[0], volumes[1:], 0.0, "mm3"),
        middle_mm=Estimate((low + high) / 2, (low + high - pitch) / 2, (low + high + pitch) / 2, "mm"),
        contrast=ratio(float(np.median(values)), error, reference, normal.error),
        stands_out=around(
            abs(float(np.median(values)) - reference) / normal.noise,
            float(np.hypot(error, normal.error)) / normal.noise,
            "1",
            least=0.0,
        ),
        plateau=plateau,
        cross_section=_cross_section(seen, region, others),
    )


def _ends(
    places: FloatArray, shares: FloatArray, pitch_mm: float, levels: tuple[float, float]
) -> tuple[float, float]:
    """Return where a region begins and ends along one direction.

    Parameters
    ----------
    places : (N,) float array
        Of voxels, along the direction.
    shares : (N,) float array
        How far each belongs to the region, 0 to 1.
    pitch_mm : float
        Size of a voxel in that direction.
    levels : (upper, lower)
        Of the largest cross-section.

    Notes
    -----
    The cross-section of anything round falls to nothing in proportion to the distance from its tip, and a
    tip is thinner than a voxel. So the end is where the fall from the upper to the lower level leads to,
    after the part of that fall that is only the size of a voxel was taken off (in squares).
    """
    first = places.min() - 2 * pitch_mm
    at = (places - first) / pitch_mm
    left = np.floor(at).astype(int)
    size = int(left.max()) + 3
    section = np.bincount(left, shares * (1 - (at - left)), size) + np.bincount(
        left + 1, shares * (at - left), size
    )
    found = []
    for side in (section, section[::-1]):
        top = int(np.argmax(side >= 0.9 * side.max()))
        crossed = [
            _falls(np.asarray(side[: top + 1][::-1], np.float64), level * float(side.max()))
            for level in levels
        ]
        fall = crossed[1] - crossed[0]
        blur = _BIN_BLUR * (levels[0] - levels[1])
        rest = np.sqrt(max(fall**2 - blur**2, 0.0)) * levels[0] / (levels[0] - levels[1])
        found.append(top - crossed[0] - rest)
    return float(first + found[0] * pitch_mm), float(first + (size - 1 - found[1]) * pitch_mm)


def _falls(values: FloatArray, level: float) -> float:
    """Return the place, in samples, where values first fall below the level; the last one if they do not."""
    below = np.flatnonzero(values < level)
    if not below.size:
        return float(len(values) - 1)
    k = max(int(below[0]), 1)
    return float(k - (level - values[k]) / max(values[k - 1] - values[k], 1e-12))


def _across(
    seen: BoneVoxels, near: npt.NDArray[np.bool_], shares: FloatArray, levels: tuple[float, float]
) -> float:
    x, y = seen.place.x_mm[near], seen.place.y_mm[near]
    widths = []
    for turn in np.linspace(0, np.pi, _TURNS, endpoint=False):
        direction = np.cos(turn) * seen.bone.u + np.sin(turn) * seen.bone.v
        low, high = _ends(
            x * np.cos(turn) + y * np.sin(turn), shares, seen.volume.pitch_mm(direction), levels
        )
        widths.append(high - low)
    return max(widths)


def _cross_section(
    seen: BoneVoxels, region: npt.NDArray[np.bool_], others: list[npt.NDArray[np.bool_]]
) -> Estimate:
    step = max(seen.volume.pitch_mm(seen.bone.direction), 3.0)
    slab = np.maximum((seen.place.along_mm - seen.bone.stations_mm[0]) // step, 0).astype(int)
    count = int(slab[seen.marrow].max()) + 1
    whole = np.bincount(slab[seen.marrow], minlength=count)
    shares = []
    for each in (region, *others):
        own = np.bincount(slab[each], minlength=count)
        shares.append(float((own[whole > 0] / whole[whole > 0]).max()))
    return Estimate(shares[0], min(shares), max(shares), "1")


def signal_ratio(seen: BoneVoxels, normal: NormalMarrow, points_mm: FloatArray) -> Estimate | None:
    """Return the signal at points over that of normal marrow there; None where too few points are in it.

    Parameters
    ----------
    seen : BoneVoxels
        Of the other series.
    normal : NormalMarrow
        Of the same.
    points_mm : (N, 3) float array
        In the patient.
    """
    index = np.rint(seen.volume.index_of(points_mm)).astype(int)
    inside = ((index >= 0) & (index < np.array(seen.volume.voxels.shape))).all(axis=1)
    index = np.unique(index[inside], axis=0)
    index = index[seen.marrow[tuple(index.T)]] if len(index) else index
    if len(index) < 20:
        return None
    at = tuple(index.T)
    values = seen.volume.voxels[at].astype(np.float64)
    reference = float(np.median(normal.at(seen.place.along_mm[at])))
    error = median_error(values, independent=_INDEPENDENT)
    return ratio(float(np.median(values)), error, reference, normal.error)
