"""Where in a folder the files of a recorded run are: by their bytes, by their pixels, at last by name."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from ..errors import SettingsError
from ..loading.complaints import shown_path
from ..loading.folder import walk_folder
from ..loading.origins import file_mark
from ..origin import Reading
from ..reporting.foreign_text import printable_text
from .recorded import RecordedImage


class FoundBy(StrEnum):
    """By what a file was found again."""

    FILE = "file"  # its bytes
    PIXELS = "pixels"  # its decoded pixels: other tags, another name, another lossless compression
    NAME = "name"  # its name alone: the contents have changed


@dataclass(frozen=True)
class FolderFile:
    """An ordinary file of the folder.

    Parameters
    ----------
    path : Path
    name : str
        Relative to the folder, with forward slashes, as it would stand in candidates.json.
    """

    path: Path
    name: str


@dataclass(frozen=True)
class Match:
    """The file that a recorded image is taken from."""

    found: FolderFile
    by: FoundBy


# Takes files and ways to read them; gives the hash of the pixels of those that can be read.
PixelHashes = Callable[[Sequence[tuple[FolderFile, Reading]]], Mapping[tuple[FolderFile, Reading], str]]


def folder_files(folder: str | Path) -> tuple[FolderFile, ...]:
    """Return the ordinary files of a folder and of the folders in it, sorted by name; none is opened.

    Raises
    ------
    SettingsError
        If the folder does not exist.
    """
    folder = Path(folder)
    try:
        exists = folder.exists()
    except (OSError, ValueError):  # ValueError: a NUL in the name
        exists = False
    if not exists:
        raise SettingsError(f"{shown_path(folder)}: no such folder; check the path")
    root = folder if folder.is_dir() else folder.parent
    paths = [path for path, known in walk_folder(folder) if known is None]
    files = [FolderFile(path, printable_text(path.relative_to(root).as_posix())) for path in paths]
    return tuple(sorted(files, key=lambda file: file.name))


def matches(
    images: Sequence[RecordedImage], files: Sequence[FolderFile], pixel_hashes: PixelHashes
) -> list[Match | None]:
    """Return the file of each recorded image.

    Parameters
    ----------
    images : sequence of RecordedImage
    files : sequence of FolderFile
    pixel_hashes : callable
        Called with the files whose bytes nobody recorded, if there is an image left to find.

    Returns
    -------
    list of (Match or None)
        In the order of `images`; None: no file has its bytes, its pixels or its name.
    """
    found = _by_bytes(images, files)
    rest = _unused(files, found)
    found = _filled(found, _by_pixels(images, found, rest, pixel_hashes))
    return _filled(found, _by_name(images, _unused(files, found)))


def _by_bytes(images: Sequence[RecordedImage], files: Sequence[FolderFile]) -> list[Match | None]:
    sizes = {image.origin.file_bytes for image in images if image.origin.file_sha256}
    by_hash: defaultdict[str, list[FolderFile]] = defaultdict(list)
    for file in files:
        if _size(file) in sizes and (mark := file_mark(file.path)):
            by_hash[mark[0]].append(file)
    return [
        _namesake(image, by_hash.get(image.origin.file_sha256 or "", []), FoundBy.FILE) for image in images
    ]


def _by_pixels(
    images: Sequence[RecordedImage],
    found: Sequence[Match | None],
    files: Sequence[FolderFile],
    pixel_hashes: PixelHashes,
) -> list[Match | None]:
    sought = [
        image for image, match in zip(images, found, strict=True) if match is None and image.pixel_sha256
    ]
    readings = dict.fromkeys(image.origin.reading for image in sought)
    pairs = [(file, reading) for reading in readings for file in files]
    by_hash: defaultdict[tuple[str, Reading], list[FolderFile]] = defaultdict(list)
    if pairs:
        hashes = pixel_hashes(pairs)
        for file, reading in pairs:
            if digest := hashes.get((file, reading)):
                by_hash[digest, reading].append(file)
    return [
        _namesake(image, by_hash.get((image.pixel_sha256 or "", image.origin.reading), []), FoundBy.PIXELS)
        for image in images
    ]


def _by_name(images: Sequence[RecordedImage], files: Sequence[FolderFile]) -> list[Match | None]:
    whole = {file.name: file for file in files}
    last: defaultdict[str, list[FolderFile]] = defaultdict(list)
    for file in files:
        last[PurePosixPath(file.name).name].append(file)
    every: list[Match | None] = []
    for image in images:
        alike = last.get(PurePosixPath(image.file).name, [])
        only = alike[0] if len(alike) == 1 else None  # of several, none is likelier than the others
        namesake = whole.get(image.file) or only
        every.append(None if namesake is None else Match(namesake, FoundBy.NAME))
    return every


def _namesake(image: RecordedImage, alike: Sequence[FolderFile], by: FoundBy) -> Match | None:
    """Return, of files with the same contents, the one of the same name, else the first."""
    if not alike:
        return None
    return Match(next((file for file in alike if file.name == image.file), alike[0]), by)


def _filled(found: Sequence[Match | None], later: Sequence[Match | None]) -> list[Match | None]:
    return [match or other for match, other in zip(found, later, strict=True)]


def _unused(files: Sequence[FolderFile], found: Sequence[Match | None]) -> list[FolderFile]:
    used = {match.found for match in found if match}
    return [file for file in files if file not in used]


def _size(file: FolderFile) -> int | None:
    try:
        return file.path.stat().st_size
    except OSError:
        return None
