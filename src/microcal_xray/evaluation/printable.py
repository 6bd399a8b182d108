"""Foreign text made safe to print: a name of the truth or of a file may hold anything."""

import unicodedata


def printable(text: str) -> str:
    r"""Return the text on one line, without control, formatting and undecodable characters.

    Examples
    --------
    >>> printable("a\r\nb\x1b[31m\u202egnp.exe")
    'ab[31mgnp.exe'
    """
    # Cc control, Cf formatting (turned reading order among them), Cs half of a pair, Zl and Zp line ends.
    hidden = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join(character for character in text if unicodedata.category(character) not in hidden)
