"""The page of settings, written from the docstring and the defaults of `Settings`."""

import inspect
from pathlib import Path

from numpydoc.docscrape import NumpyDocString

from microcal_xray import Settings

from .whole import write_if_new

_HEAD = """\
# Settings

Everything that can be asked of a search. From Python `mx.Settings(false_marks=4)`; on the command line
`microcal analyze --false-marks 4`, or a file: `microcal settings > settings.json`, change it, and give it
back with `--settings settings.json`. A file may name only some of them. Every result holds the settings that
it was made with.

| setting | default | meaning |
| --- | --- | --- |
"""


def write_settings_page(path: Path) -> None:
    """Write the page."""
    defaults = Settings().as_dict()
    rows = []
    for parameter in NumpyDocString(inspect.getdoc(Settings) or "")["Parameters"]:
        meaning = " ".join(" ".join(parameter.desc).split())
        rows += [f"| `{name}` | {defaults[name]:g} | {meaning} |" for name in parameter.name.split(", ")]
    write_if_new(path, _HEAD + "\n".join(rows) + "\n")
