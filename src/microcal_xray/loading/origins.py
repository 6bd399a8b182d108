"""The mark of a file: its bytes, the packages that read it, and what they were told."""

import hashlib
import os
import stat
from pathlib import Path

from ..environment import package_version
from ..origin import Origin, Reading

_LARGEST_BYTES = 1 << 31  # no readable radiograph is larger; a hostile file may be endless
_CHUNK_BYTES = 1 << 20

# What each decoder is installed as: where a plugin only hands on to a codec, that one decides.
INSTALLED_AS: dict[str, tuple[str, ...]] = {
    "gdcm": ("python-gdcm",),
    "pylibjpeg": ("pylibjpeg", "pylibjpeg-openjpeg"),
}


def origin_of(
    path: Path, *, reading: Reading, decoders: tuple[str, ...] = (), instance: str | None = None
) -> Origin:
    """Return the origin of a file that was read, or that could not be.

    Parameters
    ----------
    path : Path
    reading : Reading
    decoders : tuple of str
        The packages that took part, by the names that `Acquisition.decoder` has; empty: none came so far.
    instance : str, optional
        The SOP instance UID of a DICOM file; only its hash is kept.
    """
    mark = file_mark(path)
    digest, size = mark if mark else (None, None)
    own = hashlib.sha256(instance.encode("utf-8", "backslashreplace")).hexdigest() if instance else None
    return Origin(digest, size, decoder_versions(decoders), reading, own)


def decoder_versions(decoders: tuple[str, ...]) -> dict[str, str | None]:
    """Return the versions of decoders by the names that they are installed under.

    Examples
    --------
    >>> list(decoder_versions(("pydicom", "pylibjpeg")))
    ['pydicom', 'pylibjpeg', 'pylibjpeg-openjpeg']
    """
    names = [name for decoder in decoders for name in INSTALLED_AS.get(decoder, (decoder,))]
    versions = {name: package_version(name) for name in names}
    if "pillow" in versions:
        versions |= _libjpeg()
    return versions


def _libjpeg() -> dict[str, str | None]:
    """Return the JPEG library inside Pillow: builds of one Pillow have different ones."""
    from PIL import features

    turbo = features.version_feature("libjpeg_turbo")
    return {"libjpeg-turbo": turbo} if turbo else {"libjpeg": features.version_codec("jpg")}


def file_mark(path: Path) -> tuple[str, int] | None:
    """Return the SHA-256 of a file and its length in bytes.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of (str, int) or None
        None: it is over 2 GiB, no ordinary file, or cannot be read.

    Examples
    --------
    >>> file_mark(Path("absent.dcm")) is None
    True
    """
    try:
        # A pipe or a device would block or never end.
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST_BYTES:
            return None
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                if size > _LARGEST_BYTES:
                    return None
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None
    return digest.hexdigest(), size
