"""Lines drawn into the signal, part by part of each pixel near them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial import cKDTree

from .anatomy import Bone
from .courses import course_points
from .frame import Frame
from .lines import Fissure, Line, Profile, Thickening, profile
from .physics import PathLengths, transmission
from .projection import ProjectedBone
from .shells import PlacedShell, place_shell

FloatArray = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]

_PARTS = 4  # each pixel near a line is divided into 4 x 4: a gap is much finer than a pixel


@dataclass(frozen=True)
class DrawnLine:
    """A line with its centre line on the picture.

    Parameters
    ----------
    line : Line
    bone : Bone
    points_px : (N, 2) float array
        Points of the centre line, 0.05 mm apart; it may leave the bone at its ends.
    depth_mm : (R, C) float32 array
        Bone that the line takes away (negative) or adds where its share is one.
    profile : Profile
        Its positive side is the left of someone who walks along the points.
    strength : (N,) float array
        Share of its depth that the line has at each point.
    breadth : (N,) float array
        Share of its width.
    outside : bool
        Whether it takes the place of soft tissue, not of marrow.
    """

    line: Line
    bone: Bone
    points_px: Float64Array
    depth_mm: FloatArray
    profile: Profile
    strength: Float64Array
    breadth: Float64Array
    outside: bool = False


def place(
    line: Line, bone: Bone, projected: ProjectedBone, frame: Frame, rng: np.random.Generator
) -> DrawnLine:
    """Return the line at its place on the picture."""
    if isinstance(line, Thickening):
        return _drawn_shell(line, bone, place_shell(line, bone, projected, frame), frame)
    points = frame.to_pixels(*bone.to_limb(*course_points(line.course, bone, rng)))
    depth = np.zeros((frame.rows, frame.columns), np.float32)
    if isinstance(line, Fissure):
        depth[projected.window] = -np.minimum(line.depth_mm, projected.solid_mm)
    else:
        depth[projected.window] = line.added_fraction * np.minimum(line.depth_mm, projected.inner_mm)
    strength = taper(np.arange(len(points)), len(points))
    return DrawnLine(line, bone, points, depth, profile(line), strength, np.ones(len(points)))


def _drawn_shell(line: Thickening, bone: Bone, shell: PlacedShell, frame: Frame) -> DrawnLine:
    depth = np.full((frame.rows, frame.columns), shell.depth_mm, np.float32)
    return DrawnLine(
        line,
        bone,
        shell.points_px,
        depth,
        shell.profile,
        strength=np.sqrt(shell.thickness),
        breadth=shell.thickness,
        outside=shell.outside,
    )


def draw(
    primary: FloatArray, paths: PathLengths, lines: list[DrawnLine], *, spacing_mm: float, tube_kv: int
) -> FloatArray:
    """Return the primary signal with the lines in it.

    Parameters
    ----------
    primary : (R, C) float array
        Signal of `paths` without lines.
    paths : PathLengths
    lines : list of DrawnLine
    spacing_mm : float
    tube_kv : int

    Notes
    -----
    A pixel that a gap crosses receives the mean of the *signals* of its parts; averaging path lengths instead
    would understate a gap of half a pixel and 5 mm depth by a tenth.
    """
    drawn = primary.copy()
    near = np.zeros(primary.shape, bool)
    for line in lines:
        near |= _near(line, primary.shape, spacing_mm)
    pixels = np.argwhere(near)
    if len(pixels) == 0:
        return drawn
    inside = (np.arange(_PARTS) + 0.5) / _PARTS - 0.5
    parts = np.stack(np.meshgrid(inside, inside, indexing="ij"), axis=-1).reshape(-1, 2)
    points = (pixels[:, None, :] + parts[None, :, :]).reshape(-1, 2)
    change, laid = np.zeros((2, len(points)), np.float32)
    for line in lines:
        depth = np.repeat(line.depth_mm[pixels[:, 0], pixels[:, 1]], len(parts))
        total = laid if line.outside else change
        total += depth * share_at(line, points, spacing_mm).astype(np.float32)
    columns = (np.repeat(part[pixels[:, 0], pixels[:, 1]], len(parts)) for part in parts_of(paths))
    signal = transmission(changed(PathLengths(*columns), change, laid), tube_kv=tube_kv)
    drawn[pixels[:, 0], pixels[:, 1]] = signal.reshape(len(pixels), -1).mean(axis=1)
    return drawn


def _near(line: DrawnLine, shape: tuple[int, ...], spacing_mm: float) -> npt.NDArray[np.bool_]:
    seeds = np.zeros(shape, bool)
    rounded = np.rint(line.points_px).astype(int)
    inside = ((rounded >= 0) & (rounded < np.array(shape))).all(axis=1)
    seeds[tuple(rounded[inside].T)] = True
    if not seeds.any():
        return seeds
    away = ndimage.distance_transform_edt(~seeds)
    return np.asarray((away <= line.profile.reach_mm / spacing_mm + 2) & (line.depth_mm != 0))


def share_at(
    line: DrawnLine, points_px: Float64Array, spacing_mm: float, *, over_mm: float | None = None
) -> Float64Array:
    """Return the share of its depth that a line has at points, mean over a quarter of a pixel across it.

    Parameters
    ----------
    line : DrawnLine
    points_px : (N, 2) float array
        (row, column).
    spacing_mm : float
    over_mm : float, optional
        Across the line, the length over which the share is averaged; None: a quarter of a pixel.
    """
    away_px, nearest, beyond_px = _from_course(line.points_px, points_px)
    breadth = np.maximum(line.breadth[nearest], 1e-3)
    over = spacing_mm / _PARTS if over_mm is None else over_mm
    share = line.profile.averaged(away_px * spacing_mm / breadth, over / breadth)
    return np.asarray(np.where(beyond_px * spacing_mm > 0.05, 0.0, share) * line.strength[nearest])


def _from_course(
    course_px: Float64Array, points_px: Float64Array
) -> tuple[Float64Array, npt.NDArray[np.intp], Float64Array]:
    """Return signed distances of points from a course, its point nearest to each, and how far beyond an end.

    Notes
    -----
    The distance is that from the two segments at the nearest point. The distance from the tangent there would
    do for a smooth course; a rough one turns so much from point to point that whatever is a millimetre away
    seems to lie beyond the end of each segment.
    """
    _, nearest = cKDTree(course_px).query(points_px)
    last = len(course_px) - 1
    best = np.full(len(points_px), np.inf)
    beyond = np.zeros(len(points_px))
    for start in (np.maximum(nearest - 1, 0), np.minimum(nearest, last - 1)):
        step = course_px[start + 1] - course_px[start]
        length = np.linalg.norm(step, axis=1)
        off = points_px - course_px[start]
        along = np.einsum("ij,ij->i", off, step) / length
        within = np.clip(along, 0, length)
        distance = np.linalg.norm(off - (within / length)[:, None] * step, axis=1)
        closer = distance < best
        best[closer] = distance[closer]
        before_first = np.where(start == 0, -along, 0)
        after_last = np.where(start == last - 1, along - length, 0)
        beyond[closer] = np.maximum(before_first, after_last)[closer]
    tangent = np.gradient(course_px, axis=0)[nearest]
    off = points_px - course_px[nearest]
    side = np.sign(off[:, 1] * tangent[:, 0] - off[:, 0] * tangent[:, 1])
    return best * side, nearest, beyond


def taper(index: npt.NDArray[np.intp], count: int) -> Float64Array:
    """Return the share of its depth that a line has at its points: all, but for the ends."""
    # A line fades out over its last millimetre (20 points) instead of ending at a corner.
    from_end = np.minimum(index, count - 1 - index)
    return np.asarray(np.clip((from_end + 1) / min(20, max(1, count // 4)), 0, 1))


def parts_of(paths: PathLengths) -> tuple[FloatArray, ...]:
    """Return the four arrays in the order of the fields of `PathLengths`."""
    return paths.soft_mm, paths.adipose_mm, paths.marrow_mm, paths.bone_mm


def changed(paths: PathLengths, change_mm: FloatArray, laid_mm: FloatArray | float = 0.0) -> PathLengths:
    """Return the paths with bone added (marrow gives way), taken away (soft tissue fills the gap) or laid on.

    Parameters
    ----------
    paths : PathLengths
    change_mm : float array
        Solid bone added inside the bone, or taken away where negative.
    laid_mm : float array
        Solid bone laid on from outside: soft tissue gives way.
    """
    added = np.minimum(np.maximum(change_mm, 0), paths.marrow_mm)
    removed = np.minimum(np.maximum(-change_mm, 0), paths.bone_mm)
    laid = np.minimum(laid_mm, paths.soft_mm)
    return PathLengths(
        soft_mm=paths.soft_mm + removed - laid,
        adipose_mm=paths.adipose_mm,
        marrow_mm=paths.marrow_mm - added,
        bone_mm=paths.bone_mm + added - removed + laid,
    )
