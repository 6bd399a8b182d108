"""How well readers agree, with each other and with the consensus, and whether marks helped them.

Intervals are percentile intervals of the bootstrap over images, for lines as well: lines of one image are not
independent of each other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from ..evaluation import (
    Bootstrap,
    Estimate,
    Evaluation,
    EvaluationOptions,
    Figure,
    MrmcAnalysis,
    TrueImage,
    UnreadableTruthError,
    compare_readers,
    evaluate,
)
from ..evaluation.resampling import Statistic, estimates
from ..reader_verdicts import ReaderVerdict
from .consensus import ConsensusImage, consensus, consensus_truth, done_readings
from .events import Event
from .kappa import Counts, cohen_kappa, fleiss_kappa
from .places import Place, places
from .reader_lists import reader_list
from .reading import ImageReading, aided, unaided
from .study import Study

CATEGORIES = (ReaderVerdict.ACCEPT, ReaderVerdict.UNSURE, ReaderVerdict.REJECT)
FIGURES = (Figure.WAFROC_AUC, Figure.AFROC_AUC, Figure.IMAGE_AUC)
DEFAULT_OPTIONS = EvaluationOptions()
# Below these, intervals of the bootstrap are known to be too short; the words then say so.
FEW_IMAGES = 30
FEW_WITH_LINES = 10


@dataclass(frozen=True)
class KappaResult:
    """Agreement of two or more readers on the same images.

    Parameters
    ----------
    readers : tuple of str
    images, lines : int
        How many images all of them are done with, and places on these.
    line_kappa, line_agreement : Estimate
        Over places; agreement is the plain share, of pairs of readers where there are more than two.
    image_kappa, image_agreement : Estimate
        Over images, of which each reader says that it shows an accepted line, else an unsure one, else none.
    line_counts : tuple of tuple of int
        For two readers the table of their verdicts in the order of `CATEGORIES`, the first one's down; for
        more an empty tuple.
    """

    readers: tuple[str, ...]
    images: int
    lines: int
    line_kappa: Estimate
    line_agreement: Estimate
    image_kappa: Estimate
    image_agreement: Estimate
    line_counts: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class AidedComparison:
    """Reading with marks against reading without, by the same readers on the same images.

    Parameters
    ----------
    readers : tuple of str
    images : int
        On which each of them read first without the marks and then, to the end, with them.
    aided, unaided : tuple of Evaluation
        One for each reader.
    analyses : mapping of Figure to MrmcAnalysis
        Treatment 1 is aided, 2 unaided. Without those that are not defined.
    """

    readers: tuple[str, ...]
    images: int
    aided: tuple[Evaluation, ...] = ()
    unaided: tuple[Evaluation, ...] = ()
    analyses: Mapping[Figure, MrmcAnalysis] | None = None


@dataclass(frozen=True)
class Agreement:
    """The statistics of a reading study.

    Parameters
    ----------
    study_images : int
    consensus : tuple of ConsensusImage
    images_of : mapping of str to int
        With how many images each reader is done.
    pairs : tuple of KappaResult
        Cohen's kappa of each pair of readers with an image in common.
    together : KappaResult or None
        Fleiss' kappa of all readers; None with fewer than two, or without an image that all read.
    scores : mapping of str to Evaluation
        Of each reader against the truth.
    is_own_truth : bool
        Whether the truth is the consensus, in which the readers have a part.
    comparison : AidedComparison
    options : EvaluationOptions
    """

    study_images: int
    consensus: tuple[ConsensusImage, ...]
    images_of: Mapping[str, int]
    pairs: tuple[KappaResult, ...]
    together: KappaResult | None
    scores: Mapping[str, Evaluation]
    is_own_truth: bool
    comparison: AidedComparison
    options: EvaluationOptions

    @cached_property
    def bases(self) -> Mapping[str, int]:
        """How many lines of the consensus rest on what; see `Basis`."""
        return Counter(line.basis.value for each in self.consensus for line in each.lines)

    @property
    def is_small(self) -> bool:
        """Whether there are too few images, or too few with lines, to trust the intervals."""
        accepted = [
            any(line.verdict is ReaderVerdict.ACCEPT for line in each.lines) for each in self.consensus
        ]
        return (
            len(accepted) < FEW_IMAGES or min(sum(accepted), len(accepted) - sum(accepted)) < FEW_WITH_LINES
        )


def agreement(
    study: Study,
    events: Sequence[Event],
    adjudication: Sequence[Event] = (),
    *,
    truth: Sequence[TrueImage] | None = None,
    options: EvaluationOptions = DEFAULT_OPTIONS,
) -> Agreement:
    """Return the statistics of a reading study.

    Parameters
    ----------
    study : Study
    events, adjudication : sequence of Event
        Of readers and of whoever adjudicated, in the order that counts.
    truth : sequence of TrueImage, optional
        What readers are scored against. None: their consensus.
    options : EvaluationOptions
        Its bootstrap serves for kappa as well.
    """
    done = done_readings(study, events)
    readers = sorted({reader for readings in done.values() for reader in readings})
    together = consensus(study, events, adjudication)
    known = consensus_truth(together) if truth is None else truth
    return Agreement(
        study_images=len(study.images),
        consensus=together,
        images_of={reader: sum(reader in readings for readings in done.values()) for reader in readers},
        pairs=tuple(
            result
            for pair in combinations(readers, 2)
            if (result := _kappas(pair, done, options.bootstrap)) is not None
        ),
        together=_kappas(tuple(readers), done, options.bootstrap, is_fleiss=True),
        scores=_scores(readers, done, known, options),
        is_own_truth=truth is None,
        comparison=_comparison(study, readers, events, known, options),
        options=options,
    )


def _kappas(
    readers: tuple[str, ...],
    done: Mapping[str, Mapping[str, ImageReading]],
    bootstrap: Bootstrap,
    *,
    is_fleiss: bool = False,
) -> KappaResult | None:
    common = [readings for readings in done.values() if all(reader in readings for reader in readers)]
    if len(readers) < 2 or not common:
        return None
    found = [
        places(readings[readers[0]].image, {reader: readings[reader] for reader in readers})
        for readings in common
    ]
    of_lines = [[_categories(place, readers) for place in each] for each in found]
    of_images = [[tuple(_image_category(each, reader) for reader in readers)] for each in found]
    make = _fleiss if is_fleiss else _cohen
    each_alone = np.arange(len(common))
    lines, images = (
        estimates(make(each, len(readers)), each_alone, bootstrap)
        if any(each)
        else (Estimate(None), Estimate(None))
        for each in (of_lines, of_images)
    )
    table = _tables(of_lines).sum(axis=0).astype(int) if len(readers) == 2 else None
    return KappaResult(
        readers,
        images=len(common),
        lines=sum(len(each) for each in found),
        line_kappa=lines[0],
        line_agreement=lines[1],
        image_kappa=images[0],
        image_agreement=images[1],
        line_counts=() if table is None else tuple(tuple(int(n) for n in row) for row in table),
    )


def _categories(place: Place, readers: Iterable[str]) -> tuple[int, ...]:
    return tuple(CATEGORIES.index(place.verdicts[reader]) for reader in readers)


def _image_category(found: Sequence[Place], reader: str) -> int:
    """Return the strongest category on an image; without any line, the last one."""
    return min((CATEGORIES.index(place.verdicts[reader]) for place in found), default=len(CATEGORIES) - 1)


def _tables(units: Sequence[Sequence[tuple[int, ...]]]) -> Counts:
    tables = np.zeros((len(units), len(CATEGORIES), len(CATEGORIES)))
    for image, said in enumerate(units):
        for first, second in said:
            tables[image, first, second] += 1
    return tables


def _cohen(units: Sequence[Sequence[tuple[int, ...]]], readers: int) -> Statistic:
    return cohen_kappa(_tables(units))


def _fleiss(units: Sequence[Sequence[tuple[int, ...]]], readers: int) -> Statistic:
    owners = np.array([image for image, said in enumerate(units) for _ in said], np.int64)
    counts = [np.bincount(each, minlength=len(CATEGORIES)) for said in units for each in said]
    return fleiss_kappa(np.array(counts, np.float64), owners)


def _scores(
    readers: Iterable[str],
    done: Mapping[str, Mapping[str, ImageReading]],
    truth: Sequence[TrueImage],
    options: EvaluationOptions,
) -> dict[str, Evaluation]:
    scores = {}
    for reader in readers:
        mine = [readings[reader] for readings in done.values() if reader in readings]
        try:
            scores[reader] = evaluate(reader_list(mine), truth, options=options)
        except UnreadableTruthError:  # a truth of other images: there is nothing to score
            continue
    return scores


def _comparison(
    study: Study,
    readers: Sequence[str],
    events: Sequence[Event],
    truth: Sequence[TrueImage],
    options: EvaluationOptions,
) -> AidedComparison:
    both: dict[str, dict[str, tuple[ImageReading, ImageReading]]] = {}
    for reader in readers:
        mine = [event for event in events if event.reader == reader]
        both[reader] = {}
        for image in study.images:
            with_marks, without = aided(mine, image), unaided(mine, image)
            if with_marks is not None and without is not None:
                both[reader][image.file] = with_marks, without
    taking_part = [reader for reader in readers if both[reader]]
    common = [
        image.file
        for image in study.images
        if taking_part and all(image.file in both[reader] for reader in taking_part)
    ]
    if not common:
        return AidedComparison(tuple(taking_part), 0)
    try:
        evaluated = [
            tuple(
                evaluate(reader_list(both[reader][file][way] for file in common), truth, options=options)
                for reader in taking_part
            )
            for way in (0, 1)
        ]
    except UnreadableTruthError:
        return AidedComparison(tuple(taking_part), 0)
    return AidedComparison(
        tuple(taking_part), len(common), evaluated[0], evaluated[1], _analyses(evaluated, options)
    )


def _analyses(
    evaluated: Sequence[Sequence[Evaluation]], options: EvaluationOptions
) -> dict[Figure, MrmcAnalysis]:
    found = {}
    for figure in FIGURES:
        try:
            found[figure] = compare_readers(evaluated, figure=figure, level=options.bootstrap.level)
        except ValueError:  # no image with lines or none without, or only one of either
            continue
    return found
