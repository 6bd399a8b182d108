"""Compare detectors on the same pictures: a difference with its interval and its p-value.

Two detectors: the patient-clustered bootstrap draws the same patients for both, so that what both find hard
cancels. The areas are also compared by the jackknife (Obuchowski and Rockette with one reader), and the image
AUC by DeLong where no patient has two pictures. Several readers or algorithms per side: `compare_readers`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

import numpy as np

from .areas import afroc_auc, image_auc, wafroc_auc
from .delong import delong
from .evaluate import evaluate_files
from .foreign import UnreadableTruthError
from .froc import froc_score, sensitivity_at
from .jackknife import jackknife_covariance, pseudovalue_table
from .mrmc import Contrast, MrmcAnalysis, obuchowski_rockette
from .options import DEFAULT_OPTIONS, EvaluationOptions
from .pool import Floats, Pool
from .resampling import Estimate, Statistic, interval, number_or_none, replicate
from .results import Evaluation


class Figure(StrEnum):
    """A figure of merit that detectors are compared by."""

    WAFROC_AUC = "wafroc_auc"
    AFROC_AUC = "afroc_auc"
    IMAGE_AUC = "image_auc"
    FROC_SCORE = "froc_score"


@dataclass(frozen=True)
class ComparedFigure:
    """One measure of two detectors.

    Parameters
    ----------
    name : str
    first, second : float or None
        None where it is not defined.
    difference : Estimate
        First minus second, with the interval of the paired bootstrap.
    p_value : float or None
        Two-sided, of the paired bootstrap; None without replicates.
    jackknife, delong : Contrast or None
        The same difference by the jackknife and by DeLong; None where they do not apply.
    """

    name: str
    first: float | None
    second: float | None
    difference: Estimate
    p_value: float | None
    jackknife: Contrast | None
    delong: Contrast | None


@dataclass(frozen=True)
class Comparison:
    """Two detectors on the same pictures.

    Parameters
    ----------
    first, second : Evaluation
    figures : tuple of ComparedFigure
        wAFROC-AUC, the primary one, first.
    """

    first: Evaluation
    second: Evaluation
    figures: tuple[ComparedFigure, ...]


def compare_files(
    first: str | Path,
    second: str | Path,
    truth: str | Path,
    *,
    options: EvaluationOptions = DEFAULT_OPTIONS,
) -> Comparison:
    """Compare two candidates files against one truth.

    Parameters
    ----------
    first, second : str or Path
        candidates.json of two detectors.
    truth : str or Path
        In any form that `read_truth` knows.
    options : EvaluationOptions

    Raises
    ------
    UnreadableTruthError
        If a file cannot be used, or the two files do not list the same pictures.
    """
    return compare(
        evaluate_files(first, truth, options=options), evaluate_files(second, truth, options=options)
    )


def compare(first: Evaluation, second: Evaluation) -> Comparison:
    """Return the differences of two detectors.

    Parameters
    ----------
    first, second : Evaluation
        Of two detectors, on the same pictures with the same options.

    Raises
    ------
    UnreadableTruthError
        If they were not evaluated on the same pictures with the same options.
    """
    check_same_pictures((first, second))
    options = first.options
    both = [_statistics(each.pool, options) for each in (first, second)]
    names = _names(options)
    values = [
        statistic(each.pool.each_once())[0] for statistic, each in zip(both, (first, second), strict=True)
    ]
    width = max(len(each.pool.false_score) + len(each.pool.target_rating) for each in (first, second))
    drawn = [replicate(statistic, first.pool.patient, options.bootstrap, width=width) for statistic in both]
    return Comparison(
        first,
        second,
        tuple(
            ComparedFigure(
                name=name,
                first=number_or_none(values[0][column]),
                second=number_or_none(values[1][column]),
                difference=_difference(values, drawn, column, options.bootstrap.level),
                p_value=_p_value(drawn[0][:, column] - drawn[1][:, column]),
                jackknife=_by_jackknife(name, first, second),
                delong=_by_delong(first, second) if name == Figure.IMAGE_AUC else None,
            )
            for column, name in enumerate(names)
        ),
    )


def compare_readers(
    treatments: Sequence[Sequence[Evaluation]], *, figure: Figure = Figure.WAFROC_AUC, level: float = 0.95
) -> MrmcAnalysis:
    """Compare treatments read by several readers, or kinds of algorithm in several versions.

    Parameters
    ----------
    treatments : sequence of sequence of Evaluation
        For each treatment, one evaluation per reader, in the same order of readers, on the same pictures.
    figure : Figure
    level : float
        Of the intervals.

    Raises
    ------
    UnreadableTruthError
        If the pictures differ.
    ValueError
        If there are fewer than two treatments, or a reader is missing in one.
    """
    if len({len(readers) for readers in treatments}) != 1 or not treatments[0]:
        raise ValueError("every treatment needs the same readers, one or more")
    flat = [evaluation for readers in treatments for evaluation in readers]
    check_same_pictures(flat)
    statistics = [[statistic_of(figure, each) for each in readers] for readers in treatments]
    once = flat[0].pool.each_once()
    figures = np.array([[statistic(once)[0, 0] for statistic in row] for row in statistics])
    values = pseudovalue_table(statistics, flat[0].pool.patient)
    return obuchowski_rockette(
        figures, jackknife_covariance(values.reshape(-1, values.shape[2])), level=level
    )


def statistic_of(figure: Figure, evaluation: Evaluation) -> Statistic:
    """Return a figure of merit of an evaluated detector as a statistic with one number."""
    areas = {
        Figure.WAFROC_AUC: wafroc_auc,
        Figure.AFROC_AUC: afroc_auc,
        Figure.IMAGE_AUC: image_auc,
    }
    if figure is Figure.FROC_SCORE:
        return partial(froc_score, evaluation.pool, images=evaluation.options.false_mark_images)
    return partial(areas[figure], evaluation.pool)


def check_same_pictures(evaluations: Sequence[Evaluation]) -> None:
    """Raise an error unless all were evaluated on the same pictures, with the same truth and options.

    Raises
    ------
    UnreadableTruthError
        Naming a picture that differs.
    """
    first = evaluations[0]
    for other in evaluations[1:]:
        ours = [(image.file, image.state, image.patient, len(image.targets)) for image in first.images]
        theirs = [(image.file, image.state, image.patient, len(image.targets)) for image in other.images]
        if ours != theirs:
            differ = sorted({image[0] for image in set(ours) ^ set(theirs)})
            named = differ[0] if differ else "their order"
            raise UnreadableTruthError(
                f"not the same pictures: {named!r} differs; run all on the same pictures"
            )
        if first.options != other.options:
            raise UnreadableTruthError("evaluated with different options; evaluate all with the same")


def _names(options: EvaluationOptions) -> tuple[str, ...]:
    return (*Figure, *(f"sensitivity at {rate:g}" for rate in options.rates))


def _statistics(pool: Pool, options: EvaluationOptions) -> Statistic:
    images = options.false_mark_images

    def together(weights: Floats, /) -> Floats:
        return np.concatenate(
            [
                wafroc_auc(pool, weights),
                afroc_auc(pool, weights),
                image_auc(pool, weights),
                froc_score(pool, weights, images=images),
                sensitivity_at(pool, weights, rates=options.rates, images=images),
            ],
            axis=1,
        )

    return together


def _difference(values: list[Floats], drawn: list[Floats], column: int, level: float) -> Estimate:
    value = number_or_none(values[0][column] - values[1][column])
    if value is None:
        return Estimate(None)
    return Estimate(value, *interval(drawn[0][:, column] - drawn[1][:, column], level))


def _p_value(differences: Floats) -> float | None:
    """Return the two-sided p-value; the data themselves count as one replicate, so that it is never 0."""
    differences = differences[np.isfinite(differences)]
    if not len(differences):
        return None
    tails = ((differences <= 0).sum(), (differences >= 0).sum())
    return float(min(1.0, 2 * (min(tails) + 1) / (len(differences) + 1)))


def _by_jackknife(name: str, first: Evaluation, second: Evaluation) -> Contrast | None:
    # A sensitivity at a fixed rate jumps from score to score; the jackknife is not valid for it.
    if name not in (Figure.WAFROC_AUC, Figure.AFROC_AUC, Figure.IMAGE_AUC):
        return None
    try:
        analysis = compare_readers(
            [[first], [second]], figure=Figure(name), level=first.options.bootstrap.level
        )
    except ValueError:  # not defined, or not without one of the patients
        return None
    return analysis.fixed_readers_random_cases.differences[0]


def _by_delong(first: Evaluation, second: Evaluation) -> Contrast | None:
    pools = (first.pool, second.pool)
    if pools[0].patients < pools[0].images or min(pools[0].with_lines.sum(), pools[0].line_free.sum()) < 2:
        return None
    # Ranks keep the order and the ties, and turn -inf into a number that can be subtracted.
    negative = np.array([_ranks(pool)[pool.line_free] for pool in pools])
    positive = np.array([_ranks(pool)[pool.with_lines] for pool in pools])
    areas, covariance = delong(negative, positive)
    analysis = obuchowski_rockette(areas[:, None], covariance, level=first.options.bootstrap.level)
    return analysis.fixed_readers_random_cases.differences[0]


def _ranks(pool: Pool) -> Floats:
    return np.unique(pool.highest, return_inverse=True)[1].astype(np.float64)
