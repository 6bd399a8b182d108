"""The ranking model as a file, known by its hash."""

import hashlib
from functools import cache
from importlib.resources import files


@cache
def model_sha256() -> str:
    """Return the SHA-256 of the ranking model that comes with the package.

    Line ends are those of the repository: a checkout that turned them has the same model.

    Examples
    --------
    >>> len(model_sha256())
    64
    """
    content = files(__package__).joinpath("models", "ranker.json").read_bytes()
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
