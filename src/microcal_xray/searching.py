"""Every path of one radiograph that stands out, with what can be said of it; nothing is judged yet."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .bone import Anatomy, find_anatomy, long_axis
from .detection import RidgePath, ridges
from .measurement import AxisMap, FeatureTable, PictureMaps, feature_table, picture_maps
from .preprocessing import (
    Field,
    Grid,
    WorkingImage,
    find_field,
    in_range,
    square_grid,
    working_image,
)
from .radiograph import Radiograph

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_SMALLEST_SIDE_PX = 32
_SMALLEST_BODY_PX = 500  # of the working image: less shows no bone
_MARGIN_PX = 8.0  # of the working image, 2 mm: nearer to the edge the picture is repeated, which makes lines
_AXIS_SCALES_PX = (10.0, 28.0, 55.0)  # about a quarter, a half and all of a shaft's width
_BONE_AXIS, _SHAFT_AXIS = 1, 2  # which of them say the way of a bone, and of a whole shaft


@dataclass(frozen=True)
class Survey:
    """The bones of a picture on their way, before any line is sought.

    Parameters
    ----------
    image : (R, C) float32 array
        The working image in units of the range from air to bone.
    axes : tuple of AxisMap
        Direction of the bone through windows of growing size.
    anatomy : Anatomy
    """

    image: FloatImage
    axes: tuple[AxisMap, ...]
    anatomy: Anatomy

    @property
    def shaft_axis(self) -> AxisMap:
        """The direction through a window of a whole shaft's width."""
        return self.axes[_SHAFT_AXIS]


@dataclass(frozen=True)
class Search:
    """What was looked at and what stood out there, before any judgement.

    Parameters
    ----------
    grid : Grid
        The picture on square pixels.
    working : WorkingImage
        The picture at the size at which lines are looked for; paths and field are on its pixels.
    field : Field
    searched : (R, C) bool array or None
        Where lines were looked for; None when nothing could be searched.
    survey : Survey or None
        None when nothing could be searched.
    maps : PictureMaps or None
        What the features were taken from; None when nothing could be searched.
    paths : tuple of RidgePath
        Up to 100 of each polarity; empty when nothing could be searched.
    features : FeatureTable or None
        A row for each path; None without paths.
    usual : tuple of (K, D, R', C') float32 array
        The usual answers that paths stand out of, see `detection.Ridges`; empty when nothing was looked for.
    bone : (R, C) bool array or None
        Where bone is, as the caller says; None: it is looked for.
    """

    grid: Grid
    working: WorkingImage
    field: Field
    searched: Mask | None = None
    survey: Survey | None = None
    maps: PictureMaps | None = None
    paths: tuple[RidgePath, ...] = ()
    features: FeatureTable | None = None
    usual: tuple[FloatImage, ...] = ()
    bone: Mask | None = None

    def stored(self, path: FloatArray) -> FloatArray:
        """Return points (row, column) of the working image in pixels of the picture as stored, (N, 2)."""
        return self.grid.stored(self.working.original(path))


def search(radiograph: Radiograph) -> Search:
    """Return every path of a radiograph that stands out from its surroundings, and what can be said of it.

    Parameters
    ----------
    radiograph : Radiograph
    """
    return with_paths(looked_at(radiograph))


def with_paths(start: Search) -> Search:
    """Return a picture that was looked at, with every path that stands out; see `search`.

    Parameters
    ----------
    start : Search
    """
    ready = prepared(start)
    if ready.survey is None or ready.searched is None or ready.maps is None:
        return ready
    found = ridges(ready.survey.image, searched=ready.searched)
    features = feature_table(found.paths, ready.maps) if found.paths else None
    return replace(ready, paths=found.paths, features=features, usual=found.usual)


def prepared(start: Search) -> Search:
    """Return a picture with where lines may lie and what is known of its bones; as it was if none may.

    Parameters
    ----------
    start : Search
        A picture that was looked at.
    """
    field = start.field
    searched = field.body & ~field.metal & _away_from_edge(field.usable)
    if min(start.grid.pixels.shape) < _SMALLEST_SIDE_PX or searched.sum() < _SMALLEST_BODY_PX:
        return start
    survey = surveyed(start)
    maps = picture_maps(survey.image, axes=survey.axes)
    return replace(start, searched=searched, survey=survey, maps=maps)


def looked_at(radiograph: Radiograph, *, bone: npt.ArrayLike | None = None) -> Search:
    """Return the picture as it is searched, before anything was.

    Parameters
    ----------
    radiograph : Radiograph
    bone : (R, C) array_like of bool, optional
        Where bone is, in pixels of the picture as stored. None: it is looked for.

    Raises
    ------
    ValueError
        If `bone` has another shape than the pixels.
    """
    grid = _grid(radiograph)
    working = working_image(grid.pixels, grid.usable, mm_per_px=mm_per_px(radiograph))
    start = Search(grid, working, find_field(working.pixels, usable=working.usable))
    if bone is None:
        return start
    mask = np.asarray(bone, bool)
    if mask.shape != radiograph.pixels.shape:
        shape = radiograph.pixels.shape
        raise ValueError(f"bone has shape {mask.shape}, pixels have {shape}; give one value for each pixel")
    return replace(start, bone=_on_working(mask, start))


def _on_working(mask: Mask, start: Search) -> Mask:
    """Return a mask of the picture as stored on the pixels of the working image, the nearest of each."""
    places = []
    for axis, side in enumerate(start.working.pixels.shape):
        along = np.zeros((side, 2))
        along[:, axis] = np.arange(side)
        nearest = np.rint(start.stored(along)[:, axis]).astype(int)
        places.append(np.clip(nearest, 0, mask.shape[axis] - 1))
    return np.asarray(mask[np.ix_(*places)])


def surveyed(found: Search) -> Survey:
    """Return the bones of a picture; what is known of them already is not looked for again.

    Parameters
    ----------
    found : Search
    """
    if found.survey is not None:
        return found.survey
    image = in_range(found.working.pixels, body=found.field.body)
    axes = tuple(AxisMap(*long_axis(image, scale_px=scale_px)) for scale_px in _AXIS_SCALES_PX)
    axis = axes[_BONE_AXIS]
    anatomy = find_anatomy(
        found.working.pixels,
        body=found.field.body,
        axis_rad=axis.axis_rad,
        coherence=axis.coherence,
        bone=found.bone,
    )
    return Survey(image, axes, anatomy)


def _away_from_edge(usable: Mask) -> Mask:
    """Return what is usable farther from its edge than a line needs to be seen from both sides."""
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    inside = np.pad(usable, 1).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, 3)[1:-1, 1:-1] > _MARGIN_PX)


def _grid(radiograph: Radiograph) -> Grid:
    if radiograph.spacing is None:
        return Grid(radiograph.pixels, radiograph.usable)
    spacing = radiograph.spacing
    return square_grid(
        radiograph.pixels, radiograph.usable, row_mm=spacing.row_mm, column_mm=spacing.column_mm
    )


def mm_per_px(radiograph: Radiograph) -> float | None:
    """Return the size of a square pixel; None when the spacing is unknown.

    Parameters
    ----------
    radiograph : Radiograph
    """
    return None if radiograph.spacing is None else radiograph.mm_per_pixel()
