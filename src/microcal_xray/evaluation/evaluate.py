"""Evaluate one detector: candidates and truth in, every measure with its interval out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .candidate_lists import CandidatesFile, read_candidates
from .froc import froc_curve, threshold_at
from .groups import Group, groupings, mimic_counts
from .hit_rule import judge
from .ideal import efficiency, ideal_sensitivity
from .judged import ImageState, JudgedImage, Outcome
from .measures import statistics, targets_of
from .options import DEFAULT_OPTIONS, EvaluationOptions
from .pairing import Pairing, pair
from .pool import FalseMarkImages, Pool, pool
from .resampling import Estimate, named_estimates
from .results import Counts, Evaluation, GroupResult, IdealResult, PlacementResult
from .truth import TrueImage
from .truth_files import read_truth

# Drawing one to four patients with replacement says nothing about others: such groups get no interval.
_FEWEST_PATIENTS = 5


def evaluate_files(
    candidates: str | Path, truth: str | Path, *, options: EvaluationOptions = DEFAULT_OPTIONS
) -> Evaluation:
    """Evaluate a candidates file against a truth in any form that `read_truth` knows.

    Parameters
    ----------
    candidates : str or Path
        candidates.json, or another list that `read_candidates` knows.
    truth : str or Path
    options : EvaluationOptions

    Raises
    ------
    UnreadableTruthError
        If a file cannot be used or the two do not belong together.
    """
    listed = read_candidates(candidates)
    return evaluate(
        listed, read_truth(truth, candidates=listed.images, classes=options.classes), options=options
    )


def evaluate(
    candidates: CandidatesFile,
    truth: Sequence[TrueImage],
    *,
    options: EvaluationOptions = DEFAULT_OPTIONS,
) -> Evaluation:
    """Evaluate the candidates of a detector against the truth.

    Parameters
    ----------
    candidates : CandidatesFile
    truth : sequence of TrueImage
    options : EvaluationOptions

    Raises
    ------
    UnreadableTruthError
        If the two do not belong together.
    """
    paired = pair(candidates.images, truth)
    images = tuple(judge(answer, image, options.rule) for answer, image in paired.pairs)
    together = pool(images)
    groups = groupings(images, d_prime_edges=options.d_prime_edges, width_edges_mm=options.width_edges_mm)
    found = _estimates(images, together, groups, options)
    froc = {each: found[f"froc {each.value}"] for each in FalseMarkImages}
    return Evaluation(
        options=options,
        counts=_counts(images, together, paired),
        wafroc_auc=found["wafroc_auc"][0],
        afroc_auc=found["afroc_auc"][0],
        image_auc=found["image_auc"][0],
        sensitivity={each: values[:-1] for each, values in froc.items()},
        froc_score={each: values[-1] for each, values in froc.items()},
        recall=found["recall"][0],
        top_recall=found["top"],
        first_true=found["first_true"],
        first_true_rank_median=_median_rank(together),
        false_marks=dict(zip(FalseMarkImages, found["false_marks"], strict=True)),
        false_marks_asked=candidates.false_marks_asked,
        placements=_placements(images, found["placement"]),
        groups=_group_results(together, groups, found["groups"], len(options.rates)),
        mimics=mimic_counts(images, -np.inf),
        mimics_at_one=mimic_counts(images, threshold_at(together, 1.0, images=options.false_mark_images)),
        ideal=_ideal(images, together, found["ideal"], options),
        curves={each: froc_curve(together, images=each) for each in FalseMarkImages},
        images=images,
        pool=together,
    )


def _estimates(
    images: tuple[JudgedImage, ...],
    together: Pool,
    groups: dict[str, tuple[Group, ...]],
    options: EvaluationOptions,
) -> dict[str, tuple[Estimate, ...]]:
    measures = statistics(
        together,
        images,
        groups,
        rates=options.rates,
        counted=options.false_mark_images,
        templates=options.templates,
    )
    width = len(together.false_score) + len(together.target_rating)
    return named_estimates(measures, together.patient, options.bootstrap, width=width)


def _counts(images: Sequence[JudgedImage], together: Pool, paired: Pairing) -> Counts:
    outcomes = [mark.outcome for image in images for mark in image.marks]
    states = [image.state for image in images]
    return Counts(
        images=len(images),
        with_lines=states.count(ImageState.LINES),
        line_free=states.count(ImageState.LINE_FREE),
        unsure=states.count(ImageState.UNSURE),
        patients=together.patients,
        lines=len(together.target_rating),
        candidates=len(outcomes),
        true=outcomes.count(Outcome.TRUE),
        false=outcomes.count(Outcome.FALSE),
        ignored=outcomes.count(Outcome.IGNORED),
        failed=sum(not image.searched for image in images),
        not_listed=len(paired.not_listed),
        without_truth=len(paired.without_truth),
        set_aside=len(paired.set_aside),
    )


def _median_rank(together: Pool) -> float | None:
    ranks = np.sort(together.first_true_rank[together.with_lines])
    # The upper of two middle ranks, so that no rank is made up between a rank and "never".
    return float(ranks[len(ranks) // 2]) if len(ranks) and np.isfinite(ranks[len(ranks) // 2]) else None


def _placements(images: Sequence[JudgedImage], found: tuple[Estimate, ...]) -> tuple[PlacementResult, ...]:
    results = []
    for unit, in_mm, (distance, error, absolute) in (("mm", True, found[:3]), ("px", False, found[3:])):
        placed = [
            target.placement
            for image in images
            for target in image.targets
            if target.placement is not None and target.placement.in_mm is in_mm
        ]
        if placed:
            away = np.concatenate([each.distances for each in placed])
            p95 = float(np.quantile(away, 0.95)) if len(away) else 0.0
            results.append(PlacementResult(unit, len(placed), distance, p95, error, absolute))
    return tuple(results)


def _group_results(
    together: Pool, groups: dict[str, tuple[Group, ...]], found: tuple[Estimate, ...], rates: int
) -> dict[str, tuple[GroupResult, ...]]:
    values = iter(found)
    results: dict[str, list[GroupResult]] = {name: [] for name in groups}
    for name, group in ((name, group) for name, each in groups.items() for group in each):
        columns = [next(values) for _ in range(rates + 4)]
        if _patients(together, group) < _FEWEST_PATIENTS:
            columns = [Estimate(column.value) for column in columns]
        results[name].append(
            GroupResult(
                name=group.name,
                lines=int(group.targets.sum()),
                images=None if group.images is None else int(group.images.sum()),
                sensitivity=tuple(columns[:rates]),
                froc_score=columns[rates],
                recall=columns[rates + 1],
                false_marks=columns[rates + 2],
                wafroc_auc=columns[rates + 3],
            )
        )
    return {name: tuple(each) for name, each in results.items()}


def _patients(together: Pool, group: Group) -> int:
    inside = together.target_image[group.targets] if group.images is None else np.flatnonzero(group.images)
    return len(np.unique(together.patient[inside]))


def _ideal(
    images: tuple[JudgedImage, ...], together: Pool, found: tuple[Estimate, ...], options: EvaluationOptions
) -> IdealResult | None:
    d_prime = np.array([np.nan if t.d_prime is None else t.d_prime for t in targets_of(images)], np.float64)
    known = np.isfinite(d_prime)
    if not known.any():
        return None
    hit = together.target_rating[known] > threshold_at(together, 1.0, images=options.false_mark_images)
    sensitivity = ideal_sensitivity(d_prime[known], options.rates, templates=options.templates).mean(axis=0)
    return IdealResult(
        lines=int(known.sum()),
        froc_score=found[0],
        ideal_froc_score=found[1],
        fraction=found[2],
        sensitivity=tuple(float(value) for value in sensitivity),
        efficiency=efficiency(d_prime[known], hit, templates=options.templates),
    )
