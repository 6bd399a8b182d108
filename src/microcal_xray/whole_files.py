"""Files that appear whole or not at all."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .errors import OutputError

PRIVATE_FILE = 0o600  # for the owner alone
_USUAL_FILE = 0o666  # as the umask leaves it


def write_whole(path: Path, content: str | bytes | Iterable[str], *, mode: int = _USUAL_FILE) -> Path:
    """Write a file under a temporary name beside it, then rename it; return its path.

    Parameters
    ----------
    path : Path
        Its folder must exist. A link of that name is replaced, not followed.
    content : str, bytes or iterable of str
        Text is written as UTF-8, with the newlines it has; of an iterable one part after the other.
    mode : int
        Who may read it, as in chmod; `PRIVATE_FILE` for what names a patient. The umask takes away from it.

    Raises
    ------
    OutputError
        If it cannot be written; what was there before is still there.
    """
    parts = [content] if isinstance(content, str | bytes) else content
    with writing_whole(path, mode=mode) as file:
        for each in parts:
            file.write(_encoded(each))
    return path


@contextmanager
def writing_whole(path: Path, *, mode: int = _USUAL_FILE) -> Iterator[BinaryIO]:
    """Open a file under a temporary name beside its own, to be written bit by bit; at the end rename it.

    Parameters
    ----------
    path, mode
        As in `write_whole`.

    Yields
    ------
    binary file
        Its `name` is the temporary one. If the block raises anything, nothing stays.

    Raises
    ------
    OutputError
        If it cannot be written; what was there before is still there.
    """
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            # "x" never follows a link that someone has put there.
            with open(part, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); choose another folder") from error


def _encoded(text: str | bytes) -> bytes:
    # Text is made valid before it comes here; should any other pass, the file is still written.
    return text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
