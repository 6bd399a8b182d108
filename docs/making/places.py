"""Links that hold on a code host, turned to where the site has the same thing."""

import re
from typing import Any

from sphinx.application import Sphinx

_NOTEBOOK = re.compile(r"\]\((?:\.\./)*notebooks/(\w+)\.ipynb\)")
_GALLERY = re.compile(r"\]\((?:\.\./)*gallery\)")


def setup(app: Sphinx) -> dict[str, Any]:
    """Turn the links of each page as it is read."""
    app.connect("source-read", _turn)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _turn(app: Sphinx, page: str, source: list[str]) -> None:
    text = _NOTEBOOK.sub(r"](/generated/notebooks/\1.md)", source[0])
    source[0] = _GALLERY.sub("](/generated/gallery/index.rst)", text)
