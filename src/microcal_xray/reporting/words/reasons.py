"""What is said where it arises, in English, told in the language of the report.

Why a file was not searched, what MR shows, and what the reviewer's server refuses are written in English, as
the command prints them and the files for programs hold them. The usual sentences have a key in the
catalogues (`why...`, `mri_said...`, `refused...`), by which they are known again here.
"""

import re
from functools import cache

from .catalogue import Language, Words, words_of

_NESTED = frozenset(["series", "how", "share", "end", "form"])  # places that hold words, not names or numbers


def reason_words(reason: str, words: Words) -> str | None:
    """Return why a file was not searched in the language of `words`; None if the catalogue does not know it.

    Parameters
    ----------
    reason : str
        As it stands in `ImageResult.reason`.
    words : Words

    Examples
    --------
    >>> reason_words("has the same pixels as a.dcm, which is analysed", words_of("fr"))
    'a les mêmes pixels que a.dcm, qui est analysée'
    >>> reason_words("something new", words_of("fr"))
    """
    return told(reason, words, group="why")


def told(said: str, words: Words, *, group: str) -> str | None:
    """Return an English sentence in the language of `words`; None where the catalogue does not know it.

    Parameters
    ----------
    said : str
    words : Words
    group : str
        The first part of the keys to look at.

    Examples
    --------
    >>> told("signal inside the cortex", words_of("fr"), group="mri_said")
    'signal dans la corticale'
    """
    if words.language is Language.ENGLISH:
        return said
    for key, pattern in _patterns(group):
        found = pattern.fullmatch(said)
        if found:
            return words.filled(
                key, {place: _inner(place, value, words, group) for place, value in found.groupdict().items()}
            )
    return None


def _inner(place: str, value: str, words: Words, group: str) -> str:
    return (told(value, words, group=group) if place in _NESTED else None) or value


@cache
def _patterns(group: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    english = words_of(Language.ENGLISH).texts
    own = (key for key in english if key.startswith(f"{group}."))
    return tuple((key, re.compile(_pattern(english[key]), re.DOTALL)) for key in own)


def _pattern(english: str) -> str:
    parts = re.split(r"\{(\w+)\}", english)
    return "".join(f"(?P<{part}>.+)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
