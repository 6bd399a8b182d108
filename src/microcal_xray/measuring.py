"""From a path to a candidate: its evidence card, its tier and its cautions; a reader's own lines too."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .detection import SIGMA_RANGE_PX, Polarity, RidgePath
from .findings import Candidate, CandidateCaution, Evidence, Kind, Tier
from .measured import ContrastUnit, Measured
from .measurement import (
    BoneAround,
    BoneSetting,
    Judgement,
    LineMeasurement,
    LineShape,
    Units,
    bone_setting,
    direction_along,
    evidence_card,
    judge,
    kept_under_changes,
    line_shape,
    measure,
    shipped_factors,
)
from .preprocessing import flatten
from .radiograph import Intent, Radiograph, Signal
from .resolution import blur_px
from .searching import Search, Sharpness, Survey, looked_at, mm_per_px, sharpness_of, surveyed
from .settings import Settings

FloatArray = npt.NDArray[np.float64]
FloatImage = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

KIND = {Polarity.DARK: Kind.LUCENT, Polarity.BRIGHT: Kind.SCLEROTIC}
_BONE_MARGIN_PX = 3  # of the working image: the bone mask is good to so much
_EDGE_PX = 12  # a line that comes as near to the edge may go on outside
_BACKGROUND_PX = 24.0  # of the working image, 6 mm: slower changes are not a line's own
_FWHM_PER_SIGMA = 2 * math.sqrt(2 * math.log(2))
UNIT_PX = 4.0  # of the working image: a millimetre, where the spacing is known
_WIDTHS_TRIED = (0.4, 1.0, 2.5)  # millimetres, about
_NO_AXIS = CandidateCaution.NO_BONE_AXIS
_STRONG_SHARE = 0.25  # of the false marks asked for: a candidate that would still be listed is drawn solid
_ROUNDING = 1e-9  # of the range of the picture: none holds so faint a line


@dataclass(frozen=True)
class Judged:
    """A path, how strong it is and why.

    Parameters
    ----------
    path : RidgePath
    score : float
        Minus the logarithm of the false marks to be expected.
    evidence : Evidence or None
        None: somebody else found it, and does not say.
    """

    path: RidgePath
    score: float
    evidence: Evidence | None


@dataclass(frozen=True)
class Scene:
    """What measuring needs of the picture.

    Parameters
    ----------
    found : Search
    even : (R, C) float32 array
        The picture on square pixels, its slow changes taken away.
    survey : Survey
    inner : (R, C) bool array
        Of the working image: usable, and not near the edge of what is.
    usable : (R, C) bool array
        Of the picture on square pixels.
    bone : (R, C) bool array
        Of the picture on square pixels: bone and a margin, as its mask is coarse.
    blur_px : float
        Full width at half maximum of the picture's own line spread.
    units : Units
    faintest : float
        In units of the pixels: a peak contrast below it is rounding.
    """

    found: Search
    even: FloatImage
    survey: Survey
    inner: Mask
    usable: Mask
    bone: Mask
    blur_px: float
    units: Units
    faintest: float

    @classmethod
    def of(cls, found: Search, radiograph: Radiograph, sharpness: Sharpness | None = None) -> "Scene":
        """Return the scene of a radiograph that was searched, or at least looked at; None: it is measured."""
        edges_px = (sharpness or sharpness_of(found)).edges_px
        grid, working = found.grid, found.working
        per_px = mm_per_px(radiograph)
        contrast = ContrastUnit.LOG if radiograph.signal is Signal.LOG else ContrastUnit.RELATIVE
        survey = surveyed(found)
        bone = ndimage.binary_dilation(survey.anatomy.bone, iterations=_BONE_MARGIN_PX)
        return cls(
            found,
            flatten(grid.pixels, scale_px=_BACKGROUND_PX / working.scale, usable=grid.usable),
            survey,
            ndimage.binary_erosion(found.field.usable, iterations=_EDGE_PX),
            working.to_original(found.field.usable, grid.pixels.shape) & grid.usable,
            working.to_original(bone, grid.pixels.shape),
            blur_px(None if edges_px is None else edges_px.value, mm_per_px=per_px),
            Units(per_px, working.scale, contrast, radiograph.intent is Intent.FOR_PROCESSING),
            _ROUNDING * float(np.ptp(working.pixels)),
        )


def candidate(number: int, one: Judged, scene: Scene, settings: Settings) -> Candidate | None:
    """Return a measured candidate; None for one shorter than the settings ask, or where nothing is there.

    Parameters
    ----------
    number : int
        Its id, from 1.
    one : Judged
    scene : Scene
    settings : Settings
    """
    scale, kind = scene.found.working.scale, KIND[one.path.polarity]
    traced = scene.found.working.original(one.path.points_px)
    width_px = _FWHM_PER_SIGMA * float(np.median(one.path.sigma_px)) / scale
    line = measure(traced, scene.even, is_dark=kind is Kind.LUCENT, width_px=width_px)
    mm = scene.units.mm_per_px
    if mm is None and line.length_px < settings.minimum_length_px:
        return None
    if mm is not None and line.length_px * mm < settings.minimum_length_mm:
        return None
    judgement = judge(
        one.path.points_px,
        width_px=line.width_px * scale,
        anatomy=scene.survey.anatomy,
        field=scene.found.field,
        inner=scene.inner,
    )
    shape = _shape(traced, kind, width_px, scene)
    measured = _measured(shape, scene)
    if measured.peak_contrast.value < scene.faintest:
        return None
    angle = measured.place.angle_to_bone_deg
    return Candidate(
        id=number,
        kind=kind,
        tier=_tier(one.evidence, settings),
        score=one.score,
        path_px=scene.found.grid.stored(shape.path_px),
        length_px=shape.length_px,
        width_px=line.width_px,
        length_mm=None if mm is None else shape.length_px * mm,
        width_mm=None if mm is None else line.width_px * mm,
        contrast_sd=max(0.0, line.contrast_sd),
        angle_to_bone_deg=None if angle is None else angle.value,
        cautions=_cautions(line, judgement, scale) | (_NO_AXIS if angle is None else CandidateCaution.NONE),
        evidence=one.evidence,
        measured=measured,
    )


def _tier(evidence: Evidence | None, settings: Settings) -> Tier:
    if evidence is None or evidence.false_marks <= _STRONG_SHARE * settings.false_marks:
        return Tier.STRONG
    return Tier.WEAK


def measure_line(
    radiograph: Radiograph,
    path_px: npt.ArrayLike,
    *,
    kind: Kind,
    width_px: float | None = None,
    bone: npt.ArrayLike | None = None,
) -> Measured:
    """Return the evidence card of a line that somebody else found, as a reader's own.

    Parameters
    ----------
    radiograph : Radiograph
    path_px : (N, 2) array_like
        Its course as (row, column) in pixels of the picture as stored; two points or more, within a
        millimetre of the line.
    kind : Kind
    width_px : float, optional
        About how wide it is; None: the width at which it stands out best.
    bone : (R, C) array_like of bool, optional
        Where bone is, in pixels of the picture as stored. None: it is looked for.

    Raises
    ------
    ValueError
        If the path has fewer than two points, or leaves the picture, or `bone` has another shape than that.
    """
    path = np.asarray(path_px, np.float64)
    if path.ndim != 2 or path.shape[1] != 2 or len(path) < 2 or not np.isfinite(path).all():
        raise ValueError(f"path_px must have shape (N, 2) with N > 1 and be finite, not {path.shape}")
    if (path < -0.5).any() or (path > np.array(radiograph.pixels.shape) - 0.5).any():
        raise ValueError("path_px leaves the picture; give (row, column) in pixels as stored")
    scene = Scene.of(looked_at(radiograph, bone=bone), radiograph)
    unit_px = UNIT_PX / scene.found.working.scale
    widths = [width_px] if width_px is not None else [share * unit_px for share in _WIDTHS_TRIED]
    shapes = [_shape(scene.found.grid.from_stored(path), kind, width, scene) for width in widths]
    return _measured(max(shapes, key=lambda shape: shape.found_d_prime), scene)


def line_at(scene: Scene, path_px: FloatArray, *, kind: Kind, width_px: float) -> tuple[LineShape, Measured]:
    """Return one line of a scene that is at hand, its shape and its evidence card; see `measure_line`.

    It ends where it is seen to end, not at an outline nearby: two pictures of it are compared.

    Parameters
    ----------
    scene : Scene
    path_px : (N, 2) float array
        Its course as (row, column) in pixels of the square grid.
    kind : Kind
    width_px : float
        About how wide it is.
    """
    shape = _shape(path_px, kind, width_px, scene, at_its_best=False)
    return shape, _measured(shape, scene)


def bone_contrast_at(scene: Scene, path_px: FloatArray) -> float | None:
    """Return the contrast of the bone beside a course over soft tissue; None where it cannot be measured.

    Parameters
    ----------
    scene : Scene
    path_px : (N, 2) float array
        (row, column) in pixels of the square grid.
    """
    found = _setting(path_px, scene).contrast
    return None if found is None else found.value


def _shape(
    path_px: FloatArray, kind: Kind, width_px: float, scene: Scene, *, at_its_best: bool = True
) -> LineShape:
    return line_shape(
        path_px,
        scene.found.grid.pixels,
        usable=scene.usable,
        is_dark=kind is Kind.LUCENT,
        width_px=width_px,
        blur_px=scene.blur_px,
        unit_px=UNIT_PX / scene.found.working.scale,
        bone=BoneAround(
            direction_along(scene.found.working.from_original(path_px), scene.survey.shaft_axis), scene.bone
        ),
        at_its_best=at_its_best,
    )


def _measured(shape: LineShape, scene: Scene) -> Measured:
    return evidence_card(
        shape,
        _setting(shape.path_px, scene),
        kept=kept_under_changes(shape),
        units=scene.units,
        factors=shipped_factors(),
    )


def _setting(path_px: FloatArray, scene: Scene) -> BoneSetting:
    found = scene.found
    return bone_setting(
        found.working.from_original(path_px),
        found.working.pixels,
        anatomy=scene.survey.anatomy,
        axis=scene.survey.shaft_axis,
        field=found.field,
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
    return cautions
