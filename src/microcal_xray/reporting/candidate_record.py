"""How a candidate line stands in candidates.json, and back."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..findings import Candidate, CandidateCaution, Kind, Tier
from .evidence_record import evidence_dict, evidence_from_dict
from .measured_record import measured_dict, measured_from_dict
from .words import caution_names, cautions_from_names

_PATH_DECIMALS = 2  # 0.01 pixel: a tenth of what a centre line can promise
_MM_DECIMALS = 3
_DECIMALS = 2


def candidate_dict(candidate: Candidate) -> dict[str, Any]:
    """Return the candidate as it stands in candidates.json."""
    return {
        "id": candidate.id,
        "kind": candidate.kind.value,
        "tier": candidate.tier.value,
        "score": rounded(candidate.score, _DECIMALS),
        "path_px": (np.round(candidate.path_px, _PATH_DECIMALS) + 0.0).tolist(),  # + 0.0: never -0.0
        "length_mm": rounded(candidate.length_mm, _MM_DECIMALS),
        "width_mm": rounded(candidate.width_mm, _MM_DECIMALS),
        "length_px": rounded(candidate.length_px, _DECIMALS),
        "width_px": rounded(candidate.width_px, _DECIMALS),
        "contrast_sd": rounded(candidate.contrast_sd, _DECIMALS),
        "angle_to_bone_deg": rounded(candidate.angle_to_bone_deg, 1),
        "cautions": caution_names(candidate.cautions),
        "evidence": evidence_dict(candidate.evidence),
        "measured": measured_dict(candidate.measured),
    }


def candidate_from_dict(values: Mapping[str, Any]) -> Candidate:
    """Return the candidate that `candidate_dict` wrote; numbers keep the decimals that were written."""
    return Candidate(
        id=values["id"],
        kind=Kind(values["kind"]),
        tier=Tier(values["tier"]),
        score=values["score"],
        path_px=np.array(values["path_px"], np.float64),
        length_px=_or_nan(values["length_px"]),
        width_px=_or_nan(values["width_px"]),
        length_mm=values["length_mm"],
        width_mm=values["width_mm"],
        contrast_sd=_or_nan(values["contrast_sd"]),
        angle_to_bone_deg=values["angle_to_bone_deg"],
        cautions=cautions_from_names(CandidateCaution, values["cautions"]),
        evidence=evidence_from_dict(values["evidence"]),
        measured=measured_from_dict(values.get("measured")),
    )


def rounded(value: float | None, decimals: int) -> float | None:
    """Return the number as it is written; None where it is unknown or could not be measured."""
    # JSON has no word for NaN.
    return None if value is None or not math.isfinite(value) else round(float(value), decimals) + 0.0


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
