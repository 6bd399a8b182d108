"""List the licence of every package that an installation can bring, from what the packages say themselves.

python tools/list_licences.py          # writes docs/licences.md
python tools/list_licences.py --print  # only says it

Run it where all extras are installed; a package that is not here is listed as such. The Python packages alone
are listed: compiled ones carry libraries of their own, which their own files name.
"""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
_OURS = "microcal-xray"
_HEAD = """\
# Licences

microcal_xray is under BSD-3-Clause, `sample_data/` under CC0. What an installation brings, as the packages
themselves say it (`python tools/list_licences.py` wrote this page); `tests/test_licences.py` refuses GPL and
AGPL. Compiled packages carry libraries of their own: the wheels of OpenCV hold FFmpeg (LGPL-2.1), those of
NumPy and SciPy the run-time library of GCC (GPL with the exception for run-time libraries). Their licence
files say so.

"""
# Licences that bind what is linked with them; LGPL and GPL with an exception for that do not.
_COPYLEFT = re.compile(
    r"(?<![A-Za-z])A?GPL|GNU (Affero )?General Public|Affero|\bSSPL\b|\bCC-BY-NC\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Licence:
    """One package of an installation.

    Parameters
    ----------
    package, version : str
        The version is empty where it is not installed.
    words : str
        The licence, as the package says it; empty: it does not.
    asked_by : tuple of str
        "main" and extras, in order.
    """

    package: str
    version: str
    words: str
    asked_by: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        """Whether it would bind those who hand this package on."""
        return bool(_COPYLEFT.search(self.words))


def licences() -> list[Licence]:
    """Return every package that the main job or an extra brings, by name."""
    asked: dict[str, set[str]] = {}
    extras = metadata.metadata(_OURS).get_all("Provides-Extra") or []
    for extra in ("", *extras):
        for package in _brought(_OURS, extra, set()):
            asked.setdefault(package, set()).add(extra)
    asked.pop(_OURS, None)
    return [_licence(package, asked[package]) for package in sorted(asked)]


def _brought(package: str, extra: str, seen: set[tuple[str, str]]) -> Iterator[str]:
    if (package, extra) in seen:
        return
    seen.add((package, extra))
    yield package
    try:
        needed = metadata.requires(package) or []
    except metadata.PackageNotFoundError:
        return
    for each in map(Requirement, needed):
        is_plain = each.marker is None or each.marker.evaluate({"extra": ""})
        is_extra = each.marker is not None and each.marker.evaluate({"extra": extra})
        if is_plain if not extra else is_extra and not is_plain:
            for wanted in ("", *each.extras):
                yield from _brought(canonicalize_name(each.name), wanted, seen)
        elif extra and is_plain and package != _OURS:
            yield from _brought(canonicalize_name(each.name), "", seen)


def _licence(package: str, extras: set[str]) -> Licence:
    asked_by = ("main",) if "" in extras else tuple(sorted(extras))
    try:
        said = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return Licence(package, "", "", asked_by)
    return Licence(package, said["Version"], _words(said), asked_by)


def _words(said: metadata.PackageMetadata) -> str:
    expression = said.get_all("License-Expression")
    if expression:
        return str(expression[0])
    kinds = [each for each in said.get_all("Classifier") or [] if each.startswith("License :: ")]
    named = [each.rsplit(" :: ", 1)[1] for each in kinds if not each.endswith("OSI Approved")]
    if named:
        return ", ".join(named)
    first = "\n".join(said.get_all("License") or []).strip().splitlines()
    return first[0][:80] if first else ""


def page(found: list[Licence]) -> str:
    """Return the page."""
    rows = [
        f"| {one.package} | {one.version or 'not installed here'} | {one.words or 'not said'} | "
        f"{', '.join(f'`{name}`' if name != 'main' else name for name in one.asked_by)} |"
        for one in found
    ]
    head = "| package | version | licence | asked for by |\n| --- | --- | --- | --- |\n"
    return _HEAD + head + "\n".join(rows) + "\n"


def main() -> None:
    """Write the page, or print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--print", action="store_true", dest="is_printed")
    text = page(licences())
    if parser.parse_args().is_printed:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
