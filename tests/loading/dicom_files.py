"""DICOM files for the tests, made by code: one valid DX, to be spoiled as a test likes."""

import warnings
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

SHARED_DATA = Path(__file__).parents[2].parent / "shared" / "data"


def dx(stored: np.ndarray, *, bits: int | None = None, **tags: object) -> FileDataset:
    """Return a DX for presentation with these stored values; a tag of None is deleted."""
    allocated = 8 * stored.dtype.itemsize
    meta = FileMetaDataset()
    meta.FileMetaInformationGroupLength = 0  # pydicom fills it in
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = UID("1.2.3.4")
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.SOPInstanceUID = "1.2.3.4"
    dataset.Modality = "DX"
    dataset.PatientName = "SECRET^PATIENT"
    dataset.PatientID = "SECRET-ID"
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.Rows, dataset.Columns = stored.shape[:2]
    dataset.SamplesPerPixel = 1 if stored.ndim == 2 else 3
    if stored.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = "MONOCHROME2" if stored.ndim == 2 else "RGB"
    dataset.BitsAllocated = allocated
    dataset.BitsStored = bits or allocated
    dataset.HighBit = (bits or allocated) - 1
    dataset.PixelRepresentation = int(stored.dtype.kind == "i")
    dataset.PixelData = stored.astype(stored.dtype.newbyteorder("<")).tobytes() + b"\0" * (stored.nbytes % 2)
    dataset["PixelData"].VR = "OW" if allocated > 8 else "OB"
    spoil(dataset, **tags)
    return dataset


def spoil(dataset: Dataset, **tags: object) -> None:
    """Set tags, however bad; None deletes."""
    for keyword, value in tags.items():
        if value is None:
            if keyword in dataset:
                delattr(dataset, keyword)
        else:
            with warnings.catch_warnings():  # pydicom warns of bad values, which here are the point
                warnings.simplefilter("ignore")
                setattr(dataset, keyword, value)


def saved(dataset: FileDataset, folder: Path, name: str = "a.dcm") -> Path:
    path = folder / name
    dataset.save_as(path, enforce_file_format=False)
    return path


def with_stream(dataset: FileDataset, stream: bytes, syntax: UID) -> FileDataset:
    """Put a compressed stream in place of the pixel data."""
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return dataset


def ramp(rows: int = 40, columns: int = 48, *, bits: int = 12, signed: bool = False) -> np.ndarray:
    """Return stored values that use the whole range, in no smooth order, always the same."""
    kind = ("i" if signed else "u") + ("1" if bits <= 8 else "2")
    low = -(2 ** (bits - 1)) if signed else 0
    values = np.random.default_rng(7).integers(low, low + 2**bits, (rows, columns))
    values[0, 0], values[-1, -1] = low, low + 2**bits - 1
    return values.astype(kind)
