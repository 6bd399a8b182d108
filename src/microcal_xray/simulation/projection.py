"""From a limb to path lengths: how far the beam runs in each material on its way to each pixel."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.interpolate import PchipInterpolator

from .anatomy import Bone, JointEnd, Limb
from .frame import Frame
from .physics import PathLengths
from .smoothing import resampled
from .texture import power_law_field, trabeculae

FloatArray = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]

_STEP_MM = 0.25  # of the tables along a bone
_TEXTURE_STEP_MM = 0.125
_STREAK_STEP_MM = 0.2
_MUSCLE_STEP_MM = 1.0
_CORTICAL_DENSITY = 0.95  # the rest are canals
_CORTICAL_STREAKS = 0.03  # relative standard deviation along the beam
_TUCK_MM = 40.0  # half-width of the pattern of trabeculae; wider bones repeat it mirrored
_FAT_IN_MUSCLE = (0.08, 0.05)  # mean share and standard deviation


@dataclass(frozen=True)
class ProjectedBone:
    """One bone on the picture.

    Parameters
    ----------
    name : str
    window : (slice, slice)
        The rows and columns that it covers.
    outer_mm : (r, c) float32 array
        Depth of the whole bone along the beam.
    inner_mm : (r, c) float32 array
        Depth of what the cortex encloses.
    solid_mm : (r, c) float32 array
        Solid bone along the beam: cortex, and trabeculae with what they hold.
    texture_mm : (r, c) float32 array
        What of that differs from even bone: trabeculae, canals of the cortex.
    """

    name: str
    window: tuple[slice, slice]
    outer_mm: FloatArray
    inner_mm: FloatArray
    solid_mm: FloatArray
    texture_mm: FloatArray


@dataclass(frozen=True)
class _Section:
    """Cross-sections of a bone at many points, each array (P,); fields as in `Station`.

    `cortex_depth` is the thickness in front and behind: smooth, or it would draw bands across the cavity.
    """

    left: Float64Array
    right: Float64Array
    depth: Float64Array
    cortex_left: Float64Array
    cortex_right: Float64Array
    trabecular: Float64Array
    cortex_depth: Float64Array

    @property
    def half(self) -> Float64Array:
        return (self.left + self.right) / 2


@dataclass(frozen=True)
class _Patch:
    """The piece of texture that a whole bone needs, in its own coordinates, mm."""

    first: float
    last: float
    half: float


def project_bone(
    bone: Bone, frame: Frame, rng: np.random.Generator, *, anchored: bool = False
) -> ProjectedBone | None:
    """Return the bone on the picture; None when the picture does not show it.

    Parameters
    ----------
    bone : Bone
    frame : Frame
    rng : numpy.random.Generator
    anchored : bool
        Whether the texture belongs to the bone wherever the picture shows it; that takes longer, as texture
        is made for the whole bone. Otherwise a picture of another place has another texture.
    """
    window = _window(bone, frame)
    if window is None:
        return None
    along, across = bone.to_bone(frame.x_mm[None, window[1]], frame.y_mm[window[0], None])
    low, high = bone.span_mm
    hit = (np.abs(across) <= _widest_mm(bone)) & (along >= low - 1) & (along <= high + 1)
    outer, inner, solid, texture = np.zeros((4, *hit.shape), np.float32)
    if hit.any():
        patch = _whole_bone(bone) if anchored else None
        outer[hit], inner[hit], solid[hit], texture[hit] = _depths(bone, along[hit], across[hit], patch, rng)
    return ProjectedBone(bone.name, window, outer, inner, solid, texture)


def path_lengths(
    limb: Limb, frame: Frame, bones: list[ProjectedBone], rng: np.random.Generator
) -> PathLengths:
    """Return the path lengths of a limb whose bones have been projected."""
    outer, solid = np.zeros((2, frame.rows, frame.columns), np.float32)
    for bone in bones:
        outer[bone.window] += bone.outer_mm
        solid[bone.window] += bone.solid_mm
    whole, under_skin, muscle = _soft_chords(limb, frame)
    inside = np.maximum(muscle - outer, 0)
    mean, spread = _FAT_IN_MUSCLE
    fat_share = np.clip(mean + spread * _muscle_texture(frame, rng), 0, 1)
    return PathLengths(
        soft_mm=whole - under_skin + inside * (1 - fat_share),
        adipose_mm=under_skin - muscle + inside * fat_share,
        marrow_mm=np.maximum(outer - solid, 0),
        bone_mm=solid,
    )


def _depths(
    bone: Bone,
    along: Float64Array,
    across: Float64Array,
    patch: _Patch | None,
    rng: np.random.Generator,
) -> tuple[Float64Array, Float64Array, Float64Array, Float64Array]:
    """Return the depths of `ProjectedBone` at points (P,)."""
    section = _section_at(bone, along, rng)
    middle, half = (section.right - section.left) / 2, section.half
    outer = _chord(bone, (across - middle) / half, section.depth, _end_terms(bone, along, across, 0.0))
    cortex = (section.cortex_left + section.cortex_right) / 2
    middle_in = middle + (section.cortex_left - section.cortex_right) / 2
    half_in, depth_in = (
        np.maximum(half - cortex, 0.05),
        np.maximum(section.depth - 0.9 * section.cortex_depth, 0.05),
    )
    inner = _chord(bone, (across - middle_in) / half_in, depth_in, _end_terms(bone, along, across, 1.0))
    inner = np.minimum(inner, outer)
    pattern = np.maximum(1 + bone.texture * _pattern_at(along, across / half, half, patch, rng), 0.1)
    density = _CORTICAL_DENSITY * (1 + _CORTICAL_STREAKS * _streaks_at(along, across, patch, rng))
    solid = density * (outer - inner) + section.trabecular * inner * pattern
    even = _CORTICAL_DENSITY * (outer - inner) + section.trabecular * inner
    return outer, inner, solid, solid - even


def _whole_bone(bone: Bone) -> _Patch:
    return _Patch(bone.span_mm[0] - 1, bone.span_mm[1] + 1, _widest_mm(bone))


def _window(bone: Bone, frame: Frame) -> tuple[slice, slice] | None:
    along = np.linspace(bone.span_mm[0] - 2, bone.span_mm[1] + 2, 80)
    sides = [bone.to_limb(along, np.full(80, side)) for side in (-_widest_mm(bone), _widest_mm(bone))]
    points = np.concatenate([frame.to_pixels(x, y) for x, y in sides])
    first = np.clip(np.floor(points.min(axis=0)).astype(int), 0, (frame.rows, frame.columns))
    last = np.clip(np.ceil(points.max(axis=0)).astype(int) + 1, 0, (frame.rows, frame.columns))
    if (last <= first).any():
        return None
    return slice(int(first[0]), int(last[0])), slice(int(first[1]), int(last[1]))


def _widest_mm(bone: Bone) -> float:
    return max(max(station.left_mm, station.right_mm) for station in bone.stations) + 1.5


def _section_at(bone: Bone, along: Float64Array, rng: np.random.Generator) -> _Section:
    """Return the cross-sections, with the small irregularities of a real outline and cortex."""
    low, high = bone.span_mm
    places = np.arange(low - 1, high + 1 + _STEP_MM, _STEP_MM)
    table = bone.profiles(np.clip(places, low, high)).T
    count = len(places)
    table = np.concatenate([table, table[3:5].mean(axis=0, keepdims=True)])
    for row in range(3):  # the two outlines and the depth
        table[row] += 0.35 * _wander(count, 45, rng) + 0.05 * _wander(count, 7, rng)
    for row in range(3, 5):  # the inner side of the cortex is rougher than the outer one
        table[row] *= 1 + 0.07 * _wander(count, 30, rng) + 0.06 * _wander(count, 6, rng)
    index = (along - places[0]) / _STEP_MM
    lower = np.clip(index.astype(np.intp), 0, count - 2)
    share = index - lower
    return _Section(*(row[lower] * (1 - share) + row[lower + 1] * share for row in table))


def _wander(count: int, reach_mm: float, rng: np.random.Generator) -> Float64Array:
    sigma = reach_mm / _STEP_MM / 2
    noise = ndimage.gaussian_filter1d(rng.standard_normal(count), sigma, mode="reflect")
    return np.asarray(noise * np.sqrt(2 * np.sqrt(np.pi) * sigma))  # unit variance again


def _chord(bone: Bone, relative: Float64Array, depth: Float64Array, ends: Float64Array) -> Float64Array:
    power = bone.roundness
    inside = np.maximum(0, 1 - np.abs(relative) ** power - ends)
    return np.asarray(2 * depth * inside ** (1 / power) * (1 + bone.skew * np.clip(relative, -1, 1)))


def _end_terms(bone: Bone, along: Float64Array, across: Float64Array, plates: float) -> Float64Array:
    """Return what the rounded ends take from the cross-section: 0 inside, 1 or more beyond the end."""
    terms = np.zeros_like(along)
    for end, sign in ((bone.near_end, 1.0), (bone.far_end, -1.0)):
        if end is not None:
            inward = sign * (along - _surface(end, across)) - plates * end.plate_mm
            terms += np.maximum(0, 1 - inward / end.rounding_mm) ** 2
    return terms


def _surface(end: JointEnd, across: Float64Array) -> Float64Array:
    points = np.array(end.surface_mm)
    fine = np.arange(points[0, 0], points[-1, 0] + _STEP_MM, _STEP_MM)
    return np.asarray(np.interp(across, fine, PchipInterpolator(points[:, 0], points[:, 1])(fine)))


def _pattern_at(
    along: Float64Array,
    relative: Float64Array,
    half: Float64Array,
    patch: _Patch | None,
    rng: np.random.Generator,
) -> FloatArray:
    # Trabeculae fan out where the bone flares: the pattern follows the relative width half-way, so that its
    # grain stays about as fine everywhere.
    across = relative * np.sqrt(np.maximum(half, 1.0)) * 4.0
    first, last = (patch.first, patch.last) if patch else (float(along.min()), float(along.max()))
    widest = 4.0 * np.sqrt(patch.half) if patch else float(np.abs(across).max())
    rows = int((last - first) / _TEXTURE_STEP_MM) + 4
    columns = int(2 * min(widest, _TUCK_MM) / _TEXTURE_STEP_MM) + 4
    field = trabeculae((rows, columns), spacing_mm=_TEXTURE_STEP_MM, rng=rng)
    return _sample(field, (along - first) / _TEXTURE_STEP_MM, across / _TEXTURE_STEP_MM + (columns - 1) / 2)


def _streaks_at(
    along: Float64Array, across: Float64Array, patch: _Patch | None, rng: np.random.Generator
) -> FloatArray:
    if patch:
        first, last, left, right = patch.first, patch.last, -patch.half, patch.half
    else:
        first, last, left, right = (
            float(value) for value in (along.min(), along.max(), across.min(), across.max())
        )
    shape = tuple(int((end - start) / _STREAK_STEP_MM) + 4 for start, end in ((first, last), (left, right)))
    field = power_law_field(
        (shape[0], shape[1]),
        spacing_mm=_STREAK_STEP_MM,
        slope=3.0,
        corner_per_mm=0.3,
        elongation=8.0,
        rng=rng,
    )
    return _sample(field, (along - first) / _STREAK_STEP_MM, (across - left) / _STREAK_STEP_MM)


def _sample(field: FloatArray, rows: Float64Array, columns: Float64Array) -> FloatArray:
    return np.asarray(
        ndimage.map_coordinates(field, [rows, columns], order=1, mode="mirror", output=np.float32)
    )


def _soft_chords(limb: Limb, frame: Frame) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the depth of the whole limb, of what is under the skin, and of what is under the fat."""
    left, right, depth, fat = limb.skin_profiles(frame.y_mm).T[:, :, None].astype(np.float32)
    x = frame.x_mm[None, :].astype(np.float32)
    half, middle = (right - left) / 2, (right + left) / 2

    def chord(inset: FloatArray | float) -> FloatArray:
        relative = np.square((x - middle) / (half - inset))
        return np.asarray(2 * (depth - inset) * np.sqrt(np.maximum(0, 1 - relative)), np.float32)

    whole = chord(0.0)
    under_skin = np.minimum(chord(limb.skin_mm), whole)
    return whole, under_skin, np.minimum(chord(limb.skin_mm + fat), under_skin)


def _muscle_texture(frame: Frame, rng: np.random.Generator) -> FloatArray:
    shape = tuple(int(size * frame.spacing_mm / _MUSCLE_STEP_MM) + 4 for size in (frame.rows, frame.columns))
    field = power_law_field(
        (shape[0], shape[1]),
        spacing_mm=_MUSCLE_STEP_MM,
        slope=3.0,
        corner_per_mm=0.04,
        elongation=6.0,
        rng=rng,
    )
    return resampled(field, (frame.rows, frame.columns), _MUSCLE_STEP_MM / frame.spacing_mm)
