"""Files that appear whole or not at all."""

import os
from pathlib import Path

from ..errors import OutputError


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file under a temporary name beside it, then rename it; return its path.

    Raises
    ------
    OutputError
        If the folder cannot be written to.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutputError(f"{path}: cannot be written ({error.strerror}); choose another folder") from error
    return path
