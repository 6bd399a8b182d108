"""The door: one file in, one `Radiograph` or one clear error out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import SettingsError
from ..origin import Reading
from ..radiograph import Radiograph, spacing_from_user
from .complaints import complaints_name, one_line
from .pictures import read_picture
from .polarity import Photometric
from .sniff import FileKind, sniff

_LONGEST_NAME = 120


def read_radiograph(
    path: str | Path,
    *,
    spacing_mm: float | Sequence[float] | npt.NDArray[np.number] | None = None,
    photometric: Photometric | None = None,
    secondary_capture: bool = False,
) -> Radiograph:
    """Return the radiograph in a DICOM, PNG, JPEG or TIFF file; patient identity stays behind.

    Parameters
    ----------
    path : str or Path
        Judged by its content, never by its name.
    spacing_mm : float or (row, column), optional
        Distance between pixel centres in millimetres, 0.005 to 5. None: what the file says. A picture says
        nothing: its dots per inch are no spacing.
    photometric : Photometric, optional
        Overrides the file where its polarity is wrong: MONOCHROME1 if low stored values are bone. None: what
        the file says; in a PNG or JPEG high values are bone. A caution tells that it was given.
    secondary_capture : bool
        Read DICOM secondary captures too; their grey levels and spacing may mean nothing.

    Returns
    -------
    Radiograph
        Bone bright. Pixels are (R, C) float32 as stored, after the modality transform: neither windowed nor
        turned upright. Linear data for processing become ``-ln(signal)``.

    Raises
    ------
    NotARadiographError
        If the file is whole but is something else: CT, report, several frames, another format.
    UnreadableRadiographError
        If it is absent, empty, truncated, over 150 megapixels, contradictory, or no decoder reads it.
    SettingsError
        If `spacing_mm` is no usable spacing or `photometric` is no photometric interpretation.
    MemoryError
        If there is too little for this picture.

    Notes
    -----
    The order of transforms is that of PS3.4 N.2 up to the modality transform, then polarity. Windows and VOI
    lookup tables are made for eyes and are not applied.

    Examples
    --------
    >>> read_radiograph("absent.dcm")
    Traceback (most recent call last):
        ...
    microcal_xray.errors.UnreadableRadiographError: absent.dcm: no such file or folder
    """
    spacing = spacing_from_user(spacing_mm)
    polarity = _checked(photometric)
    reading = Reading(
        spacing_mm=None if spacing is None else (spacing.row_mm, spacing.column_mm),
        photometric=None if polarity is None else polarity.value,
        secondary_capture=bool(secondary_capture),
    )
    path = Path(path)
    with complaints_name(path):
        kind = sniff(path)
        if kind in (FileKind.DICOM, FileKind.BARE_DICOM):
            # Imported here: pydicom costs 0.2 s, which `import microcal_xray` should not pay.
            from .dicom import read_dicom

            return read_dicom(
                path,
                spacing=spacing,
                photometric=polarity,
                secondary_capture=secondary_capture,
                name=_name(path),
                reading=reading,
            )
        return read_picture(
            path, kind, spacing=spacing, photometric=polarity, name=_name(path), reading=reading
        )


def _checked(photometric: Photometric | str | None) -> Photometric | None:
    """Return the member, so that its plain word does as well."""
    if photometric is None:
        return None
    try:
        return Photometric(photometric)
    except ValueError as error:
        given = one_line(photometric, longest=40)
        raise SettingsError(f"photometric is {given}; it must be MONOCHROME1 or MONOCHROME2") from error


def _name(path: Path) -> str:
    """Return the file name without an extension; a UID ends in a number, which is none."""
    return one_line(path.stem if path.suffix[1:].isalpha() else path.name, longest=_LONGEST_NAME)
