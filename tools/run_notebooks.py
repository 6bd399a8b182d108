"""Run every notebook from top to bottom and store it with its outputs."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def main() -> None:
    """Run them all."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        # One text per stream: how often a cell flushed it is chance.
        client = NotebookClient(
            notebook, timeout=600, coalesce_streams=True, resources={"metadata": {"path": str(NOTEBOOKS)}}
        )
        client.execute()
        for cell in notebook.cells:
            # Times of a run are not results; without them a second run changes nothing.
            cell.metadata.pop("execution", None)
        nbformat.write(notebook, path)
        print(path.name)


if __name__ == "__main__":
    main()
