"""Several findings of one bone that lie close together."""

from dataclasses import dataclass
from enum import StrEnum


class ClusterPattern(StrEnum):
    """What the members of a cluster look like together."""

    CLOSE = "close"  # near each other, no more
    GROWTH_ARREST = (
        "growth-arrest"  # parallel, evenly spaced, across the bone near its end: Harris lines do so
    )


@dataclass(frozen=True)
class Cluster:
    """Lines and bumps of one bone that lie close together.

    Parameters
    ----------
    id : int
        From 1, the one with the strongest member first.
    pattern : ClusterPattern
    lines, bumps : tuple of int
        The ids of its members, rising; together two or more.
    extent_px, extent_mm : float, float or None
        Greatest distance between two members' middles; mm None: spacing unknown, as below.
    spacing_px, spacing_mm : float, float or None
        Median distance from one member to the next along the direction in which they lie.
    evenness : float
        Largest over smallest of those distances; 1 is even. 1 with two members.

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

    def __post_init__(self) -> None:
        if len(self.lines) + len(self.bumps) < 2:
            raise ValueError(f"cluster {self.id} has fewer than two members")
