"""Short names for the state of files, so that what is still valid is not computed again."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "microcal_xray"


def stamp(*paths: Path, text: str = "") -> str:
    """Return a digest of files, of whole folders, and of a text."""
    digest = hashlib.sha256(text.encode())
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
