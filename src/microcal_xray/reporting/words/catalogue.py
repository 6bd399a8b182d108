"""The catalogues: all words of the reports, one file for each language, and how to get at them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources

_STRAIGHT_APOSTROPHE = re.compile(r"(?<=\w)'(?=\S)")


class Language(StrEnum):
    """A language in which the reports can be read."""

    ENGLISH = "en"
    FRENCH = "fr"


@dataclass(frozen=True)
class Words:
    """The words of one language; `words_of` returns them.

    Parameters
    ----------
    language : Language
    texts : mapping of str to str
        A key, such as `kind.lucent`, to its words. Names in braces are places for values.
    """

    language: Language
    texts: Mapping[str, str] = field(repr=False)

    def text(self, key: str) -> str:
        """Return the words of a key as they are.

        Raises
        ------
        KeyError
            If the catalogue has no such key.

        Examples
        --------
        >>> words_of(Language.FRENCH).text("kind.lucent")
        'trait radioclair (clarté linéaire)'
        """
        return self.texts[key]

    def filled(self, key: str, values: Mapping[str, object]) -> str:
        """Return the words of a key with values in their places.

        Examples
        --------
        >>> words_of(Language.ENGLISH).filled("card.of", {"kept": 9, "tried": 12})
        '9 of 12'
        """
        return self.texts[key].format_map(values)

    def counted(self, key: str, count: float, values: Mapping[str, object] | None = None) -> str:
        """Return the words for so many: those of `key.one` or of `key.other`.

        Parameters
        ----------
        key : str
        count : float
            Stands in `{count}`. One in English; from 0 to under 2 in French, as its grammar has it.
        values : mapping of str to object, optional
            For other places.

        Examples
        --------
        >>> words_of(Language.ENGLISH).counted("count.candidate", 0)
        '0 candidates'
        >>> words_of(Language.FRENCH).counted("count.candidate", 0)
        '0 candidat'
        """
        single = count == 1 if self.language is Language.ENGLISH else abs(count) < 2
        return self.filled(f"{key}.{'one' if single else 'other'}", {"count": f"{count:g}", **(values or {})})

    def number(self, value: float, form: str) -> str:
        """Return a number, formatted as Python does, with the decimal sign of the language.

        Examples
        --------
        >>> words_of(Language.FRENCH).number(0.4, ".2f")
        '0,40'
        """
        return f"{value:{form}}".replace(".", self.texts["decimal"])


@cache
def words_of(language: Language | str) -> Words:
    """Return the words of a language, the same object each time.

    Parameters
    ----------
    language : Language or str
        "en" or "fr".

    Raises
    ------
    ValueError
        If the language is another one.

    Examples
    --------
    >>> words_of("en").text("tier.weak")
    'weak'
    """
    chosen = Language(language)
    path = resources.files(__package__) / f"{chosen.value}.json"
    texts = json.loads(path.read_text(encoding="utf-8"))
    if chosen is Language.FRENCH:  # typed as keyboards have it, read as print has it
        texts = {key: _STRAIGHT_APOSTROPHE.sub("\u2019", text) for key, text in texts.items()}
    return Words(chosen, texts)
