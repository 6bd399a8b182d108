"""Where a radiograph comes from: which bytes, read by what, told what. Never the patient, never a folder."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Reading:
    """What the caller said about reading a file; the defaults leave all to the file.

    Parameters
    ----------
    spacing_mm : (row, column) or None
        Distance between pixel centres in millimetres; None: what the file says.
    photometric : str or None
        MONOCHROME1 or MONOCHROME2; None: what the file says.
    secondary_capture : bool
        Whether DICOM secondary captures are read too.
    """

    spacing_mm: tuple[float, float] | None = None
    photometric: str | None = None
    secondary_capture: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return what is recorded of it, ready for JSON.

        Examples
        --------
        >>> Reading(spacing_mm=(0.1, 0.2)).as_dict()
        {'spacing_mm': [0.1, 0.2], 'photometric': None, 'secondary_capture': False}
        """
        return {
            "spacing_mm": None if self.spacing_mm is None else list(self.spacing_mm),
            "photometric": self.photometric,
            "secondary_capture": self.secondary_capture,
        }


@dataclass(frozen=True)
class Origin:
    """What must be known of a file to find it again and to read it in the same way.

    Parameters
    ----------
    file_sha256 : str or None
        SHA-256 of all bytes of the file; None where they were not read to the end.
    file_bytes : int or None
        Its length; None as above.
    decoders : mapping of str to (str or None)
        Versions of the packages that turned the bytes into pixels; None: the package does not say.
    reading : Reading
    instance_sha256 : str or None
        SHA-256 of the SOP instance UID, by which two files are known for one; None: it has none. No part of
        the record in the outputs.
    """

    file_sha256: str | None = None
    file_bytes: int | None = None
    decoders: Mapping[str, str | None] = field(default_factory=dict)
    reading: Reading = Reading()
    instance_sha256: str | None = None


def mask_sha256(mask: npt.NDArray[np.bool_]) -> str:
    """Return the SHA-256 of a mask: of "rows columns", a line feed, and a byte of 0 or 1 for each pixel.

    Parameters
    ----------
    mask : (R, C) bool array

    Examples
    --------
    >>> mask_sha256(np.ones((2, 3), bool))[:12]
    'be551896cdf8'
    """
    rows, columns = mask.shape
    digest = hashlib.sha256(f"{rows} {columns}\n".encode())
    digest.update(np.ascontiguousarray(mask, dtype=np.uint8).data)
    return digest.hexdigest()


def pixel_sha256(pixels: npt.NDArray[np.float32], usable: npt.NDArray[np.bool_]) -> str:
    """Return the SHA-256 of the pixels that are analysed, the same on every machine.

    Parameters
    ----------
    pixels : (R, C) float32 array
        Bone bright, as in `Radiograph`.
    usable : (R, C) bool array

    Notes
    -----
    Hashed are the ASCII text "rows columns" with a line feed, then the pixels as little-endian 32-bit floats
    row by row, then a byte of 0 or 1 for each pixel of `usable`.

    Examples
    --------
    >>> pixel_sha256(np.zeros((2, 3), np.float32), np.ones((2, 3), bool))[:12]
    '8e5188988d7e'
    """
    rows, columns = pixels.shape
    digest = hashlib.sha256(f"{rows} {columns}\n".encode())
    # + 0.0: minus zero equals zero to the detector.
    digest.update(np.ascontiguousarray(pixels + np.float32(0), dtype="<f4").data)
    digest.update(np.ascontiguousarray(usable, dtype=np.uint8).data)
    return digest.hexdigest()
