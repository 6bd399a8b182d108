"""What an image could show: the one place that composes quality and limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .bone import Anatomy
from .detection import (
    COARSE_ALONG_PX,
    COARSE_SIGMAS_PX,
    FINE_ALONG_PX,
    FINE_SIGMAS_PX,
    Polarity,
    RidgePath,
    line_kernel,
)
from .findings import Kind
from .image_limits import (
    Compartment,
    Course,
    Detectability,
    ImageQuality,
    QualityEstimate,
)
from .limit import (
    ANGLES_RAD,
    BLOCK_PX,
    CONTEXT_GROUPS,
    MAP_LENGTH_PX,
    Asked,
    Contexts,
    Ground,
    LineFilter,
    LineModel,
    Shift,
    anchors_of,
    ground_of,
    limit_rows,
    no_shift,
    straight_path,
    tilt_rows,
    width_map_px,
)
from .measurement import PictureMaps, feature_table, shipped_rankers
from .preprocessing import Field, Grid, WorkingImage
from .quality import image_quality, sharpest_edges
from .radiograph import Radiograph
from .searching import Search

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_FILTERS = (  # of the detector, in the order of `Search.usual`
    *(LineFilter(line_kernel(sigma_px), FINE_ALONG_PX) for sigma_px in FINE_SIGMAS_PX),
    *(LineFilter(line_kernel(sigma_px), COARSE_ALONG_PX, shrink=2) for sigma_px in COARSE_SIGMAS_PX),
)
FEW_ANCHORS, MANY_ANCHORS = 16, 400
_BATCH = 200  # paths whose features are taken at once: neighbours cost the square of it
_USUAL_SCORE, _USUAL_Z, _USUAL_SIGMA_PX = 30.0, 5.0, 1.2  # of a path that is there
_USUAL_BLUR_PX = 1.2  # of the working image, where no edge tells


@dataclass(frozen=True)
class Scenery:
    """A radiograph on its way, without its lines; there is bone that was searched.

    Parameters
    ----------
    radiograph : Radiograph
    grid : Grid
    working : WorkingImage
    field : Field
    image : (R, C) float32 array
        The working image in units of the range from air to bone.
    searched : (R, C) bool array
    anatomy : Anatomy
    maps : PictureMaps
    resolution_px : QualityEstimate or None
        Of the picture on square pixels.
    ground : Ground
    """

    radiograph: Radiograph
    grid: Grid
    working: WorkingImage
    field: Field
    image: FloatImage
    searched: Mask
    anatomy: Anatomy
    maps: PictureMaps
    resolution_px: QualityEstimate | None
    ground: Ground

    @property
    def unit(self) -> float:
        """The range from air to bone, in the unit of the pixels."""
        between = (self.image > 0) & (self.image < 1)
        if between.sum() < 2:
            return 1.0
        shares, values = self.image[between], self.working.pixels[between]
        low, high = int(shares.argmin()), int(shares.argmax())
        difference = float(shares[high] - shares[low])
        return float(values[high] - values[low]) / difference if difference > 0 else 1.0

    @property
    def px_per_working_px(self) -> float:
        """Pixels of the radiograph (the finer ones) per working pixel."""
        return 1 / self.working.scale

    @property
    def mm_per_working_px(self) -> float | None:
        """None when the spacing is unknown."""
        if self.radiograph.spacing is None:
            return None
        return self.radiograph.mm_per_pixel() * self.px_per_working_px


def scenery_of(radiograph: Radiograph, found: Search) -> Scenery | None:
    """Return what the limit of an image is measured on; None where no bone was searched.

    Parameters
    ----------
    radiograph : Radiograph
    found : Search
        Of the same radiograph.
    """
    if found.survey is None or found.searched is None or found.maps is None:
        return None
    grid, working, field = found.grid, found.working, found.field
    image, anatomy, searched, maps = found.survey.image, found.survey.anatomy, found.searched, found.maps
    resolution = sharpest_edges(grid.pixels, working.pixels, field.usable, scale=working.scale)
    # The sharpest edges cannot tell less than a pixel, but no line is ever seen narrower.
    blur_px = _USUAL_BLUR_PX if resolution is None else max(resolution.value, 1.0) * working.scale
    ground = ground_of(
        image,
        searched,
        field.body,
        anatomy,
        usual=found.usual,
        filters=_FILTERS,
        blur_px=blur_px,
    )
    if not ground.bone.any():
        return None
    return Scenery(radiograph, grid, working, field, image, searched, anatomy, maps, resolution, ground)


def quality_of(scenery: Scenery) -> ImageQuality:
    """Return the quality of an image.

    Parameters
    ----------
    scenery : Scenery
        The picture as measuring its quality needs it.
    """
    ground = scenery.ground
    step = float(np.median(ground.step[ground.bone]))
    rows, columns = (
        np.minimum(np.arange(side) // BLOCK_PX, blocks - 1)
        for side, blocks in zip(scenery.image.shape, ground.bone.shape, strict=True)
    )
    outer = ground.outer[np.ix_(rows, columns)]
    bone = scenery.anatomy.bone & scenery.searched
    return image_quality(
        scenery.radiograph,
        scenery.grid.pixels,
        scenery.anatomy,
        {Compartment.OUTER: bone & outer, Compartment.INNER: bone & ~outer},
        scale=scenery.working.scale,
        step=step * scenery.unit,
        resolution_px=scenery.resolution_px,
    )


def contexts_of(scenery: Scenery, lines: Sequence[tuple[Kind, FloatArray]]) -> FloatArray:
    """Return what the ranking says of the bone around lines that are not there, in natural logarithms.

    Parameters
    ----------
    scenery : Scenery
    lines : sequence of (Kind, (N, 2) float array)
        Each with its path on the working image.

    Notes
    -----
    The terms of the ranking that look at the bone (levels, ends, direction, width, surroundings, texture), of
    a path of usual strength on the picture as it is.
    """
    found = np.zeros(len(lines))
    for kind, ranker in shipped_rankers().items():
        own = [number for number, (each, _) in enumerate(lines) if each == kind]
        looking = [name in CONTEXT_GROUPS for name in ranker.groups()]
        for first in range(0, len(own), _BATCH):
            batch = own[first : first + _BATCH]
            table = feature_table([_path(*lines[number]) for number in batch], scenery.maps)
            found[batch] = ranker.terms(table)[:, :-1][:, looking].sum(axis=1)
    return found


def _path(kind: Kind, points_px: FloatArray) -> RidgePath:
    polarity = Polarity.DARK if kind is Kind.LUCENT else Polarity.BRIGHT
    every = np.ones(len(points_px))
    return RidgePath(polarity, _USUAL_SCORE, points_px, _USUAL_Z * every, _USUAL_SIGMA_PX * every)


def _contexts(scenery: Scenery, anchors: int) -> Contexts:
    places = anchors_of(scenery.ground, anchors)
    points = np.asarray((np.stack(places, axis=1) + 0.5) * BLOCK_PX, np.float64)
    lines, keys = [], [(kind, course) for kind in Kind for course in Course]
    for kind, course in keys:
        for number, point in enumerate(points):
            axis = float(scenery.ground.axis_rad[places[0][number], places[1][number]])
            angle = ANGLES_RAD[course][number % 2]
            lines.append((kind, straight_path(point, axis + angle, MAP_LENGTH_PX)))
    values = contexts_of(scenery, lines).reshape(len(keys), len(points))
    return Contexts(points, dict(zip(keys, values, strict=True)))


def detectability_of(
    scenery: Scenery,
    models: Mapping[str, LineModel],
    *,
    false_marks: float,
    anchors: int = FEW_ANCHORS,
    shift: Shift = no_shift,
    probes: int = 0,
) -> Detectability:
    """Return the smallest lines that the detector would have marked in an image.

    Parameters
    ----------
    scenery : Scenery
    models : mapping of str to LineModel
    false_marks : float
        Per picture.
    anchors : int
        Places of the bone whose surroundings are looked at.
    shift : callable
        What probes have shown; by default nothing.
    probes : int
        How many lines were put into the image.
    """
    radiograph, working, grid = scenery.radiograph, scenery.working, scenery.grid
    mm_per_px = None if radiograph.spacing is None else radiograph.mm_per_pixel()
    asked = Asked(
        ground=scenery.ground,
        models=models,
        false_marks=false_marks,
        intent=radiograph.intent,
        px_per_working_px=scenery.px_per_working_px,
        mm_per_px=mm_per_px,
        contexts=_contexts(scenery, anchors),
        shift=shift,
    )
    return Detectability(
        false_marks=false_marks,
        rows=limit_rows(asked),
        tilts=tilt_rows(asked),
        width_map_px=width_map_px(asked),
        map_length_px=MAP_LENGTH_PX * scenery.px_per_working_px,
        block_px=(
            BLOCK_PX / working.rows_per_row / grid.rows_per_stored_row,
            BLOCK_PX / working.columns_per_column / grid.columns_per_stored_column,
        ),
        mm_per_px=mm_per_px,
        probes=probes,
    )
