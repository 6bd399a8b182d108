"""PNG, JPEG and TIFF as a `Radiograph`.

A picture tells no polarity, so bone is taken to be bright unless the caller says otherwise (a TIFF may say
so itself). It tells no spacing either: its dots per inch are those of a printer or a scanner, never of the
patient. The pixels stay as stored: a JPEG's EXIF orientation is not applied, so that coordinates fit the
file.
"""

from pathlib import Path

from ..dead_pixels import fill_dead_pixels
from ..origin import Reading
from ..radiograph import Acquisition, ImageCaution, Intent, Radiograph, Spacing, filled_caution
from .air_check import air_looks_bright
from .colour import grey
from .origins import origin_of
from .picture_pixels import PicturePixels, opened_picture, picture_pixels
from .polarity import Photometric, turned
from .quality import pixel_cautions
from .sniff import FileKind
from .tiff import check_tiff, read_tiff

_FORMATS = {FileKind.PNG: ("PNG",), FileKind.JPEG: ("JPEG",)}


def check_picture(path: Path, kind: FileKind) -> None:
    """Judge a picture by its header alone.

    Raises
    ------
    NotARadiographError, UnreadableRadiographError
        With the reason, as `read_picture` would.
    """
    if kind is FileKind.TIFF:
        check_tiff(path)
        return
    with opened_picture(path, _FORMATS[kind]):
        pass


def read_picture(
    path: Path,
    kind: FileKind,
    *,
    spacing: Spacing | None,
    photometric: Photometric | None,
    name: str,
    reading: Reading,
) -> Radiograph:
    """Return the radiograph in a picture file.

    Parameters
    ----------
    path : Path
    kind : FileKind
        PNG, JPEG or TIFF.
    spacing : Spacing or None
        What the caller knows; the file knows none.
    photometric : Photometric or None
        What the caller knows of the polarity; None: what the file says, or bright bone.
    name : str
    reading : Reading
        The same as the caller said it, for the record.

    Raises
    ------
    NotARadiographError, UnreadableRadiographError
        With the reason alone; the door adds the path.
    """
    picture = read_tiff(path) if kind is FileKind.TIFF else _pixels(path, kind)
    grey_values, cautions = grey(picture.values)
    lowest, highest = picture.grey_range
    stored = turned(grey_values, photometric or picture.photometric, lowest=lowest, highest=highest)
    repaired = fill_dead_pixels(stored, picture.usable)
    pixels, usable = repaired.pixels, repaired.usable
    step = 1.0 if picture.bits else (highest - lowest) / 2**16
    cautions |= pixel_cautions(pixels, usable, bits=picture.bits, step=step)
    cautions |= filled_caution(repaired.filled_px)
    if air_looks_bright(pixels, usable):
        cautions |= ImageCaution.AIR_BRIGHTER_THAN_BONE
    if photometric is not None:
        cautions |= ImageCaution.POLARITY_BY_USER
    cautions |= ImageCaution.NONE if spacing else ImageCaution.NO_SPACING
    if kind is FileKind.JPEG:
        cautions |= ImageCaution.LOSSY
    return Radiograph(
        pixels=pixels,
        usable=usable,
        spacing=spacing,
        intent=Intent.PICTURE,
        name=name,
        cautions=cautions,
        acquisition=Acquisition(
            file_format=kind.value,
            photometric=picture.stated.value if picture.stated else None,
            bits_stored=picture.bits,
        ),
        origin=origin_of(path, reading=reading, decoders=picture.decoders),
        filled_px=repaired.filled_px,
    )


def _pixels(path: Path, kind: FileKind) -> PicturePixels:
    with opened_picture(path, _FORMATS[kind]) as image:
        return picture_pixels(image)
