"""Measure what an installation costs, in an empty environment: docs/install.md holds what this wrote.

python tools/measure_install.py [--runs 7]

A wheel is built and installed with pip, then each extra after the other; needs a package index. Times are
processor times of this machine, the median of some runs of which the first, that reads the disk, does not
count; not on Windows.
"""

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Sequence
from pathlib import Path

from microcal_xray.batch.health import examine

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "install.md"
_MIB = 2**20


def main() -> None:
    """Write the measured parts of the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=7, metavar="N")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel, python = _built(folder), _environment(folder)
        before = _sizes(python)
        _install(python, str(wheel))
        plain = _sizes(python)
        size = _size_mib(wheel)
        cost = _cost(before, plain, size, python, runs)
        extras = _extras(python, wheel, plain)
    text = PAGE.read_text(encoding="utf-8")
    text = _between(text, "cost", cost)
    PAGE.write_text(_between(text, "extras", extras), encoding="utf-8")
    print(cost, extras, sep="\n\n")


def _built(folder: Path) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _environment(folder: Path) -> Path:
    venv.create(folder / "empty", with_pip=True)
    return folder / "empty" / ("Scripts" if os.name == "nt" else "bin") / "python"


def _install(python: Path, what: str) -> None:
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", what]
    subprocess.run(command, check=True)


def _sizes(python: Path) -> dict[str, float]:
    """Return the size in MiB of each thing in the folder of packages, compiled files left out."""
    asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    place = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    return {each.name: _size_mib(each) for each in place.iterdir()}


def _size_mib(path: Path) -> float:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(each.stat().st_size for each in files if each.suffix != ".pyc") / _MIB


def _cost(
    before: dict[str, float], after: dict[str, float], wheel_mib: float, python: Path, runs: int
) -> str:
    new = {name: size for name, size in after.items() if name not in before}
    ours, whole = new["microcal_xray"], sum(new.values())
    packages = sum(name.endswith(".dist-info") for name in new)
    largest = [name for name in sorted(new, key=lambda name: -new[name]) if name != "microcal_xray"][:4]
    rows = [
        ("the wheel", f"{wheel_mib:.1f} MiB"),
        ("installed, without other packages", f"{ours:.1f} MiB"),
        (f"installed, with the {packages - 1} packages that it needs", f"{whole:.0f} MiB"),
        ("of that the largest", ", ".join(f"{name} {new[name]:.0f} MiB" for name in largest)),
        ("`import microcal_xray`", f"{_seconds([str(python), '-c', 'import microcal_xray'], runs):.2f} s"),
        ("of that Python itself", f"{_seconds([str(python), '-c', 'pass'], runs):.2f} s"),
        ("of that NumPy and SciPy (`ndimage`)", f"{_seconds(_foundation(python), runs):.2f} s"),
        ("`microcal --version`", f"{_seconds([str(python.with_name('microcal')), '--version'], runs):.2f} s"),
    ]
    where = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}; processor time"
    table = "\n".join(f"| {what} | {much} |" for what, much in rows)
    return f"Measured on {where}.\n\n| what | how much |\n| --- | --- |\n{table}"


def _foundation(python: Path) -> list[str]:
    return [str(python), "-c", "import numpy, scipy.ndimage"]


def _seconds(command: Sequence[str], runs: int) -> float:
    """Return the processor time of a command: the time by the clock tells what else the machine does."""
    times = []
    for _ in range(runs + 1):
        before = os.times()
        subprocess.run(list(command), check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        user = after.children_user - before.children_user
        times.append(user + after.children_system - before.children_system)
    return statistics.median(times[1:])


def _extras(python: Path, wheel: Path, sizes: dict[str, float]) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    adds: dict[str, str] = {}
    for one in examine(ROOT).extras:
        adds.setdefault(one.name, one.adds)
    rows = []
    for extra, needed in sorted(project["optional-dependencies"].items()):
        _install(python, f"{wheel}[{extra}]")
        now = _sizes(python)
        more = sum(now.values()) - sum(sizes.values())
        names = ", ".join(f"{each}" for each in needed)
        rows.append(f"| `{extra}` | {adds.get(extra, '')} | {names} | {more:.0f} MiB |")
        sizes = now
    head = "| extra | what it adds | packages asked for | MiB more |\n| --- | --- | --- | --- |\n"
    return head + "\n".join(rows)


def _between(text: str, part: str, new: str) -> str:
    """Return a page with what stands between a part's marks replaced."""
    begin, end = f"<!-- {part}: written by tools/measure_install.py -->", f"<!-- end of {part} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"{PAGE.name} has no part {part!r}")
    return pattern.sub(lambda _: f"{begin}\n{new}\n{end}", text)


if __name__ == "__main__":
    main()
