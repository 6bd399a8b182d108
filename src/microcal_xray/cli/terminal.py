"""Text for the terminal: names from outside can neither break a line nor move the cursor."""

import sys
from typing import TextIO

from ..reporting.foreign_text import printable_text


def say(text: str, stream: TextIO | None = None) -> None:
    """Print one line.

    Parameters
    ----------
    text : str
        Anything; control characters are written out.
    stream : text stream, optional
        None: standard output.
    """
    stream = sys.stdout if stream is None else stream
    print(shown(text, stream), file=stream, flush=True)


def shown(text: str, stream: TextIO) -> str:
    """Return the text on one line as the stream can show it; old encodings do not have every letter."""
    encoding = stream.encoding or "utf-8"
    return printable_text(text).encode(encoding, "backslashreplace").decode(encoding)


def complain(text: str) -> None:
    """Print one line about an error on standard error."""
    say(f"microcal: {text}", sys.stderr)
