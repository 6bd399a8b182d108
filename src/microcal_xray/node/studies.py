"""What is to be done next with a study: a pure function of what is in the inbox and of its record."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from .inbox import Image

LONGEST_PAUSE_S = 3600.0
MOST_REFUSALS = 10  # an archive that refuses an object for ten hours will go on to do so
_FIRST_PAUSE_S = 30.0


class Step(Enum):
    """What a study needs now."""

    WAIT = auto()
    ANALYZE = auto()
    SEND = auto()
    FORGET = auto()  # its images; its results stay


@dataclass(frozen=True, kw_only=True)
class Record:
    """What has been done with a study; kept on the disk.

    Parameters
    ----------
    analyzed : str or None
        The revision of the images that the results are about. None: there are none yet.
    tries : int
        How often the present step failed.
    next_try_s : float
        Not before this time, in seconds of the epoch.
    reason : str or None
        Why the last try failed.
    sent : mapping
        Results that the archive has, by identifier: what is proved of each.
    refused : mapping
        Results that it refused, by identifier: how often.
    finished_s : float or None
        When nothing was left to do, in seconds of the epoch.
    """

    analyzed: str | None = None
    tries: int = 0
    next_try_s: float = 0.0
    reason: str | None = None
    sent: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    finished_s: float | None = None

    def failed(self, reason: str, now_s: float) -> "Record":
        """Return it after a step that failed: the next try comes after a longer pause."""
        tries = self.tries + 1
        return replace(self, tries=tries, reason=reason, next_try_s=now_s + pause_s(tries))

    def analyzed_as(self, revision: str) -> "Record":
        """Return it after an analysis."""
        return replace(self, analyzed=revision, tries=0, next_try_s=0.0, reason=None, finished_s=None)

    def confirmed(self, identifier: str, proof: str) -> "Record":
        """Return it after a result arrived."""
        return replace(self, sent={**self.sent, identifier: proof})

    def turned_down(self, identifier: str) -> "Record":
        """Return it after a result was refused."""
        return replace(self, refused={**self.refused, identifier: self.refused.get(identifier, 0) + 1})

    def is_settled(self, identifier: str) -> bool:
        """Whether a result has arrived, or has been refused too often."""
        return identifier in self.sent or self.refused.get(identifier, 0) >= MOST_REFUSALS

    def finished(self, now_s: float) -> "Record":
        """Return it after everything."""
        return replace(self, tries=0, next_try_s=0.0, reason=None, finished_s=now_s)


def pause_s(tries: int) -> float:
    """Return how long to wait after so many failures, in seconds.

    Examples
    --------
    >>> [pause_s(tries) for tries in (1, 2, 3, 50)]
    [30.0, 60.0, 120.0, 3600.0]
    """
    return min(_FIRST_PAUSE_S * 2.0 ** min(tries - 1, 20), LONGEST_PAUSE_S)


def revision(images: Mapping[str, Image]) -> str:
    """Return what identifies a set of images: their names are hashes of their content."""
    return hashlib.sha256("\n".join(sorted(images)).encode()).hexdigest()


def next_step(
    images: Mapping[str, Image], record: Record, *, now_s: float, settle_s: float, keep_s: float
) -> Step:
    """Return what a study needs now.

    Parameters
    ----------
    images : mapping
        Those in the inbox, by name; at least one.
    record : Record
    now_s : float
        In seconds of the epoch.
    settle_s : float
        How long no image must have come.
    keep_s : float
        How long the images stay after all is done.

    Notes
    -----
    The clock of a machine may be set back. A time that lies further ahead than any pause is then past.
    """
    is_due = not 0 < record.next_try_s - now_s <= LONGEST_PAUSE_S
    if record.analyzed != revision(images):
        quiet_s = now_s - max(image.arrived for image in images.values())
        is_quiet = quiet_s >= settle_s or quiet_s < -settle_s
        return Step.ANALYZE if is_quiet and is_due else Step.WAIT
    if record.finished_s is None:
        return Step.SEND if is_due else Step.WAIT
    return Step.FORGET if now_s - record.finished_s >= keep_s else Step.WAIT
