"""The limb on the picture before the X-rays pass: what a mimic is drawn into."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from ..anatomy import Bone, Limb
from ..frame import Frame
from ..physics import PathLengths
from ..projection import ProjectedBone
from .names import Mimic, MimicTruth

FloatArray = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """A limb, its bones and path lengths on the picture, and what lies between tube and limb.

    Parameters
    ----------
    person : Limb
    frame : Frame
    bones : dict of str to ProjectedBone
    paths : PathLengths
    open_field : (R, C) float32 array or None
        Share of the beam that the collimator lets through; None: all of it everywhere.
    grid_lines : bool
        Whether the lines of an anti-scatter grid shall show.
    halo : bool
        Whether edges shall be enhanced strongly.
    mimics : tuple of MimicTruth
    """

    person: Limb
    frame: Frame
    bones: dict[str, ProjectedBone]
    paths: PathLengths
    open_field: FloatArray | None = None
    grid_lines: bool = False
    halo: bool = False
    mimics: tuple[MimicTruth, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.frame.rows, self.frame.columns

    def labelled(
        self, kind: Mimic, *paths: Float64Array, box: tuple[int, int, int, int] | None = None
    ) -> "Scene":
        """Return the scene with mimics named in its truth; paths are cut at the border of the picture."""
        pieces = [piece for path in paths for piece in _inside(path, self.shape)]
        marks = [MimicTruth(kind, piece) for piece in pieces]
        if box is not None:
            marks.append(MimicTruth(kind, box_px=box))
        return replace(self, mimics=self.mimics + tuple(marks))

    def exchanged(
        self,
        *,
        bone_mm: FloatArray | float = 0.0,
        marrow_mm: FloatArray | float = 0.0,
        soft_mm: FloatArray | float = 0.0,
    ) -> "Scene":
        """Return the scene with path lengths added (or taken away, down to none)."""
        paths = self.paths
        changed = PathLengths(
            soft_mm=np.maximum(paths.soft_mm + soft_mm, 0).astype(np.float32),
            adipose_mm=paths.adipose_mm,
            marrow_mm=np.maximum(paths.marrow_mm + marrow_mm, 0).astype(np.float32),
            bone_mm=np.maximum(paths.bone_mm + bone_mm, 0).astype(np.float32),
        )
        return replace(self, paths=changed)

    def whole(self, bone: Bone, part: str) -> FloatArray:
        """Return one depth of a bone (a field of `ProjectedBone`) over the whole picture, (R, C).

        Zeros where the picture shows nothing of it.
        """
        image = np.zeros(self.shape, np.float32)
        projected = self.bones.get(bone.name)
        if projected is not None:
            image[projected.window] = getattr(projected, part)
        return image

    def places(self, bone: Bone) -> tuple[Float64Array, Float64Array]:
        """Return (along, across) of every pixel, each (R, C)."""
        return bone.to_bone(self.frame.x_mm[None, :], self.frame.y_mm[:, None])

    def visible_mm(self, bone: Bone) -> tuple[float, float]:
        """Return the stretch of the bone's axis that the picture shows, without its outermost part."""
        along = np.arange(bone.span_mm[0] + 3, bone.span_mm[1] - 3, 1.0)
        points = self.frame.to_pixels(*bone.to_limb(along, np.zeros(len(along))))
        margin = 0.05 * np.array(self.shape)
        seen = ((points > margin) & (points < np.array(self.shape) - 1 - margin)).all(axis=1)
        if not seen.any():
            return 0.0, 0.0
        return float(along[seen][0]), float(along[seen][-1])


def distances(
    scene: Scene, points_px: Float64Array, reach_mm: float
) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """Return how far each pixel is from a path in mm (infinite beyond `reach_mm`), and the nearest point."""
    shape, spacing = scene.shape, scene.frame.spacing_mm
    away = np.full(shape, np.inf, np.float32)
    nearest = np.zeros(shape, np.intp)
    low = np.clip(np.floor(points_px.min(axis=0) - reach_mm / spacing).astype(int), 0, shape)
    high = np.clip(np.ceil(points_px.max(axis=0) + reach_mm / spacing).astype(int) + 1, 0, shape)
    if (high <= low).any():
        return away, nearest
    rows, columns = np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1]), indexing="ij")
    apart, index = cKDTree(points_px).query(
        np.stack([rows, columns], axis=-1), distance_upper_bound=reach_mm / spacing
    )
    away[low[0] : high[0], low[1] : high[1]] = apart * spacing
    nearest[low[0] : high[0], low[1] : high[1]] = np.minimum(index, len(points_px) - 1)
    return away, nearest


def smooth_step(value: FloatArray | Float64Array, width: float) -> FloatArray:
    """Return a step from 0 to 1 at 0, rising over about `width`."""
    return np.asarray(0.5 * (1 + np.tanh(2 * value / width)), np.float32)


def _inside(path: Float64Array, shape: tuple[int, int]) -> list[Float64Array]:
    within = ((path >= 0) & (path <= np.array(shape) - 1)).all(axis=1)
    breaks = np.flatnonzero(np.diff(within.astype(int))) + 1
    pieces = [
        piece
        for piece, kept in zip(np.split(path, breaks), np.split(within, breaks), strict=True)
        if kept.all() and len(piece) >= 2
    ]
    return [piece[_thin(len(piece))] for piece in pieces]


def _thin(count: int) -> npt.NDArray[np.intp]:
    return np.unique(np.linspace(0, count - 1, min(count, 60)).round().astype(np.intp))
