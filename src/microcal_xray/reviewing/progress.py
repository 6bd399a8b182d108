"""How far each reader is."""

from collections.abc import Sequence
from dataclasses import dataclass

from .events import Event
from .reading import fold
from .study import Study


@dataclass(frozen=True)
class ReaderProgress:
    """How far one reader is.

    Parameters
    ----------
    reader : str
    images : int
        To be read.
    done : int
        Of them.
    decisions : int
        Lines with a verdict, and own lines.
    seconds : float
        Spent, as far as the page said.
    """

    reader: str
    images: int
    done: int
    decisions: int
    seconds: float


def progress_of(reader: str, files: Sequence[str], events: Sequence[Event], study: Study) -> ReaderProgress:
    """Return how far a reader is.

    Parameters
    ----------
    reader : str
    files : sequence of str
        That the reader is to read.
    events : sequence of Event
        Of this reader.
    study : Study
    """
    touched = {event.image for event in events}
    readings = [fold(events, study.by_file[file]) for file in files if file in touched]
    return ReaderProgress(
        reader,
        images=len(files),
        done=sum(reading.is_done for reading in readings),
        decisions=sum(line.mark is not None for reading in readings for line in reading.lines),
        seconds=round(sum(reading.seconds for reading in readings), 1),
    )
