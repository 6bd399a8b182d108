"""Bumps, clusters and what could be judged of the outlines as plain values, and back."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..bump import Bump, BumpCaution, BumpKind, BumpTier, OutlinesSeen
from ..cluster import Cluster, ClusterPattern
from ..measured import Estimate
from .measured_record import estimate_dict
from .words import caution_names, cautions_from_names

_PATH_DECIMALS = 2
_DECIMALS = 2
_RATE_DIGITS = 3
_ESTIMATES = (
    "height_px", "height_mm", "length_px", "length_mm", "area_px2", "area_mm2", "shaft_px", "shaft_mm",
    "callus_index", "endosteal_px", "endosteal_mm",
)  # fmt: skip


def bump_dict(bump: Bump) -> dict[str, Any]:
    """Return a bump as it stands in candidates.json; estimates are objects, as on the evidence card."""
    return {
        "id": bump.id,
        "kind": bump.kind.value,
        "tier": bump.tier.value,
        "score": round(bump.score, _DECIMALS) + 0.0,
        "false_bumps": float(f"{bump.false_bumps:.{_RATE_DIGITS}g}"),
        "base_path_px": (np.round(bump.base_px, _PATH_DECIMALS) + 0.0).tolist(),
        "top_path_px": (np.round(bump.top_px, _PATH_DECIMALS) + 0.0).tolist(),
        **{name: estimate_dict(getattr(bump, name)) for name in _ESTIMATES},
        "contrast": round(bump.contrast, _DECIMALS) + 0.0,
        "gap": round(bump.gap, _DECIMALS) + 0.0,
        "cautions": caution_names(bump.cautions),
    }


def bump_from_dict(values: Mapping[str, Any]) -> Bump:
    """Return the bump that `bump_dict` wrote; numbers keep the decimals that were written.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the record is not one of ours.
    """
    return Bump(
        id=values["id"],
        kind=BumpKind(values["kind"]),
        tier=BumpTier(values["tier"]),
        score=values["score"],
        false_bumps=values["false_bumps"],
        base_px=np.array(values["base_path_px"], np.float64),
        top_px=np.array(values["top_path_px"], np.float64),
        height_px=_sure(values, "height_px"),
        height_mm=_estimate(values["height_mm"]),
        length_px=_sure(values, "length_px"),
        length_mm=_estimate(values["length_mm"]),
        area_px2=_sure(values, "area_px2"),
        area_mm2=_estimate(values["area_mm2"]),
        shaft_px=_estimate(values["shaft_px"]),
        shaft_mm=_estimate(values["shaft_mm"]),
        callus_index=_estimate(values["callus_index"]),
        contrast=values["contrast"],
        gap=values["gap"],
        endosteal_px=_estimate(values["endosteal_px"]),
        endosteal_mm=_estimate(values["endosteal_mm"]),
        cautions=cautions_from_names(BumpCaution, values["cautions"]),
    )


def outlines_dict(seen: OutlinesSeen | None) -> dict[str, Any] | None:
    """Return how much of the outlines could be judged; None where no bone was searched."""
    if seen is None:
        return None
    names = ("told_px", "told_mm", "untold_px", "untold_mm")
    return {name: _rounded(getattr(seen, name)) for name in names}


def outlines_from_dict(values: Mapping[str, Any] | None) -> OutlinesSeen | None:
    """Return what `outlines_dict` wrote."""
    if values is None:
        return None
    return OutlinesSeen(values["told_px"], values["told_mm"], values["untold_px"], values["untold_mm"])


def cluster_dict(cluster: Cluster) -> dict[str, Any]:
    """Return a cluster as it stands in candidates.json."""
    return {
        "id": cluster.id,
        "pattern": cluster.pattern.value,
        "lines": list(cluster.lines),
        "bumps": list(cluster.bumps),
        "extent_px": _rounded(cluster.extent_px),
        "extent_mm": _rounded(cluster.extent_mm),
        "spacing_px": _rounded(cluster.spacing_px),
        "spacing_mm": _rounded(cluster.spacing_mm),
        "evenness": _rounded(cluster.evenness),
        "faint_paths_px": [[list(point) for point in path] for path in cluster.faint_px],
    }


def cluster_from_dict(values: Mapping[str, Any]) -> Cluster:
    """Return the cluster that `cluster_dict` wrote."""
    return Cluster(
        id=values["id"],
        pattern=ClusterPattern(values["pattern"]),
        lines=tuple(values["lines"]),
        bumps=tuple(values["bumps"]),
        extent_px=values["extent_px"],
        extent_mm=values["extent_mm"],
        spacing_px=values["spacing_px"],
        spacing_mm=values["spacing_mm"],
        evenness=values["evenness"],
        # Records of version 0.1.0 have none.
        faint_px=tuple(
            tuple((float(row), float(column)) for row, column in path)
            for path in values.get("faint_paths_px", ())
        ),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DECIMALS) + 0.0


def _sure(values: Mapping[str, Any], name: str) -> Estimate:
    found = _estimate(values[name])
    if found is None:
        raise ValueError(f"{name} is null; it is always measured")
    return found


def _estimate(values: Mapping[str, Any] | None) -> Estimate | None:
    return (
        None if values is None else Estimate(values["value"], values["low"], values["high"], values["unit"])
    )
