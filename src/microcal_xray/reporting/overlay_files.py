"""Where the overlay of an input file is written: a name that is safe, unique, and the same in every run."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ..errors import OutputError

OVERLAYS_FOLDER = "overlays"

_LONGEST_NAME_BYTES = 150  # with suffix and temporary ending still under the 255 bytes of common file systems
_HASH_LETTERS = 10
_FOLDER_MARK = "__"  # stands for the slash
_HASH_MARK = "~"  # in no cleaned name, so a hashed name cannot be another file's plain one
_RESERVED_ON_WINDOWS = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))]
)


def overlay_names(files: Iterable[str]) -> dict[str, str]:
    """Return the file name of the overlay of each input file.

    A plain path is kept, with `__` for each slash. Where something had to be changed or cut, or where names
    differ in case only, a hash of the path makes them unique. The order of the files has no effect.

    Parameters
    ----------
    files : iterable of str
        Paths relative to the analysed folder, with forward slashes. They may hold anything.

    Examples
    --------
    >>> overlay_names(["leg/left/a.dcm", "leg/left/a.png"])
    {'leg/left/a.dcm': 'leg__left__a.dcm.png', 'leg/left/a.png': 'leg__left__a.png.png'}
    >>> overlay_names(["../../etc/passwd"])
    {'../../etc/passwd': 'etc__passwd~3754d6cb3a.png'}
    """
    files = list(dict.fromkeys(files))
    sharing = Counter(map(name_key, files))
    return {file: overlay_name(file, is_alone=sharing[name_key(file)] == 1) for file in files}


def overlay_name(file: str, *, is_alone: bool) -> str:
    """Return the file name of the overlay of one input file.

    Parameters
    ----------
    file : str
    is_alone : bool
        Whether no other file has the same `name_key`.
    """
    name = _cleaned(file)
    return f"{name}.png" if is_alone and _is_kept(file, name) else _hashed(file, name)


def name_key(file: str) -> str:
    """Return what the overlays of two files share if only a hash can tell their names apart.

    Examples
    --------
    >>> name_key("leg/A.dcm") == name_key("leg__a.dcm")
    True
    """
    return _cleaned(file).casefold()


def overlays_folder(out: Path) -> Path:
    """Return the folder of the overlays in an output folder, made if need be.

    Raises
    ------
    OutputError
        If the folder cannot be made, or leads out of the output folder.
    """
    return folder_within(out, OVERLAYS_FOLDER)


def folder_within(out: Path, name: str) -> Path:
    """Return a folder of that name in an output folder, made if need be.

    Raises
    ------
    OutputError
        If the folder cannot be made, or leads out of the output folder.
    """
    folder = out / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror}); choose another folder") from error
    if not folder.resolve().is_relative_to(out.resolve()):
        raise OutputError(f"{folder}: leads out of the output folder; remove the link")
    return folder


def _is_kept(file: str, name: str) -> bool:
    # Only one path leads back from a name, so no two files that are kept share one.
    return name.replace(_FOLDER_MARK, "/") == file


def _hashed(file: str, name: str) -> str:
    digest = hashlib.sha256(file.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_LETTERS]
    return f"{name}{_HASH_MARK}{digest}.png"


def _cleaned(file: str) -> str:
    text = unicodedata.normalize("NFC", file).replace("/", _FOLDER_MARK)
    kept = "".join(letter if letter.isalnum() or letter in "._- " else "_" for letter in text)
    kept = kept.lstrip("._ ") or "image"
    if kept.split(".")[0].strip().lower() in _RESERVED_ON_WINDOWS:
        kept = f"image-{kept}"
    return kept.encode("utf-8")[:_LONGEST_NAME_BYTES].decode("utf-8", "ignore")
