"""The nouns of a judged picture: every candidate has an outcome, every true line a rating."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from ..findings import Kind
from .placement import Placement
from .truth import Paths

UNMARKED = -np.inf  # the rating of a line that no candidate hits


class Outcome(StrEnum):
    """What a candidate is."""

    TRUE = "true"
    FALSE = "false"
    IGNORED = "ignored"  # on an unsure line: neither true nor false


class ImageState(StrEnum):
    """What a picture shows."""

    LINES = "lines"  # at least one line or box
    LINE_FREE = "line-free"  # none
    UNSURE = "unsure"  # only lines of which the truth is unsure


@dataclass(frozen=True)
class Mark:
    """One candidate, judged.

    Parameters
    ----------
    kind : Kind
    score : float
    outcome : Outcome
    mimic : str or None
        What a false mark lies on, where the truth names it.
    path_px : (N, 2) float array
    """

    kind: Kind
    score: float
    outcome: Outcome
    mimic: str | None
    path_px: Paths


@dataclass(frozen=True)
class Target:
    """One true line or box, judged.

    Parameters
    ----------
    rating : float
        The highest threshold at which it is hit; -inf when no candidate hits it.
    kind : Kind or None
        None for a box.
    d_prime, width_mm : float or None
    path_px : (N, 2) float array
        The line, or the corners of the box.
    placement : Placement or None
        How well the candidates lie on the line; None when it is not hit, and for boxes.
    """

    rating: float
    kind: Kind | None
    path_px: Paths
    d_prime: float | None = None
    width_mm: float | None = None
    placement: Placement | None = None

    @property
    def is_hit(self) -> bool:
        """Whether any list of candidates, however long, hits it."""
        return self.rating > UNMARKED


@dataclass(frozen=True)
class JudgedImage:
    """One picture with its candidates and true lines judged.

    Parameters
    ----------
    file : str
    state : ImageState
    marks : tuple of Mark
    targets : tuple of Target
        Without the unsure lines.
    anatomy : str or None
    patient : str or None
        Never written out.
    searched : bool
        False when the detector failed on the picture.
    """

    file: str
    state: ImageState
    marks: tuple[Mark, ...] = ()
    targets: tuple[Target, ...] = ()
    anatomy: str | None = None
    patient: str | None = field(default=None, repr=False)
    searched: bool = True
