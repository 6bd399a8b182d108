"""Fetch radiographs from an archive by C-FIND and C-GET: nothing has to listen, no port has to be open."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import OutputError, SettingsError
from ..whole_files import PRIVATE_FILE, write_whole
from .address import Connection
from .association import (
    STUDY_ROOT_FIND,
    STUDY_ROOT_GET,
    PacsError,
    RefusedError,
    association,
    require_pynetdicom,
)
from .retries import with_retries

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pynetdicom.association import Association

_OWNER_ALONE = 0o700
_SUCCESS, _PENDING = 0x0000, (0xFF00, 0xFF01)
_IMPLICIT = "1.2.840.10008.1.2"
_UID = re.compile(r"[0-9]+(\.[0-9]+)+")
_DATES = re.compile(r"\d{8}|\d{8}-\d{8}|\d{8}-|-\d{8}")
# What `microcal analyze` reads: CR, DX for presentation and for processing, intra-oral, XA, RF.
_RADIOGRAPHS = tuple(
    f"1.2.840.10008.5.1.4.1.1.{tail}" for tail in ("1", "1.1", "1.1.1", "1.3", "1.3.1", "12.1", "12.2")
)
# Native, RLE, JPEG, JPEG Lossless, JPEG-LS, JPEG 2000: each has a context of its own, so that an archive can
# send every image as it has it.
_SYNTAXES = tuple(
    f"1.2.840.10008.1.2{tail}"
    for tail in ("", ".1", ".5", ".4.50", ".4.51", ".4.57", ".4.70", ".4.80", ".4.81", ".4.90", ".4.91")
)


@dataclass(frozen=True)
class Query:
    """Which images are wanted; what is not given does not matter, but something must be.

    Parameters
    ----------
    study_instance_uid, patient_id, accession_number : str or None
    study_date : str or None
        YYYYMMDD, or a range of two with a hyphen, of which one may be missing.
    modalities : tuple of str
        Series of others are left out.
    most_images : int
        More are an error, and none is fetched.

    Raises
    ------
    SettingsError
        If nothing is given, or something that would match all.

    Examples
    --------
    >>> Query(study_date="20240101-")
    Traceback (most recent call last):
        ...
    microcal_xray.errors.SettingsError: give a study, a patient or an accession number; all else is too much
    """

    study_instance_uid: str | None = None
    patient_id: str | None = None
    accession_number: str | None = None
    study_date: str | None = None
    modalities: tuple[str, ...] = ("CR", "DX")
    most_images: int = 1000

    def __post_init__(self) -> None:
        if self.study_instance_uid is not None and not _UID.fullmatch(self.study_instance_uid):
            raise SettingsError(f"{self.study_instance_uid!r} is no study (a UID)")
        if self.study_date is not None and not _DATES.fullmatch(self.study_date):
            raise SettingsError(f"{self.study_date!r} is no date; give YYYYMMDD or YYYYMMDD-YYYYMMDD")
        for value in (self.patient_id, self.accession_number):
            if value is not None and (not value.strip("*? ") or "\\" in value or len(value) > 64):
                raise SettingsError(f"{value!r} would match everything or is too long; give more of it")
        if not (self.study_instance_uid or self.patient_id or self.accession_number):
            raise SettingsError("give a study, a patient or an accession number; all else is too much")
        if self.most_images < 1:
            raise SettingsError(f"most_images is {self.most_images!r}; it must be 1 or more")


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


@dataclass(frozen=True)
class _Image:
    study: str
    series: str
    image: str


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
        If pynetdicom is not installed.

    Examples
    --------
    >>> from microcal_xray.pacs import Connection, Query, address_from_text, fetch
    >>> archive = Connection(address_from_text("ARCHIVE@localhost:104"))
    >>> fetch(Query(accession_number="A-9"), archive, "radiographs/")  # doctest: +SKIP
    """
    require_pynetdicom()
    images: list[_Image] = []
    with_retries(lambda: _find(query, connection, images), connection, pause)
    private = _private(Path(folder))
    names = {
        image: private / f"{hashlib.sha256(image.image.encode()).hexdigest()[:16]}.dcm" for image in images
    }
    missing = {image: path for image, path in names.items() if not path.is_file()}
    wanted = len(missing)
    failures: dict[_Image, str] = {}

    def told() -> None:
        report(len(images) - len(missing) + len(failures), len(images))

    told()
    with_retries(lambda: _get(missing, failures, connection, told), connection, pause)
    return FetchSummary(private, len(images), wanted - len(failures), tuple(failures.values()))


