"""The chunks of a PNG, walked before anything decodes them.

A chunk may say that it is 4 GB long, and its reader makes room for what it says.
"""

import os
import struct
from pathlib import Path

from ..errors import UnreadableRadiographError

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">I4s")  # length and type, PNG (ISO/IEC 15948) 5.3
_CHECKSUM_BYTES = 4
_LAST = b"IEND"
_MOST_CHUNKS = 200_000  # a picture of 100 megapixels in chunks of 8 KiB has 25,000


def require_whole_chunks(path: Path) -> None:
    """Refuse a PNG one of whose chunks says that it is longer than the rest of the file.

    Parameters
    ----------
    path : Path
        A file of any kind; what is no PNG passes.

    Raises
    ------
    UnreadableRadiographError
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if file.read(len(_SIGNATURE)) != _SIGNATURE:
            return
        at = len(_SIGNATURE)
        for _ in range(_MOST_CHUNKS):
            file.seek(at)
            head = file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                return  # what ends between two chunks, its decoder may judge
            length, name = _HEAD.unpack(head)
            left = size - at - _HEAD.size
            if length > left:
                raise UnreadableRadiographError(
                    f"a chunk says that it has {length} bytes, but {left} are left: "
                    "the picture data are truncated or broken"
                )
            if name == _LAST:
                return
            at += _HEAD.size + length + _CHECKSUM_BYTES
    raise UnreadableRadiographError(f"more than {_MOST_CHUNKS} chunks; the file is broken or hostile")
