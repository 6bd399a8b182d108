"""What is handed out: the wheel, what is in it, whether it works where the repository has never been."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import microcal_xray

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "microcal_xray"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
IMPORTED_AS = {  # where the name of the package is not the name of its module
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "python-gdcm": "gdcm",
    "scikit-image": "skimage",
    "pylibjpeg-openjpeg": "openjpeg",
    "pyjpegls": "jpeg_ls",
}


def asked(requirements):
    names = (re.match(r"[\w.-]+", each)[0] for each in requirements)
    return {IMPORTED_AS.get(name, name.replace("-", "_")) for name in names}


def outside_imports(path):
    """Return the packages from elsewhere that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module.split(".")[0])
    return (
        found - set(sys.stdlib_module_names) - {"microcal_xray", "IPython"}
    )  # show() is called in notebooks


def test_what_is_imported_is_asked_for():
    plain = asked(PROJECT["dependencies"])
    extras = asked(one for extra in PROJECT["optional-dependencies"].values() for one in extra)
    imported = set().union(*map(outside_imports, PACKAGE.rglob("*.py")))
    assert "s3fs" in extras  # is fsspec's own for S3, and asks for the one version of it that fits
    assert imported <= plain | extras | {"fsspec"}
    assert "numpy" in imported  # the reading itself works


def test_the_version_stands_in_one_place():
    assert PROJECT["dynamic"] == ["version"]
    assert metadata.version("microcal-xray") == microcal_xray.__version__
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {microcal_xray.__version__}\n" in citation
    first = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert first == microcal_xray.__version__


def test_every_extra_is_told_where_installing_is():
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    for extra in PROJECT["optional-dependencies"]:
        assert f"| `{extra}` |" in page, f"{extra}: run tools/measure_install.py"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel and the source distribution."""
    pytest.importorskip("build", reason="NOT TRIED: the package `build` is not here, so no wheel was built")
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, source


def run(*command, cwd=None):
    # Nothing of this environment may reach the new one.
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=clean, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_nothing_else(built):
    names = set(zipfile.ZipFile(built[0]).namelist())
    record = {name for name in names if ".dist-info/" in name}
    of_source = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names - record == of_source | {"microcal_command.py"}
    assert "microcal_xray/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in record)
    assert built[0].name == f"microcal_xray-{microcal_xray.__version__}-py3-none-any.whl"


@pytest.mark.slow
def test_the_source_distribution_holds_what_its_tests_need_and_no_data_of_others(built):
    with tarfile.open(built[1]) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    for needed in ("tests/conftest.py", "sample_data/truth.json", "tools/lock.py", "requirements.lock"):
        assert needed in names
    assert not [name for name in names if name.startswith(("shared", ".venv", "build", "dist"))]


@pytest.mark.slow
def test_the_wheel_does_the_main_job_where_the_repository_has_never_been(built, tmp_path):
    venv.create(tmp_path / "empty", with_pip=True)
    binaries = tmp_path / "empty" / ("Scripts" if os.name == "nt" else "bin")
    python, microcal = binaries / "python", binaries / "microcal"
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--no-deps", built[0], cwd=tmp_path)
    with_packages = subprocess.run(
        [*map(str, pip), str(built[0])],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if with_packages.returncode != 0:
        pytest.skip(f"NOT TRIED: pip finds no packages here:\n{with_packages.stderr[-500:]}")
    run(python, "-m", "pip", "check", cwd=tmp_path)

    radiographs = tmp_path / "radiographs"
    radiographs.mkdir()
    for name in ("tibia_fissure.dcm", "forearm_plain.dcm"):
        shutil.copy(ROOT / "sample_data" / name, radiographs)
    place = run(python, "-c", "import microcal_xray; print(microcal_xray.__file__)", cwd=tmp_path)
    assert Path(place.strip()).is_relative_to(tmp_path / "empty")
    assert run(microcal, "--version", cwd=tmp_path) == f"microcal {microcal_xray.__version__}\n"

    told = json.loads(run(microcal, "doctor", "--json", cwd=tmp_path))
    assert told["able"]
    assert {each["name"]: each["version"] for each in told["extras"]} == dict.fromkeys(
        PROJECT["optional-dependencies"]
    )
    lacking = [each["name"] for each in told["transfer_syntaxes"] if not each["found"]]
    assert lacking == ["JPEG Extended (Process 2 and 4), 12 bits"]  # what `codecs-full` would add

    run(microcal, "analyze", radiographs, "--out", tmp_path / "out", "--pdf", cwd=tmp_path)
    images = json.loads((tmp_path / "out" / "candidates.json").read_text(encoding="utf-8"))["images"]
    assert [Path(image["file"]).name for image in images] == ["forearm_plain.dcm", "tibia_fissure.dcm"]
    assert images[1]["candidates"]
    for made in ("report.html", "report.pdf", "candidates.csv", "images.csv"):
        assert (tmp_path / "out" / made).stat().st_size > 0


def test_the_card_has_the_peers_that_the_benchmarks_have(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    from card_numbers import peers

    assert peers() in (ROOT / "docs" / "card.md").read_text(encoding="utf-8"), "run tools/card_numbers.py"
    assert peers().count("| microcal_xray |") == 3
