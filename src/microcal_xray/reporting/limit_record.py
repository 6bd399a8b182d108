"""Quality and limit of an image as plain values, and back."""

import math
from collections.abc import Mapping
from typing import Any

from ..image_limits import (
    BoneTexture,
    Compartment,
    Course,
    Detectability,
    ImageQuality,
    LimitRow,
    QualityEstimate,
    TiltRow,
)
from ..radiograph import ImageCaution
from .words import caution_names, cautions_from_names

_DIGITS = 4  # digits, not decimals: noise is a small number
_TEXTURE_ESTIMATES = ("noise", "noise_log", "texture", "texture_log", "slope", "direction_deg")


def quality_dict(quality: ImageQuality | None) -> dict[str, Any] | None:
    """Return the quality as it stands in candidates.json; None where no bone was searched.

    Examples
    --------
    >>> record = quality_dict(ImageQuality(QualityEstimate(2.0, 1.8, 2.1), None, (), 0.0, 0.0))
    >>> record["resolution_px"], record["resolution_mm"]
    ({'value': 2.0, 'low': 1.8, 'high': 2.1}, None)
    """
    if quality is None:
        return None
    return {
        "resolution_px": _estimate_dict(quality.resolution_px),
        "resolution_mm": _estimate_dict(quality.resolution_mm),
        "block_traces": _short(quality.block_traces),
        "clipped_share": _short(quality.clipped_share),
        "textures": [
            {
                "compartment": each.compartment.value,
                "windows": each.windows,
                **{name: _estimate_dict(getattr(each, name)) for name in _TEXTURE_ESTIMATES},
            }
            for each in quality.textures
        ],
        "cautions": caution_names(quality.cautions),
    }


def quality_from_dict(values: Mapping[str, Any] | None) -> ImageQuality | None:
    """Return the quality that `quality_dict` wrote; numbers keep the digits that were written."""
    if values is None:
        return None
    return ImageQuality(
        resolution_px=_estimate(values["resolution_px"]),
        resolution_mm=_estimate(values["resolution_mm"]),
        textures=tuple(
            BoneTexture(
                compartment=Compartment(each["compartment"]),
                windows=each["windows"],
                noise=QualityEstimate(**each["noise"]),
                noise_log=_estimate(each["noise_log"]),
                texture=QualityEstimate(**each["texture"]),
                texture_log=_estimate(each["texture_log"]),
                slope=QualityEstimate(**each["slope"]),
                direction_deg=_estimate(each["direction_deg"]),
            )
            for each in values["textures"]
        ),
        block_traces=values["block_traces"],
        clipped_share=values["clipped_share"],
        cautions=cautions_from_names(ImageCaution, values["cautions"]),
    )


def limit_dict(limit: Detectability | None) -> dict[str, Any] | None:
    """Return the limit as it stands in candidates.json, without its map; None where no bone was searched."""
    if limit is None:
        return None
    return {
        "false_marks": limit.false_marks,
        "probes": limit.probes,
        "rows": [
            {
                "kind": row.kind,
                "compartment": row.compartment.value,
                "course": row.course.value,
                "length_px": _short(row.length_px),
                "length_mm": _short(row.length_mm),
                "width_px": _short(row.width_px),
                "width_mm": _short(row.width_mm),
                "share_of_bone": _short(row.share_of_bone),
            }
            for row in limit.rows
        ],
        "tilts": [
            {
                "compartment": row.compartment.value,
                "tilt_deg": row.tilt_deg,
                "width_mm": _short(row.width_mm),
            }
            for row in limit.tilts
        ],
        "map_length_px": _short(limit.map_length_px),
        "block_px": [_short(side) for side in limit.block_px],
        "mm_per_px": limit.mm_per_px,
    }


def limit_from_dict(values: Mapping[str, Any] | None) -> Detectability | None:
    """Return the limit that `limit_dict` wrote, without a map."""
    if values is None:
        return None
    return Detectability(
        false_marks=values["false_marks"],
        rows=tuple(
            LimitRow(
                **{
                    **row,
                    "compartment": Compartment(row["compartment"]),
                    "course": Course(row["course"]),
                }
            )
            for row in values["rows"]
        ),
        tilts=tuple(
            TiltRow(**{**row, "compartment": Compartment(row["compartment"])}) for row in values["tilts"]
        ),
        width_map_px=None,
        map_length_px=values["map_length_px"],
        block_px=(values["block_px"][0], values["block_px"][1]),
        mm_per_px=values["mm_per_px"],
        probes=values["probes"],
    )


def _estimate_dict(estimate: QualityEstimate | None) -> dict[str, float | None] | None:
    if estimate is None or not math.isfinite(estimate.low + estimate.high):
        return None
    return {name: _short(getattr(estimate, name)) for name in ("value", "low", "high")}


def _estimate(values: Mapping[str, Any] | None) -> QualityEstimate | None:
    return None if values is None else QualityEstimate(values["value"], values["low"], values["high"])


def _short(value: float | None) -> float | None:
    # A number that could not be measured is unknown; JSON has no word for NaN.
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}") + 0.0
