"""The English words as tables by enum, for what is written in English alone: overlays, terminal, DICOM."""

from enum import Flag
from typing import TypeVar

from ...findings import CANDIDATE_CAUTIONS, Kind, Tier
from ...radiograph import IMAGE_CAUTIONS, Intent, Signal, Spacing, SpacingSource
from .catalogue import Language, Words, words_of

_Caution = TypeVar("_Caution", bound=Flag)

ENGLISH: Words = words_of(Language.ENGLISH)

# Okabe and Ito (2008), Color Universal Design: told apart by colour-blind eyes, and bright on a radiograph.
KIND_COLOURS: dict[Kind, str] = {Kind.LUCENT: "#56b4e9", Kind.SCLEROTIC: "#e69f00"}

NOT_A_DEVICE = ENGLISH.text("not_a_device")
KIND_WORDS: dict[Kind, str] = {kind: ENGLISH.text(f"kind.{kind}") for kind in Kind}
TIER_WORDS: dict[Tier, str] = {tier: ENGLISH.text(f"tier.{tier}") for tier in Tier}
SPACING_SHORT: dict[SpacingSource, str] = {
    source: ENGLISH.text(f"spacing_short.{source}") for source in SpacingSource
}
SPACING_SENTENCES: dict[SpacingSource, str] = {
    source: ENGLISH.text(f"spacing.{source}") for source in SpacingSource
}
INTENT_WORDS: dict[Intent, str] = {intent: ENGLISH.text(f"intent.{intent}") for intent in Intent}
SIGNAL_WORDS: dict[Signal, str] = {signal: ENGLISH.text(f"signal.{signal}") for signal in Signal}


def caution_names(cautions: Flag) -> list[str]:
    """Return the names of the cautions that are set, as they stand in the files.

    Examples
    --------
    >>> from microcal_xray.findings import CandidateCaution
    >>> caution_names(CandidateCaution.TOUCHES_EDGE | CandidateCaution.NEAR_METAL)
    ['touches_edge', 'near_metal']
    """
    return [str(member.name).lower() for member in cautions]


def cautions_from_names(kind: type[_Caution], names: list[str]) -> _Caution:
    """Return the cautions with these names; the inverse of `caution_names`.

    Raises
    ------
    KeyError
        If a name is not known.
    """
    cautions = kind(0)
    for name in names:
        cautions |= kind[name.upper()]
    return cautions


CAUTION_SENTENCES: dict[str, str] = {
    str(member.name).lower(): sentence
    for member, sentence in (*IMAGE_CAUTIONS.items(), *CANDIDATE_CAUTIONS.items())
}


def plural(count: int, noun: str) -> str:
    """Return the count with its noun.

    Examples
    --------
    >>> plural(1, "candidate"), plural(0, "candidate")
    ('1 candidate', '0 candidates')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def spacing_words(spacing: Spacing | None, words: Words = ENGLISH) -> str:
    """Return the spacing with its unit and its source.

    Examples
    --------
    >>> spacing_words(Spacing(0.143, 0.143, SpacingSource.DETECTOR))
    '0.143 mm per pixel, at the detector'
    >>> spacing_words(None, words_of("fr"))
    'taille de pixel inconnue'
    """
    if spacing is None:
        return words.text(f"spacing_short.{SpacingSource.NONE}")
    source = words.text(f"spacing_short.{spacing.source}")
    row, column = words.number(spacing.row_mm, ".4g"), words.number(spacing.column_mm, ".4g")
    if spacing.is_square:
        return words.filled("spacing_words.square", {"size": row, "source": source})
    return words.filled("spacing_words.two", {"row": row, "column": column, "source": source})
