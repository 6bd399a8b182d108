"""Resolve the dependencies into lock files: names, versions and hashes, without addresses."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = "hatchling\neditables\n"  # so that the package itself is installed from the lock alone


def lock(target: str, *, source: str, groups: tuple[str, ...] = ()) -> None:
    """Write one lock file."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--universal", "--generate-hashes", "--quiet"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate"]
    command += ["--python-version", "3.11", *groups, source, "-o", target]
    subprocess.run(command, cwd=ROOT, check=True)


def main() -> None:
    """Write both lock files; the second holds the first."""
    build = ROOT / "build-requirements.in"
    build.write_text(BUILD)
    try:
        lock("requirements.lock", source="pyproject.toml", groups=("build-requirements.in",))
        lock(
            "requirements-dev.lock",
            source="pyproject.toml",
            groups=("--group", "dev", "--constraint", "requirements.lock", "build-requirements.in"),
        )
    finally:
        build.unlink()
    for name in ("requirements.lock", "requirements-dev.lock"):
        print(f"{name}: {sum('==' in line for line in (ROOT / name).open())} packages")


if __name__ == "__main__":
    main()
