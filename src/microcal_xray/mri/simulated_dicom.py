"""Volumes as DICOM files, classic and enhanced, with an invented patient: for tests and examples."""

import hashlib
import io
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, EnhancedMRImageStorage, ExplicitVRLittleEndian, MRImageStorage

from ..whole_files import write_whole
from .volume import MRVolume

_NAMESPACE = uuid.UUID("0c54c3c5-9e76-5f7e-9d3a-5f0a2a1c7b11")  # of the identifiers of simulated files
_SLOPE = 0.25


def write_classic(
    volume: MRVolume,
    folder: str | Path,
    *,
    series: int = 1,
    slopes: Sequence[float] | None = None,
    reverse: bool = False,
    transfer_syntax: UID = ExplicitVRLittleEndian,
) -> tuple[Path, ...]:
    """Write one file for each slice; return their paths.

    Parameters
    ----------
    volume : MRVolume
    folder : str or Path
        Must exist.
    series : int
        Tells series of one folder apart.
    slopes : sequence of float, optional
        RescaleSlope of each slice. None: 0.25 for all.
    reverse : bool
        Number the slices against their normal.
    transfer_syntax : pydicom UID
        Explicit little endian, or a lossless one that pydicom can encode.
    """
    count = len(volume.voxels)
    paths = []
    for k in range(count):
        slope = _SLOPE if slopes is None else slopes[k]
        stored = _stored(volume.voxels[k], slope)
        dataset = _dataset(volume, MRImageStorage, stored, f"{series}:{k}", series)
        dataset.InstanceNumber = count - k if reverse else k + 1
        dataset.ImagePositionPatient = [_text(each) for each in volume.positions_mm[k]]
        dataset.ImageOrientationPatient = _cosines(volume)
        dataset.PixelSpacing = [volume.row_spacing_mm, volume.column_spacing_mm]
        if volume.acquisition.slice_thickness_mm is not None:
            dataset.SliceThickness = volume.acquisition.slice_thickness_mm
        dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = slope, 0, "US"
        _add_sequence(dataset, volume)
        if transfer_syntax != ExplicitVRLittleEndian:
            dataset.compress(transfer_syntax, generate_instance_uid=False)
        paths.append(write_whole(Path(folder) / f"series{series}_{k:03}.dcm", _bytes(dataset)))
    return tuple(paths)


def write_enhanced(volume: MRVolume, path: str | Path, *, series: int = 1, reverse: bool = False) -> Path:
    """Write all slices as one enhanced multi-frame object; return its path.

    Parameters
    ----------
    volume : MRVolume
    path : str or Path
    series : int
    reverse : bool
        Store the frames against their normal.
    """
    order = np.arange(len(volume.voxels))[:: -1 if reverse else 1]
    stored = np.stack([_stored(volume.voxels[k], _SLOPE) for k in order])
    dataset = _dataset(volume, EnhancedMRImageStorage, stored, f"{series}:all", series)
    dataset.NumberOfFrames = len(stored)
    dataset.SharedFunctionalGroupsSequence = [_shared(volume)]
    dataset.PerFrameFunctionalGroupsSequence = [_own(volume, int(k), n) for n, k in enumerate(order)]
    dataset.EchoPulseSequence = "SPIN"
    dataset.MagneticFieldStrength = volume.acquisition.field_strength_t or 1.5
    dataset.VolumetricProperties = "VOLUME"
    return write_whole(Path(path), _bytes(dataset))


