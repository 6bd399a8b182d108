"""Files that are written only where they differ, so that what did not change is not built again."""

from pathlib import Path


def write_if_new(path: Path, text: str | bytes) -> None:
    """Write a file, and leave it alone where it holds the same already."""
    data = text.encode() if isinstance(text, str) else text
    if not (path.is_file() and path.read_bytes() == data):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
