"""The path of one radiograph: the one place that composes the stages and turns millimetres into pixels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .bone import Anatomy, find_anatomy, long_axis
from .detectable import Scenery, detectability_of, quality_of, scenery_of
from .detection import SIGMA_RANGE_PX, Polarity, RidgePath, distinct, ridge_paths
from .findings import (
    MIMICS,
    Candidate,
    CandidateCaution,
    Evidence,
    EvidenceTerm,
    Findings,
    Kind,
    MimicLikelihood,
    Tier,
)
from .limit import shipped_models
from .measurement import (
    PRIOR,
    AxisMap,
    FeatureTable,
    Judgement,
    LineMeasurement,
    PictureMaps,
    feature_table,
    judge,
    measure,
    picture_maps,
    shipped_rankers,
)
from .preprocessing import (
    Field,
    Grid,
    WorkingImage,
    find_field,
    flatten,
    in_range,
    square_grid,
    working_image,
)
from .radiograph import Radiograph
from .settings import Settings

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_KIND = {Polarity.DARK: Kind.LUCENT, Polarity.BRIGHT: Kind.SCLEROTIC}
_SMALLEST_SIDE_PX = 32
_SMALLEST_BODY_PX = 500  # of the working image: less shows no bone
_MARGIN_PX = 8.0  # of the working image, 2 mm: nearer to the edge the picture is repeated, which makes lines
_EDGE_PX = 12  # a line that comes as near to the edge may go on outside
_AXIS_SCALES_PX = (10.0, 28.0, 55.0)  # about a quarter, a half and all of a shaft's width
_BACKGROUND_PX = 24.0  # of the working image, 6 mm: slower changes are not a line's own
_FWHM_PER_SIGMA = 2 * math.sqrt(2 * math.log(2))
_DOUBLE_PX = 5  # a path so near to a stronger one shows the same line
_STRONG_SHARE = 0.25  # of the false marks asked for: a candidate that would still be listed is drawn solid


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
    paths : tuple of RidgePath
        Up to 100 of each polarity; empty when nothing could be searched.
    features : FeatureTable or None
        A row for each path; None without paths.
    image : (R, C) float32 array or None
        The working image in units of the range from air to bone; None without paths.
    searched : (R, C) bool array or None
        Where lines were looked for; None when nothing could be searched.
    maps : PictureMaps or None
        What the features were taken from; None without paths.
    """

    grid: Grid
    working: WorkingImage
    field: Field
    paths: tuple[RidgePath, ...] = ()
    features: FeatureTable | None = None
    image: FloatImage | None = None
    searched: Mask | None = None
    maps: PictureMaps | None = None

    def stored(self, path: FloatArray) -> FloatArray:
        """Return points (row, column) of the working image in pixels of the picture as stored, (N, 2)."""
        return self.grid.stored(self.working.original(path))


def search(radiograph: Radiograph) -> Search:
    """Return every path of a radiograph that stands out from its surroundings, and what can be said of it.

    Parameters
    ----------
    radiograph : Radiograph
    """
    grid = _grid(radiograph)
    working = working_image(grid.pixels, grid.usable, mm_per_px=_mm_per_px(radiograph))
    field = find_field(working.pixels, usable=working.usable)
    searched = field.body & ~field.metal & _away_from_edge(field.usable)
    if min(grid.pixels.shape) < _SMALLEST_SIDE_PX or searched.sum() < _SMALLEST_BODY_PX:
        return Search(grid, working, field)
    image = in_range(working.pixels, body=field.body)
    paths = ridge_paths(image, searched=searched)
    if not paths:
        return Search(grid, working, field)
    axes = [AxisMap(*long_axis(image, scale_px=scale_px)) for scale_px in _AXIS_SCALES_PX]
    maps = picture_maps(image, axes=axes)
    return Search(grid, working, field, paths, feature_table(paths, maps), image, searched, maps)


