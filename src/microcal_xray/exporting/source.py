"""The image that results belong to: header, pixels, and proof that it is the one that was searched."""

import re
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import UID

from ..errors import SettingsError, UnreadableRadiographError
from ..loading import Photometric, read_radiograph
from ..loading.complaints import complaints_name
from ..loading.dicom_file import read_header
from ..loading.header import code, integer
from ..loading.pixel_layout import PixelLayout, pixel_layout
from ..loading.polarity import polarity_of_signal
from ..loading.sniff import FileKind, sniff
from ..loading.sop_classes import sop_class
from ..origin import pixel_sha256
from ..radiograph import ImageCaution, Radiograph, Signal, Spacing, SpacingSource
from ..reporting import ImageResult
from .identity import identity_of, raw_text

# Components with a leading zero break the standard (PS3.5 9.1) and are archived all the same.
_UID = re.compile(r"[0-9]+(\.[0-9]+)+")
_LONGEST_UID = 64
_LARGEST_SERIES_NUMBER = 99


@dataclass(frozen=True)
class SourceImage:
    """A DICOM image that was searched.

    Parameters
    ----------
    header : FileDataset
        Everything before the pixel data, as it was read.
    radiograph : Radiograph
    layout : PixelLayout
    identity : Dataset
        The patient and the study, ready to be put into a result.
    photometric : Photometric or None
        What the user said about the polarity; None: the file was believed.
    """

    header: FileDataset
    radiograph: Radiograph
    layout: PixelLayout
    identity: Dataset
    photometric: Photometric | None = None

    @property
    def sop_class_uid(self) -> str:
        """The sort of object."""
        return str(sop_class(self.header))

    @property
    def sop_instance_uid(self) -> str:
        """The image."""
        return _uid(self.header, "SOPInstanceUID")

    @property
    def series_instance_uid(self) -> str:
        """The series of the image."""
        return _uid(self.header, "SeriesInstanceUID")

    @property
    def study_instance_uid(self) -> str:
        """The study of the image."""
        return _uid(self.header, "StudyInstanceUID")

    @property
    def series_number(self) -> int:
        """The number of the series; 0 where it is not from 0 to 99."""
        number = integer(self.header, "SeriesNumber")
        return number if number is not None and 0 <= number <= _LARGEST_SERIES_NUMBER else 0

    @property
    def instance_number(self) -> int:
        """The number of the image; 1 where it has none."""
        number = integer(self.header, "InstanceNumber")
        return number if number is not None and 0 < number < 2**31 else 1

    @property
    def laterality(self) -> str | None:
        """L or R, or None."""
        known = self.radiograph.acquisition.laterality
        return known if known in ("L", "R") else None

    @property
    def patient_orientation(self) -> list[str]:
        """The directions of rows and columns; empty where the header says nothing that could be meant."""
        value = self.header.get("PatientOrientation")
        words = [str(word) for word in value] if value and not isinstance(value, str) else []
        known = len(words) == 2 and all(re.fullmatch(r"[A-Z]{1,3}", word) for word in words)
        return words if known else []

    def reference(self) -> Dataset:
        """Return the little that highdicom needs to know of the image: nothing in it is foreign text."""
        known = Dataset()
        known.SOPClassUID = UID(self.sop_class_uid)
        known.SOPInstanceUID = UID(self.sop_instance_uid)
        known.SeriesInstanceUID = UID(self.series_instance_uid)
        known.StudyInstanceUID = UID(self.study_instance_uid)
        known.Modality = self.radiograph.acquisition.modality or "OT"
        known.Rows, known.Columns = self.radiograph.pixels.shape
        known.SamplesPerPixel = self.layout.samples
        known.PhotometricInterpretation = "MONOCHROME2" if self.layout.samples == 1 else "RGB"
        known.BitsAllocated = self.layout.bits_allocated
        known.BitsStored = self.layout.bits_stored
        known.PatientName = known.PatientID = known.PatientBirthDate = known.PatientSex = ""
        known.StudyDate = known.StudyTime = known.AccessionNumber = known.StudyID = ""
        known.ReferringPhysicianName = ""
        return known


def open_source(path: Path, result: ImageResult) -> SourceImage:
    """Return the image in a file, if it is the one that the result is about.

    Parameters
    ----------
    path : Path
    result : ImageResult
        With the hash of the pixels that were searched, from its capsule.

    Raises
    ------
    SettingsError
        If it is no DICOM file, or holds other pixels.
    UnreadableRadiographError
        If it cannot be read, lacks the identifiers by which results are tied to it, or has a patient or a
        study that cannot be copied exactly.
    """
    with complaints_name(path):
        if sniff(path) not in (FileKind.DICOM, FileKind.BARE_DICOM):
            raise SettingsError(
                "is not a DICOM file, so it has no patient and no study that a result could join"
            )
    radiograph, photometric = _same_picture(path, result)
    with complaints_name(path):
        header = read_header(path)
        _require_identifiers(header)
        return SourceImage(header, radiograph, pixel_layout(header), identity_of(header), photometric)


def _same_picture(path: Path, result: ImageResult) -> tuple[Radiograph, Photometric | None]:
    if result.pixel_sha256 is None:
        raise SettingsError(f"{result.file}: the result does not say which pixels it is about; analyze again")
    by_user = bool(result.cautions & ImageCaution.POLARITY_BY_USER)
    for photometric in Photometric if by_user else (None,):
        radiograph = read_radiograph(
            path, spacing_mm=_spacing_by_user(result.spacing), photometric=photometric, secondary_capture=True
        )
        if pixel_sha256(radiograph.pixels, radiograph.usable) == result.pixel_sha256:
            return radiograph, photometric
    raise SettingsError(f"{path}: holds another picture than the one that was analyzed; analyze it again")


def _spacing_by_user(spacing: Spacing | None) -> tuple[float, float] | None:
    if spacing is None or spacing.source is not SpacingSource.USER:
        return None
    return spacing.row_mm, spacing.column_mm


def _require_identifiers(header: FileDataset) -> None:
    for keyword in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
        found = _uid(header, keyword)
        if not (_UID.fullmatch(found) and len(found) <= _LONGEST_UID):
            problem = "is no identifier" if found else "is missing"
            raise UnreadableRadiographError(f"{keyword} {problem}, so no result can be tied to this image")


def _uid(header: FileDataset, keyword: str) -> str:
    return raw_text(header, keyword).decode("ascii", "replace")


def is_bone_low(source: SourceImage, *, is_descending: bool) -> bool:
    """Return whether bone has the low values after the modality transform, so that a display must invert.

    Parameters
    ----------
    source : SourceImage
    is_descending : bool
        The modality transform turns high stored values into low ones.

    Notes
    -----
    The same decision as in reading: the user's word, in linear data for processing the sign of the signal,
    else PhotometricInterpretation.
    """
    polarity = source.photometric
    if polarity is None and source.radiograph.signal is Signal.LOG:
        sign = integer(source.header, "PixelIntensityRelationshipSign")
        polarity = polarity_of_signal(sign, is_descending=is_descending)
    if polarity is None:
        return code(source.header, "PhotometricInterpretation") == Photometric.MONOCHROME1
    return polarity is Photometric.MONOCHROME1
