"""Every complaint about a file: one line, without control characters, of a type that callers can catch."""

import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import MicrocalError, UnreadableRadiographError

LONGEST_REASON = 240


def one_line(text: object, *, longest: int = LONGEST_REASON) -> str:
    r"""Return the text on one line, without control, format or unpaired characters.

    Headers and file names come from outside: they may hold line breaks, terminal escapes or megabytes.

    Examples
    --------
    >>> one_line("bad\r\n\x1b[31mvalue")
    'bad [31mvalue'
    """
    head = str(text)[: 4 * longest]
    plain = "".join(" " if unicodedata.category(mark).startswith(("C", "Z")) else mark for mark in head)
    words = " ".join(plain.split())
    return words if len(words) <= longest else words[: longest - 3] + "..."


@contextmanager
def clear_reasons() -> Iterator[None]:
    """Turn whatever a parser or a decoder raises into one of our errors, whose text is the reason alone.

    Warnings of the libraries are silenced: what they say about the picture is found again from the header
    and told as a caution. pydicom, Pillow and the decoders raise nearly every type there is on broken files
    (ValueError, KeyError, struct.error, RecursionError, ...), hence the wide net. Of their texts none is
    passed on: they quote tags and paths. A MemoryError passes, since it tells more of the machine than of
    the file.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (MicrocalError, MemoryError):
        raise
    except OSError as error:
        detail = one_line(error.strerror or type(error).__name__)
        raise UnreadableRadiographError(f"cannot be read ({detail})") from error
    except Exception as error:
        raise UnreadableRadiographError(f"the file is broken ({type(error).__name__})") from error


def shown_path(path: Path) -> str:
    """Return the path as it stands before the reason in a complaint."""
    return one_line(path, longest=1000)


@contextmanager
def complaints_name(path: Path) -> Iterator[None]:
    """Put the path before the reason of every error raised inside."""
    try:
        with clear_reasons():
            yield
    except MicrocalError as error:
        raise type(error)(f"{shown_path(path)}: {one_line(error)}") from error
