"""Ask whether known weaknesses are in the locked packages, and say loudly where nobody could be asked.

A mirror without advisories answers "none" for everything, so a package whose weaknesses are known is asked
about first. Exit status: 0 none are known, 1 some are, 3 not audited.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
CANARY = "jinja2==2.4.1"  # CVE-2014-1402, CVE-2016-10745, CVE-2019-10906 and later ones
LOCKS = ("requirements.lock", "requirements-dev.lock")
NOT_AUDITED = 3


def weaknesses(requirements: Path, *options: str) -> dict[str, list[str]] | None:
    """Return the advisories of each package that has some; None where they cannot be had."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
        return {
            f"{each['name']} {each['version']}": [vulnerability["id"] for vulnerability in each["vulns"]]
            for each in packages
            if each.get("vulns")
        }
    except (ValueError, LookupError):
        print(done.stderr.strip()[-300:], file=sys.stderr)
        return None


def main() -> int:
    """Audit the lock files."""
    with tempfile.TemporaryDirectory() as name:
        canary = Path(name) / "requirements.txt"
        canary.write_text(f"{CANARY}\n")
        known = weaknesses(canary, "--no-deps")
    if not known:
        why = "no advisories can be had here" if known is None else f"whoever answers knows none of {CANARY}"
        print(
            f"NOT AUDITED: {why}. Run `make audit` where the package index can be reached.", file=sys.stderr
        )
        return NOT_AUDITED
    status = 0
    for lock in LOCKS:
        found = weaknesses(ROOT / lock, "--require-hashes")
        if found is None:
            print(f"NOT AUDITED: {lock}: the answer was cut off.", file=sys.stderr)
            return NOT_AUDITED
        for package, advisories in found.items():
            print(f"{lock}: {package}: {', '.join(advisories)}")
            status = 1
    if not status:
        print(f"no known weaknesses in {' and '.join(LOCKS)}")
    return status


if __name__ == "__main__":
    sys.exit(main())
