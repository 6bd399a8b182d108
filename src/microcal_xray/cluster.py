"""Several findings of one bone that lie close together."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Points = tuple[tuple[float, float], ...]


class ClusterPattern(StrEnum):
    """What the members of a cluster look like together."""

    CLOSE = "close"  # near each other, no more
    GROWTH_ARREST = (
        "growth-arrest"  # parallel, evenly spaced, across the bone near its end: Harris lines do so
    )


@dataclass(frozen=True)
class EvenSeries:
    """Evenly spaced bright lines across a bone near its end, listed as candidates or not.

    Parameters
    ----------
    lines_px : tuple of (N, 2) float array
        Three or more, as (row, column) in pixels as stored, in order along the bone.
    gaps_px : tuple of float
        From each line to the next along the bone, in (finer) pixels.
    """

    lines_px: tuple[npt.NDArray[np.float64], ...]
    gaps_px: tuple[float, ...]


@dataclass(frozen=True)
class Cluster:
    """Lines and bumps of one bone that lie close together.

    Parameters
    ----------
    id : int
        From 1, named patterns first.
    pattern : ClusterPattern
    lines, bumps : tuple of int
        The ids of its members, rising; with the faint ones two or more.
    extent_px, extent_mm : float, float or None
        Greatest distance between two members' middles; mm None: spacing unknown, as below.
    spacing_px, spacing_mm : float, float or None
        Median distance from one member to the next along the direction in which they lie.
    evenness : float
        Largest over smallest of those distances; 1 is even. 1 with two members.
    faint_px : tuple of points
        The lines of a growth-arrest pattern that are too faint to be candidates by themselves, each as points
        (row, column) in pixels as stored.

    Raises
    ------
    ValueError
        If it has fewer than two members.
    """

    id: int
    pattern: ClusterPattern
    lines: tuple[int, ...]
    bumps: tuple[int, ...]
    extent_px: float
    extent_mm: float | None
    spacing_px: float
    spacing_mm: float | None
    evenness: float
    faint_px: tuple[Points, ...] = ()

    @property
    def members(self) -> int:
        """How many lines and bumps belong to it, faint ones too."""
        return len(self.lines) + len(self.bumps) + len(self.faint_px)

    def __post_init__(self) -> None:
        if self.members < 2:
            raise ValueError(f"cluster {self.id} has fewer than two members")
