"""The evidence of a candidate in the words of the report page; evidence.js lays it out."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ..findings import EVIDENCE_TERMS, MIMICS

_MOST_MIMICS = 3
_LEAST_MIMIC = 0.1  # what explains less would only be noise on the page; the files hold all
_FEWEST_MARKS = 0.0001
_UNBROKEN = "\u00a0"  # a name and its number stay on one line


def evidence_card(evidence: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what the page shows of a candidate's evidence; None when the detector does not say.

    Parameters
    ----------
    evidence : mapping or None
        As in candidates.json.

    Examples
    --------
    >>> terms = [{"name": "prior", "value": -2.0}, {"name": "bone_width", "value": 0.5}]
    >>> card = evidence_card({"strength": -1.5, "false_marks": 3.0, "terms": terms, "mimics": []})
    >>> card["terms"], card["expected"], card["mimics"]
    ([['prior', -2.0], ['bone_width', 0.5]], 'expected 3 such marks per normal picture', '')
    """
    if evidence is None:
        return None
    return {
        "strength": evidence["strength"],
        "terms": [[term["name"], term["value"]] for term in evidence["terms"]],
        "expected": _expected(evidence["false_marks"]),
        "mimics": _mimics(evidence["mimics"]),
    }


def term_words() -> dict[str, tuple[str, str]]:
    """Return, for each name of a term, its label and what it weighs.

    Examples
    --------
    >>> term_words()["bone_width"][0]
    'bone width'
    """
    return {name: (name.replace("_", " "), meaning) for name, meaning in EVIDENCE_TERMS.items()}


def evidence_section_html() -> str:
    """Return the section of the summary that explains the terms."""
    unit = '<p class="quiet">In natural logarithms: over 0 for the candidate, below 0 against it.</p>'
    items = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(meaning)}</dd>" for label, meaning in term_words().values()
    )
    return f"<section><h2>What strength is made of</h2><dl>{items}</dl>{unit}</section>"


def _expected(false_marks: float) -> str:
    if false_marks < _FEWEST_MARKS:
        return f"expected fewer than {_FEWEST_MARKS} such marks per normal picture"
    number = f"{false_marks:.0f}" if false_marks >= 10 else f"{false_marks:.2g}"
    return f"expected {number} such {'mark' if number == '1' else 'marks'} per normal picture"


def _mimics(mimics: Sequence[Mapping[str, Any]]) -> str:
    likeliest_first = sorted(mimics, key=lambda each: -each["value"])
    shown = [each for each in likeliest_first if each["value"] >= _LEAST_MIMIC][:_MOST_MIMICS]
    if shown:
        words = ", ".join(
            f"{MIMICS[each['mimic']]} {each['value']:.2f}".replace(" ", _UNBROKEN) for each in shown
        )
        return f"looks also like: {words}"
    return "looks like none of the structures it was compared with" if mimics else ""