def _shared(volume: MRVolume) -> Dataset:
    made = volume.acquisition
    measures, orientation, timing, echo, modifier, values = (Dataset() for _ in range(6))
    measures.PixelSpacing = [volume.row_spacing_mm, volume.column_spacing_mm]
    measures.SliceThickness = made.slice_thickness_mm or 1.0
    orientation.ImageOrientationPatient = _cosines(volume)
    timing.RepetitionTime = made.repetition_time_ms
    timing.FlipAngle = made.flip_angle_deg
    echo.EffectiveEchoTime = made.echo_time_ms
    modifier.InversionRecovery = "YES" if made.inversion_time_ms else "NO"
    if made.inversion_time_ms:
        modifier.InversionTimes = [made.inversion_time_ms]
    modifier.SpectrallySelectedSuppression = "FAT" if made.fat_suppressed else "NONE"
    values.RescaleSlope, values.RescaleIntercept, values.RescaleType = _SLOPE, 0, "US"
    shared = Dataset()
    shared.PixelMeasuresSequence = [measures]
    shared.PlaneOrientationSequence = [orientation]
    shared.MRTimingAndRelatedParametersSequence = [timing]
    shared.MREchoSequence = [echo]
    shared.MRModifierSequence = [modifier]
    shared.PixelValueTransformationSequence = [values]
    return shared


def _own(volume: MRVolume, k: int, number: int) -> Dataset:
    position, content, own = Dataset(), Dataset(), Dataset()
    position.ImagePositionPatient = [_text(each) for each in volume.positions_mm[k]]
    content.StackID, content.InStackPositionNumber = "1", number + 1
    own.PlanePositionSequence = [position]
    own.FrameContentSequence = [content]
    return own


def _dataset(
    volume: MRVolume, sop_class: UID, stored: npt.NDArray[np.uint16], role: str, series: int
) -> FileDataset:
    digest = hashlib.sha256(stored.tobytes() + role.encode()).hexdigest()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = _uid("instance", digest)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = _uid("implementation", "simulated")
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
    dataset.PatientName, dataset.PatientID = "SIMULATED^LEG", "SIMULATED"
    dataset.PatientBirthDate, dataset.PatientSex = "", "O"
    dataset.StudyInstanceUID = _uid("study", "leg")
    dataset.SeriesInstanceUID = _uid("series", f"{volume.name}:{series}")
    dataset.FrameOfReferenceUID = _uid("frame", "leg")
    dataset.SeriesNumber, dataset.InstanceNumber = series, 1
    dataset.Modality = "MR"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M", "NONE"]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored.shape[-2:]
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 0
    dataset.BodyPartExamined = volume.acquisition.body_part or ""
    dataset.Laterality = volume.acquisition.laterality or ""
    dataset.PixelData = stored.astype("<u2").tobytes()
    dataset["PixelData"].VR = "OW"
    return dataset


def _add_sequence(dataset: Dataset, volume: MRVolume) -> None:
    made = volume.acquisition
    dataset.ScanningSequence = ["SE", "IR"] if made.inversion_time_ms else "SE"
    dataset.SequenceVariant = "SK"
    dataset.ScanOptions = "FS" if made.fat_suppressed else ""
    dataset.MRAcquisitionType = "2D"
    for keyword, value in (
        ("RepetitionTime", made.repetition_time_ms),
        ("EchoTime", made.echo_time_ms),
        ("InversionTime", made.inversion_time_ms),
        ("FlipAngle", made.flip_angle_deg),
        ("MagneticFieldStrength", made.field_strength_t),
    ):
        if value is not None:
            setattr(dataset, keyword, value)


def _stored(values: npt.NDArray[np.float32], slope: float) -> npt.NDArray[np.uint16]:
    return np.asarray(np.clip(np.rint(values / slope), 0, 65535), np.uint16)


def _cosines(volume: MRVolume) -> list[str]:
    return [_text(each) for each in (*volume.row_direction, *volume.column_direction)]


def _text(value: float) -> str:
    """Return a decimal string (DS) of at most 16 characters."""
    return f"{value:.9f}"[:16]


def _bytes(dataset: FileDataset) -> bytes:
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _uid(role: str, content: str) -> UID:
    return UID(f"2.25.{uuid.uuid5(_NAMESPACE, f'{role}:{content}').int}")
