"""Which bumps and clusters a report lists, as groups beside those of the lines.

A report that reviewers have been through lists none: they judged lines alone, and whoever verifies a report
attests all of it (PS3.3 C.17.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..bump import Bump
from ..cluster import Cluster
from ..findings import Tier
from ..reporting import ImageResult
from . import bump_codes, codes
from .analysis import Analysis
from .codes import Concept
from .listed import ListedLine
from .numbers import ReportedNumber

_MM, _PX, _ONE = codes.MILLIMETRE, codes.PIXELS, codes.NO_UNITS


@dataclass(frozen=True)
class _Size:
    """An estimate of a bump: its field without the unit, its concept, its power of a length."""

    field: str
    concept: Concept
    power: str = ""
    is_along_line: bool = False


_SIZES = (
    _Size("height", bump_codes.HEIGHT, is_along_line=True),
    _Size("length", bump_codes.LENGTH, is_along_line=True),
    _Size("area", bump_codes.AREA, "2", is_along_line=True),
    _Size("shaft", bump_codes.DIAMETER),
    _Size("endosteal", bump_codes.INWARD),
)
_UNITS = {
    "mm": _MM,
    "px": _PX,
    "mm2": bump_codes.SQUARE_MILLIMETRE,
    "px2": bump_codes.SQUARE_PIXELS,
}


def _rows(size: _Size) -> Iterator[ReportedNumber]:
    metric, counted = f"{size.field}_mm{size.power}", f"{size.field}_px{size.power}"
    ends = (None, *zip(("low", "high"), bump_codes.ENDS[size.field], strict=True))
    for end in ends:
        bound, concept = (None, size.concept) if end is None else end
        along = size.is_along_line and bound is None
        for field, instead_of in ((metric, None), (counted, metric)):
            unit = _UNITS[field.rpartition("_")[2]]
            yield ReportedNumber(field, concept, unit, along, instead_of, bound)


BUMP_NUMBERS = (
    *(row for size in _SIZES for row in _rows(size)),
    ReportedNumber("callus_index", bump_codes.RATIO, _ONE),
    *(
        ReportedNumber("callus_index", concept, _ONE, bound=bound)
        for bound, concept in zip(("low", "high"), bump_codes.ENDS["callus_index"], strict=True)
    ),
    ReportedNumber("contrast", bump_codes.BRIGHTNESS, _ONE),
    ReportedNumber("gap", bump_codes.GAP, _ONE),
    ReportedNumber("false_bumps", bump_codes.FALSE_BUMPS, _ONE),
    ReportedNumber("score", codes.SCORE, _ONE),
)
CLUSTER_NUMBERS = (
    ReportedNumber("extent_mm", bump_codes.EXTENT, _MM, is_along_line=True),
    ReportedNumber("extent_px", bump_codes.EXTENT, _PX, is_along_line=True, instead_of="extent_mm"),
    ReportedNumber("spacing_mm", bump_codes.SPACING, _MM),
    ReportedNumber("spacing_px", bump_codes.SPACING, _PX, instead_of="spacing_mm"),
    ReportedNumber("members", bump_codes.MEMBERS, _ONE),
)


def listed_bumps(analysis: Analysis) -> tuple[ListedLine, ...]:
    """Return the bumps that a report lists, strongest first; none after a review.

    Parameters
    ----------
    analysis : Analysis
    """
    if analysis.review is not None:
        return ()
    return tuple(_of_bump(bump) for bump in analysis.result.bumps)


def listed_clusters(analysis: Analysis) -> tuple[ListedLine, ...]:
    """Return the clusters that a report lists; none after a review.

    Parameters
    ----------
    analysis : Analysis
    """
    if analysis.review is not None:
        return ()
    return tuple(_of_cluster(cluster, analysis.result) for cluster in analysis.result.clusters)


def _of_bump(bump: Bump) -> ListedLine:
    closed = np.concatenate([bump.outline_px, bump.outline_px[:1]])
    cautions = tuple((codes.CAUTION, codes.caution_concept(caution)) for caution in bump.cautions)
    return ListedLine(
        f"bump {bump.id}",
        bump.kind,
        closed,
        tuple(_known(bump, BUMP_NUMBERS)),
        ((codes.TIER, codes.TIERS[Tier(bump.tier.value)]), *cautions),
        bump_codes.BUMP_KINDS[bump.kind],
    )


def _of_cluster(cluster: Cluster, result: ImageResult) -> ListedLine:
    middles = [line.path_px[len(line.path_px) // 2] for line in result.candidates if line.id in cluster.lines]
    middles += [bump.base_px[len(bump.base_px) // 2] for bump in result.bumps if bump.id in cluster.bumps]
    middles += [np.array(path[len(path) // 2]) for path in cluster.faint_px]
    values = {
        "extent_mm": cluster.extent_mm,
        "extent_px": cluster.extent_px,
        "spacing_mm": cluster.spacing_mm,
        "spacing_px": cluster.spacing_px,
        "members": float(cluster.members),
    }
    return ListedLine(
        f"cluster {cluster.id}",
        cluster.pattern,
        _in_order(np.array(middles)),
        tuple(
            (row, value)
            for row in CLUSTER_NUMBERS
            if (value := values[row.field]) is not None
            and (row.instead_of is None or values[row.instead_of] is None)
        ),
        ((bump_codes.CLUSTER_PATTERN, bump_codes.CLUSTER_PATTERNS[cluster.pattern]),),
        bump_codes.CLUSTER,
    )


def _in_order(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the middles of the members along the way in which they lie."""
    centred = points - points.mean(axis=0)
    way = np.linalg.svd(centred)[2][0]
    return np.asarray(points[np.argsort(centred @ way, kind="stable")])


def _known(bump: Bump, rows: tuple[ReportedNumber, ...]) -> Iterator[tuple[ReportedNumber, float]]:
    for row in rows:
        value = _value(getattr(bump, row.field), row.bound)
        if value is None or (row.instead_of is not None and getattr(bump, row.instead_of) is not None):
            continue
        yield row, value


def _value(found: Any, bound: str | None) -> float | None:
    if found is None or isinstance(found, int | float):
        return None if found is None else float(found)
    return float(getattr(found, bound or "value"))
