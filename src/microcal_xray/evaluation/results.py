"""The nouns of a result: every measure of one detector, with its interval."""

from dataclasses import dataclass

from .froc import FrocCurve
from .judged import JudgedImage
from .options import EvaluationOptions
from .pool import FalseMarkImages, Pool
from .resampling import Estimate


@dataclass(frozen=True)
class Counts:
    """How much there was to evaluate.

    Parameters
    ----------
    images, with_lines, line_free, unsure : int
        Pictures evaluated, and what they show.
    patients : int
        Groups of pictures that the intervals keep together.
    lines : int
        True lines or boxes, without the unsure ones.
    candidates, true, false, ignored : int
    failed : int
        Pictures that the detector could not read; they count as pictures without candidates.
    not_listed, without_truth, set_aside : int
        Left out: not in the candidates file, not in the truth, or of unknown truth.
    """

    images: int
    with_lines: int
    line_free: int
    unsure: int
    patients: int
    lines: int
    candidates: int
    true: int
    false: int
    ignored: int
    failed: int
    not_listed: int
    without_truth: int
    set_aside: int


@dataclass(frozen=True)
class GroupResult:
    """The measures of some of the lines.

    Parameters
    ----------
    name : str
    lines : int
    images : int or None
        Pictures, for groups of pictures.
    sensitivity : tuple of Estimate
        At each rate; the thresholds are those of all lines.
    froc_score, recall : Estimate
    false_marks : Estimate
        Per picture, of the whole lists; without a value where false marks belong to no group.
    wafroc_auc : Estimate
        For groups of pictures.
    """

    name: str
    lines: int
    images: int | None
    sensitivity: tuple[Estimate, ...]
    froc_score: Estimate
    recall: Estimate
    false_marks: Estimate
    wafroc_auc: Estimate


@dataclass(frozen=True)
class PlacementResult:
    """How well hits lie on their lines, in one unit.

    Parameters
    ----------
    unit : str
        "mm" or "px".
    hits : int
    distance : Estimate
        Mean over hit lines of the mean distance from candidate to line.
    distance_p95 : float
        Of all points of all hits.
    length_error, absolute_length_error : Estimate
        Found minus true length.
    """

    unit: str
    hits: int
    distance: Estimate
    distance_p95: float
    length_error: Estimate
    absolute_length_error: Estimate


@dataclass(frozen=True)
class IdealResult:
    """The detector against the ideal observer, on lines of known detectability.

    Parameters
    ----------
    lines : int
    froc_score, ideal_froc_score, fraction : Estimate
        Of the detector, of the ideal observer, and the first over the second.
    sensitivity : tuple of float
        Of the ideal observer at each rate.
    efficiency : float or None
        (d'50 ideal / d'50 detector)^2 at 1 false mark per picture; None where not defined.
    """

    lines: int
    froc_score: Estimate
    ideal_froc_score: Estimate
    fraction: Estimate
    sensitivity: tuple[float, ...]
    efficiency: float | None


@dataclass(frozen=True)
class Evaluation:
    """Everything that is known about one detector on one set of pictures.

    Parameters
    ----------
    options : EvaluationOptions
    counts : Counts
    wafroc_auc : Estimate
        The primary figure of merit.
    afroc_auc, image_auc : Estimate
    sensitivity : dict of FalseMarkImages to tuple of Estimate
        At each rate, with false marks counted on each set of pictures.
    froc_score : dict of FalseMarkImages to Estimate
    recall : Estimate
        Share of lines hit by the whole lists.
    top_recall, first_true : tuple of Estimate
        Share of lines hit by the first 1, 3, 5 candidates of their picture; share of pictures with lines
        whose first 1, 3, 5 candidates hold a true one.
    first_true_rank_median : float or None
        Over pictures with lines; None when in half of them nothing is true.
    false_marks : dict of FalseMarkImages to Estimate
        Per picture, of the whole lists.
    false_marks_asked : float or None
        What the detector was asked for.
    placements : tuple of PlacementResult
        One per unit that occurs.
    groups : dict of str to tuple of GroupResult
        By "kind", "d_prime", "width_mm", "anatomy".
    mimics, mimics_at_one : dict of str to int
        What the false marks lie on: of the whole lists, and at one false mark per picture.
    ideal : IdealResult or None
        None when no detectability is known.
    curves : dict of FalseMarkImages to FrocCurve
    images : tuple of JudgedImage
    pool : Pool
    """

    options: EvaluationOptions
    counts: Counts
    wafroc_auc: Estimate
    afroc_auc: Estimate
    image_auc: Estimate
    sensitivity: dict[FalseMarkImages, tuple[Estimate, ...]]
    froc_score: dict[FalseMarkImages, Estimate]
    recall: Estimate
    top_recall: tuple[Estimate, ...]
    first_true: tuple[Estimate, ...]
    first_true_rank_median: float | None
    false_marks: dict[FalseMarkImages, Estimate]
    false_marks_asked: float | None
    placements: tuple[PlacementResult, ...]
    groups: dict[str, tuple[GroupResult, ...]]
    mimics: dict[str, int]
    mimics_at_one: dict[str, int]
    ideal: IdealResult | None
    curves: dict[FalseMarkImages, FrocCurve]
    images: tuple[JudgedImage, ...]
    pool: Pool

    @property
    def at_one(self) -> Estimate:
        """Sensitivity at one false mark per picture, on the chosen set of pictures."""
        return self.sensitivity[self.options.false_mark_images][self.options.rates.index(1.0)]
