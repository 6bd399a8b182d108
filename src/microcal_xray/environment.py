"""What the program runs on: the packages that can change a result, and the platform in coarse words."""

import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata

from .version import __version__

# The names under which each package may be installed: OpenCV comes in four builds.
_DISTRIBUTIONS: Mapping[str, tuple[str, ...]] = {
    "numpy": ("numpy",),
    "scipy": ("scipy",),
    "opencv": (
        "opencv-python-headless",
        "opencv-python",
        "opencv-contrib-python-headless",
        "opencv-contrib-python",
    ),
    "scikit-image": ("scikit-image",),
    "pydicom": ("pydicom",),
}


def installed_versions() -> dict[str, str | None]:
    """Return the version of this package, of Python, and of each package that can change a result.

    Returns
    -------
    dict of str to (str or None)
        None: not installed, or it does not say.

    Examples
    --------
    >>> list(installed_versions())
    ['microcal_xray', 'python', 'numpy', 'scipy', 'opencv', 'scikit-image', 'pydicom']
    """
    versions: dict[str, str | None] = {
        "microcal_xray": __version__,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }
    for name, distributions in _DISTRIBUTIONS.items():
        versions[name] = next(filter(None, map(package_version, distributions)), None)
    return versions


@cache
def package_version(distribution: str) -> str | None:
    """Return the version of an installed package by the name it is installed under; None: not there.

    Examples
    --------
    >>> package_version("no-such-package") is None
    True
    """
    try:
        return metadata.version(distribution)
    except (metadata.PackageNotFoundError, KeyError):  # KeyError: the record of the installation is damaged
        return None


def platform_words() -> dict[str, str | None]:
    """Return the operating system and the kind of processor; nothing that tells one machine from another.

    Examples
    --------
    >>> list(platform_words())
    ['system', 'machine']
    """
    return {"system": platform.system() or None, "machine": platform.machine() or None}
