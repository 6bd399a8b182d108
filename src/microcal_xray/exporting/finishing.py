"""What every object gets last: patient, study, series, equipment, dates and its own identifier."""

import datetime
import hashlib
import io
import json
import warnings

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filewriter import correct_ambiguous_vr, dcmwrite
from pydicom.uid import ExplicitVRLittleEndian

from . import codes
from .analysis import Analysis
from .identifiers import IMPLEMENTATION_NAME, IMPLEMENTATION_UID, uid
from .identity import keep_undecoded, put_identity
from .kinds import NOT_FOR_DIAGNOSIS, ExportOptions, ResultKind
from .source import SourceImage

_NAMES = {
    ResultKind.SR: "report",
    ResultKind.GSPS: "marks to lay over",
    ResultKind.SC: "marks burned in",
    ResultKind.SEG: "areas",
}
# Above those of modalities; the number of the source's series is added.
_SERIES_NUMBERS = {ResultKind.SR: 9100, ResultKind.GSPS: 9200, ResultKind.SC: 9300, ResultKind.SEG: 9400}
# Laterality is absent for these and present for all others (PS3.3 C.7.3.1), as dciodvfy sorts body parts.
_UNPAIRED = """
    ABDOMEN ABDOMENPELVIS BACK CHEST CHESTABDOMEN CHESTABDPELVIS COCCYX CSPINE CTSPINE FACE HEAD HEADNECK
    ILIUM JAW LSPINE LSSPINE MAXILLA NECK PELVIS SKULL SPINE SSPINE STERNUM TLSPINE TSPINE WHOLEBODY
"""
_TIMES = """
    InstanceCreationDate InstanceCreationTime SeriesDate SeriesTime ContentDate ContentTime
    PresentationCreationDate PresentationCreationTime DateOfSecondaryCapture TimeOfSecondaryCapture
"""
_OWN_TIMES = {
    ResultKind.SR: ("ContentDate", "ContentTime"),
    ResultKind.GSPS: ("PresentationCreationDate", "PresentationCreationTime"),
    ResultKind.SC: ("DateOfSecondaryCapture", "TimeOfSecondaryCapture"),
    ResultKind.SEG: ("ContentDate", "ContentTime"),
}


def finished(
    dataset: Dataset, kind: ResultKind, analysis: Analysis, source: SourceImage, options: ExportOptions
) -> FileDataset:
    """Return the object ready to be written.

    Parameters
    ----------
    dataset : Dataset
        What its sort of object needs; it is changed.
    kind : ResultKind
    analysis : Analysis
    source : SourceImage
    options : ExportOptions
    """
    for keyword in _TIMES.split():
        if keyword in dataset:
            delattr(dataset, keyword)
    for equipment in dataset.get("ContributingEquipmentSequence") or ():
        equipment.pop("ContributionDateTime", None)
    verifications = list(dataset.get("VerifyingObserverSequence") or ())
    for verification in verifications:
        verification.pop("VerificationDateTime", None)
    _add_series(dataset, kind, analysis, source)
    _add_equipment(dataset, analysis)
    correct_ambiguous_vr(dataset, True)  # pydicom would do it in writing, but decode the copied elements too
    put_identity(source.identity, dataset)
    dataset.SOPInstanceUID = uid("placeholder")
    # The identifier is made of all the bytes, the patient's too; only the time of creation is added after.
    dataset.SOPInstanceUID = uid(kind.value, hashlib.sha256(encoded(_with_meta(dataset))).hexdigest())
    created = options.created or datetime.datetime.now()
    date, time = _OWN_TIMES[kind]
    setattr(dataset, date, created.strftime("%Y%m%d"))
    setattr(dataset, time, created.strftime("%H%M%S"))
    for verification in verifications:
        verification.VerificationDateTime = created.strftime("%Y%m%d%H%M%S")
    return _with_meta(dataset)


def encoded(dataset: FileDataset) -> bytes:
    """Return the bytes of the file."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of what the source holds; we copy it as it is
        dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def _add_series(dataset: Dataset, kind: ResultKind, analysis: Analysis, source: SourceImage) -> None:
    settings = json.dumps(analysis.settings.as_dict(), sort_keys=True)
    known = analysis.result.acquisition
    side, part = source.laterality or "", (known.body_part if known else None) or ""
    # One series for each of the source's, and for what an archive keeps once for a series.
    dataset.SeriesInstanceUID = uid(
        "series",
        *(kind.value, source.study_instance_uid, source.series_instance_uid),
        *(analysis.version, settings, side, part),
        *(["reviewed"] if analysis.review else []),
    )
    dataset.SeriesNumber = _SERIES_NUMBERS[kind] + source.series_number
    dataset.InstanceNumber = source.instance_number
    dataset.SeriesDescription = (
        f"{NOT_FOR_DIAGNOSIS}: microcal_xray, {_NAMES[kind]}{', reviewed' * bool(analysis.review)}"
    )
    if kind in (ResultKind.GSPS, ResultKind.SC):
        if part not in _UNPAIRED.split():
            dataset.Laterality = side
        if part:
            dataset.BodyPartExamined = part


def _add_equipment(dataset: Dataset, analysis: Analysis) -> None:
    dataset.Manufacturer = dataset.ManufacturerModelName = "microcal_xray"
    dataset.SoftwareVersions = analysis.version
    dataset.DeviceSerialNumber = "0"
    scheme = Dataset()
    scheme.CodingSchemeDesignator = codes.OWN_SCHEME
    scheme.CodingSchemeName = codes.OWN_SCHEME_NAME
    scheme.CodingSchemeResponsibleOrganization = "microcal_xray"
    dataset.CodingSchemeIdentificationSequence = [scheme]


def _with_meta(dataset: Dataset) -> FileDataset:
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = IMPLEMENTATION_UID
    meta.ImplementationVersionName = IMPLEMENTATION_NAME
    file = FileDataset("", dataset, preamble=b"\0" * 128, file_meta=meta)
    keep_undecoded(file)
    return file
