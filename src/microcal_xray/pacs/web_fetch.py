"""Images out of a DICOMweb archive by QIDO-RS and WADO-RS."""

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from ..errors import MicrocalError
from ..loading.complaints import clear_reasons
from ..whole_files import PRIVATE_FILE, writing_whole
from . import dicom_json
from .address import Connection
from .dicom_json import Record
from .failures import RefusedError, UnusableAnswerError
from .query import ListedImage, Query, is_uid, require_few
from .retries import with_retries
from .web import Question, asked, json_body
from .web_objects import retrieve

_JSON = "application/dicom+json"
_PAGE = 200  # records that are asked for at once; an archive may give fewer
_MOST_PAGES = 1000


def find(query: Query, connection: Connection) -> list[ListedImage]:
    """Return the images that match.

    Raises
    ------
    PacsError
        If the archive cannot be reached, refuses, does not look at what was asked, or lists too many images.
    """
    images: dict[ListedImage, None] = {}
    for study in _studies(query, connection):
        for series in _listed(("studies", study, "series"), (), dicom_json.SERIES, connection):
            if dicom_json.text(series, dicom_json.MODALITY) not in query.modalities:
                continue
            number = dicom_json.text(series, dicom_json.SERIES)
            path = ("studies", study, "series", number, "instances")
            for image in _listed(path, (), dicom_json.INSTANCE, connection):
                images[ListedImage(study, number, dicom_json.text(image, dicom_json.INSTANCE))] = None
                require_few(len(images), query, connection.address)
    return list(images)


def get(
    missing: Mapping[ListedImage, Path],
    connection: Connection,
    pause: Callable[[float], None],
    ended: Callable[[str | None], None],
) -> None:
    """Write images into files as they come, each tried again if the connection is lost.

    Parameters
    ----------
    missing : mapping of ListedImage to Path
    connection : Connection
    pause : callable
        Waits for so many seconds.
    ended : callable
        Called for each image, with the reason why it is not there, or None.

    Raises
    ------
    PacsError
        If the archive cannot be reached, however often it is tried, or refuses us.
    OutputError
        If a file cannot be written.
    """
    for image, path in missing.items():
        try:
            with_retries(partial(_write, image, path, connection), connection, pause)
        except UnusableAnswerError as error:
            ended(f"an image was not sent ({error})")
        else:
            ended(None)


def _write(image: ListedImage, path: Path, connection: Connection) -> None:
    # Imported here: pydicom costs 0.2 s, which other commands should not pay.
    from ..loading.dicom_file import read_header

    with writing_whole(path, mode=PRIVATE_FILE) as file:
        retrieve(image.study, image.series, image.image, connection, file)
        file.flush()
        try:
            with clear_reasons():
                header = read_header(Path(file.name))
                is_it = (
                    header.get("SOPInstanceUID") == image.image
                    and header.get("StudyInstanceUID") == image.study
                )
        except MicrocalError as error:
            raise UnusableAnswerError(
                f"{connection.address}: what came is no DICOM object, {error}"
            ) from error
        if not is_it:
            raise UnusableAnswerError(f"{connection.address}: what came is another object")


def _studies(query: Query, connection: Connection) -> list[str]:
    asked_for = {
        ("StudyInstanceUID", dicom_json.STUDY): query.study_instance_uid,
        ("PatientID", dicom_json.PATIENT_ID): query.patient_id,
        ("AccessionNumber", dicom_json.ACCESSION_NUMBER): query.accession_number,
        ("StudyDate", dicom_json.STUDY_DATE): query.study_date,
    }
    keys = tuple((name, value) for (name, _), value in asked_for.items() if value is not None)
    found = []
    for study in _listed(("studies",), keys, dicom_json.STUDY, connection):
        for (name, tag), value in asked_for.items():
            # A service may leave out a key that it does not know (PS3.18 8.3.4), and list all it has.
            if value is not None and not _matches(dicom_json.text(study, tag), value, name == "StudyDate"):
                raise RefusedError(
                    f"{connection.address}: lists studies of another {name}; it does not look at it"
                )
        found.append(dicom_json.text(study, dicom_json.STUDY))
    return found


def _matches(found: str, wanted: str, is_date: bool) -> bool:
    """Return whether a value is what was asked for; one that is not told may be."""
    if not found:
        return True
    if is_date:
        first, _, last = wanted.partition("-") if "-" in wanted else (wanted, "", wanted)
        return (not first or found >= first) and (not last or found <= last)
    return fnmatchcase(found.casefold(), wanted.strip().casefold().replace("[", "[[]"))


def _listed(
    path: tuple[str, ...], keys: tuple[tuple[str, str], ...], identifier: str, connection: Connection
) -> Iterator[Record]:
    """Yield the records of all pages, each once, without those that have no identifier of the level."""
    known: set[str] = set()
    offset = 0
    for _ in range(_MOST_PAGES):
        page = _page(path, (*keys, ("limit", str(_PAGE)), ("offset", str(offset))), connection)
        new = {dicom_json.text(each, identifier): each for each in page}
        fresh = [each for uid, each in new.items() if is_uid(uid) and uid not in known]
        yield from fresh
        if not fresh:  # the end, or an archive that gives the first page for ever
            return
        known |= set(new)
        offset += len(page)
    raise RefusedError(f"{connection.address}: lists without end; ask for fewer")


def _page(
    path: tuple[str, ...], keys: tuple[tuple[str, str], ...], connection: Connection
) -> tuple[Record, ...]:
    with asked(Question(path, _JSON, keys), connection) as answer:
        if answer.status == 204 or (answer.status == 404 and len(path) > 1):
            return ()
        if answer.status != 200:
            raise RefusedError(
                f"{connection.address}: does not answer this question (HTTP {answer.status}); check the path"
            )
        return dicom_json.records(json_body(answer, connection.address), connection.address)
