"""Find one bone in a series: dark cortex around marrow. It says why when it cannot.

Strategy: bright marrow on T1 is a long component with a dark wall; subcutaneous fat has muscle on one side.
The component only gives the axis. From the axis outward, in many directions, the wall is looked for again
by half heights, so that marrow that lost its signal still counts as marrow.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .bone import MRBone, sampled
from .volume import FloatArray, MRVolume
from .walls import DIRECTIONS, LEAST_LENGTH_MM, STATION_MM, BoneNotFoundError, to_its_ends, with_walls

_LEAST_MM3 = 1500.0
_DARK = 0.3  # of the marrow beside it: cortex; muscle has 0.35 and more
_DARK_WALL = 0.4  # share of the rim around marrow that is dark
_AT_THE_SKIN = 0.3  # share of the voxels within 3 pixels of air; of fat under the skin about half
_WIDEST_CORTEX_MM = 12.0
_LONG = 1.5  # length over width
_END_MARGIN_MM = 5.0  # what is seen beyond an end, for it to be the end of the bone and not of the picture


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


def find_bone(volume: MRVolume, ask: BoneAsk | None = None) -> MRBone:
    """Return one long bone of a series in which marrow is brighter than cortex: best T1.

    Parameters
    ----------
    volume : MRVolume
    ask : BoneAsk, optional
        An axis, a box or a mask where the user knows better; nothing: the largest bone is looked for.

    Raises
    ------
    BoneNotFoundError
        If there is none, or its cortex is not seen in enough directions.
    ValueError
        If the mask has another shape than the series.
    """
    ask = ask or BoneAsk()
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
        bone = with_walls(frame, volume)
    else:
        bone = to_its_ends(_with_centres(frame, volume, mask), volume)
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
    air = _air(values, dark, volume)
    is_bright = ndimage.binary_opening(values > bright, np.ones((1, 2, 2))) & inside
    labels, count = ndimage.label(is_bright)
    best, best_size, reasons = None, 0.0, "no bright marrow was found"
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    for label in np.argsort(sizes[1:])[::-1][:8] + 1:
        own = labels == label
        size = float(sizes[label]) * (volume.voxel_mm3 or 0)
        if size < _LEAST_MM3:
            break
        reason = _why_no_bone(own, values, air, volume)
        if reason is None and size > best_size:
            best, best_size = own, size
        elif reason is not None and best is None:
            reasons = reason
    if best is None:
        raise BoneNotFoundError(f"{reasons}; give the axis, a box or a mask of the bone")
    return np.asarray(ndimage.binary_fill_holes(best))


def _air(values: npt.NDArray[np.float32], dark: float, volume: MRVolume) -> npt.NDArray[np.bool_]:
    """Return the air with three pixels around it."""
    # Wider than any cortex; the dark of air beside fat under the skin is no wall.
    wide = [round(_WIDEST_CORTEX_MM / mm) for mm in (volume.row_spacing_mm, volume.column_spacing_mm)]
    air = ndimage.minimum_filter(dark / 2 - values, (1, *wide)) > 0
    return np.asarray(ndimage.binary_dilation(air, np.ones((1, 3, 3)), iterations=max(wide) // 2 + 3))


def _why_no_bone(
    own: npt.NDArray[np.bool_], values: npt.NDArray[np.float32], air: npt.NDArray[np.bool_], volume: MRVolume
) -> str | None:
    within = np.ones((1, 3, 3))
    if float(np.mean(air[own])) > _AT_THE_SKIN:
        return "the largest bright parts lie under the skin"
    rim = ndimage.binary_dilation(own, within, iterations=3) & ~ndimage.binary_dilation(own, within)
    level = ndimage.maximum_filter(np.where(own, values, 0), (1, 9, 9))
    share = float(np.mean((values < _DARK * level)[rim] & ~air[rim])) if rim.any() else 0.0
    if share < _DARK_WALL:
        return f"the largest bright parts have no dark wall around them (dark in {share:.0%})"
    points = volume.patient_mm(np.argwhere(own)[::7])
    spread = np.sqrt(np.linalg.eigvalsh(np.cov(points.T)))
    if np.sqrt(12) * spread[2] < LEAST_LENGTH_MM:
        return f"the marrow that was found is only {np.sqrt(12) * spread[2]:.0f} mm long"
    if spread[2] < _LONG * spread[1]:
        return "the marrow that was found is not long enough for its width to have an axis"
    return None


def _require_size(mask: npt.NDArray[np.bool_], volume: MRVolume) -> None:
    if mask.sum() * (volume.voxel_mm3 or 0) < _LEAST_MM3:
        raise BoneNotFoundError(
            f"the mask holds less than {_LEAST_MM3:g} mm3; give all the marrow of the bone"
        )


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
    if np.linalg.norm(ends[1] - ends[0]) < LEAST_LENGTH_MM:
        raise BoneNotFoundError(
            f"the axis is shorter than {LEAST_LENGTH_MM:g} mm; give two points further apart"
        )
    return _straight(ends[0], ends[1])


def _straight(one: FloatArray, other: FloatArray) -> MRBone:
    """Return a bone without walls, from the end nearer to the head to the other."""
    upper, lower = (one, other) if one[2] >= other[2] else (other, one)
    length = float(np.linalg.norm(lower - upper))
    direction = (lower - upper) / length
    front = np.array([0.0, -1.0, 0.0]) if abs(direction[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    u = front - (front @ direction) * direction
    u /= np.linalg.norm(u)
    stations = np.arange(0, length + STATION_MM / 2, STATION_MM)
    nothing = np.zeros((len(stations), DIRECTIONS))
    return MRBone(
        upper, direction, u, np.cross(direction, u), stations, np.zeros((len(stations), 2)), nothing, nothing,
        None, "unknown", "", 0.0, 0.0,
    )  # fmt: skip


def _with_centres(bone: MRBone, volume: MRVolume, mask: npt.NDArray[np.bool_]) -> MRBone:
    """Put the middle of the bone where the marrow's is, as a smooth curve along the axis."""
    away = volume.patient_mm(np.argwhere(mask)) - bone.origin_mm
    along = away @ bone.direction
    degree = 2 if bone.length_mm > 2 * LEAST_LENGTH_MM else 1
    centres = [
        np.polyval(np.polyfit(along, away @ axis, degree), bone.stations_mm) for axis in (bone.u, bone.v)
    ]
    return replace(bone, centres_mm=np.stack(centres, axis=1))


