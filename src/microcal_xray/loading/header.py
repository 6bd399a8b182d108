"""Values of a DICOM header, read so that a broken value is a value and never an exception."""

import math
import re
from collections.abc import Sequence

from pydicom.dataset import Dataset

_LONGEST_UID = 64  # PS3.5 6.2
_CODE = re.compile(r"[A-Z0-9 _]{1,16}")  # a code string (CS), PS3.5 6.2


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...] | None:
    """Return the numbers of an element.

    Returns
    -------
    tuple of float or None
        None if the element is absent, () if it is empty; a value that is no number is NaN.

    Examples
    --------
    >>> numbers(Dataset(), "RescaleSlope") is None
    True
    """
    if keyword not in dataset:
        return None
    try:
        value = dataset[keyword].value
        if value is None or value == "":
            return ()
        items = value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else [value]
        return tuple(_number(item) for item in items)
    except Exception:  # pydicom converts late, and raises nearly anything on a value that breaks its VR
        return (math.nan,)


def number(dataset: Dataset, keyword: str) -> float | None:
    """Return the first number of an element; None if it is absent, empty or not finite."""
    first = (numbers(dataset, keyword) or (math.nan,))[0]
    return first if math.isfinite(first) else None


def integer(dataset: Dataset, keyword: str) -> int | None:
    """Return the first number of an element if it is whole; None otherwise."""
    value = number(dataset, keyword)
    return int(value) if value is not None and value == int(value) else None


def code(dataset: Dataset, keyword: str) -> str | None:
    """Return the first code string of an element; None if it is absent or not made of A-Z, 0-9, space and _.

    For comparing with words of the standard. A name in capitals passes as well, so what is written into an
    output goes through `defined_term`.
    """
    try:
        value = dataset.get(keyword)
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            value = value[0] if len(value) else None
        text = "" if value is None else str(value).strip(" \0").upper()
    except Exception:  # as above
        return None
    return text if _CODE.fullmatch(text) else None


def instance_uid(dataset: Dataset) -> str | None:
    """Return the SOP instance UID, shortened to what a UID may be; None if it is absent or empty.

    Examples
    --------
    >>> instance_uid(Dataset()) is None
    True
    """
    try:
        return str(dataset.get("SOPInstanceUID") or "").strip(" \0")[:_LONGEST_UID] or None
    except Exception:  # as above
        return None


def _number(item: object) -> float:
    try:
        return float(str(item))
    except ValueError:
        return math.nan
