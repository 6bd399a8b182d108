"""The walls of a bone: from its axis outward, in many directions, the cortex by half heights."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..errors import MicrocalError
from .bone import MRBone, sampled
from .volume import FloatArray, MRVolume

DIRECTIONS = 36
STATION_MM = 2.0
_REACH_MM = 36.0  # from the middle: the widest is the tibial plateau
_RADIAL_MM = 0.25
_THICKEST_MM = 12.0  # cortex
LEAST_LENGTH_MM = 40.0
_LEAST_FOUND = 0.6  # of the directions
_WALL_DEPTH = 0.6  # the cortex must fall below this share of what is inside
_SEARCH_MM = 60.0  # beyond what was found at first
_LEAST_WALLED = 0.5  # of the directions, for the bone to go on
_PLATE_DEPTH = 0.35  # of the marrow: the dark plate at a joint
_SUDDEN = 0.25  # change of the logarithm of the radius within one station: another bone


class BoneNotFoundError(MicrocalError):
    """The series shows no bone that can be told apart, or not well enough; the text says why."""


def with_walls(bone: MRBone, volume: MRVolume) -> MRBone:
    """Return the bone with the cortex that its series shows around its axis.

    Raises
    ------
    BoneNotFoundError
        If it is not seen in enough directions.
    """
    rays, radii = _cast(bone, volume)
    return _with_surfaces(bone, volume, *_walls(rays, radii))


def to_its_ends(bone: MRBone, volume: MRVolume) -> MRBone:
    """Go on beyond what was found, as far as there are walls around marrow, and describe that much.

    A coil's profile or a lesion can cut the bright marrow short; where the walls go on, so does the bone.
    """
    more = round(_SEARCH_MM / STATION_MM)
    steps = np.arange(-more, len(bone.stations_mm) + more)
    stations = bone.stations_mm[0] + steps * STATION_MM
    slopes = [np.gradient(bone.centres_mm[:, k], STATION_MM) for k in range(2)]
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
    nothing = np.zeros((len(stations), DIRECTIONS))
    long = replace(bone, stations_mm=stations, centres_mm=centres, inner_mm=nothing, outer_mm=nothing)
    rays, radii = _cast(long, volume)
    inner, outer = _walls(rays, radii)
    middle = rays[..., : round(3.0 / _RADIAL_MM)].mean(axis=(1, 2))
    start = min(max(before + len(bone.stations_mm) // 2, 0), len(stations) - 1)
    first = len(stations) - 1 - _end(inner[::-1], middle[::-1], len(stations) - 1 - start)
    last = _end(inner, middle, start)
    own = slice(first, last + 1)
    whole = replace(
        long, stations_mm=stations[own], centres_mm=centres[own], inner_mm=nothing[own], outer_mm=nothing[own]
    )
    return _with_surfaces(whole, volume, inner[own], outer[own])


def _end(inner: FloatArray, middle: FloatArray, start: int) -> int:
    """Return the last station, from `start` on, that still has marrow and walls around it."""
    inside = round(15.0 / STATION_MM)
    usual = float(np.nanmedian(middle[start : start + 2 * inside]))
    at = start
    for k in range(start + 1, len(middle)):
        has = np.isfinite(inner[k])
        # What is normal here, a coil's profile allowed for; a lesion does not become the norm at once.
        level = max(float(np.nanmedian(middle[max(at - inside, 0) : at + 1])), usual / 2)
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
    angles = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
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
    if bone.length_mm < LEAST_LENGTH_MM:
        raise BoneNotFoundError(
            f"only {bone.length_mm:.0f} mm of the bone are seen; give an axis, a box or a mask"
        )
    pitch = max(volume.pitch_mm(bone.u), volume.pitch_mm(bone.v))
    return replace(
        bone, inner_mm=_smoothed(inner), outer_mm=_smoothed(outer), found_share=found, pitch_mm=pitch
    )


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
