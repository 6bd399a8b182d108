"""A bone mask in a picture file: one band, 0 where there is no bone, anything else where there is."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import UnreadableRadiographError
from .complaints import clear_reasons
from .picture_pixels import opened_picture
from .polarity import Photometric
from .sniff import FileKind, sniff
from .tiff import check_tiff, read_tiff

Mask = npt.NDArray[np.bool_]

_SAVE_IT = "save it as PNG or TIFF in one band, 0 where there is no bone"


def read_mask(path: Path, *, shape: tuple[int, int]) -> Mask:
    """Return the mask in a PNG or TIFF file; a palette counts by its indices, as labelling programs have it.

    Parameters
    ----------
    path : Path
    shape : (rows, columns)
        Of the radiograph that it belongs to, as stored.

    Returns
    -------
    (R, C) bool array
        True where the file holds anything but 0.

    Raises
    ------
    NotARadiographError, UnreadableRadiographError
        If it is absent, no such picture, of several bands or of another size; with the reason alone.
    MemoryError
        If there is too little for this picture.
    """
    with clear_reasons():
        values = _values(path)
    if values.ndim != 2:
        raise UnreadableRadiographError(f"has {values.shape[2]} bands; {_SAVE_IT}")
    if values.shape != shape:
        own, wanted = (f"{rows} rows x {columns} columns" for rows, columns in (values.shape, shape))
        raise UnreadableRadiographError(f"has {own}, the radiograph {wanted}; give one pixel for each")
    return np.asarray(values != 0)


def _values(path: Path) -> npt.NDArray[np.generic]:
    kind = sniff(path)
    if kind not in (FileKind.PNG, FileKind.TIFF):
        raise UnreadableRadiographError(f"is {kind.value}; {_SAVE_IT}")
    if kind is FileKind.TIFF:
        check_tiff(path)
    with opened_picture(path, (kind.value,)) as image:
        bands = len(image.getbands())
        if bands > 1:
            raise UnreadableRadiographError(f"has {bands} bands; {_SAVE_IT}")
        if kind is FileKind.PNG or image.mode == "1":
            return np.asarray(image)
    # What Pillow does not know of TIFF: signed and floating-point samples, byte orders.
    pixels = read_tiff(path)
    if pixels.photometric is Photometric.MONOCHROME1:
        raise UnreadableRadiographError(f"is stored with 0 for white; {_SAVE_IT}")
    return pixels.values
