"""The notebooks run from top to bottom, and are stored with what they showed."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MACHINE = re.compile(r"/(?:home|root|tmp|work|Users|private|var)/|[A-Za-z]:\\\\?Users")

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path: Path) -> list:
    """Return the code cells of a stored notebook."""
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def texts(output) -> list[str]:
    """Return what an output says in words; pictures are left out."""
    shown = [text for kind, text in output.get("data", {}).items() if kind.startswith("text/")]
    return [*shown, output.get("text", "")]


def test_the_notebooks_are_there():
    assert {"01_", "02_", "03_", "04_", "05_", "06_"} <= {path.name[:3] for path in NOTEBOOKS}


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # those of Jupyter are not ours
@each_notebook
def test_it_runs_from_top_to_bottom(path, tmp_path):
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    here = tmp_path / "notebooks"
    here.mkdir()
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(here)}}
    )
    client.execute()  # raises where a cell fails
    assert list(here.iterdir()) == []  # nothing is left behind


@each_notebook
def test_it_is_stored_with_its_outputs(path):
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {"stream", "display_data", "execute_result"}
    assert any("image/jpeg" in output.get("data", {}) for output in outputs)
    assert all(output.get("name") != "stderr" for output in outputs)


@each_notebook
def test_it_is_small_and_names_no_machine(path):
    assert path.stat().st_size < 1.5e6
    words = [text for cell in code_cells(path) for output in cell.outputs for text in texts(output)]
    assert not [text for text in words if MACHINE.search(text)]


@each_notebook
def test_each_step_is_introduced_in_words(path):
    kinds = [cell.cell_type for cell in nbformat.read(path, as_version=4).cells]
    assert kinds[0] == "markdown"
    assert kinds.count("markdown") >= kinds.count("code") - 3  # imports and a last line need none
