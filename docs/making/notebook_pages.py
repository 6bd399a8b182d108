"""The notebooks as pages, with the outputs that they are stored with; tests run them from top to bottom."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat

from .whole import write_if_new

_SUFFIX = {"image/png": "png", "image/jpeg": "jpg"}
_LARGEST_HTML = 60_000  # a reading desk holds a whole radiograph; the page says what would stand there


def write_notebook_pages(source: Path, folder: Path) -> None:
    """Write a page for each notebook of a folder, and an index."""
    titles = {}
    for path in sorted(source.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        titles[path.stem] = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
        note = f"*The notebook `notebooks/{path.name}`, with the outputs that it is stored with.*"
        parts = [
            part
            for number, cell in enumerate(notebook.cells)
            for part in _cell(cell, number, path.stem, folder)
        ]
        parts.insert(1, f"\n{note}\n")
        write_if_new(folder / f"{path.stem}.md", "\n".join(parts) + "\n")
    listed = "\n".join(titles)
    index = "# Notebooks\n\nWorked through from top to bottom, with code, pictures and tables. To run them: "
    index += (
        "`pip install jupyterlab`, then `jupyter lab`.\n\n```{toctree}\n:maxdepth: 1\n\n" + listed + "\n```\n"
    )
    write_if_new(folder / "index.md", index)


def _cell(cell: nbformat.NotebookNode, number: int, stem: str, folder: Path) -> Iterator[str]:
    if cell.cell_type == "markdown":
        text = re.sub(r"\]\(\.\./docs/", "](../../", cell.source)
        first, _, rest = text.partition("\n")  # the note on the notebook follows its title
        yield first if number == 0 else text
        if number == 0:
            yield rest
        yield ""
        return
    yield f"```ipython3\n{cell.source}\n```\n"
    for order, output in enumerate(cell.outputs):
        yield from _output(output, f"{stem}-{number}-{order}", folder)


def _output(output: nbformat.NotebookNode, name: str, folder: Path) -> Iterator[str]:
    data = output.get("data", {})
    for kind, suffix in _SUFFIX.items():
        if kind in data:
            write_if_new(folder / f"{name}.{suffix}", base64.b64decode(data[kind]))
            yield f"![what the cell drew]({name}.{suffix})\n"
            return
    if "text/html" in data and len(data["text/html"]) <= _LARGEST_HTML:
        yield f'```{{raw}} html\n<div class="notebook-table">{data["text/html"]}</div>\n```\n'
    elif "text/html" in data:
        yield "*(Here the notebook shows the reading desk.)*\n"
    else:
        text = data.get("text/plain", output.get("text", ""))
        yield f"```text\n{text.rstrip()}\n```\n"
