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
    (ValueError, KeyError, struct.error, RecursionError, MemoryError, ...), hence the wide net.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except MicrocalError:
        raise
    except OSError as error:
        raise UnreadableRadiographError(f"cannot be read ({one_line(error.strerror or error)})") from error
    except MemoryError as error:
        raise UnreadableRadiographError("needs more memory than there is; the file may be hostile") from error
    except Exception as error:
        detail = one_line(f"{type(error).__name__}: {error}", longest=160)
        raise UnreadableRadiographError(f"the file is broken ({detail})") from error


@contextmanager
def complaints_name(path: Path) -> Iterator[None]:
    """Put the path before the reason of every error raised inside."""
    try:
        with clear_reasons():
            yield
    except MicrocalError as error:
        name = one_line(path, longest=1000)
        raise type(error)(f"{name}: {one_line(error)}") from error