def scenery(radiograph: Radiograph, found: Search) -> Scenery | None:
    """Return what the limit of an image is measured on; None where no bone was searched.

    Parameters
    ----------
    radiograph : Radiograph
    found : Search
        Of the same radiograph.
    """
    if found.image is None or found.searched is None or found.maps is None:
        return None
    seen = scenery_of(
        radiograph,
        grid=found.grid,
        working=found.working,
        field=found.field,
        image=found.image,
        searched=found.searched,
        anatomy=find_anatomy(found.working.pixels, body=found.field.body, axis_scale_px=_AXIS_SCALES_PX[1]),
        maps=found.maps,
    )
    return seen if seen.ground.bone.any() else None


@dataclass(frozen=True)
class _Judged:
    """A path, how strong it is and why."""

    path: RidgePath
    score: float
    evidence: Evidence


@dataclass(frozen=True)
class _Scene:
    """What measuring needs of the picture."""

    found: Search
    even: FloatImage
    anatomy: Anatomy
    inner: Mask
    mm_per_px: float | None

    @classmethod
    def of(cls, found: Search, radiograph: Radiograph, anatomy: Anatomy) -> "_Scene":
        grid, working = found.grid, found.working
        return cls(
            found,
            flatten(grid.pixels, scale_px=_BACKGROUND_PX / working.scale, usable=grid.usable),
            anatomy,
            ndimage.binary_erosion(found.field.usable, iterations=_EDGE_PX),
            _mm_per_px(radiograph),
        )


def _away_from_edge(usable: Mask) -> Mask:
    """Return what is usable farther from its edge than a line needs to be seen from both sides."""
    # Imported here: it costs 0.1 s, which `import microcal_xray` should not pay.
    import cv2

    inside = np.pad(usable, 1).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, 3)[1:-1, 1:-1] > _MARGIN_PX)


def find_lines(radiograph: Radiograph, settings: Settings = Settings()) -> Findings:
    """Return the candidate lines of one radiograph, both polarities, strongest first.

    Parameters
    ----------
    radiograph : Radiograph
    settings : Settings

    Returns
    -------
    Findings
        With no candidates for a constant picture or one under 32 pixels on a side.

    Examples
    --------
    >>> import numpy as np
    >>> from microcal_xray.radiograph import radiograph_from_array
    >>> find_lines(radiograph_from_array(np.zeros((8, 8)))).candidates
    ()
    """
    found = search(radiograph)
    seen = scenery(radiograph, found)
    shown = Findings(radiograph, settings)
    if seen is not None:
        limit = detectability_of(seen, shipped_models(), false_marks=settings.false_marks)
        shown = replace(shown, quality=quality_of(seen), limit=limit)
    asked = [one for one in _judged(found, radiograph) if one.evidence.false_marks <= settings.false_marks]
    # Doubles are sought once more: by now paths are trimmed, and the strongest is known.
    alone = distinct([one.path for one in asked], found.working.pixels.shape, beside_px=_DOUBLE_PX)
    listed = [asked[index] for index in alone]
    if not listed or seen is None:
        return shown
    scene = _Scene.of(found, radiograph, seen.anatomy)
    candidates: list[Candidate] = []
    for one in listed:
        candidate = _candidate(len(candidates) + 1, one, scene, settings)
        if candidate is not None:
            candidates.append(candidate)
    return replace(shown, candidates=tuple(candidates))


def _judged(found: Search, radiograph: Radiograph) -> list[_Judged]:
    """Return all paths with their strength and its terms, the strongest first."""
    if found.features is None:
        return []
    judged = []
    kinds = [_KIND[path.polarity] for path in found.paths]
    for kind, ranker in shipped_rankers().items():
        rows = [row for row, own in enumerate(kinds) if own == kind]
        if not rows:
            continue
        table = found.features.of(rows)
        terms = ranker.terms(table)
        scores = ranker.score(terms.sum(axis=1), intent=radiograph.intent)
        names = (*ranker.groups(), PRIOR)
        looks = ranker.court.likelihoods(table).tolist()
        for row, values, score, look in zip(rows, terms.tolist(), scores.tolist(), looks, strict=True):
            evidence = Evidence(
                strength=sum(values),
                terms=tuple(EvidenceTerm(*term) for term in zip(names, values, strict=True)),
                mimics=_mimics(ranker.court.names, look),
                false_marks=10.0**-score,
            )
            judged.append(_Judged(found.paths[row], score, evidence))
    # Ties are ordered by place.
    return sorted(judged, key=lambda one: (-one.score, one.path.points_px[0].tolist()))


