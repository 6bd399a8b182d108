"""Everything public is documented: counted, name by name, and every example runs."""

import ast
import dataclasses
import doctest
import importlib
import inspect
import json
import pkgutil
import re
from pathlib import Path

import pytest

import microcal_xray

ROOT = Path(__file__).parents[1]
ROOMS = sorted(
    f"microcal_xray.{module.name}"
    for module in pkgutil.iter_modules(microcal_xray.__path__)
    if module.name != "__main__"
)


def public_names(module):
    """Return what a room gives: its `__all__`, or what a single file defines without underline."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name, what in vars(module).items()
        if not name.startswith("_") and getattr(what, "__module__", None) == module.__name__
    ]


def not_told(what):
    """Return which parameters, or fields of a dataclass, its docstring does not name."""
    if dataclasses.is_dataclass(what):
        names = [field.name for field in dataclasses.fields(what) if field.init]
    elif inspect.isfunction(what):
        names = list(inspect.signature(what).parameters)
    else:
        names = []
    return [name for name in names if not re.search(rf"(?<!\w){name}(?!\w)", what.__doc__ or "")]


def is_documented(what):
    said = what.__doc__ or ""
    # A dataclass without a docstring gets its signature as one.
    return bool(said) and not said.startswith(f"{what.__name__}(") and not not_told(what)


@pytest.mark.parametrize("room", ["microcal_xray", *ROOMS])
def test_every_public_name_has_a_docstring_that_names_all_it_takes(room):
    module = importlib.import_module(room)
    assert module.__doc__
    whats = {name: getattr(module, name) for name in public_names(module)}
    callables = {
        name: what for name, what in whats.items() if inspect.isclass(what) or inspect.isfunction(what)
    }
    assert {name: not_told(what) for name, what in callables.items() if not is_documented(what)} == {}


@pytest.mark.parametrize(
    "name", [name for name in microcal_xray.__all__ if inspect.isfunction(getattr(microcal_xray, name))]
)
def test_the_functions_of_the_front_door_have_sections_of_numpydoc(name):
    what = getattr(microcal_xray, name)
    said = inspect.getdoc(what)
    if inspect.signature(what).parameters:
        assert re.search(r"^Parameters\n-{10}$", said, re.MULTILINE)


def docstrings(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def examples():
    """Return all code that a reader can copy and that tests run: doctests, the tour, gallery, notebooks."""
    parser = doctest.DocTestParser()
    texts = [text for path in (ROOT / "src").rglob("*.py") for text in docstrings(path)]
    for text in [*texts, (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")]:
        yield from (one.source for one in parser.get_examples(text) if doctest.SKIP not in one.options)
    for script in (ROOT / "docs").rglob("gallery/*.py"):
        yield script.read_text(encoding="utf-8")
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield "".join(cell["source"])


def test_everything_at_the_front_door_has_an_example_that_runs():
    words = set(re.findall(r"\w+", "\n".join(examples())))
    assert set(microcal_xray.__all__) - words == set()


def test_the_counting_sees_what_is_missing():
    @dataclasses.dataclass
    class Bare:
        left_px: float

    def half(width_px, height_px):
        """Return half of width_px."""

    assert not is_documented(Bare)
    assert not_told(half) == ["height_px"]


def test_the_tour_holds():
    found = doctest.testfile(str(ROOT / "docs" / "tour.md"), module_relative=False, encoding="utf-8")
    assert (found.failed, found.attempted > 40) == (0, True)
