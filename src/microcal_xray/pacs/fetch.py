"""Fetch radiographs from an archive: nothing has to listen, no port has to be open."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import OutputError
from . import dimse_fetch, web_fetch
from .address import Connection, WebAddress
from .association import require_pynetdicom
from .query import ListedImage, Query
from .retries import with_retries

__all__ = ["FetchSummary", "Query", "fetch"]

_OWNER_ALONE = 0o700


@dataclass(frozen=True)
class FetchSummary:
    """What fetching came to.

    Parameters
    ----------
    folder : Path
    found : int
        Number of images that the archive lists.
    written : int
        Number of those that are new in the folder; the others were there.
    failures : tuple of str
        Why an image is not there, for each.
    """

    folder: Path
    found: int
    written: int
    failures: tuple[str, ...] = ()


def fetch(
    query: Query,
    connection: Connection,
    folder: str | Path,
    *,
    pause: Callable[[float], None] = time.sleep,
    report: Callable[[int, int], None] = lambda done, found: None,
) -> FetchSummary:
    """Fetch the radiographs that match into a folder that only its owner can open.

    Files are named by a hash of their identifier. One that is there already is not fetched again.

    Parameters
    ----------
    query : Query
    connection : Connection
    folder : path
        Made if need be.
    pause : callable
        Waits for so many seconds.
    report : callable, optional
        Called with the number of images that are through and of those found, after each one.

    Raises
    ------
    PacsError
        If the archive cannot be reached, refuses, or lists too many images.
    OutputError
        If the folder or a file cannot be written.
    MicrocalError
        If pynetdicom is not installed, and the address is no DICOMweb service.

    Examples
    --------
    >>> from microcal_xray.pacs import Connection, Query, address_from_text, fetch
    >>> archive = Connection(address_from_text("ARCHIVE@localhost:104"))  # or https://localhost/dicom-web
    >>> fetch(Query(accession_number="A-9"), archive, "radiographs/")  # doctest: +SKIP
    """
    archive = _archive(connection)
    images = with_retries(lambda: archive.find(query, connection), connection, pause)
    private = _private(Path(folder))
    names = {
        image: private / f"{hashlib.sha256(image.image.encode()).hexdigest()[:16]}.dcm" for image in images
    }
    missing = {image: path for image, path in names.items() if not path.is_file()}
    failures: list[str] = []
    done = len(images) - len(missing)

    def ended(reason: str | None) -> None:
        nonlocal done
        done += 1
        if reason is not None:
            failures.append(reason)
        report(done, len(images))

    report(done, len(images))
    archive.get(missing, connection, pause, ended)
    return FetchSummary(private, len(images), len(missing) - len(failures), tuple(failures))


@dataclass(frozen=True)
class _Archive:
    """How one sort of archive is asked for images, and how it gives them."""

    find: Callable[[Query, Connection], list[ListedImage]]
    get: Callable[
        [Mapping[ListedImage, Path], Connection, Callable[[float], None], Callable[[str | None], None]], None
    ]


def _archive(connection: Connection) -> _Archive:
    if isinstance(connection.address, WebAddress):
        return _Archive(web_fetch.find, web_fetch.get)
    require_pynetdicom()
    return _Archive(dimse_fetch.find, dimse_fetch.get)


def _private(folder: Path) -> Path:
    try:
        folder.mkdir(mode=_OWNER_ALONE, parents=True, exist_ok=True)
        folder.chmod(_OWNER_ALONE)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made a private folder ({error.strerror})") from error
    return folder
