"""Which packages this one asks for, in which versions, and whether they are here."""

import re
from dataclasses import dataclass
from importlib import metadata

from ..environment import DISTRIBUTIONS, package_version

_INSTALLED_AS = "microcal-xray"
# As the build writes them: numpy>=2.0, pydicom<4,>=3.0.2, highdicom>=0.28; extra == 'dicom'.
_REQUIREMENT = re.compile(
    r"^([\w.-]+)(?:\[[^]]*\])?\s*\(?([^;)]*)\)?\s*(?:;.*?extra\s*==\s*['\"]([\w-]+)['\"])?"
)
_ONE = re.compile(r"^\s*(>=|<|==)\s*([\d.]+)")
Release = tuple[int, ...]


@dataclass(frozen=True)
class AskedPackage:
    """One package that is asked for.

    Parameters
    ----------
    package : str
    versions : str
        That will do, as ``>=3.0.2,<4``; empty: any.
    extra : str or None
        The extra that asks for it; None: the main job does.
    found : str or None
        The version that is installed; None: none.
    """

    package: str
    versions: str
    extra: str | None
    found: str | None

    @property
    def is_met(self) -> bool:
        """Whether a version that will do is installed."""
        return self.found is not None and does(self.found, self.versions)


def asked_packages() -> tuple[AskedPackage, ...]:
    """Return every package that the installed version asks for; none where it was not installed.

    Notes
    -----
    OpenCV comes in four builds, of which any does.

    Examples
    --------
    >>> {one.package: one.is_met for one in asked_packages()}["numpy"]
    True
    """
    try:
        asked = metadata.requires(_INSTALLED_AS) or []
    except metadata.PackageNotFoundError:
        return ()
    found = []
    for match in filter(None, map(_REQUIREMENT.match, asked)):
        package, versions, extra = match.groups()
        builds = DISTRIBUTIONS["opencv"] if package in DISTRIBUTIONS["opencv"] else (package,)
        version = next(filter(None, map(package_version, builds)), None)
        found.append(AskedPackage(package, versions.replace(" ", ""), extra, version))
    return tuple(found)


def does(version: str, versions: str) -> bool:
    """Return whether a version is among those that will do.

    Parameters
    ----------
    version : str
    versions : str
        Comma-separated, each with ``>=``, ``<`` or ``==``; others are taken as met.

    Examples
    --------
    >>> does("3.0.4", ">=3.0.2,<4"), does("4.0", ">=3.0.2,<4"), does("2.0.0", "==2.0"), does("10.1", ">=9.4")
    (True, False, True, True)
    """
    here = _release(version)
    for sign, asked in (match.groups() for match in map(_ONE.match, versions.split(",")) if match):
        bound = _release(asked)
        if (
            (sign == ">=" and here < bound)
            or (sign == "<" and here >= bound)
            or (sign == "==" and here != bound)
        ):
            return False
    return True


def _release(version: str) -> Release:
    numbers = [int(part) for part in re.findall(r"\d+", re.split(r"[^\d.]", version, maxsplit=1)[0])]
    while numbers and numbers[-1] == 0:  # 2.0.0 is 2.0
        numbers.pop()
    return tuple(numbers)
