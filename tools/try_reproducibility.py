"""Try what docs/reproducibility.md promises, and print its table.

The same pictures are analysed with one and two jobs, then replayed as on older processors: numpy, OpenCV and
OpenBLAS are told to leave out the instructions that they choose at run time, so that other code adds up in
another order. `--environment PYTHON` replays in another environment too.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from microcal_xray.simulation import simulate_folder

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_data"
_DIALS = (1, 20)  # false marks per picture: the default, and a long list to have many numbers to compare


def conditions() -> dict[str, dict[str, str]]:
    """Return the variables that make numpy, OpenCV and OpenBLAS leave out what they choose at run time."""
    of_numpy = [
        name
        for each in np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
        for name in each.split()
    ]
    of_opencv = [word.strip("*?") for word in cv2.getCPUFeaturesLine().split() if word.startswith("*")]
    return {
        "without AVX-512": {
            "NPY_DISABLE_CPU_FEATURES": " ".join(name for name in of_numpy if _is_512(name)),
            "OPENCV_CPU_DISABLE": ",".join(name for name in of_opencv if _is_512(name)),
            "OPENBLAS_CORETYPE": "Haswell",
        },
        "without AVX as well": {
            "NPY_DISABLE_CPU_FEATURES": " ".join(of_numpy),
            "OPENCV_CPU_DISABLE": ",".join(of_opencv),
            "OPENBLAS_CORETYPE": "Nehalem",
        },
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=12, help="simulated pictures beside sample_data")
    parser.add_argument("--environment", type=Path, help="the Python of another environment")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate_folder(folder / "in", count=arguments.count, seed=7, jobs=1)
        for path in SAMPLE.glob("*.dcm"):
            (folder / "in" / path.name).write_bytes(path.read_bytes())
        print("| condition | false marks asked | pictures the same | of them to the last digit |")
        print("| --- | --- | --- | --- |")
        for dial in _DIALS:
            _report(folder, dial, arguments.environment)


def _is_512(name: str) -> bool:
    return "512" in name or name == "X86_V4"


def _report(folder: Path, dial: int, other: Path | None) -> None:
    outs = [folder / f"{dial}-{jobs}" for jobs in (1, 2)]
    for jobs, out in enumerate(outs, start=1):
        options = ["--out", out.name, "--jobs", str(jobs), "--false-marks", str(dial)]
        _microcal(sys.executable, ["analyze", "in", *options], folder, {})
    one, two = ((out / "candidates.json").read_bytes() for out in outs)
    print(f"| two jobs | {dial} | {'the same bytes' if one == two else 'OTHER BYTES'} | |")
    for words, variables in {"again": {}, **conditions()}.items():
        print(_row(words, dial, _replayed(sys.executable, outs[0], folder, variables)))
    if other:
        said = _replayed(str(other.absolute()), outs[0], folder, {})
        changed = ", ".join(f"{each['what']} {each['now']}" for each in said["environment"])
        print(_row(f"with {changed}", dial, said))


def _replayed(python: str, out: Path, folder: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    said = _microcal(python, ["replay", out.name, "in", "--json", "--jobs", "1"], folder, variables)
    document: dict[str, Any] = json.loads(said)
    return document


def _row(words: str, dial: int, said: Mapping[str, Any]) -> str:
    exact = sum(image["exact"] for image in said["images"])
    return f"| {words} | {dial} | {said['same']} of {len(said['images'])} | {exact} |"


def _microcal(python: str, arguments: list[str], folder: Path, variables: Mapping[str, str]) -> str:
    run = subprocess.run(
        [python, "-m", "microcal_xray", *arguments],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in (0, 1):  # 1: a replay that differs, which is what is to be shown
        raise SystemExit(run.stderr)
    return run.stdout


if __name__ == "__main__":
    main()
