"""What the page says of bumps and clusters: facts of an image, in words."""

from ..bump import Bump, BumpKind
from ..cluster import Cluster, ClusterPattern
from ..measured import Estimate
from .results import ImageResult

_KINDS = {BumpKind.BUMP: "bump", BumpKind.PERIOSTEAL: "layer on the cortex"}


def bump_facts(result: ImageResult) -> list[tuple[str, str]]:
    """Return facts about the outlines, the bumps and the clusters of an image, as (name, words).

    Parameters
    ----------
    result : ImageResult
    """
    facts = [(f"Bump {bump.id}", _bump_words(bump)) for bump in result.bumps]
    if result.outlines is not None and result.outlines.told_mm is not None:
        facts.append(("Outlines judged", f"{result.outlines.told_mm:.0f} mm of outline for bumps"))
    return facts + [(f"Cluster {one.id}", _cluster_words(one)) for one in result.clusters]


def _bump_words(bump: Bump) -> str:
    height = bump.height_mm or bump.height_px
    length = bump.length_mm or bump.length_px
    area = bump.area_mm2 or bump.area_px2
    words = f"{_KINDS[bump.kind]}, {_with(height)} high, {_with(length)} long, area {_with(area)}"
    if bump.callus_index is not None:
        words += f", callus index {bump.callus_index.value:.2f}"
    return f"{words}; {bump.false_bumps:.2g} expected on a picture without any"


def _with(estimate: Estimate) -> str:
    unit = {"mm2": "mm\u00b2", "px2": "px\u00b2"}.get(estimate.unit, estimate.unit)
    return f"{estimate.value:.1f} ({estimate.low:.1f} to {estimate.high:.1f}) {unit}"


def _cluster_words(cluster: Cluster) -> str:
    members = [f"line {number}" for number in cluster.lines] + [f"bump {number}" for number in cluster.bumps]
    size = f"{cluster.extent_mm:.0f} mm" if cluster.extent_mm is not None else f"{cluster.extent_px:.0f} px"
    gap = f"{cluster.spacing_mm:.1f} mm" if cluster.spacing_mm is not None else f"{cluster.spacing_px:.0f} px"
    words = f"{', '.join(members)}; within {size}, {gap} apart"
    pattern = cluster.pattern is ClusterPattern.GROWTH_ARREST
    return f"{words}; evenly spaced and parallel, as growth-arrest (Harris) lines are" if pattern else words
