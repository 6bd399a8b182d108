"""All judged pictures as arrays: what every statistic is computed from."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from .judged import UNMARKED, ImageState, JudgedImage, Outcome

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Masks = npt.NDArray[np.bool_]


class FalseMarkImages(StrEnum):
    """The pictures on which false marks are counted."""

    ALL = "all"  # the standard FROC: every picture
    LINE_FREE = (
        "line-free"  # pictures without any line: nothing left unmarked by the truth can be held against it
    )
    LINES = "lines"  # pictures with a line


@dataclass(frozen=True)
class Pool:
    """N pictures, L true lines and M false marks of one detector.

    Parameters
    ----------
    with_lines, line_free : (N,) bool array
        Both are False for a picture whose lines are all unsure.
    patient : (N,) int array
        0, 1, ...: pictures of one patient share a number.
    target_image : (L,) int array
        Index of the picture of each true line.
    target_rating : (L,) float array
        The highest threshold at which the line is hit; -inf if none.
    target_rank : (L,) float array
        How long the list of its picture must be to hit it; inf if it is never hit.
    false_image : (M,) int array
    false_score : (M,) float array
        Falling.
    highest : (N,) float array
        The highest score of any candidate that is not ignored; -inf where there is none.
    first_true_rank : (N,) float array
        1 + the number of false marks listed before the first true candidate; inf where none is true.
    """

    with_lines: Masks
    line_free: Masks
    patient: Indices
    target_image: Indices
    target_rating: Floats
    target_rank: Floats
    false_image: Indices
    false_score: Floats
    highest: Floats
    first_true_rank: Floats

    @property
    def images(self) -> int:
        """How many pictures there are."""
        return len(self.with_lines)

    @property
    def patients(self) -> int:
        """How many patients, or pictures standing for themselves, there are."""
        return int(self.patient.max()) + 1 if len(self.patient) else 0

    @property
    def highest_false(self) -> Floats:
        """(N,) highest score of a false mark; -inf where there is none."""
        highest = np.full(self.images, UNMARKED)
        np.maximum.at(highest, self.false_image, self.false_score)
        return highest

    def counted_on(self, images: FalseMarkImages) -> Masks:
        """Return the (N,) mask of a named set of pictures."""
        if images is FalseMarkImages.ALL:
            return np.ones(self.images, dtype=bool)
        return self.line_free if images is FalseMarkImages.LINE_FREE else self.with_lines

    def each_once(self) -> Floats:
        """Return the (1, N) weights of the data as they are."""
        return np.ones((1, self.images))


def pool(images: Sequence[JudgedImage]) -> Pool:
    """Return judged pictures as arrays.

    Ranks are counted against the detector where scores tie: an equal false mark is listed first.

    Parameters
    ----------
    images : sequence of JudgedImage
    """
    false = [
        (mark.score, index)
        for index, image in enumerate(images)
        for mark in image.marks
        if mark.outcome is Outcome.FALSE
    ]
    false.sort(key=lambda mark: -mark[0])
    targets = [(target.rating, index) for index, image in enumerate(images) for target in image.targets]
    return Pool(
        with_lines=np.array([image.state is ImageState.LINES for image in images], bool),
        line_free=np.array([image.state is ImageState.LINE_FREE for image in images], bool),
        patient=_patients(images),
        target_image=np.array([index for _, index in targets], np.int64),
        target_rating=np.array([rating for rating, _ in targets], np.float64),
        target_rank=np.array([_rank(images[index], rating) for rating, index in targets], np.float64),
        false_image=np.array([index for _, index in false], np.int64),
        false_score=np.array([score for score, _ in false], np.float64),
        highest=np.array([max(_counted(image), default=UNMARKED) for image in images], np.float64),
        first_true_rank=np.array([_first_true_rank(image) for image in images], np.float64),
    )


def _counted(image: JudgedImage) -> list[float]:
    return [mark.score for mark in image.marks if mark.outcome is not Outcome.IGNORED]


def _rank(image: JudgedImage, rating: float) -> float:
    return sum(score >= rating for score in _counted(image)) if rating > UNMARKED else np.inf


def _first_true_rank(image: JudgedImage) -> float:
    best = max((mark.score for mark in image.marks if mark.outcome is Outcome.TRUE), default=UNMARKED)
    if best == UNMARKED:
        return np.inf
    return 1 + sum(mark.score >= best for mark in image.marks if mark.outcome is Outcome.FALSE)


def _patients(images: Sequence[JudgedImage]) -> Indices:
    keys = [image.file if image.patient is None else f"\0{image.patient}" for image in images]
    number = {key: index for index, key in enumerate(dict.fromkeys(keys))}
    return np.array([number[key] for key in keys], np.int64)
