"""Identifiers (UIDs) that follow from content: the same content has the same, any other another.

They are UUIDs under 2.25 (PS3.5 B.2), made of a hash. So a run that is repeated writes the same objects,
which an archive takes for what they are; and a changed result never hides behind the old one, which an
archive that knows the identifier would keep.
"""

import hashlib
import uuid

from pydicom.uid import UID

_NAMESPACE = uuid.UUID("2b0a1f7e-9f0d-5c39-8c55-6a6f7d0e4b21")  # of the identifiers of results


def uid(role: str, *content: str) -> UID:
    """Return the identifier of some content in one role.

    Parameters
    ----------
    role : str
        What is identified: "series", "sr", ...
    *content : str
        All that it depends on.

    Examples
    --------
    >>> uid("series", "1.2.3", "sr") == uid("series", "1.2.3", "sr") != uid("series", "1.2.3sr", "")
    True
    """
    text = "\n".join(
        [role, *(hashlib.sha256(part.encode("utf-8", "replace")).hexdigest() for part in content)]
    )
    return UID(f"2.25.{uuid.uuid5(_NAMESPACE, text).int}")


IMPLEMENTATION_UID = uid("implementation", "microcal_xray")
IMPLEMENTATION_NAME = "MICROCAL_XRAY"
DEVICE_UID = uid("device", "microcal_xray")  # the observer of every report
