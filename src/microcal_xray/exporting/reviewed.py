"""What reviewers decided about the lines of one image, as a report is to say it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import SettingsError
from ..findings import Candidate, Kind
from ..reader_verdicts import ReaderVerdict, Reason

_LONGEST_NAME = 64  # PS3.5 6.2, PN and LO
_NOT_IN_A_NAME = frozenset("\\=")


@dataclass(frozen=True)
class ReviewedLine:
    """A line that reviewers accepted or were unsure about.

    Parameters
    ----------
    name : str
        The number of the candidate, or the name of a line that a reviewer drew.
    kind : Kind
    path_px : (N, 2) float array
    verdict : ReaderVerdict
    reason : Reason or None
    candidate : Candidate or None
        Whose numbers hold for it; None where a reviewer drew or moved it, so that only its length is known.
    """

    name: str
    kind: Kind
    path_px: npt.NDArray[np.float64]
    verdict: ReaderVerdict
    reason: Reason | None = None
    candidate: Candidate | None = None


@dataclass(frozen=True)
class Verifier:
    """Who takes responsibility for what a report says.

    Parameters
    ----------
    name : str
        As DICOM writes names: Family^Given.
    organization : str

    Raises
    ------
    SettingsError
        If either is empty, too long or not plain ASCII: the character set of a report is that of its image.
    """

    name: str
    organization: str

    def __post_init__(self) -> None:
        for what, text in (("verifying observer", self.name), ("organization", self.organization)):
            is_plain = text.isascii() and text.isprintable() and not _NOT_IN_A_NAME & set(text)
            if not (text.strip() and is_plain and len(text) <= _LONGEST_NAME):
                raise SettingsError(
                    f"the {what} is {text[:80]!r}; it must be 1 to {_LONGEST_NAME} letters in ASCII, "
                    "as Mueller^Anna"
                )


@dataclass(frozen=True)
class Review:
    """What reviewers decided about one image.

    Parameters
    ----------
    lines : tuple of ReviewedLine
        Accepted ones first.
    left_out : int
        Candidates that they did not accept; the report only counts them.
    readers : int
        How many read the image.
    verifier : Verifier or None
        None: the report stays unverified.
    """

    lines: tuple[ReviewedLine, ...]
    left_out: int
    readers: int
    verifier: Verifier | None = None
