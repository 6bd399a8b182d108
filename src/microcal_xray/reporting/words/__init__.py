"""The words of the reports, in one place: overlay, page and tables say the same, in English and French."""

from .catalogue import Language, Words, words_of
from .english import (
    CAUTION_SENTENCES,
    ENGLISH,
    INTENT_WORDS,
    KIND_COLOURS,
    KIND_WORDS,
    NOT_A_DEVICE,
    SIGNAL_WORDS,
    SPACING_SENTENCES,
    SPACING_SHORT,
    TIER_WORDS,
    caution_names,
    cautions_from_names,
    plural,
    spacing_words,
)
from .reasons import reason_words, told

__all__ = [
    "CAUTION_SENTENCES",
    "ENGLISH",
    "INTENT_WORDS",
    "KIND_COLOURS",
    "KIND_WORDS",
    "NOT_A_DEVICE",
    "SIGNAL_WORDS",
    "SPACING_SENTENCES",
    "SPACING_SHORT",
    "TIER_WORDS",
    "Language",
    "Words",
    "caution_names",
    "cautions_from_names",
    "plural",
    "reason_words",
    "spacing_words",
    "told",
    "words_of",
]
