"""Simulated radiographs as DICOM files of the DX image objects (PS3.3 A.26), with an invented patient."""

import hashlib
import io
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..loading.polarity import Photometric
from ..radiograph import Intent
from ..whole_files import write_whole
from .anatomy import Anatomy
from .limbs import View
from .simulate import SimulatedRadiograph

# pydicom is imported inside the functions: it costs 0.3 s, which most commands should not pay.
if TYPE_CHECKING:
    from pydicom.dataset import Dataset, FileDataset
    from pydicom.uid import UID

_EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
_NAMESPACE = uuid.UUID("6f2b1a52-6d0c-5f0b-9f41-2d0f6d1c7c3e")  # of the identifiers of simulated files
_WRITER = "MICROCAL_XRAY"
_REGION_CODES = {  # SNOMED CT, context group 4009
    Anatomy.TIBIA: ("30021000", "Lower leg", "LEG"),
    Anatomy.FEMUR: ("68367000", "Thigh", "THIGH"),
    Anatomy.FOREARM: ("14975008", "Forearm", "FOREARM"),
    Anatomy.METATARSALS: ("56459004", "Foot", "FOOT"),
    Anatomy.HUMERUS: ("40983000", "Upper arm", "HUMERUS"),
    Anatomy.HAND: ("85562004", "Hand", "HAND"),
    Anatomy.CALCANEUS: ("80144004", "Calcaneus", "CALCANEUS"),
}
_VIEW_CODES = {  # SNOMED CT, context group 4010
    View.AP: ("399348003", "antero-posterior"),
    View.LATERAL: ("399067008", "lateral"),
}


