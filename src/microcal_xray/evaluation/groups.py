"""Sort true lines and pictures into groups: kind, detectability, width, anatomy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .judged import JudgedImage, Outcome, Target
from .pool import Floats, Indices, Masks

UNKNOWN = "unknown"
D_PRIME_EDGES = (3.0, 4.5, 6.5, 10.0)
WIDTH_EDGES_MM = (0.1, 0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True)
class Group:
    """Some of the true lines, and what is needed to count false marks beside them.

    Parameters
    ----------
    name : str
    targets : (L,) bool array
    images : (N,) bool array or None
        For groups of pictures. None: the group is of lines on any picture.
    false_marks : (N,) float array or None
        False marks that belong to the group, per picture. None: false marks do not belong to such a group.
    """

    name: str
    targets: Masks
    images: Masks | None = None
    false_marks: Floats | None = None


def band_name(value: float | None, edges: Sequence[float]) -> str:
    """Return the name of the band that holds a value; a lower edge belongs to its band.

    Examples
    --------
    >>> band_name(4.5, (3.0, 4.5)), band_name(1.0, (3.0, 4.5)), band_name(None, (3.0, 4.5))
    ('4.5 and over', 'under 3', 'unknown')
    """
    if value is None:
        return UNKNOWN
    if value < edges[0]:
        return f"under {edges[0]:g}"
    if value >= edges[-1]:
        return f"{edges[-1]:g} and over"
    upper = int(np.searchsorted(edges, value, side="right"))
    return f"{edges[upper - 1]:g} to {edges[upper]:g}"


def band_names(edges: Sequence[float]) -> tuple[str, ...]:
    """Return the names of all bands, rising, the unknown last."""
    inner = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    return (f"under {edges[0]:g}", *inner, f"{edges[-1]:g} and over", UNKNOWN)


def groupings(
    images: Sequence[JudgedImage], *, d_prime_edges: Sequence[float], width_edges_mm: Sequence[float]
) -> dict[str, tuple[Group, ...]]:
    """Return the groups of judged pictures, by what they are grouped by; empty groups are left out.

    A grouping in which nothing is known is left out as a whole.
    """
    targets = [target for image in images for target in image.targets]
    owners = np.array([index for index, image in enumerate(images) for _ in image.targets], np.int64)
    found = {
        "kind": _by_kind(images, targets),
        "d_prime": _by_band(
            [band_name(target.d_prime, d_prime_edges) for target in targets], band_names(d_prime_edges)
        ),
        "width_mm": _by_band(
            [band_name(target.width_mm, width_edges_mm) for target in targets], band_names(width_edges_mm)
        ),
        "anatomy": _by_anatomy(images, owners),
    }
    return {name: groups for name, groups in found.items() if any(group.name != UNKNOWN for group in groups)}


def mimic_counts(images: Iterable[JudgedImage], threshold: float) -> dict[str, int]:
    """Return how many false marks with a score over a threshold lie on each mimic, most first.

    Those on nothing that the truth names are counted as "none named".
    """
    counts: dict[str, int] = {}
    for image in images:
        for mark in image.marks:
            if mark.outcome is Outcome.FALSE and mark.score > threshold:
                name = mark.mimic or "none named"
                counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _by_kind(images: Sequence[JudgedImage], targets: Sequence[Target]) -> tuple[Group, ...]:
    kinds = sorted({target.kind for target in targets if target.kind is not None})
    return tuple(
        Group(
            kind.value,
            np.array([target.kind is kind for target in targets], bool),
            false_marks=np.array(
                [
                    sum(mark.outcome is Outcome.FALSE and mark.kind is kind for mark in image.marks)
                    for image in images
                ],
                np.float64,
            ),
        )
        for kind in kinds
    )


def _by_band(names: Sequence[str], order: Sequence[str]) -> tuple[Group, ...]:
    return tuple(
        Group(name, np.array([each == name for each in names], bool)) for name in order if name in names
    )


def _by_anatomy(images: Sequence[JudgedImage], owners: Indices) -> tuple[Group, ...]:
    members: Mapping[str, Masks] = {
        name: np.array([(image.anatomy or UNKNOWN) == name for image in images], bool)
        for name in sorted({image.anatomy or UNKNOWN for image in images})
    }
    marks = np.array([sum(m.outcome is Outcome.FALSE for m in image.marks) for image in images], np.float64)
    return tuple(
        Group(name, inside[owners], images=inside, false_marks=marks * inside)
        for name, inside in members.items()
    )
