"""What the reports say of bumps and clusters: facts of an image, in words."""

from ..bump import Bump
from ..cluster import Cluster, ClusterPattern
from ..measured import Estimate
from .results import ImageResult
from .words import ENGLISH, Words, caution_names

_UNITS = {"mm2": "mm\u00b2", "px2": "px\u00b2"}


def bump_facts(result: ImageResult, words: Words = ENGLISH) -> list[tuple[str, str]]:
    """Return facts about the outlines, the bumps and the clusters of an image, as (name, words).

    Parameters
    ----------
    result : ImageResult
    words : Words
    """
    facts = [
        (words.filled("facts.bump", {"number": bump.id}), _bump_words(bump, words)) for bump in result.bumps
    ]
    if result.outlines is not None:
        seen = result.outlines
        lengths = {
            "told": _size(seen.told_mm, seen.told_px, words),
            "untold": _size(seen.untold_mm, seen.untold_px, words),
        }
        facts.append((words.text("facts.outlines"), words.filled("facts.outlines.words", lengths)))
    return facts + [
        (words.filled("facts.cluster", {"number": one.id}), _cluster_words(one, words))
        for one in result.clusters
    ]


def _bump_words(bump: Bump, words: Words) -> str:
    parts = [
        words.filled(
            "bump.words",
            {
                "kind": words.text(f"bump.kind.{bump.kind}"),
                "tier": words.text(f"bump.tier.{bump.tier}"),
                "height": _with(bump.height_mm or bump.height_px, words),
                "length": _with(bump.length_mm or bump.length_px, words),
                "area": _with(bump.area_mm2 or bump.area_px2, words),
            },
        )
    ]
    if bump.callus_index is not None:
        index = words.number(bump.callus_index.value, ".2f")
        parts.append(words.filled("bump.callus_index", {"index": index}))
    parts.append(words.filled("bump.expected", {"rate": words.number(bump.false_bumps, ".2g")}))
    parts += [words.text(f"bump.caution.{name}") for name in caution_names(bump.cautions)]
    return words.text("bump.joined").join(parts)


def _with(estimate: Estimate, words: Words) -> str:
    values = {name: words.number(getattr(estimate, name), ".1f") for name in ("value", "low", "high")}
    return words.filled("bump.estimate", {**values, "unit": _UNITS.get(estimate.unit, estimate.unit)})


def _cluster_words(cluster: Cluster, words: Words) -> str:
    members = [words.filled("cluster.line", {"number": number}) for number in cluster.lines]
    members += [words.filled("cluster.bump", {"number": number}) for number in cluster.bumps]
    values = {
        "members": ", ".join(members),
        "extent": _size(cluster.extent_mm, cluster.extent_px, words),
        "spacing": _size(cluster.spacing_mm, cluster.spacing_px, words),
    }
    parts = [words.filled("cluster.words", values)]
    if cluster.pattern is ClusterPattern.GROWTH_ARREST:
        parts.append(words.text("cluster.growth-arrest"))
    return words.text("bump.joined").join(parts)


def _size(mm: float | None, px: float, words: Words) -> str:
    if mm is None:
        return f"{px:.0f}{words.text('unit.px')}"
    return f"{words.number(mm, '.1f' if mm < 10 else '.0f')}{words.text('unit.mm')}"
