"""Make text that comes from outside safe to show: a file name may hold anything."""

import unicodedata

# Text behind one of these is shown in another order than it is stored, so a name could pose as another.
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_WRITTEN_OUT = frozenset(["Cc", "Cs", "Zl", "Zp"])  # controls, undecodable bytes, line and paragraph ends
_FORMULA_STARTS = ("=", "+", "-", "@")


def printable_text(text: str) -> str:
    r"""Return the text on one line and as valid UTF-8: what would break, move or turn it is written out.

    That is control characters, line ends, marks of reading order and the undecodable bytes of a file name.

    Examples
    --------
    >>> print(printable_text("caf\udce9\r\n\x1b[31m\u202egnp.exe"))
    caf\xe9\x0d\x0a\x1b[31m\u202egnp.exe
    """
    return "".join(
        _escape(ord(character))
        if unicodedata.category(character) in _WRITTEN_OUT or character in _BIDI_CONTROLS
        else character
        for character in text
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
    # A tab or a carriage return starts a formula too, but none is left here.
    return f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown


def _escape(code: int) -> str:
    byte = code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code  # PEP 383: how Python keeps such a byte
    return f"\\x{byte:02x}" if byte <= 0xFF else f"\\u{byte:04x}"
