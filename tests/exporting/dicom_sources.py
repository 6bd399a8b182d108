"""DICOM files for these tests, made by code: a valid DX with a known line, to be spoiled as a test likes."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

from microcal_xray.findings import (
    Candidate,
    CandidateCaution,
    Evidence,
    EvidenceTerm,
    Findings,
    Kind,
    Tier,
)
from microcal_xray.loading import read_radiograph
from microcal_xray.settings import Settings

SHARED_DATA = Path(__file__).parents[2].parent / "shared" / "data"
ROWS, COLUMNS = 120, 90
LINE_ROW, LINE_FIRST, LINE_LAST = 40, 25, 65  # the pixels that are brighter than their bone
LINE_STEP = 500


def pixels(*, bits: int = 12) -> np.ndarray:
    """Return a bone-like column, bright, with one brighter line across it."""
    across = np.linspace(-1, 1, COLUMNS)
    bone = np.tile(np.maximum(0, 1 - (across / 0.7) ** 2) * 2800, (ROWS, 1))
    bone += np.random.default_rng(3).integers(0, 60, bone.shape)
    bone[LINE_ROW, LINE_FIRST : LINE_LAST + 1] += LINE_STEP
    return (bone * (2**bits - 1) / 4095).astype(np.uint16)


def dx(stored: np.ndarray | None = None, *, bits: int = 12, **tags: object) -> FileDataset:
    """Return a DX for presentation; a tag of None is deleted."""
    stored = pixels(bits=bits) if stored is None else stored
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = UID("1.2.3.4")
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.SOPInstanceUID, dataset.SeriesInstanceUID, dataset.StudyInstanceUID = (
        "1.2.3.4",
        "1.2.3.5",
        "1.2.3.6",
    )
    dataset.PatientName, dataset.PatientID = "Test^Patient", "ID-7"
    dataset.PatientBirthDate, dataset.PatientSex = "19500102", "F"
    dataset.StudyDate, dataset.StudyTime, dataset.StudyID = "20240102", "101112", "S1"
    dataset.AccessionNumber, dataset.ReferringPhysicianName = "A-9", "Who^Sent"
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = "DX", 3, 2
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.BodyPartExamined, dataset.ImageLaterality, dataset.PatientOrientation = "TIBIA", "L", ["L", "F"]
    dataset.ImagerPixelSpacing = [0.15, 0.15]
    dataset.Rows, dataset.Columns = stored.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, bits, bits - 1
    dataset.PixelRepresentation = int(stored.dtype.kind == "i")
    dataset.PixelData = stored.astype(stored.dtype.newbyteorder("<")).tobytes()
    dataset["PixelData"].VR = "OW"
    with warnings.catch_warnings():  # pydicom warns of bad values, which here are the point
        warnings.simplefilter("ignore")
        for keyword, value in tags.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
    return dataset


def saved(dataset: FileDataset, folder: Path, name: str = "leg.dcm") -> Path:
    path = folder / name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.save_as(path, enforce_file_format=False)
    return path


def source_file(folder: Path, **tags: object) -> Path:
    return saved(dx(**tags), folder)


def line_path() -> np.ndarray:
    columns = np.arange(LINE_FIRST, LINE_LAST + 1, dtype=float)
    return np.stack([np.full_like(columns, LINE_ROW), columns], axis=1)


def candidate(number: int, *, mm: float | None = 0.15, path: np.ndarray | None = None) -> Candidate:
    """Return an invented candidate: 1 lies on the line, strong and bright; others below, weak and dark."""
    path = line_path() + np.array([12.37, 0.123]) * (number - 1) if path is None else path
    length_px = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
    return Candidate(
        id=number,
        kind=Kind.SCLEROTIC if number == 1 else Kind.LUCENT,
        tier=Tier.STRONG if number == 1 else Tier.WEAK,
        score=2.34 - number,
        path_px=path,
        length_px=length_px,
        width_px=2.5,
        length_mm=None if mm is None else length_px * mm,
        width_mm=None if mm is None else 2.5 * mm,
        contrast_sd=3.21,
        angle_to_bone_deg=None if number == 2 else 84.3,
        cautions=CandidateCaution.NEAR_METAL if number == 2 else CandidateCaution.NONE,
        evidence=Evidence(-2.0, (EvidenceTerm("prior", -2.0),), (), false_marks=0.0123)
        if number == 1
        else None,
    )


def found(path: Path, count: int = 2, *, settings: Settings = Settings(), **reading: object) -> Findings:
    """Return invented candidates on the picture in a file."""
    radiograph = read_radiograph(path, secondary_capture=True, **reading)
    mm = radiograph.mm_per_pixel() if radiograph.spacing else None
    return Findings(radiograph, settings, tuple(candidate(number + 1, mm=mm) for number in range(count)))


def renumbered(findings: Findings, **changes: object) -> Findings:
    """Return the findings with the first candidate changed."""
    first, *rest = findings.candidates
    return replace(findings, candidates=(replace(first, **changes), *rest))
