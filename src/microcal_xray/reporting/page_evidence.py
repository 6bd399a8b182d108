"""The evidence of a candidate in the words of the report page; evidence.js lays it out."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ..findings import EVIDENCE_TERMS
from .words import ENGLISH, Words

_MOST_MIMICS = 3
_LEAST_MIMIC = 0.1  # what explains less would only be noise on the page; the files hold all
_FEWEST_MARKS = 0.0001
_UNBROKEN = "\u00a0"  # a name and its number stay on one line


def evidence_card(evidence: Mapping[str, Any] | None, words: Words = ENGLISH) -> dict[str, Any] | None:
    """Return what the page shows of a candidate's evidence; None when the detector does not say.

    Parameters
    ----------
    evidence : mapping or None
        As in candidates.json.
    words : Words

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
        "expected": _expected(evidence["false_marks"], words),
        "mimics": _mimics(evidence["mimics"], words),
    }


def term_words(words: Words = ENGLISH) -> dict[str, tuple[str, str]]:
    """Return, for each name of a term, its label and what it weighs.

    Examples
    --------
    >>> term_words()["bone_width"][0]
    'bone width'
    """
    return {name: (words.text(f"term.{name}"), words.text(f"term.{name}.meaning")) for name in EVIDENCE_TERMS}


def evidence_section_html(words: Words = ENGLISH) -> str:
    """Return the section of the summary that explains the terms."""
    unit = f'<p class="quiet">{escape(words.text("summary.strength_unit"))}</p>'
    items = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(meaning)}</dd>" for label, meaning in term_words(words).values()
    )
    title = escape(words.text("summary.strength_title"))
    return f"<section><h2>{title}</h2><dl>{items}</dl>{unit}</section>"


def _expected(false_marks: float, words: Words) -> str:
    if false_marks < _FEWEST_MARKS:
        return words.filled("evidence.fewer", {"number": words.number(_FEWEST_MARKS, "")})
    number = f"{false_marks:.0f}" if false_marks >= 10 else f"{false_marks:.2g}"
    return words.counted("evidence", float(number), {"number": number.replace(".", words.text("decimal"))})


def _mimics(mimics: Sequence[Mapping[str, Any]], words: Words) -> str:
    likeliest_first = sorted(mimics, key=lambda each: -each["value"])
    shown = [each for each in likeliest_first if each["value"] >= _LEAST_MIMIC][:_MOST_MIMICS]
    if shown:
        listed = ", ".join(
            f"{words.text('mimic.' + each['mimic'])} {words.number(each['value'], '.2f')}".replace(
                " ", _UNBROKEN
            )
            for each in shown
        )
        return words.filled("evidence.mimics", {"mimics": listed})
    return words.text("evidence.no_mimic") if mimics else ""
