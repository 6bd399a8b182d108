"""Why a file was not searched, in the language of the report.

They are written where they arise, in English, as the command prints them and candidates.json holds them.
The usual ones have a key `why...` in the catalogues, by which they are known again here.
"""

import re

from .catalogue import Language, Words, words_of


def reason_words(reason: str, words: Words) -> str | None:
    """Return a reason in the language of `words`; None where the catalogue does not know it.

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
    if words.language is Language.ENGLISH:
        return reason
    for key, english in words_of(Language.ENGLISH).texts.items():
        if key.startswith("why."):
            found = re.fullmatch(_pattern(english), reason, re.DOTALL)
            if found:
                return words.filled(key, found.groupdict())
    return None


def _pattern(english: str) -> str:
    parts = re.split(r"\{(\w+)\}", english)
    return "".join(f"(?P<{part}>.+)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