def _mimics(names: Sequence[str], likelihoods: Sequence[float]) -> tuple[MimicLikelihood, ...]:
    """Return the mimics by falling likelihood; what is no mimic ("line", "other") only took its share."""
    known = [pair for pair in zip(names, likelihoods, strict=True) if pair[0] in MIMICS]
    return tuple(MimicLikelihood(*pair) for pair in sorted(known, key=lambda pair: -pair[1]))


def _candidate(number: int, one: _Judged, scene: _Scene, settings: Settings) -> Candidate | None:
    """Return a measured candidate; None for one shorter than the settings ask."""
    scale = scene.found.working.scale
    line = measure(
        scene.found.working.original(one.path.points_px),
        scene.even,
        is_dark=one.path.polarity is Polarity.DARK,
        width_px=_FWHM_PER_SIGMA * float(np.median(one.path.sigma_px)) / scale,
    )
    mm = scene.mm_per_px
    if mm is None and line.length_px < settings.minimum_length_px:
        return None
    if mm is not None and line.length_px * mm < settings.minimum_length_mm:
        return None
    judgement = judge(
        one.path.points_px,
        width_px=line.width_px * scale,
        anatomy=scene.anatomy,
        field=scene.found.field,
        inner=scene.inner,
    )
    angle = judgement.angle_to_bone_rad
    return Candidate(
        id=number,
        kind=_KIND[one.path.polarity],
        tier=Tier.STRONG if one.evidence.false_marks <= _STRONG_SHARE * settings.false_marks else Tier.WEAK,
        score=one.score,
        path_px=scene.found.grid.stored(line.path_px),
        length_px=line.length_px,
        width_px=line.width_px,
        length_mm=None if mm is None else line.length_px * mm,
        width_mm=None if mm is None else line.width_px * mm,
        contrast_sd=max(0.0, line.contrast_sd),
        angle_to_bone_deg=None if angle is None else float(np.degrees(angle)),
        cautions=_cautions(line, judgement, scale),
        evidence=one.evidence,
    )


def _cautions(line: LineMeasurement, judgement: Judgement, scale: float) -> CandidateCaution:
    narrowest, widest = (_FWHM_PER_SIGMA * sigma / scale for sigma in SIGMA_RANGE_PX)
    cautions = CandidateCaution.NONE
    if judgement.share_at_edge > 0:
        cautions |= CandidateCaution.TOUCHES_EDGE
    if not narrowest < line.width_px < widest:
        cautions |= CandidateCaution.WIDTH_AT_LIMIT
    if judgement.share_along_outline > 0.2:
        cautions |= CandidateCaution.ALONG_OUTLINE
    if judgement.share_near_metal > 0:
        cautions |= CandidateCaution.NEAR_METAL
    if judgement.angle_to_bone_rad is None:
        cautions |= CandidateCaution.NO_BONE_AXIS
    return cautions


def _grid(radiograph: Radiograph) -> Grid:
    if radiograph.spacing is None:
        return Grid(radiograph.pixels, radiograph.usable)
    spacing = radiograph.spacing
    return square_grid(
        radiograph.pixels, radiograph.usable, row_mm=spacing.row_mm, column_mm=spacing.column_mm
    )


def _mm_per_px(radiograph: Radiograph) -> float | None:
    return None if radiograph.spacing is None else radiograph.mm_per_pixel()
