"""The rules of the house, read from the code itself."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "microcal_xray"
STAGES = (
    "loading",
    "preprocessing",
    "bone",
    "detection",
    "measurement",
    "limit",
    "quality",
    "registration",
    "simulation",
    "contour",
)
SOURCES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = sorted(path for path in PACKAGE.rglob("templates/**/*") if path.is_file())
NO_NAMES = {"utils.py", "common.py", "helpers.py", "base.py"}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[tuple[str, str]]:
    """Return (room, name) for everything that a file imports from another room of the package."""
    found = []
    depth = len(path.relative_to(PACKAGE).parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level == depth:
                parts = module.split(".") if module else []
            elif node.level == 0 and module.split(".")[0] == "microcal_xray":
                parts = module.split(".")[1:]
            else:
                continue
            found += [(parts[0] if parts else alias.name, alias.name) for alias in node.names]
    return found


@pytest.mark.parametrize("path", [path for path in SOURCES if room(path) in STAGES], ids=str)
def test_a_stage_takes_only_types_from_another_stage(path):
    for other, name in imports(path):
        if other in STAGES and other != room(path):
            assert name[0].isupper(), f"{path} imports {name} from {other}; pipeline.py alone composes"


def test_no_file_is_a_drawer_for_odds_and_ends():
    assert not [path for path in SOURCES if path.name in NO_NAMES]


@pytest.mark.parametrize("path", [*SOURCES, *TEMPLATES], ids=str)
def test_a_file_holds_one_idea(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_the_layers_hold():
    check = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stdout


def test_the_drawn_house_is_this_one_and_has_no_circle():
    # Ends with an error if rooms import each other in a circle.
    check = subprocess.run([sys.executable, "tools/draw_architecture.py", "--check"], cwd=ROOT, check=False)
    assert check.returncode == 0, "run tools/draw_architecture.py"


def test_a_circle_would_be_seen(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    from draw_architecture import reduced

    assert reduced({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {"a": {"b"}, "b": {"c"}, "c": set()}
    with pytest.raises(ValueError, match="a -> b -> a"):
        reduced({"a": {"b"}, "b": {"a"}})


def test_the_command_starts_without_what_only_some_commands_use():
    heavy = "('matplotlib', 'pydicom', 'highdicom', 'pynetdicom', 'tifffile', 'skimage', 'shtab', 'waitress')"
    code = f"import sys, microcal_xray.cli; print([name for name in {heavy} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"


def test_importing_the_package_loads_nothing_heavy_that_only_some_use():
    heavy = (
        "('matplotlib', 'pydicom', 'highdicom', 'tifffile', 'skimage.filters', 'scipy.spatial', "
        "'scipy.interpolate')"
    )
    code = f"import sys, microcal_xray; print([name for name in {heavy} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"


def test_extra_packages_are_imported_inside_functions_only():
    asks = re.compile(r"(import|from) (highdicom|pynetdicom|waitress|pyarrow|s3fs|fsspec|distributed)\b")
    for path in SOURCES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            is_for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            if not (is_for_types or isinstance(node, ast.FunctionDef)):
                assert not asks.search(ast.unparse(node)), path
