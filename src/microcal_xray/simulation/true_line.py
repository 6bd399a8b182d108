"""The truth about a line that was drawn, from the same path lengths and the same physics as the picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial import cKDTree

from ..findings import Kind
from .drawing import DrawnLine, changed, parts_of, share_at
from .lines import Target, full_width, target_of
from .physics import PathLengths, transmission

FloatArray = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]

_STEPS = 160  # of the integral across a line
_PRESENT = 0.15  # a line is there where it changes at least this share of the most bone that it changes
_CLOSE_MM = 8.0
_LEAST_OF_A_CLUSTER = 3
_POINTS = 60  # places along a line where its contrast is worked out
_SMOOTH_POINTS = 20  # a millimetre: the direction of the course without its roughness


@dataclass(frozen=True)
class TrueLine:
    """The truth about one line that was drawn.

    Parameters
    ----------
    kind : Kind
    target : Target
        What sort of line it is.
    bone : str
    path_px : (N, 2) float array
        Centre line as (row, column); whole numbers are pixel centres. Only where the line changes bone.
    length_mm : float
    width_mm : float
        Full width at half maximum of the line as drawn, mean along it, before the detector's blur.
    equivalent_width_mm : float
        Integral of the contrast across the line over its peak.
    contrast_log : float
        Peak change of -ln(signal), mean along the line, before blur: negative for a lucent line.
    integrated_contrast_mm : float
        Integral of that change across the line, mean along it; no blur changes it.
    bone_contrast_log : float
        What the bone there adds to -ln(signal), mean along the line: against soft tissue as deep as it.
    angle_to_bone_deg : float
        Between the mean direction of the path (total least squares) and the axis of the shaft there, the line
        about which the bone is built: 0 (along) to 90 (across).
    tilt_deg, depth_mm : float
        As asked for.
    d_prime : float or None
        Of the ideal observer, for this line in this picture before any processing; None: not worked out.
    cluster : int or None
        Lines of one bone that lie close together have the same number, from 1; None: it lies alone.
    """

    kind: Kind
    target: Target
    bone: str
    path_px: Float64Array
    length_mm: float
    width_mm: float
    equivalent_width_mm: float
    contrast_log: float
    integrated_contrast_mm: float
    bone_contrast_log: float
    angle_to_bone_deg: float
    tilt_deg: float
    depth_mm: float
    d_prime: float | None = None
    cluster: int | None = None


def clustered(truths: Sequence[TrueLine], *, spacing_mm: float) -> tuple[TrueLine, ...]:
    """Return the lines with their clusters: at least three of one bone, each near the next."""
    groups: list[list[int]] = []
    for index, line in enumerate(truths):
        near = [group for group in groups if any(_close(line, truths[i], spacing_mm) for i in group)]
        merged = [index] + [i for group in near for i in group]
        groups = [group for group in groups if group not in near] + [merged]
    large = [set(group) for group in groups if len(group) >= _LEAST_OF_A_CLUSTER]
    numbers = {index: number for number, group in enumerate(large, start=1) for index in group}
    return tuple(replace(line, cluster=numbers.get(index)) for index, line in enumerate(truths))


def _close(a: TrueLine, b: TrueLine, spacing_mm: float) -> bool:
    apart, _ = cKDTree(a.path_px).query(b.path_px)
    return a.bone == b.bone and float(apart.min()) * spacing_mm <= _CLOSE_MM


def truth_of(
    drawn: DrawnLine, paths: PathLengths, scattered: FloatArray, *, spacing_mm: float, tube_kv: int
) -> TrueLine | None:
    """Return the truth about a line; None when no part of it lies in bone on the picture."""
    shape = drawn.depth_mm.shape
    points = drawn.points_px
    inside = ((points >= 0) & (points <= np.array(shape) - 1)).all(axis=1)
    rounded = np.clip(np.rint(points).astype(int), 0, np.array(shape) - 1)
    full = np.where(inside, drawn.depth_mm[tuple(rounded.T)], 0)
    depth = full * drawn.strength
    strong = np.abs(depth) > _PRESENT * np.abs(depth).max(initial=0)
    if np.count_nonzero(strong) < 4:
        return None
    first, last = np.flatnonzero(strong)[[0, -1]]
    path, picked = points[first : last + 1], slice(first, last + 1, max(1, (last + 1 - first) // _POINTS))
    across = _across(drawn, picked, spacing_mm)
    rounded = rounded[picked]
    peak, integral = _contrast(drawn, paths, scattered, rounded, full[picked], across, tube_kv)
    heading = _mean_direction(path)
    along_mm = drawn.line.course.from_end_mm
    axis = drawn.bone.axis_direction(along_mm)
    cosine = abs(heading[1] * axis[0] + heading[0] * axis[1])
    return TrueLine(
        kind=drawn.line.kind,
        target=target_of(drawn.line),
        bone=drawn.bone.name,
        path_px=path[_thin(len(path))],
        length_mm=float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum() * spacing_mm),
        width_mm=full_width(across.offset_mm, across.share.mean(axis=0)),
        equivalent_width_mm=abs(integral / peak),
        contrast_log=peak,
        integrated_contrast_mm=integral,
        bone_contrast_log=_bone_contrast(paths, scattered, rounded, tube_kv),
        angle_to_bone_deg=float(np.degrees(np.arccos(min(1.0, cosine)))),
        tilt_deg=drawn.line.tilt_deg,
        depth_mm=drawn.line.depth_mm,
    )


def _bone_contrast(
    paths: PathLengths, scattered: FloatArray, pixels: npt.NDArray[np.intp], tube_kv: int
) -> float:
    rows, columns = pixels.T
    soft, adipose, marrow, bone = (part[rows, columns] for part in parts_of(paths))
    nothing, around = np.zeros_like(soft), scattered[rows, columns]
    here = transmission(PathLengths(soft, adipose, marrow, bone), tube_kv=tube_kv) + around
    boneless = PathLengths(soft + marrow + bone, adipose, nothing, nothing)
    return float(np.log((transmission(boneless, tube_kv=tube_kv) + around) / here).mean())


@dataclass(frozen=True)
class _Across:
    """The share of its depth that a line has across each of P places, as it was drawn.

    A rough course bends away from itself, so that what is drawn beside it is less than its profile says.
    """

    offset_mm: Float64Array
    share: Float64Array  # (P, S)


def _across(drawn: DrawnLine, picked: slice, spacing_mm: float) -> _Across:
    reach = drawn.profile.reach_mm
    offset = np.linspace(-reach, reach, _STEPS + 1)
    smooth = ndimage.gaussian_filter1d(drawn.points_px, _SMOOTH_POINTS, axis=0, mode="nearest")
    tangent = np.gradient(smooth, axis=0)[picked]
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-12)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1)
    places = drawn.points_px[picked][:, None] + offset[:, None] / spacing_mm * normal[:, None]
    share = share_at(drawn, places.reshape(-1, 2), spacing_mm, over_mm=2 * reach / _STEPS)
    return _Across(offset, share.reshape(len(places), -1))


def _contrast(
    drawn: DrawnLine,
    paths: PathLengths,
    scattered: FloatArray,
    pixels: npt.NDArray[np.intp],
    full_depth_mm: FloatArray,
    across: _Across,
    tube_kv: int,
) -> tuple[float, float]:
    step_mm = float(across.offset_mm[1] - across.offset_mm[0])
    change = (full_depth_mm[:, None] * across.share).astype(np.float32)
    rows, columns = pixels.T
    here = PathLengths(
        *(np.repeat(part[rows, columns][:, None], change.shape[1], 1) for part in parts_of(paths))
    )
    around = scattered[rows, columns][:, None]
    before = np.log(transmission(here, tube_kv=tube_kv) + around)
    after_paths = changed(here, 0 * change, change) if drawn.outside else changed(here, change)
    after = np.log(transmission(after_paths, tube_kv=tube_kv) + around)
    contrast = (before - after).astype(np.float64)
    largest = contrast[np.arange(len(contrast)), np.abs(contrast).argmax(axis=1)]
    return float(largest.mean()), float(contrast.sum(axis=1).mean() * step_mm)


def _mean_direction(path_px: Float64Array) -> Float64Array:
    """Return the unit vector (row, column) along which the points of a path spread most."""
    off = path_px - path_px.mean(axis=0)
    return np.asarray(np.linalg.eigh(off.T @ off)[1][:, -1])


def _thin(count: int) -> npt.NDArray[np.intp]:
    return np.unique(np.linspace(0, count - 1, max(2, count // 10)).round().astype(np.intp))
