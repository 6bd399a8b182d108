"""What the reports say of bumps and clusters: a short card of each, in words, and what is drawn of them."""

from typing import Any

from ..bump import Bump
from ..cluster import Cluster, ClusterPattern
from ..measured import Estimate
from .bump_names import bump_name
from .results import ImageResult
from .words import ENGLISH, Words, caution_names

_UNITS = {"mm2": "mm\u00b2", "px2": "px\u00b2"}
_DECIMALS = 2

_Row = list[str]  # label, value, interval, explanation: as on the card of a line


def bump_record(result: ImageResult) -> dict[str, Any]:
    """Return what the page draws and lists of bumps and clusters, as plain values: numbers once.

    Parameters
    ----------
    result : ImageResult
    """
    return {
        "bumps": [
            {
                "id": bump.id,
                "name": bump_name(bump),
                "kind": bump.kind.value,
                "tier": bump.tier.value,
                "base": bump.base_px.round(_DECIMALS).tolist(),
                "top": bump.top_px.round(_DECIMALS).tolist(),
                "height_mm": _value(bump.height_mm),
                "height_px": _value(bump.height_px),
                "length_mm": _value(bump.length_mm),
                "length_px": _value(bump.length_px),
                "callus_index": _value(bump.callus_index),
            }
            for bump in result.bumps
        ],
        "clusters": [
            {
                "id": one.id,
                "pattern": one.pattern.value,
                "lines": list(one.lines),
                "bumps": list(one.bumps),
                "faint": [[list(point) for point in path] for path in one.faint_px],
            }
            for one in result.clusters
        ],
    }


def bump_words(result: ImageResult, words: Words = ENGLISH) -> dict[str, Any]:
    """Return what the page says of bumps and clusters in one language.

    Parameters
    ----------
    result : ImageResult
    words : Words

    Returns
    -------
    dict
        `bumps`: a card each, from `bump_card`; `clusters`: a name and a sentence each.
    """
    return {
        "bumps": [bump_card(bump, words) for bump in result.bumps],
        "clusters": cluster_facts(result, words),
    }


def bump_card(bump: Bump, words: Words = ENGLISH) -> dict[str, Any]:
    """Return the card of a bump: kind, tier, rows of (label, value, interval, explanation) and sentences.

    Parameters
    ----------
    bump : Bump
    words : Words
    """
    rows = [
        _row("height", bump.height_mm or bump.height_px, words),
        _row("length", bump.length_mm or bump.length_px, words),
        _row("area", bump.area_mm2 or bump.area_px2, words),
        _row("shaft", bump.shaft_mm or bump.shaft_px, words),
        _row("callus_index", bump.callus_index, words, ".2f"),
        _row("endosteal", bump.endosteal_mm or bump.endosteal_px, words),
        _plain("contrast", bump.contrast, words),
        _plain("gap", bump.gap, words),
    ]
    return {
        "kind": words.text(f"bump.kind.{bump.kind}"),
        "kind_short": words.text(f"bump.kind_short.{bump.kind}"),
        "tier": words.text(f"bump.tier.{bump.tier}"),
        "rows": [row for row in rows if row is not None],
        "expected": words.filled("bump.expected", {"rate": words.number(bump.false_bumps, ".2g")}),
        "cautions": [words.text(f"bump.caution.{name}") for name in caution_names(bump.cautions)],
    }


def outline_facts(result: ImageResult, words: Words = ENGLISH) -> list[tuple[str, str]]:
    """Return how much of the outlines could be judged, as one fact (name, words); none where nothing was.

    Parameters
    ----------
    result : ImageResult
    words : Words
    """
    seen = result.outlines
    if seen is None:
        return []
    lengths = {
        "told": _size(seen.told_mm, seen.told_px, words),
        "untold": _size(seen.untold_mm, seen.untold_px, words),
    }
    return [(words.text("facts.outlines"), words.filled("facts.outlines.words", lengths))]


def cluster_facts(result: ImageResult, words: Words = ENGLISH) -> list[tuple[str, str]]:
    """Return what each cluster is made of, as (name, words).

    Parameters
    ----------
    result : ImageResult
    words : Words
    """
    names = {bump.id: bump_name(bump) for bump in result.bumps}
    return [
        (words.filled("facts.cluster", {"number": one.id}), _cluster_words(one, names, words))
        for one in result.clusters
    ]


def _row(name: str, estimate: Estimate | None, words: Words, pattern: str = ".1f") -> _Row | None:
    if estimate is None:
        return None
    ends = {end: words.number(getattr(estimate, end), pattern) for end in ("low", "high")}
    unit = "" if estimate.unit == "1" else f" {_UNITS.get(estimate.unit, estimate.unit)}"
    return [
        words.text(f"bump.row.{name}"),
        f"{words.number(estimate.value, pattern)}{unit}",
        words.filled("card.interval", ends),
        words.text(f"bump.row.{name}.meaning"),
    ]


def _plain(name: str, value: float, words: Words) -> _Row:
    return [
        words.text(f"bump.row.{name}"),
        words.number(value, ".2f"),
        "",
        words.text(f"bump.row.{name}.meaning"),
    ]


def _cluster_words(cluster: Cluster, names: dict[int, str], words: Words) -> str:
    members = [words.filled("cluster.line", {"number": number}) for number in cluster.lines]
    members += [words.filled("cluster.bump", {"name": names.get(one, str(one))}) for one in cluster.bumps]
    if cluster.faint_px:
        number = len(cluster.faint_px)
        members.append(words.filled(f"cluster.faint{'' if number == 1 else 's'}", {"number": number}))
    values = {
        "members": ", ".join(members),
        "extent": _size(cluster.extent_mm, cluster.extent_px, words),
        "spacing": _size(cluster.spacing_mm, cluster.spacing_px, words),
    }
    parts = [words.filled("cluster.words", values)]
    if cluster.pattern is ClusterPattern.GROWTH_ARREST:
        parts.append(words.text("cluster.growth-arrest"))
    return words.text("list.joined").join(parts)


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else round(estimate.value, _DECIMALS)


def _size(mm: float | None, px: float, words: Words) -> str:
    if mm is None:
        return f"{px:.0f}{words.text('unit.px')}"
    return f"{words.number(mm, '.1f' if mm < 10 else '.0f')}{words.text('unit.mm')}"
