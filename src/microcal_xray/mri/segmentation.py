"""Find one bone in a series: dark cortex around marrow. It says why when it cannot.

Strategy: bright marrow on T1 is a long component with a dark wall; subcutaneous fat has muscle on one side.
The component only gives the axis. From the axis outward, in many directions, the wall is looked for again
by half heights, so that marrow that lost its signal still counts as marrow.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..errors import MicrocalError
from .bone import MRBone, sampled
from .volume import FloatArray, MRVolume

_DIRECTIONS = 36
_STATION_MM = 2.0
_REACH_MM = 36.0  # from the middle: the widest is the tibial plateau
_RADIAL_MM = 0.25
_THICKEST_MM = 12.0  # cortex
_LEAST_LENGTH_MM = 40.0
_LEAST_MM3 = 1500.0
_DARK = 0.3  # of the marrow beside it: cortex; muscle has 0.35 and more
_DARK_WALL = 0.4  # share of the rim around marrow that is dark
_AT_THE_SKIN = 0.15  # share of the voxels within 3 pixels of air; of fat under the skin a third and more
_LONG = 1.5  # length over width
_LEAST_FOUND = 0.6  # of the directions
_WALL_DEPTH = 0.6  # the cortex must fall below this share of what is inside
_SEARCH_MM = 60.0  # beyond what was found at first
_LEAST_WALLED = 0.5  # of the directions, for the bone to go on
_PLATE_DEPTH = 0.35  # of the marrow: the dark plate at a joint
_SUDDEN = 0.25  # change of the logarithm of the radius within one station: another bone
_END_MARGIN_MM = 5.0  # what is seen beyond an end, for it to be the end of the bone and not of the picture


class BoneNotFoundError(MicrocalError):
    """The series shows no bone that can be told apart, or not well enough; the text says why."""


@dataclass(frozen=True)
class BoneAsk:
    """What the user knows of the bone; all may be None.

    Parameters
    ----------
    axis_mm : (2, 3) array_like or None
        Two points on its axis, in patient mm.
    box_mm : (2, 3) array_like or None
        Two opposite corners in patient mm, within which it is looked for.
    mask : (S, R, C) bool array or None
        Its marrow, in the voxels of the series.
    joint_mm : (3,) array_like or None
        A point at the joint that places are counted from.
    """

    axis_mm: npt.ArrayLike | None = None
    box_mm: npt.ArrayLike | None = None
    mask: npt.NDArray[np.bool_] | None = None
    joint_mm: npt.ArrayLike | None = None


def find_bone(volume: MRVolume, ask: BoneAsk = BoneAsk()) -> MRBone:
    """Return one long bone of a series in which marrow is brighter than cortex: best T1.

    Parameters
    ----------
    volume : MRVolume
    ask : BoneAsk
        An axis, a box or a mask where the user knows better; nothing: the largest bone is looked for.

    Raises
    ------
    BoneNotFoundError
        If there is none, or its cortex is not seen in enough directions.
    ValueError
        If the mask has another shape than the series.
    """
    if len(volume.voxels) < 2:
        raise BoneNotFoundError("one slice alone shows no bone in space; give the whole series")
    if ask.mask is not None:
        mask, source = np.asarray(ask.mask, bool), "a mask by the user"
        if mask.shape != volume.voxels.shape:
            raise ValueError(f"the mask has shape {mask.shape}, the series {volume.voxels.shape}")
        _require_size(mask, volume)
    elif ask.axis_mm is not None:
        mask, source = None, "an axis by the user"
    else:
        mask = _marrow(volume, ask.box_mm)
        source = "found by itself" if ask.box_mm is None else "found in a box by the user"
    frame = _frame_of_mask(volume, mask) if mask is not None else _frame_of_axis(ask.axis_mm)
    frame = replace(frame, source=source)
    if mask is None:
        bone = _with_walls(frame, volume)
    else:
        bone = _to_its_ends(_with_centres(frame, volume, mask), volume)
    return _with_joint(bone, volume, ask.joint_mm, ends_known=mask is not None)


def _marrow(volume: MRVolume, box_mm: npt.ArrayLike | None) -> npt.NDArray[np.bool_]:
    """Return the component that looks most like the marrow of a long bone."""
    # Imported here: the filters of scikit-image cost 0.3 s, which `import microcal_xray` should not pay.
    from skimage.filters import threshold_multiotsu

    values = ndimage.gaussian_filter(volume.voxels, (0, 0.7, 0.7))
    inside = np.ones(values.shape, bool)
    if box_mm is not None:
        corners = np.sort(np.asarray(box_mm, np.float64).reshape(2, 3), axis=0)
        centres = volume.voxel_centres_mm()
        inside = ((centres >= corners[0]) & (centres <= corners[1])).all(axis=-1)
        if not inside.any():
            raise BoneNotFoundError("the box lies outside the series; give corners in patient mm")
    if np.ptp(values) == 0:
        raise BoneNotFoundError("the series is constant")
    dark, bright = threshold_multiotsu(np.clip(values, None, np.percentile(values, 99.5)), classes=3)
    is_bright = ndimage.binary_opening(values > bright, np.ones((1, 2, 2))) & inside
    labels, count = ndimage.label(is_bright)
    best, best_size, reasons = None, 0.0, "no bright marrow was found"
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    for label in np.argsort(sizes[1:])[::-1][:8] + 1:
        own = labels == label
        size = float(sizes[label]) * (volume.voxel_mm3 or 0)
        if size < _LEAST_MM3:
            break
        reason = _why_no_bone(own, values, dark, volume)
        if reason is None and size > best_size:
            best, best_size = own, size
        elif reason is not None and best is None:
            reasons = reason
    if best is None:
        raise BoneNotFoundError(f"{reasons}; give the axis, a box or a mask of the bone")
    return ndimage.binary_fill_holes(best)


def _why_no_bone(own: npt.NDArray[np.bool_], values: npt.NDArray[np.float32], dark: float, volume: MRVolume) -> str | None:
    within = np.ones((1, 3, 3))
    air = ndimage.binary_opening(values < dark / 2, np.ones((1, 9, 9)))
    if float(np.mean(ndimage.binary_dilation(air, within, iterations=3)[own])) > _AT_THE_SKIN:
        return "the largest bright parts lie under the skin"
    rim = ndimage.binary_dilation(own, within, iterations=3) & ~ndimage.binary_dilation(own, within)
    level = ndimage.maximum_filter(np.where(own, values, 0), (1, 9, 9))
    share = float(np.mean(values[rim] < _DARK * level[rim])) if rim.any() else 0.0
    if share < _DARK_WALL:
        return f"the largest bright parts have no dark wall around them (dark in {share:.0%})"
    points = volume.patient_mm(np.argwhere(own)[::7])
    spread = np.sqrt(np.linalg.eigvalsh(np.cov(points.T)))
    if np.sqrt(12) * spread[2] < _LEAST_LENGTH_MM:
        return f"the marrow that was found is only {np.sqrt(12) * spread[2]:.0f} mm long"
    if spread[2] < _LONG * spread[1]:
        return "the marrow that was found is not long enough for its width to have an axis"
    return None


def _require_size(mask: npt.NDArray[np.bool_], volume: MRVolume) -> None:
    if mask.sum() * (volume.voxel_mm3 or 0) < _LEAST_MM3:
        raise BoneNotFoundError(f"the mask holds less than {_LEAST_MM3:g} mm3; give all the marrow of the bone")


def _frame_of_mask(volume: MRVolume, mask: npt.NDArray[np.bool_]) -> MRBone:
    points = volume.patient_mm(np.argwhere(mask))
    middle = points.mean(axis=0)
    axis = np.linalg.eigh(np.cov((points - middle).T))[1][:, 2]
    along = (points - middle) @ axis
    ends = np.percentile(along, (0.2, 99.8))
    return _straight(middle + ends[0] * axis, middle + ends[1] * axis)


def _frame_of_axis(axis_mm: npt.ArrayLike | None) -> MRBone:
    ends = np.asarray(axis_mm, np.float64)
    if ends.shape != (2, 3) or not np.isfinite(ends).all():
        raise ValueError(f"axis_mm has shape {ends.shape}; give two points of three coordinates")
    if np.linalg.norm(ends[1] - ends[0]) < _LEAST_LENGTH_MM:
        raise BoneNotFoundError(f"the axis is shorter than {_LEAST_LENGTH_MM:g} mm; give two points further apart")
    return _straight(ends[0], ends[1])


def _straight(one: FloatArray, other: FloatArray) -> MRBone:
    """Return a bone without walls, from the end nearer to the head to the other."""
    upper, lower = (one, other) if one[2] >= other[2] else (other, one)
    length = float(np.linalg.norm(lower - upper))
    direction = (lower - upper) / length
    front = np.array([0.0, -1.0, 0.0]) if abs(direction[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    u = front - (front @ direction) * direction
    u /= np.linalg.norm(u)
    stations = np.arange(0, length + _STATION_MM / 2, _STATION_MM)
    nothing = np.zeros((len(stations), _DIRECTIONS))
    return MRBone(
        upper, direction, u, np.cross(direction, u), stations, np.zeros((len(stations), 2)), nothing, nothing,
        None, "unknown", "", 0.0, 0.0,
    )  # fmt: skip


def _with_centres(bone: MRBone, volume: MRVolume, mask: npt.NDArray[np.bool_]) -> MRBone:
    """Put the middle of the bone where the marrow's is, as a smooth curve along the axis."""
    away = volume.patient_mm(np.argwhere(mask)) - bone.origin_mm
    along = away @ bone.direction
    degree = 2 if bone.length_mm > 2 * _LEAST_LENGTH_MM else 1
    centres = [np.polyval(np.polyfit(along, away @ axis, degree), bone.stations_mm) for axis in (bone.u, bone.v)]
    return replace(bone, centres_mm=np.stack(centres, axis=1))


