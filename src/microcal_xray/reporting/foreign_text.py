"""Make text that comes from outside safe to show: a file name may hold anything."""

import unicodedata

# Text behind one of these is shown in another order than it is stored, so a name could pose as another.
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")


def valid_text(text: str) -> str:
    r"""Return the text with undecodable bytes of a file name written out, so that it can be stored as UTF-8.

    Examples
    --------
    >>> valid_text("caf\udce9.png")
    'caf\\xe9.png'
    """
    return "".join(_written_out(character) for character in text)


def printable_text(text: str) -> str:
    r"""Return the text on one line, without control characters and without turned reading order.

    Examples
    --------
    >>> printable_text("a\r\nb\x1b[31m\u202egnp.exe")
    'ab[31mgnp.exe'
    """
    return "".join(
        character
        for character in valid_text(text)
        if unicodedata.category(character) != "Cc" and character not in _BIDI_CONTROLS
    )


def spreadsheet_text(text: str) -> str:
    r"""Return the text so that no spreadsheet takes it for a formula (OWASP ASVS 5.0, 1.2.10).

    Examples
    --------
    >>> print(spreadsheet_text("=1+1"))
    '=1+1
    >>> spreadsheet_text("tibia.dcm")
    'tibia.dcm'
    """
    shown = printable_text(text)
    # Looked at before and after: a tab in front is stripped, and stripping may bring a formula to the front.
    return f"'{shown}" if text.startswith(_FORMULA_STARTS) or shown.startswith(_FORMULA_STARTS) else shown


def _written_out(character: str) -> str:
    code = ord(character)
    if not 0xD800 <= code <= 0xDFFF:
        return character
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
