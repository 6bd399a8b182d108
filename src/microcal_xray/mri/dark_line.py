"""A dark line in the marrow, by ridges on single slices: how long, how deep, whether it meets the cortex."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..measured import Estimate
from .normal import BoneVoxels
from .volume import FloatArray

_SIGMAS_PX = (1.0, 1.5)
_LEAST_SHARE = 0.2  # of the scale of signal around it
_LEAST_SD = 4.0  # of the answers elsewhere in this marrow
_LEAST_DROP = 0.15  # of the same scale, below the darker side
_SIDE_PX = 2.5
_LEAST_MM = 4.0
_LINEAR = 2.5  # length over width, as its answer has them
_WALL_PX = 1.5  # beside the cortex the cortex itself answers
_AROUND_MM = 6.0  # beyond the region in which it is looked for
_MEETS_PX = 3.0
_SAME_MM = 4.0  # between lines in neighbouring slices


@dataclass(frozen=True)
class DarkLineSignal:
    """The longest dark line in one slice.

    Parameters
    ----------
    slice_index : int
    ends_px : ((row, column), (row, column))
        In that slice.
    middle_mm : float
        Along the bone, from its origin.
    length_mm : Estimate
        In that slice, up to the cortex where it meets it.
    depth_mm : Estimate
        From the inner side of the cortex straight inward to its deepest point.
    meets_cortex : bool
    angle_to_bone_deg : Estimate
        0 along the bone, 90 across.
    contrast : Estimate
        How far it falls, over the scale of the signal around it; 1 is down to normal marrow or below.
    slices : int
        In how many neighbouring slices a line is seen at the same place.
    """

    slice_index: int
    ends_px: tuple[tuple[float, float], tuple[float, float]]
    middle_mm: float
    length_mm: Estimate
    depth_mm: Estimate
    meets_cortex: bool
    angle_to_bone_deg: Estimate
    contrast: Estimate
    slices: int


def dark_line(seen: BoneVoxels, region: npt.NDArray[np.bool_], scale: float) -> DarkLineSignal | None:
    """Return the longest dark line in or beside a region of marrow; None where there is none.

    Parameters
    ----------
    seen : BoneVoxels
    region : (S, R, C) bool array
        Where to look, in the voxels of the same series.
    scale : float
        Signal around the line over that of a line: the plateau of oedema, or the signal of marrow on T1.

    Notes
    -----
    The answer is the largest curvature of the slice smoothed by a Gaussian, times sigma squared and
    3 sqrt(3) / 2, so that a Gaussian line of height A answers A at its own width (Lindeberg 1998,
    doi:10.1023/A:1008097225773). Pixels at the top of the ridge are joined, and the longest joined piece
    counts if it is long for its width. Within 1.5 pixels of the cortex nothing is looked for; whether the
    line meets the cortex is told from what is left in between along its own direction.
    """
    spacing = (seen.volume.row_spacing_mm, seen.volume.column_spacing_mm)
    wall = _WALL_PX * max(spacing)
    inside = seen.marrow & (seen.place.radius_mm < seen.place.inner_mm - wall)
    low, high = _reach(seen, region)
    where = inside & (seen.place.along_mm >= low) & (seen.place.along_mm <= high)
    if not where.any():
        return None
    found: list[DarkLineSignal] = []
    answers: dict[int, FloatArray] = {}
    slices = [int(k) for k in np.flatnonzero(where.any(axis=(1, 2)))]
    for k in slices:
        answers[k] = _ridge(seen, k)
    pooled = np.concatenate([answers[k][0][inside[k] & ~where[k]] for k in slices])
    noise = 1.4826 * float(np.median(np.abs(pooled))) if pooled.size > 50 else 0.0
    level = max(_LEAST_SHARE * scale, _LEAST_SD * noise)
    for k in slices:
        line = _longest(seen, k, answers[k], where[k], level, scale, spacing)
        if line is not None:
            found.append(line)
    if not found:
        return None
    best = max(found, key=lambda each: (each.meets_cortex, each.length_mm.value))
    return _with_neighbours(best, found)


def _reach(seen: BoneVoxels, region: npt.NDArray[np.bool_]) -> tuple[float, float]:
    along = seen.place.along_mm[region] if region.any() else seen.place.along_mm[seen.marrow]
    return float(along.min()) - _AROUND_MM, float(along.max()) + _AROUND_MM


def _ridge(seen: BoneVoxels, k: int) -> FloatArray:
    """Return strength of a dark ridge and the two parts of its normal, (3, R, C)."""
    # Outside the marrow its own median: the dark cortex shall not answer, nor pull at the edge.
    inside = seen.marrow[k]
    values = np.where(inside, seen.volume.voxels[k], np.nan).astype(np.float64)
    filled = _filled(values)
    best = np.zeros((3, *filled.shape))
    for sigma in _SIGMAS_PX:
        rr = ndimage.gaussian_filter(filled, sigma, (2, 0))
        cc = ndimage.gaussian_filter(filled, sigma, (0, 2))
        rc = ndimage.gaussian_filter(filled, sigma, (1, 1))
        root = np.hypot((rr - cc) / 2, rc)
        strength = 1.5 * np.sqrt(3) * sigma**2 * ((rr + cc) / 2 + root)
        angle = 0.5 * np.arctan2(2 * rc, rr - cc)  # of the normal, from the row axis
        better = strength > best[0]
        for part, value in zip(best, (strength, np.cos(angle), np.sin(angle)), strict=True):
            part[better] = value[better]
    return best


def _filled(values: FloatArray) -> FloatArray:
    missing = np.isnan(values)
    if missing.all():
        return np.zeros(values.shape)
    nearest = ndimage.distance_transform_edt(missing, return_distances=False, return_indices=True)
    return np.asarray(values[tuple(nearest)])


def _longest(
    seen: BoneVoxels,
    k: int,
    answer: FloatArray,
    where: npt.NDArray[np.bool_],
    level: float,
    scale: float,
    spacing: tuple[float, float],
) -> DarkLineSignal | None:
    strength, down, right = answer
    rows, columns = np.indices(strength.shape).astype(float)
    sides = [
        ndimage.map_coordinates(strength, [rows + s * down, columns + s * right], order=1, mode="nearest")
        for s in (-1.0, 1.0)
    ]
    top = where & (strength > level) & (strength >= sides[0]) & (strength >= sides[1])
    top &= _drop(seen, k, down, right) > _LEAST_DROP * scale
    labels, count = ndimage.label(
        ndimage.binary_dilation(top, np.ones((3, 3))) & where & (strength > level / 2)
    )
    best = None
    for label in range(1, count + 1):
        own = np.argwhere((labels == label) & top)
        if len(own) < 3:
            continue
        line = _line(seen, k, own.astype(float), strength, scale, spacing)
        if line is not None and (best is None or line.length_mm.value > best.length_mm.value):
            best = line
    return best


def _drop(seen: BoneVoxels, k: int, down: FloatArray, right: FloatArray) -> FloatArray:
    """Return how far a pixel lies below the darker of its sides: the foot of an edge has one side alone."""
    values = np.where(seen.marrow[k], seen.volume.voxels[k], np.nan).astype(np.float64)
    smooth = ndimage.gaussian_filter(_filled(values), 0.7)
    rows, columns = np.indices(smooth.shape).astype(float)
    sides = [
        ndimage.map_coordinates(smooth, [rows + s * down, columns + s * right], order=1, mode="nearest")
        for s in (-_SIDE_PX, _SIDE_PX)
    ]
    return np.asarray(np.minimum(*sides) - smooth)


def _line(
    seen: BoneVoxels,
    k: int,
    own: FloatArray,
    strength: FloatArray,
    scale: float,
    spacing: tuple[float, float],
) -> DarkLineSignal | None:
    mm = own * spacing
    middle = mm.mean(axis=0)
    spreads, axes = np.linalg.eigh(np.cov((mm - middle).T))
    axis = axes[:, 1]
    along = (mm - middle) @ axis
    pixel = max(spacing)
    traced = float(np.ptp(along)) + pixel
    width = max(float(np.sqrt(12 * max(spreads[0], 0.0))), pixel)
    if traced < _LEAST_MM or traced < _LINEAR * width:
        return None
    ends = [middle + along.min() * axis, middle + along.max() * axis]
    outward = [-axis, axis]
    gaps = [_gap(seen, k, end, way, spacing) for end, way in zip(ends, outward, strict=True)]
    meets = [gap <= (_WALL_PX + _MEETS_PX) * pixel for gap in gaps]
    entry = int(np.argmin(gaps))
    if meets[entry]:
        ends[entry] = ends[entry] + gaps[entry] * outward[entry]
    length = float(np.linalg.norm(ends[1] - ends[0]))
    points = np.array([[k, *(end / spacing)] for end in ends])
    patient = seen.volume.patient_mm(points)
    step = patient[1] - patient[0]
    angle = float(np.rad2deg(np.arccos(min(abs(step @ seen.bone.direction) / np.linalg.norm(step), 1.0))))
    place = seen.bone.place(patient)
    # The deepest point lies at the other end; inward is the direction towards the middle of the bone.
    inward = -np.array([place.x_mm[entry], place.y_mm[entry]]) / max(float(place.radius_mm[entry]), 1e-6)
    away = np.array([place.x_mm[1 - entry] - place.x_mm[entry], place.y_mm[1 - entry] - place.y_mm[entry]])
    below = 0.0 if meets[entry] else float(place.inner_mm[entry] - place.radius_mm[entry])
    depth = max(float(away @ inward) + below, 0.0)
    fall = float(np.median(strength[tuple(own.astype(int).T)])) / scale
    off = float(np.rad2deg(np.arctan2(pixel, length)))
    return DarkLineSignal(
        slice_index=k,
        ends_px=tuple((float(p[1]), float(p[2])) for p in points),  # type: ignore[arg-type]
        middle_mm=float(place.along_mm.mean()),
        length_mm=Estimate(length, max(length - 2 * pixel, 0.0), length + 2 * pixel, "mm"),
        depth_mm=Estimate(depth, max(depth - 2 * pixel, 0.0), depth + 2 * pixel, "mm"),
        meets_cortex=meets[entry],
        angle_to_bone_deg=Estimate(angle, max(angle - off, 0.0), min(angle + off, 90.0), "deg"),
        contrast=Estimate(fall, fall * 0.7, fall * 1.3, "1"),
        slices=1,
    )


def _gap(seen: BoneVoxels, k: int, end: FloatArray, way: FloatArray, spacing: tuple[float, float]) -> float:
    """Return how far it is from an end, straight on, to the inner side of the cortex."""
    steps = np.arange(0, 12, 0.25)
    points = (end + steps[:, None] * way) / spacing
    place = seen.bone.place(seen.volume.patient_mm(np.column_stack([np.full(len(points), k), points])))
    beyond = np.flatnonzero(place.radius_mm >= place.inner_mm)
    return float(steps[beyond[0]]) if beyond.size else np.inf


def _with_neighbours(best: DarkLineSignal, found: list[DarkLineSignal]) -> DarkLineSignal:
    at = {each.slice_index for each in found if abs(each.middle_mm - best.middle_mm) < _SAME_MM}
    count, k = 1, best.slice_index
    while k + 1 in at:
        k, count = k + 1, count + 1
    k = best.slice_index
    while k - 1 in at:
        k, count = k - 1, count + 1
    return replace(best, slices=count)