def _with_walls(bone: MRBone, volume: MRVolume) -> MRBone:
    rays, radii = _cast(bone, volume)
    return _with_surfaces(bone, volume, *_walls(rays, radii))


def _to_its_ends(bone: MRBone, volume: MRVolume) -> MRBone:
    """Go on beyond what was found, as far as there are walls around marrow, and describe that much.

    A coil's profile or a lesion can cut the bright marrow short; where the walls go on, so does the bone.
    """
    more = round(_SEARCH_MM / _STATION_MM)
    steps = np.arange(-more, len(bone.stations_mm) + more)
    stations = bone.stations_mm[0] + steps * _STATION_MM
    slopes = [np.gradient(bone.centres_mm[:, k], _STATION_MM) for k in range(2)]
    centres = np.stack(
        [
            np.interp(stations, bone.stations_mm, bone.centres_mm[:, k])
            + np.minimum(stations - bone.stations_mm[0], 0) * slopes[k][0]
            + np.maximum(stations - bone.stations_mm[-1], 0) * slopes[k][-1]
            for k in range(2)
        ],
        axis=1,
    )
    points = bone.origin_mm + stations[:, None] * bone.direction + centres @ np.stack([bone.u, bone.v])
    index = volume.index_of(points)
    seen = np.flatnonzero(((index >= -0.5) & (index <= np.array(volume.voxels.shape) - 0.5)).all(axis=1))
    before = more - int(seen[0])  # stations before those of the bone that are in the picture
    own = slice(int(seen[0]), int(seen[-1]) + 1)
    stations, centres = stations[own], centres[own]
    nothing = np.zeros((len(stations), _DIRECTIONS))
    long = replace(bone, stations_mm=stations, centres_mm=centres, inner_mm=nothing, outer_mm=nothing)
    rays, radii = _cast(long, volume)
    inner, outer = _walls(rays, radii)
    middle = rays[..., : round(3.0 / _RADIAL_MM)].mean(axis=(1, 2))
    first = max(before, 0)
    last = min(before + len(bone.stations_mm), len(stations)) - 1
    first = len(stations) - 1 - _end(inner[::-1], middle[::-1], len(stations) - 1 - first)
    last = _end(inner, middle, last)
    own = slice(first, last + 1)
    whole = replace(
        long, stations_mm=stations[own], centres_mm=centres[own], inner_mm=nothing[own], outer_mm=nothing[own]
    )
    return _with_surfaces(whole, volume, inner[own], outer[own])


