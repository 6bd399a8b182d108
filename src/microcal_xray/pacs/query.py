"""Which images are asked for, and those that an archive lists."""

import re
from dataclasses import dataclass

from ..errors import SettingsError
from .failures import RefusedError

_UID = re.compile(r"[0-9]+(\.[0-9]+)+")
_DATES = re.compile(r"\d{8}|\d{8}-\d{8}|\d{8}-|-\d{8}")
_LONGEST_UID = 64


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
            raise SettingsError(
                f"{self.study_instance_uid!r} is no study (a UID); give numbers with points, as 1.2.840.7"
            )
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
class ListedImage:
    """An image that an archive lists.

    Parameters
    ----------
    study, series, image : str
        Unique identifiers.
    """

    study: str
    series: str
    image: str


def is_uid(text: str) -> bool:
    """Return whether a text is a unique identifier.

    Examples
    --------
    >>> is_uid("1.2.840"), is_uid("../../x")
    (True, False)
    """
    return len(text) <= _LONGEST_UID and _UID.fullmatch(text) is not None


def require_few(count: int, query: Query, where: object) -> None:
    """Refuse more images than are wanted.

    Raises
    ------
    RefusedError
    """
    if count > query.most_images:
        raise RefusedError(f"{where}: more than {query.most_images} images match; ask for fewer")
