"""The evidence of a candidate as plain values, and back."""

import math
from collections.abc import Mapping
from typing import Any

from ..findings import Evidence, EvidenceTerm, MimicLikelihood

_TERM_DECIMALS = 3  # natural logarithms: a thousandth is far under what any term can promise
_MIMIC_DECIMALS = 2
_FALSE_MARKS_DIGITS = 3  # digits, not decimals: 0.000123 says something


def evidence_dict(evidence: Evidence | None) -> dict[str, Any] | None:
    """Return the evidence as it stands in candidates.json; None when the detector does not say.

    Notes
    -----
    The strength is the sum of the terms *as written*, so that whoever adds them up finds it.

    Examples
    --------
    >>> terms = (EvidenceTerm("prior", -2.0004), EvidenceTerm("levels", 0.0004))
    >>> record = evidence_dict(Evidence(-2.0, terms, (), false_marks=12.3456))
    >>> record["strength"], record["false_marks"], record["terms"][0]
    (-2.0, 12.3, {'name': 'prior', 'value': -2.0})
    """
    if evidence is None:
        return None
    values = [round(float(term.value), _TERM_DECIMALS) + 0.0 for term in evidence.terms]  # + 0.0: never -0.0
    return {
        "strength": round(math.fsum(values), _TERM_DECIMALS) + 0.0,
        "false_marks": float(f"{evidence.false_marks:.{_FALSE_MARKS_DIGITS}g}"),
        "terms": [
            {"name": term.name, "value": value} for term, value in zip(evidence.terms, values, strict=True)
        ],
        "mimics": [
            {"mimic": each.mimic, "value": round(float(each.value), _MIMIC_DECIMALS)}
            for each in evidence.mimics
        ],
    }


def evidence_from_dict(values: Mapping[str, Any] | None) -> Evidence | None:
    """Return the evidence that `evidence_dict` wrote; numbers keep the decimals that were written.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the record is not one of ours.

    Examples
    --------
    >>> evidence_from_dict({"strength": 0.5, "false_marks": 2, "terms": [{"name": "copies", "value": 0.5}],
    ...                     "mimics": [{"mimic": "cast", "value": 0.3}]}).likeliest_mimic
    MimicLikelihood(mimic='cast', value=0.3)
    """
    if values is None:
        return None
    return Evidence(
        strength=values["strength"],
        terms=tuple(EvidenceTerm(term["name"], term["value"]) for term in values["terms"]),
        mimics=tuple(MimicLikelihood(each["mimic"], each["value"]) for each in values["mimics"]),
        false_marks=values["false_marks"],
    )