def _end(inner: FloatArray, middle: FloatArray, start: int) -> int:
    """Return the last station, from `start` on, that still has marrow and walls around it."""
    inside = round(15.0 / _STATION_MM)
    level = float(np.nanmedian(middle[max(start - inside, 0) : start]))
    at = start
    for k in range(start + 1, len(middle)):
        has = np.isfinite(inner[k])
        if not np.isfinite(middle[k]) or middle[k] < _PLATE_DEPTH * level or has.mean() < _LEAST_WALLED:
            break
        before = inner[at][np.isfinite(inner[at])]
        if not before.size or abs(np.log(np.median(inner[k][has]) / np.median(before))) > _SUDDEN:
            break
        at = k
    return at


def _cast(bone: MRBone, volume: MRVolume) -> tuple[FloatArray, FloatArray]:
    """Return the signal outward from the middle of the bone, (N, M, K), and the K distances."""
    radii = np.arange(0, _REACH_MM, _RADIAL_MM)
    angles = np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS
    points = bone.points_mm(bone.stations_mm[:, None, None], angles[:, None], radii)
    index = volume.index_of(points.reshape(-1, 3)).reshape(points.shape)
    return sampled(volume.voxels, index), radii


def _walls(rays: FloatArray, radii: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the inner and the outer side of the cortex, (N, M); NaN where it is not seen."""
    inner, outer = np.full(rays.shape[:2], np.nan), np.full(rays.shape[:2], np.nan)
    first = _first_drop(rays)
    for at in np.argwhere(first > 0):
        key = (int(at[0]), int(at[1]))
        inner[key], outer[key] = _wall(rays[key], radii, int(first[key]))
    return inner, outer


def _with_surfaces(bone: MRBone, volume: MRVolume, inner: FloatArray, outer: FloatArray) -> MRBone:
    found = float(np.isfinite(inner).mean())
    if found < _LEAST_FOUND:
        raise BoneNotFoundError(
            f"the cortex was seen in {found:.0%} of the directions only; give another axis, a box or a mask"
        )
    if bone.length_mm < _LEAST_LENGTH_MM:
        raise BoneNotFoundError(f"only {bone.length_mm:.0f} mm of the bone are seen; give an axis, a box or a mask")
    pitch = max(volume.pitch_mm(bone.u), volume.pitch_mm(bone.v))
    return replace(bone, inner_mm=_smoothed(inner), outer_mm=_smoothed(outer), found_share=found, pitch_mm=pitch)


def _first_drop(rays: FloatArray) -> npt.NDArray[np.int64]:
    """Return the sample at which each ray first falls far below what was inside of it; 0 where none does.

    What is inside is the middle value so far, so that one dark line in the marrow is no wall.
    """
    start = round(2.0 / _RADIAL_MM)
    steps = np.arange(start, rays.shape[-1], start)
    known = np.where(np.isnan(rays), 0.0, rays)
    levels = np.maximum.accumulate(np.stack([np.median(known[..., :k], axis=-1) for k in steps]), axis=0)
    drop = np.zeros(rays.shape, bool)
    for k, level in zip(steps, levels, strict=True):
        drop[..., k : k + start] = rays[..., k : k + start] < _WALL_DEPTH * level[..., None]
    first = np.where(drop.any(axis=-1), drop.argmax(axis=-1), 0)
    outside = np.isnan(rays)
    leaves = np.where(outside.any(axis=-1), outside.argmax(axis=-1), rays.shape[-1])
    return np.where(first < leaves, first, 0)


def _wall(ray: FloatArray, radii: FloatArray, k: int) -> tuple[float, float]:
    """Return where the dark wall around sample k begins and ends, at half heights; NaN where it does not."""
    reach = ray[k : k + round(_THICKEST_MM / _RADIAL_MM)]
    reach = reach[np.isfinite(reach)]
    low = k + int(np.argmin(reach[: round(4.0 / _RADIAL_MM)]))
    before = ray[max(k - round(3.0 / _RADIAL_MM), 0) : k].max()
    edge = _crossing(ray[: low + 1][::-1], (before + ray[low]) / 2)
    beyond = reach[low - k :]
    if edge is None or beyond.size < 4:
        return np.nan, np.nan
    top = _first_top(beyond)
    out = _crossing(beyond, (top + ray[low]) / 2)
    begins = float(radii[low]) - edge * _RADIAL_MM
    if out is None or top < 1.5 * ray[low]:
        return begins, np.nan
    return begins, float(radii[low]) + out * _RADIAL_MM


def _first_top(values: FloatArray) -> float:
    """Return the height of the first rise: where it has not grown for 1.5 mm."""
    best, since = values[0], 0
    for value in values:
        best, since = (value, 0) if value > 1.03 * best else (best, since + 1)
        if since * _RADIAL_MM > 1.5 and best > 1.5 * values[0]:
            break
    return float(best)


def _crossing(values: FloatArray, level: float) -> float | None:
    """Return the place, in samples, where values first rise above the level."""
    above = np.flatnonzero(values >= level)
    if not above.size or above[0] == 0:
        return None
    k = int(above[0])
    return float(k - 1 + (level - values[k - 1]) / (values[k] - values[k - 1]))


def _smoothed(surface: FloatArray) -> FloatArray:
    """Fill what was not found and take out single wrong rays: medians over 5 stations and 5 directions."""
    wrapped = np.concatenate([surface[:, -4:], surface, surface[:, :4]], axis=1)
    padded = np.pad(wrapped, ((2, 2), (2, 2)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5)).reshape(*wrapped.shape, 25)
    with np.errstate(all="ignore"):
        has = np.isfinite(windows).sum(axis=-1) >= 5
        middle = np.where(has, np.nanmedian(np.where(has[..., None], windows, 0.0), axis=-1), np.nan)
    missing = ~np.isfinite(middle)
    if missing.all():
        return np.full(surface.shape, np.nan)
    if missing.any():
        nearest = ndimage.distance_transform_edt(missing, return_distances=False, return_indices=True)
        middle = middle[tuple(nearest)]
    return np.asarray(ndimage.gaussian_filter(middle, (1.0, 0.7))[:, 4:-4])


def _with_joint(bone: MRBone, volume: MRVolume, joint_mm: npt.ArrayLike | None, *, ends_known: bool) -> MRBone:
    """Say where the joint is: as given, else the upper end if the picture goes on beyond it, else the lower."""
    if joint_mm is not None:
        point = np.asarray(joint_mm, np.float64)
        if point.shape != (3,) or not np.isfinite(point).all():
            raise ValueError("joint_mm must be three numbers, in patient mm")
        return replace(bone, joint_mm=float((point - bone.origin_mm) @ bone.direction), joint_source="given")
    if not ends_known:
        return bone
    for name, end, beyond in (
        ("upper end", bone.stations_mm[0], -_END_MARGIN_MM),
        ("lower end", bone.stations_mm[-1], _END_MARGIN_MM),
    ):
        point = bone.points_mm(np.array([end + beyond]), np.array([0.0]), np.array([0.0]))
        index = volume.index_of(point)[0]
        if (index >= 0).all() and (index <= np.array(volume.voxels.shape) - 1).all():
            return replace(bone, joint_mm=float(end), joint_source=name)
    return bone
