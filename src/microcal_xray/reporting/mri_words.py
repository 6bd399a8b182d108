"""The words of the MR companion, in one place: figure and page say the same, in both languages."""

from ..measured import Estimate
from ..mri.descriptors import shown
from ..mri.volume import MRVolume
from .words import Language, Words, told


def said_words(text: str, words: Words) -> str:
    """Return what the measuring said, in the language of `words`; what the catalogue does not know as it is.

    Parameters
    ----------
    text : str
        A descriptor, its state or reason, a note, a caution, or what a weighting was guessed from.
    words : Words
    """
    return told(text, words, group="mri_said") or text


def series_words(volume: MRVolume, words: Words) -> str:
    """Return what a series shows bright.

    Parameters
    ----------
    volume : MRVolume
    words : Words
    """
    return words.text(f"mri.weighting.{volume.acquisition.weighting.value}")


def estimate_words(estimate: Estimate, words: Words) -> str:
    """Return a number with its interval and unit.

    Examples
    --------
    >>> from .words import words_of
    >>> estimate_words(Estimate(14.2, 12.9, 15.5, "mm"), words_of("fr"))
    '14,2 mm (12,9 à 15,5)'
    """
    english = shown(estimate)
    if words.language is Language.ENGLISH:
        return english
    value, _, interval = english.replace(".", words.text("decimal")).partition(" (")
    low, _, high = interval.removesuffix(")").partition(" to ")
    return words.filled("quality.estimate", {"value": value, "low": low, "high": high})