def _private(folder: Path) -> Path:
    try:
        folder.mkdir(mode=_OWNER_ALONE, parents=True, exist_ok=True)
        folder.chmod(_OWNER_ALONE)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made a private folder ({error.strerror})") from error
    return folder


def _find(query: Query, connection: Connection, images: list[_Image]) -> None:
    images.clear()
    with association(connection, [(STUDY_ROOT_FIND, _IMPLICIT)]) as archive:
        for study in _studies(archive, query):
            for series in _answers(
                archive, "SERIES", StudyInstanceUID=study, SeriesInstanceUID="", Modality=""
            ):
                if str(series.get("Modality")) not in query.modalities:
                    continue
                number = str(series.get("SeriesInstanceUID"))
                keys = {"StudyInstanceUID": study, "SeriesInstanceUID": number, "SOPInstanceUID": ""}
                for image in _answers(archive, "IMAGE", **keys):
                    found = _Image(study, number, str(image.get("SOPInstanceUID")))
                    if all(_UID.fullmatch(uid) for uid in (found.series, found.image)):
                        images.append(found)
                    if len(images) > query.most_images:
                        raise RefusedError(
                            f"{connection.address}: more than {query.most_images} images match; ask for fewer"
                        )


def _studies(archive: "Association", query: Query) -> list[str]:
    if query.study_instance_uid is not None:
        return [query.study_instance_uid]
    asked = {
        "PatientID": query.patient_id,
        "AccessionNumber": query.accession_number,
        "StudyDate": query.study_date,
    }
    keys = {name: value for name, value in asked.items() if value is not None}
    found = (
        str(each.get("StudyInstanceUID")) for each in _answers(archive, "STUDY", StudyInstanceUID="", **keys)
    )
    return [uid for uid in dict.fromkeys(found) if _UID.fullmatch(uid)]


def _question(level: str, keys: dict[str, str]) -> "Dataset":
    from pydicom.dataset import Dataset  # here: it costs 0.2 s, which other commands should not pay

    question = Dataset()
    question.QueryRetrieveLevel = level
    for name, value in keys.items():
        setattr(question, name, value)
    return question


def _answers(archive: "Association", level: str, **keys: str) -> Iterator["Dataset"]:
    if not archive.is_established:
        raise PacsError("the archive closed the connection while it was asked")
    answers = []
    last = None
    for status, identifier in archive.send_c_find(_question(level, keys), STUDY_ROOT_FIND):
        last = status.get("Status")
        if last in _PENDING and identifier is not None:
            answers.append(identifier)
    if last is None:
        raise PacsError("the archive closed the connection while it was asked")
    if last != _SUCCESS:
        raise RefusedError(f"the archive does not answer this question (status {last:04X})")
    yield from answers


def _get(
    missing: dict[_Image, Path], failures: dict[_Image, str], connection: Connection, told: Callable[[], None]
) -> None:
    left = [image for image in missing if image not in failures]
    if not left:
        return
    copies: dict[str, bytes] = {}

    def received(event: object) -> int:
        copies[str(event.request.AffectedSOPInstanceUID)] = event.encoded_dataset()  # type: ignore[attr-defined]
        return _SUCCESS

    contexts = [(STUDY_ROOT_GET, _IMPLICIT)]
    contexts += [(sop_class, syntax) for sop_class in _RADIOGRAPHS for syntax in _SYNTAXES]
    with association(connection, contexts, received=received) as archive:
        for image in left:
            keys = {
                "StudyInstanceUID": image.study,
                "SeriesInstanceUID": image.series,
                "SOPInstanceUID": image.image,
            }
            if not archive.is_established:
                raise PacsError(f"{connection.address}: the connection was lost")
            last = None
            for status, _ in archive.send_c_get(_question("IMAGE", keys), STUDY_ROOT_GET):
                last = status.get("Status")
            if last is None:
                raise PacsError(f"{connection.address}: the connection was lost")
            copy = copies.pop(image.image, None)
            copies.clear()  # what was not asked for
            if copy is None:
                failures[image] = f"an image was not sent (status {last:04X})"
            else:
                write_whole(missing.pop(image), copy, mode=PRIVATE_FILE)
            told()
