"""Whether what an archive gives back is what was sent."""

import os
from typing import BinaryIO

from ..errors import MicrocalError
from ..loading.complaints import clear_reasons
from .objects import ObjectFile

_META_STARTS = 144  # behind the preamble, DICM, and the element of 12 bytes with the length of the meta group
_LENGTH_STARTS = 140
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_ROOM_BYTES = 1 << 16  # for other forms of the same elements


def is_same(each: ObjectFile, copy: BinaryIO) -> bool:
    """Return whether a copy has the elements of the object; an archive may write them in other bytes.

    Parameters
    ----------
    each : ObjectFile
    copy : binary file
        A DICOM file, or rubbish, which is never the same.
    """
    content = each.path.read_bytes()
    if copy.seek(0, os.SEEK_END) > 2 * len(content) + _ROOM_BYTES:
        return False
    copy.seek(0)
    theirs = copy.read()
    starts = _META_STARTS + int.from_bytes(content[_LENGTH_STARTS:_META_STARTS], "little")
    if theirs.endswith(content[starts:]):
        return True
    if _DEFLATED in theirs:  # inflated, a small copy can fill the memory
        return False
    import pydicom  # here: it costs 0.2 s, which other commands should not pay

    copy.seek(0)
    try:
        with clear_reasons():
            return bool(pydicom.dcmread(each.path) == pydicom.dcmread(copy))
    except MicrocalError:
        return False
