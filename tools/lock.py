"""Resolve the dependencies into lock files: names, versions and hashes, without addresses."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = "hatchling\neditables\n"  # so that the package itself is installed from the lock alone
# botocore, beneath the extra for S3 and its tests, allows no newer one; matplotlib, beneath all, takes any.
HELD_BACK = "python-dateutil<3\n"

PEERS = "SimpleITK\nopencv-contrib-python-headless\nridge-detector\n"  # benchmarks compare with these
# The contrib build holds all that the other two builds of OpenCV hold, and they would overwrite it.
LEFT_OUT = "opencv-python ; sys_platform == 'never'\nopencv-python-headless ; sys_platform == 'never'\n"


def lock(target: str, *, source: str, groups: tuple[str, ...] = ()) -> None:
    """Write one lock file."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--universal", "--generate-hashes", "--quiet"]
    command += ["--no-header", "--no-annotate"]
    command += ["--python-version", "3.11", *groups, source, "-o", target]
    subprocess.run(command, cwd=ROOT, check=True)


def main() -> None:
    """Write the lock files; the second and the third hold the first."""
    build, peers, left_out, held_back = (
        ROOT / f"{name}-requirements.in" for name in ("build", "peers", "left-out", "held-back")
    )
    build.write_text(BUILD)
    held_back.write_text(HELD_BACK)
    peers.write_text(PEERS)
    left_out.write_text(LEFT_OUT)
    try:
        # With the reviewer's server, one package of 56 kB: `make demo` leads on to `microcal review`.
        lock(
            "requirements.lock",
            source="pyproject.toml",
            groups=("--extra", "review", "--constraint", held_back.name, "build-requirements.in"),
        )
        lock(
            "requirements-dev.lock",
            source="pyproject.toml",
            groups=("--group", "dev", "--constraint", "requirements.lock", "build-requirements.in"),
        )
        lock(
            "requirements-bench.lock",
            source="pyproject.toml",
            groups=(
                *("--constraint", "requirements.lock", "--override", left_out.name),
                *(build.name, peers.name),
            ),
        )
    finally:
        for path in (build, peers, left_out, held_back):
            path.unlink()
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock"):
        print(f"{name}: {sum('==' in line for line in (ROOT / name).open())} packages")


if __name__ == "__main__":
    main()
