"""The hit rule: which candidates are true, and at which score a true line is hit.

Lines. A candidate is *true* when at least half of its length lies within the tolerance of true lines of its
kind. A true line is *hit* at a threshold when at least half of its length lies within the tolerance of true
candidates of its kind whose score reaches the threshold. The highest such threshold is the *rating* of the
line. Every other candidate is a *false mark*, unless it would be true if the unsure lines were lines: then it
is *ignored*.

Boxes. A candidate is true when at least half of its length lies in a box moved outward by the margin. A
box is hit by the strongest such candidate.

Ties. Exactly half counts as half, a distance equal to the tolerance is within, and candidates of equal score
come in together. Several candidates may share one line: it is hit once, and none of them is false.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ..errors import SettingsError
from ..findings import Kind
from .candidate_lists import CandidateList, ListedCandidate
from .judged import UNMARKED, ImageState, JudgedImage, Mark, Outcome, Target
from .overlap import Pieces, joined, path_length, pieces_of, share_inside, share_within, shares_within
from .placement import Placement, placement
from .truth import Box, Mimic, Paths, TrueImage, TrueLine

OTHER_KIND = "line of the other kind"  # what a false mark lies on that has the polarity wrong
_HALF = 0.5 * (1 - 1e-9)  # a sum of lengths that is half by construction may fall short by rounding


class BoxRule(StrEnum):
    """When a candidate counts for a box moved outward by the margin."""

    HALF_INSIDE = "half-inside"  # at least half of its length is inside
    MIDDLE_INSIDE = "middle-inside"  # the middle of its length is inside
    ANY_OVERLAP = "any-overlap"  # any part of it is inside


@dataclass(frozen=True)
class HitRule:
    """The distances of the hit rule.

    Parameters
    ----------
    tolerance_mm : float
        Where the pixel spacing is known.
    tolerance_share, tolerance_px : float
        Where it is not: this share of the longer side, but at least so many pixels.
    margin_mm, margin_px : float
        How far the sides of a box are moved outward, with and without spacing.
    box_rule : BoxRule

    Raises
    ------
    SettingsError
        If a distance is not a finite number over 0 (a margin may be 0).
    """

    tolerance_mm: float = 1.5
    tolerance_share: float = 0.012
    tolerance_px: float = 8.0
    margin_mm: float = 2.0
    margin_px: float = 15.0
    box_rule: BoxRule = BoxRule.HALF_INSIDE

    def __post_init__(self) -> None:
        for name in ("tolerance_mm", "tolerance_px", "tolerance_share", "margin_mm", "margin_px"):
            value = getattr(self, name)
            smallest = 0 if name.startswith("margin") else np.nextafter(0, 1)
            if not (np.isfinite(value) and value >= smallest):
                raise SettingsError(f"{name} is {value!r}; it must be a finite number over 0")


def judge(answer: CandidateList, image: TrueImage, rule: HitRule) -> JudgedImage:
    """Return the candidates and the truth of one picture, judged by the hit rule.

    Parameters
    ----------
    answer : CandidateList
    image : TrueImage
    rule : HitRule
    """
    scale = _Scale.of(answer, image, rule)
    if image.boxes:
        outcomes, targets = _judge_boxes(answer.candidates, image, scale, rule.box_rule)
    else:
        outcomes, targets = _judge_lines(answer.candidates, image.lines, scale)
    marks = tuple(
        Mark(
            candidate.kind,
            candidate.score,
            outcome,
            _mimic_under(candidate, image, scale) if outcome is Outcome.FALSE else None,
            candidate.path_px,
        )
        for candidate, outcome in zip(answer.candidates, outcomes, strict=True)
    )
    return JudgedImage(
        file=answer.file,
        state=_state(image),
        marks=marks,
        targets=targets,
        anatomy=image.anatomy,
        patient=image.patient,
        searched=answer.searched,
    )


@dataclass(frozen=True)
class _Scale:
    """Pixels to the unit of the rule (mm, or px where the spacing is unknown), and its distances there."""

    per_px: tuple[float, float]
    tolerance: float
    margin: float
    in_mm: bool

    @classmethod
    def of(cls, answer: CandidateList, image: TrueImage, rule: HitRule) -> "_Scale":
        spacing = image.spacing_mm or answer.spacing_mm
        if spacing is not None:
            return cls(spacing, rule.tolerance_mm, rule.margin_mm, in_mm=True)
        longer = max(answer.rows or image.rows or 0, answer.columns or image.columns or 0)
        tolerance = max(rule.tolerance_px, rule.tolerance_share * longer)
        return cls((1.0, 1.0), tolerance, rule.margin_px, in_mm=False)

    def points(self, path_px: Paths) -> Paths:
        return np.asarray(path_px * self.per_px)

    def pieces(self, path_px: Paths) -> Pieces:
        return pieces_of(self.points(path_px), longest=self.tolerance)

    def inside(self, pieces: Pieces, box: Box, margin: float) -> float:
        top, left = box.top_px * self.per_px[0], box.left_px * self.per_px[1]
        bottom, right = box.bottom_px * self.per_px[0], box.right_px * self.per_px[1]
        return share_inside(pieces, (top - margin, left - margin), (bottom + margin, right + margin))


def _state(image: TrueImage) -> ImageState:
    if image.boxes or any(not line.unsure for line in image.lines):
        return ImageState.LINES
    return ImageState.UNSURE if image.lines or image.unsure else ImageState.LINE_FREE


def _judge_lines(
    candidates: Sequence[ListedCandidate], lines: Sequence[TrueLine], scale: _Scale
) -> tuple[list[Outcome], tuple[Target, ...]]:
    outcomes = [Outcome.FALSE] * len(candidates)
    for kind in Kind:
        mine = [line for line in lines if line.kind is kind]
        indices = [index for index, candidate in enumerate(candidates) if candidate.kind is kind]
        if not mine or not indices:
            continue
        found = [scale.pieces(candidates[index].path_px) for index in indices]
        sure = joined([scale.pieces(line.path_px) for line in mine if not line.unsure])
        drawn = joined([scale.pieces(line.path_px) for line in mine])
        on_sure = shares_within(found, sure, scale.tolerance) >= _HALF
        on_any = shares_within(found, drawn, scale.tolerance) >= _HALF
        for index, true, near in zip(indices, on_sure, on_any, strict=True):
            if near:  # what lies on a sure line lies on a drawn one
                outcomes[index] = Outcome.TRUE if true else Outcome.IGNORED
    true_ones = [c for c, outcome in zip(candidates, outcomes, strict=True) if outcome is Outcome.TRUE]
    return outcomes, tuple(_judge_line(line, true_ones, scale) for line in lines if not line.unsure)


def _judge_line(line: TrueLine, true: Sequence[ListedCandidate], scale: _Scale) -> Target:
    pieces = scale.pieces(line.path_px)
    rivals = sorted((c for c in true if c.kind is line.kind), key=lambda candidate: -candidate.score)
    near = [c for c in rivals if share_within(pieces, scale.pieces(c.path_px), scale.tolerance) > 0]
    rating = UNMARKED
    for score in sorted({candidate.score for candidate in near}, reverse=True):
        union = joined([scale.pieces(c.path_px) for c in near if c.score >= score])
        if share_within(pieces, union, scale.tolerance) >= _HALF:
            rating = score
            break
    return Target(
        rating=rating,
        kind=line.kind,
        path_px=line.path_px,
        d_prime=line.d_prime,
        width_mm=line.width_mm,
        placement=_placement(line, near, scale) if rating > UNMARKED else None,
    )


def _placement(line: TrueLine, near: Sequence[ListedCandidate], scale: _Scale) -> Placement:
    pieces = scale.pieces(line.path_px)
    # A candidate that runs on into a second line says little about the length of this one.
    own = [c for c in near if share_within(scale.pieces(c.path_px), pieces, scale.tolerance) >= _HALF] or near
    strongest = own[0]
    reported = strongest.length_mm if scale.in_mm else strongest.length_px
    known = line.length_mm if scale.in_mm else None
    return placement(
        pieces,
        [scale.points(candidate.path_px) for candidate in own],
        tolerance=scale.tolerance,
        found_length=path_length(scale.points(strongest.path_px)) if reported is None else reported,
        true_length=path_length(scale.points(line.path_px)) if known is None else known,
        in_mm=scale.in_mm,
    )


def _judge_boxes(
    candidates: Sequence[ListedCandidate], image: TrueImage, scale: _Scale, rule: BoxRule
) -> tuple[list[Outcome], tuple[Target, ...]]:
    outcomes = [Outcome.FALSE] * len(candidates)
    ratings = [UNMARKED] * len(image.boxes)
    for index, candidate in enumerate(candidates):
        for number, true in enumerate(image.boxes):
            if _counts_for(candidate, true.box, scale, rule):
                outcomes[index] = Outcome.TRUE
                ratings[number] = max(ratings[number], candidate.score)
    return outcomes, tuple(
        Target(rating, None, _corners(true.box)) for rating, true in zip(ratings, image.boxes, strict=True)
    )


def _counts_for(candidate: ListedCandidate, box: Box, scale: _Scale, rule: BoxRule) -> bool:
    if rule is BoxRule.MIDDLE_INSIDE:
        middle = _middle(candidate.path_px)
        return (
            scale.inside(pieces_of(scale.points(np.array([middle, middle])), longest=1.0), box, scale.margin)
            > 0
        )
    share = scale.inside(scale.pieces(candidate.path_px), box, scale.margin)
    return share > 0 if rule is BoxRule.ANY_OVERLAP else share >= _HALF


def _middle(path: Paths) -> Paths:
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    return np.array([np.interp(along[-1] / 2, along, path[:, axis]) for axis in (0, 1)])


def _mimic_under(candidate: ListedCandidate, image: TrueImage, scale: _Scale) -> str | None:
    """Return what at least half of a false mark lies on; of several, what holds most of it."""
    others = [line for line in image.lines if line.kind is not candidate.kind]
    mimics = [*image.mimics, *(Mimic(OTHER_KIND, path_px=line.path_px) for line in others)]
    best, name = _HALF, None
    pieces = scale.pieces(candidate.path_px) if mimics else None
    for mimic in mimics:
        if pieces is None:
            break
        if mimic.path_px is not None:
            share = share_within(pieces, scale.pieces(mimic.path_px), scale.tolerance)
        elif mimic.box is not None:
            share = scale.inside(pieces, mimic.box, scale.tolerance)
        if share >= best and (name is None or share > best):
            best, name = share, mimic.name
    return name


def _corners(box: Box) -> Paths:
    corners = np.array(
        [
            (box.top_px, box.left_px),
            (box.top_px, box.right_px),
            (box.bottom_px, box.right_px),
            (box.bottom_px, box.left_px),
            (box.top_px, box.left_px),
        ]
    )
    corners.flags.writeable = False
    return corners
