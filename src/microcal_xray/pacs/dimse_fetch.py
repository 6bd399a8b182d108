"""Images out of an archive by C-FIND and C-GET."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..whole_files import PRIVATE_FILE, write_whole
from .address import Connection
from .association import STUDY_ROOT_FIND, STUDY_ROOT_GET, association
from .failures import PacsError, RefusedError
from .query import ListedImage, Query, is_uid, require_few
from .retries import with_retries

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pynetdicom.association import Association

_SUCCESS, _PENDING = 0x0000, (0xFF00, 0xFF01)
_IMPLICIT = "1.2.840.10008.1.2"
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


def find(query: Query, connection: Connection) -> list[ListedImage]:
    """Return the images that match.

    Raises
    ------
    PacsError
        If the archive cannot be reached, refuses, or lists too many images.
    """
    images = []
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
                    found = ListedImage(study, number, str(image.get("SOPInstanceUID")))
                    if is_uid(found.series) and is_uid(found.image):
                        images.append(found)
                    require_few(len(images), query, connection.address)
    return images


def get(
    missing: Mapping[ListedImage, Path],
    connection: Connection,
    pause: Callable[[float], None],
    ended: Callable[[str | None], None],
) -> None:
    """Write images into files; a connection that is lost is opened again, and goes on with what is left.

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
        If the archive cannot be reached, however often it is tried, or refuses the association.
    OutputError
        If a file cannot be written.
    """
    left = dict(missing)
    with_retries(lambda: _get(left, connection, ended), connection, pause)


def _get(left: dict[ListedImage, Path], connection: Connection, ended: Callable[[str | None], None]) -> None:
    if not left:
        return
    copies: dict[str, bytes] = {}

    def received(event: object) -> int:
        copies[str(event.request.AffectedSOPInstanceUID)] = event.encoded_dataset()  # type: ignore[attr-defined]
        return _SUCCESS

    contexts = [(STUDY_ROOT_GET, _IMPLICIT)]
    contexts += [(sop_class, syntax) for sop_class in _RADIOGRAPHS for syntax in _SYNTAXES]
    with association(connection, contexts, received=received) as archive:
        for image, path in list(left.items()):
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
            if copy is not None:
                write_whole(path, copy, mode=PRIVATE_FILE)
            del left[image]
            ended(None if copy is not None else f"an image was not sent (status {last:04X})")


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
    return [uid for uid in dict.fromkeys(found) if is_uid(uid)]


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
