"""The DICOM objects that results are written as, and the options that they share."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ..errors import SettingsError

NOT_FOR_DIAGNOSIS = "RESEARCH - NOT FOR DIAGNOSIS"


class ResultKind(StrEnum):
    """One sort of DICOM object."""

    SR = "sr"  # structured report: every candidate with its numbers, for other programs and for OHIF
    GSPS = "gsps"  # presentation state: marks that a viewer lays over the untouched image and takes off again
    SC = "sc"  # secondary capture: a copy with the marks burned in, which any viewer shows
    SEG = "seg"  # segmentation: the pixels of each candidate


USUAL_KINDS = (ResultKind.SR, ResultKind.GSPS, ResultKind.SC)


class LineTracking(StrEnum):
    """What the tracking identifiers of a report say."""

    PLAIN = "plain"  # the number of the candidate
    OHIF_EDITABLE = "ohif-editable"  # what makes the OHIF viewer load lines that can be moved


@dataclass(frozen=True)
class ExportOptions:
    """How objects are made.

    Parameters
    ----------
    kinds : tuple of ResultKind
        Each at most once, in the order in which they are made.
    tracking : LineTracking
    created : datetime or None
        Date and time of creation in the objects, local time. None: now. Identifiers do not depend on it.

    Raises
    ------
    SettingsError
        If there are no kinds, or a kind is not known.

    Examples
    --------
    >>> ExportOptions(kinds=result_kinds(["sc", "sr"])).kinds[0].value
    'sc'
    """

    kinds: tuple[ResultKind, ...] = USUAL_KINDS
    tracking: LineTracking = LineTracking.PLAIN
    created: datetime.datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", result_kinds(self.kinds))
        object.__setattr__(self, "tracking", LineTracking(self.tracking))


def result_kinds(names: Iterable[str]) -> tuple[ResultKind, ...]:
    """Return the kinds with these names, each once.

    Raises
    ------
    SettingsError
        If there are none, or a name is not known.

    Examples
    --------
    >>> result_kinds(["sr", "pdf"])
    Traceback (most recent call last):
        ...
    microcal_xray.errors.SettingsError: 'pdf' is no DICOM result; known are sr, gsps, sc, seg
    """
    kinds: dict[ResultKind, None] = {}
    for name in names:
        try:
            kinds[ResultKind(name)] = None
        except ValueError as error:
            known = ", ".join(ResultKind)
            raise SettingsError(f"{name!r} is no DICOM result; known are {known}") from error
    if not kinds:
        raise SettingsError(f"no DICOM result was asked for; known are {', '.join(ResultKind)}")
    return tuple(kinds)
