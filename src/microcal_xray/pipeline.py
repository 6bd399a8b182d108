"""The path of one radiograph: the one place that composes the stages and turns millimetres into pixels."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from .bone import Anatomy, find_anatomy
from .detection import Polarity, ridge_field, trace
from .findings import Candidate, CandidateCaution, Findings, Kind, Tier
from .measurement import Judgement, LineMeasurement, judge, measure, score_at
from .preprocessing import Field, Grid, find_field, flatten, square_grid
from .radiograph import Radiograph
from .settings import Settings

FloatImage = npt.NDArray[np.float32]

_POLARITY = {Kind.LUCENT: Polarity.DARK, Kind.SCLEROTIC: Polarity.BRIGHT}
_SMALLEST_SIDE_PX = 32
_NARROWEST_PX = 2.0  # narrower, a line cannot be told from noise
_EDGE_PX = 3  # a line needs both its sides inside the picture
_AXIS_SHARE = 0.03  # of the longer side: about half a shaft's width


@dataclass(frozen=True)
class _Scale:
    """The settings in pixels of this picture."""

    widths_px: tuple[float, ...]
    minimum_length_px: float
    background_px: float
    mm_per_px: float | None

    @classmethod
    def of(cls, radiograph: Radiograph, settings: Settings) -> "_Scale":
        if radiograph.spacing is None:
            widths = tuple(max(_NARROWEST_PX, width) for width in settings.widths_px)
            return cls(widths, settings.minimum_length_px, settings.background_px, None)
        mm = radiograph.mm_per_pixel()
        widths = tuple(max(_NARROWEST_PX, width / mm) for width in settings.widths_mm)
        return cls(widths, settings.minimum_length_mm / mm, settings.background_mm / mm, mm)


@dataclass(frozen=True)
class _Draft:
    """A measured line before it has its number."""

    kind: Kind
    line: LineMeasurement
    judgement: Judgement


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
    scale = _Scale.of(radiograph, settings)
    grid = _grid(radiograph)
    if min(grid.pixels.shape) < _SMALLEST_SIDE_PX:
        return Findings(radiograph, settings)
    field = find_field(grid.pixels, usable=grid.usable)
    looked_at = field.body & ~field.metal
    if not looked_at.any():
        return Findings(radiograph, settings)
    anatomy = find_anatomy(grid.pixels, body=field.body, axis_scale_px=_AXIS_SHARE * max(grid.pixels.shape))
    even = flatten(grid.pixels, scale_px=scale.background_px, usable=field.usable)
    drafts = [
        draft
        for kind in Kind
        for draft in _drafts(kind, even, scale=scale, settings=settings, field=field, anatomy=anatomy)
    ]
    return Findings(radiograph, settings, _listed(drafts, grid=grid, scale=scale, settings=settings))


def _grid(radiograph: Radiograph) -> Grid:
    if radiograph.spacing is None:
        return Grid(radiograph.pixels, radiograph.usable)
    spacing = radiograph.spacing
    return square_grid(
        radiograph.pixels, radiograph.usable, row_mm=spacing.row_mm, column_mm=spacing.column_mm
    )


def _drafts(
    kind: Kind, even: FloatImage, *, scale: _Scale, settings: Settings, field: Field, anatomy: Anatomy
) -> list[_Draft]:
    """Return the measured lines of one kind, without those along an outline or outside the bone."""
    looked_at = field.body & ~field.metal
    inner = ndimage.binary_erosion(field.usable, iterations=_EDGE_PX)
    ridges = ridge_field(even, widths_px=scale.widths_px, polarity=_POLARITY[kind], usable=looked_at)
    paths = trace(
        ridges,
        low_sd=settings.low_sd,
        high_sd=settings.high_sd,
        minimum_length_px=scale.minimum_length_px,
        usable=looked_at & inner,
    )
    drafts = []
    for path in paths:
        line = measure(
            path.points_px, even, is_dark=kind is Kind.LUCENT, width_px=float(np.median(path.width_px))
        )
        judgement = judge(line, anatomy=anatomy, field=field, inner=inner)
        if judgement.share_along_outline < 0.5 and judgement.share_in_bone > 0.3 and judgement.score > 0:
            drafts.append(_Draft(kind, line, judgement))
    return drafts


def _listed(drafts: list[_Draft], *, grid: Grid, scale: _Scale, settings: Settings) -> tuple[Candidate, ...]:
    """Return the candidates over the score that `false_marks` asks for, numbered by falling score."""
    listed = score_at(settings.false_marks)
    strong = score_at(settings.false_marks / 4)
    order = sorted(drafts, key=lambda draft: (-draft.judgement.score, draft.line.path_px[0].tolist()))
    kept = [draft for draft in order if draft.judgement.score >= listed]
    return tuple(
        _candidate(number, draft, Tier.STRONG if draft.judgement.score >= strong else Tier.WEAK, grid, scale)
        for number, draft in enumerate(kept, start=1)
    )


def _candidate(number: int, draft: _Draft, tier: Tier, grid: Grid, scale: _Scale) -> Candidate:
    line, judgement = draft.line, draft.judgement
    angle = judgement.angle_to_bone_rad
    return Candidate(
        id=number,
        kind=draft.kind,
        tier=tier,
        score=judgement.score,
        path_px=grid.stored(line.path_px),
        length_px=line.length_px,
        width_px=line.width_px,
        length_mm=None if scale.mm_per_px is None else line.length_px * scale.mm_per_px,
        width_mm=None if scale.mm_per_px is None else line.width_px * scale.mm_per_px,
        contrast_sd=line.contrast_sd,
        angle_to_bone_deg=None if angle is None else float(np.degrees(angle)),
        cautions=_cautions(draft, scale),
    )


def _cautions(draft: _Draft, scale: _Scale) -> CandidateCaution:
    judgement = draft.judgement
    cautions = CandidateCaution.NONE
    if judgement.share_at_edge > 0:
        cautions |= CandidateCaution.TOUCHES_EDGE
    if not min(scale.widths_px) < draft.line.width_px < max(scale.widths_px):
        cautions |= CandidateCaution.WIDTH_AT_LIMIT
    if judgement.share_along_outline > 0.2:
        cautions |= CandidateCaution.ALONG_OUTLINE
    if judgement.share_near_metal > 0:
        cautions |= CandidateCaution.NEAR_METAL
    if judgement.angle_to_bone_rad is None:
        cautions |= CandidateCaution.NO_BONE_AXIS
    return cautions
