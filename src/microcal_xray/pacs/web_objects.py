"""One object out of a DICOMweb archive (WADO-RS), written as it comes."""

from collections.abc import Iterator
from typing import BinaryIO

from .address import Connection
from .failures import UnusableAnswerError
from .multipart import BrokenMultipartError, first_part
from .web import Answer, Question, asked

_DICOM = "application/dicom"
# Any transfer syntax, so that the archive gives each object as it has it.
_ACCEPT = f'multipart/related; type="{_DICOM}"; transfer-syntax=*'
_BYTES_PER_MB = 1_000_000


def retrieve(study: str, series: str, instance: str, connection: Connection, file: BinaryIO) -> None:
    """Write an object of an archive into a file.

    Parameters
    ----------
    study, series, instance : str
        Unique identifiers.
    connection : Connection
        With the address of a DICOMweb service.
    file : binary file
        Open for writing.

    Raises
    ------
    UnusableAnswerError
        If the archive does not give it, or gives something else or too much.
    PacsError
        If the archive cannot be reached, or refuses us.
    OSError
        If the file cannot be written.
    """
    path = ("studies", study, "series", series, "instances", instance)
    question = Question(path, _ACCEPT, most_bytes=round(connection.largest_mb * _BYTES_PER_MB))
    with asked(question, connection) as answer:
        if answer.status != 200:
            raise UnusableAnswerError(f"{connection.address}: does not give it (HTTP {answer.status})")
        try:
            for chunk in _object(answer, connection):
                file.write(chunk)
        except BrokenMultipartError as error:
            raise UnusableAnswerError(
                f"{connection.address}: the answer is a broken multipart, {error}"
            ) from error


def _object(answer: Answer, connection: Connection) -> Iterator[bytes]:
    if answer.media_type == "multipart/related":
        return first_part(answer.chunks, answer.boundary)
    if answer.media_type == _DICOM:
        return answer.chunks
    raise UnusableAnswerError(f"{connection.address}: the answer is {answer.media_type}, no DICOM object")
