"""What a result hangs on beside its input: packages, fitted models, the platform in coarse words."""

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from importlib.resources import files

from .version import __version__

# The names under which each package may be installed: OpenCV comes in four builds.
DISTRIBUTIONS: Mapping[str, tuple[str, ...]] = {
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


# What was fitted to data, each a file of plain numbers in the package.
_MODELS: Mapping[str, tuple[str, ...]] = {
    "ranker": ("measurement", "models", "ranker.json"),
    "intervals": ("measurement", "models", "intervals.json"),
    "limit": ("limit", "models", "limit.json"),
    "bumps": ("contour", "models", "bumps.json"),
    "series": ("measurement", "models", "series.json"),
    "change": ("registration", "models", "change.json"),
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
    for name, distributions in DISTRIBUTIONS.items():
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


@cache
def model_hash(name: str) -> str:
    """Return the SHA-256 of a fitted model that comes with the package.

    Line ends are those of the repository: a checkout that turned them has the same model.

    Parameters
    ----------
    name : str
        "ranker", "intervals", "limit", "bumps", "series" or "change".

    Examples
    --------
    >>> len(model_hash("ranker"))
    64
    """
    content = files(__package__).joinpath(*_MODELS[name]).read_bytes()
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def model_hashes() -> dict[str, str]:
    """Return the SHA-256 of every fitted model that comes with the package, by name.

    Examples
    --------
    >>> list(model_hashes())
    ['ranker', 'intervals', 'limit', 'bumps', 'series', 'change']
    """
    return {name: model_hash(name) for name in _MODELS}


def platform_words() -> dict[str, str | None]:
    """Return the operating system and the kind of processor; nothing that tells one machine from another.

    Examples
    --------
    >>> list(platform_words())
    ['system', 'machine']
    """
    return {"system": platform.system() or None, "machine": platform.machine() or None}