def _with_joint(
    bone: MRBone, volume: MRVolume, joint_mm: npt.ArrayLike | None, *, ends_known: bool
) -> MRBone:
    """Say where the joint is: as given, else the upper end if the picture goes on beyond, else the lower."""
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
            return replace(bone, joint_mm=_marrow_end(bone, volume, float(end), beyond), joint_source=name)
    return bone


def _marrow_end(bone: MRBone, volume: MRVolume, end_mm: float, beyond_mm: float) -> float:
    """Return where marrow ends along the axis, at half height, near the last station that has walls."""
    way = np.sign(beyond_mm)
    steps = np.arange(-8.0, 8.0, 0.25)
    angles = np.arange(8) * np.pi / 4
    points = bone.points_mm((end_mm + way * steps)[:, None], angles[None, :], np.array(3.0))
    index = volume.index_of(points.reshape(-1, 3)).reshape(points.shape)
    values = np.nan_to_num(sampled(volume.voxels, index)).mean(axis=1)
    inside = float(np.median(values[steps < -3]))
    after = values[steps > -3]
    low = int(np.argmin(after))
    below = np.flatnonzero(after[: low + 1] < (inside + after[low]) / 2)
    if not below.size or after[low] > 0.7 * inside:
        return end_mm
    return float(end_mm + way * steps[steps > -3][below[0]])