def write_dicom(
    simulated: SimulatedRadiograph, path: str | Path, *, transfer_syntax: str = _EXPLICIT_LITTLE_ENDIAN
) -> Path:
    """Write the radiograph as a DX file, whole or not at all, and return its path.

    Parameters
    ----------
    simulated : SimulatedRadiograph
    path : str or Path
    transfer_syntax : str
        Its UID: explicit little endian, or a lossless compressed one that pydicom can encode.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    dataset = dicom_dataset(simulated)
    if transfer_syntax != _EXPLICIT_LITTLE_ENDIAN:
        dataset.compress(transfer_syntax, generate_instance_uid=False)
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return write_whole(Path(path), buffer.getvalue())


def dicom_dataset(simulated: SimulatedRadiograph) -> "FileDataset":
    """Return the DICOM dataset; its identifiers follow from the content: the same picture has the same.

    Parameters
    ----------
    simulated : SimulatedRadiograph
    """
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import (
        UID,
        DigitalXRayImageStorageForPresentation,
        DigitalXRayImageStorageForProcessing,
    )

    processing = simulated.output.intent is Intent.FOR_PROCESSING
    sop_class = DigitalXRayImageStorageForProcessing if processing else DigitalXRayImageStorageForPresentation
    digest = hashlib.sha256(simulated.stored.tobytes()).hexdigest()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = _uid("instance", digest)
    meta.TransferSyntaxUID = UID(_EXPLICIT_LITTLE_ENDIAN)
    meta.ImplementationClassUID = _uid("implementation", _WRITER)
    meta.ImplementationVersionName = _WRITER
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    _add_patient_and_study(dataset, simulated)
    _add_anatomy(dataset, simulated)
    _add_acquisition(dataset, simulated)
    _add_pixels(dataset, simulated)
    return dataset


def _uid(role: str, content: str) -> "UID":
    from pydicom.uid import UID

    return UID(f"2.25.{uuid.uuid5(_NAMESPACE, f'{role}:{content}').int}")


def _add_patient_and_study(dataset: "Dataset", simulated: SimulatedRadiograph) -> None:
    person = f"{simulated.anatomy.value}:{simulated.seed}"
    if simulated.visit:
        person += f":{simulated.visit}"
    view = "" if simulated.view is View.AP else f":{simulated.view.value}"
    dataset.PatientName = "SIMULATED^LIMB"
    dataset.PatientID = simulated.patient
    dataset.PatientBirthDate = ""
    dataset.PatientSex = "O"
    dataset.StudyInstanceUID = _uid("study", person)
    dataset.SeriesInstanceUID = _uid("series", f"{person}:{simulated.output!r}{view}")
    dataset.StudyDate = dataset.StudyTime = dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""
    dataset.StudyID = ""
    dataset.SeriesNumber = 1
    dataset.InstanceNumber = 1
    dataset.AcquisitionNumber = 1
    dataset.Modality = "DX"
    dataset.PresentationIntentType = (
        "FOR PROCESSING" if simulated.output.intent is Intent.FOR_PROCESSING else "FOR PRESENTATION"
    )
    dataset.Manufacturer = "microcal_xray simulation"
    dataset.ManufacturerModelName = "simulated limb"
    dataset.DeviceSerialNumber = "0"
    dataset.SoftwareVersions = "1"
    dataset.ContentDate = dataset.ContentTime = ""
    dataset.SpecificCharacterSet = "ISO_IR 100"


def _add_anatomy(dataset: "Dataset", simulated: SimulatedRadiograph) -> None:
    from pydicom.sequence import Sequence

    code, meaning, body_part = _REGION_CODES[simulated.anatomy]
    dataset.BodyPartExamined = body_part
    dataset.ImageLaterality = "L" if simulated.left_side else "R"
    dataset.PatientOrientation = ["L", "F"]
    dataset.AnatomicRegionSequence = Sequence([_code(code, "SCT", meaning)])
    dataset.ViewPosition = simulated.view.value
    code, meaning = _VIEW_CODES[simulated.view]
    dataset.ViewCodeSequence = Sequence([_code(code, "SCT", meaning)])
    dataset.ViewCodeSequence[0].ViewModifierCodeSequence = Sequence([])
    dataset.AcquisitionContextSequence = Sequence([])


def _add_acquisition(dataset: "Dataset", simulated: SimulatedRadiograph) -> None:
    dataset.KVP = simulated.exposure.tube_kv
    dataset.ImageType = ["ORIGINAL", "PRIMARY", ""]
    dataset.DetectorType = "SCINTILLATOR"
    dataset.DetectorConfiguration = "AREA"
    dataset.ImagerPixelSpacing = [simulated.detector.spacing_mm, simulated.detector.spacing_mm]
    dataset.PositionerType = "NONE"
    dataset.BurnedInAnnotation = "NO"
    dataset.LossyImageCompression = "00"
    dataset.DerivationDescription = "simulated; no patient"


def _add_pixels(dataset: "Dataset", simulated: SimulatedRadiograph) -> None:
    output = simulated.output
    dataset.Rows, dataset.Columns = simulated.stored.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = output.photometric.value
    dataset.BitsAllocated = 16
    dataset.BitsStored = output.bits
    dataset.HighBit = output.bits - 1
    dataset.PixelRepresentation = 0
    dataset.PixelIntensityRelationship = "LIN" if output.is_linear else "LOG"
    # 1: low numbers mean little X-ray intensity, as stored linear data do; -1: the other way round.
    dataset.PixelIntensityRelationshipSign = 1 if output.photometric is Photometric.MONOCHROME1 else -1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "US"
    dataset.PresentationLUTShape = "INVERSE" if output.photometric is Photometric.MONOCHROME1 else "IDENTITY"
    if output.intent is Intent.FOR_PRESENTATION:
        dataset.WindowCenter, dataset.WindowWidth = 2 ** (output.bits - 1), 2**output.bits
        dataset.WindowCenterWidthExplanation = "full range"
    dataset.PixelData = np.ascontiguousarray(simulated.stored).astype("<u2").tobytes()
    dataset["PixelData"].VR = "OW"


def _code(value: str, scheme: str, meaning: str) -> "Dataset":
    from pydicom.dataset import Dataset

    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code
