"""The patient and the study, copied byte for byte from the source.

Nothing is decoded on the way: a name in a character set that the header misstates, a value that is too long
or an old form of a date all arrive as the archive already has them, so that the result is filed with its
image. That is also why the character set of the source is kept; what we write ourselves is plain ASCII. The
one exception are numbers and codes that describe the patient and have no valid form, as an age of "62": they
identify nobody, and with them no validator would pass the result.
"""

import copy
import re

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset

from ..errors import UnreadableRadiographError

_PATIENT = """
    PatientName PatientID IssuerOfPatientID IssuerOfPatientIDQualifiersSequence TypeOfPatientID
    PatientBirthDate PatientBirthTime PatientBirthDateInAlternativeCalendar
    PatientDeathDateInAlternativeCalendar PatientAlternativeCalendar PatientSex ReferencedPatientPhotoSequence
    QualityControlSubject ReferencedPatientSequence OtherPatientIDs OtherPatientNames OtherPatientIDsSequence
    EthnicGroup PatientComments PatientSpeciesDescription PatientSpeciesCodeSequence PatientBreedDescription
    PatientBreedCodeSequence BreedRegistrationSequence StrainDescription StrainNomenclature StrainCodeSequence
    StrainAdditionalInformation StrainStockSequence GeneticModificationsSequence ResponsiblePerson
    ResponsiblePersonRole ResponsibleOrganization PatientIdentityRemoved DeidentificationMethod
    DeidentificationMethodCodeSequence SourcePatientGroupIdentificationSequence
    GroupOfPatientsIdentificationSequence
    ClinicalTrialSponsorName ClinicalTrialProtocolID ClinicalTrialProtocolName ClinicalTrialSiteID
    ClinicalTrialSiteName ClinicalTrialSubjectID ClinicalTrialSubjectReadingID
    ClinicalTrialProtocolEthicsCommitteeName ClinicalTrialProtocolEthicsCommitteeApprovalNumber
"""  # PS3.3 C.7.1.1 and C.7.1.3
_STUDY = """
    StudyInstanceUID StudyDate StudyTime AccessionNumber IssuerOfAccessionNumberSequence
    ReferringPhysicianName ReferringPhysicianIdentificationSequence ConsultingPhysicianName
    ConsultingPhysicianIdentificationSequence StudyDescription StudyID PhysiciansOfRecord
    PhysiciansOfRecordIdentificationSequence NameOfPhysiciansReadingStudy
    PhysiciansReadingStudyIdentificationSequence RequestingService RequestingServiceCodeSequence
    ReferencedStudySequence ProcedureCodeSequence ReasonForPerformedProcedureCodeSequence
    AdmittingDiagnosesDescription AdmittingDiagnosesCodeSequence PatientAge PatientSize
    PatientSizeCodeSequence PatientWeight PatientBodyMassIndex MeasuredAPDimension MeasuredLateralDimension
    MedicalAlerts Allergies SmokingStatus PregnancyStatus LastMenstrualDate PatientState
    PatientSexNeutered Occupation
    AdditionalPatientHistory AdmissionID IssuerOfAdmissionIDSequence ServiceEpisodeID
    ServiceEpisodeDescription IssuerOfServiceEpisodeIDSequence ReasonForVisit ReasonForVisitCodeSequence
    ClinicalTrialTimePointID ClinicalTrialTimePointDescription LongitudinalTemporalOffsetFromEvent
    LongitudinalTemporalEventType ConsentForClinicalTrialUseSequence
"""  # PS3.3 C.7.2.1, C.7.2.2 and C.7.2.3
COPIED = ("SpecificCharacterSet", *_PATIENT.split(), *_STUDY.split())

_ALWAYS_PRESENT = """
    PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime ReferringPhysicianName StudyID
    AccessionNumber
"""  # type 2: there, if need be without a value
_DESCRIPTIONS = """
    PatientAge PatientSize PatientWeight PatientBodyMassIndex MeasuredAPDimension MeasuredLateralDimension
    SmokingStatus PregnancyStatus LastMenstrualDate PatientSexNeutered PatientIdentityRemoved
    QualityControlSubject LongitudinalTemporalOffsetFromEvent LongitudinalTemporalEventType
"""
_FORMS = {  # PS3.5 6.2
    "AS": re.compile(r"\d{3}[DWMY]"),
    "CS": re.compile(r"[A-Z0-9 _]{1,16}"),
    "DA": re.compile(r"\d{8}"),
    "DS": re.compile(r"(?=.{1,16}$)[+-]?(\d+\.?\d*|\.\d+)([Ee][+-]?\d+)?"),
}
_TEXT_TYPES = "AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT"
_TEXT = frozenset(_TEXT_TYPES.split())
_OF_ANY_BYTES = frozenset([*_TEXT, "UN", "OB", "OW"])


def identity_of(source: Dataset) -> Dataset:
    """Return the patient and the study of a source, with the character set that they are written in.

    Parameters
    ----------
    source : Dataset
        As it was read, its elements not yet decoded where possible.

    Raises
    ------
    UnreadableRadiographError
        If an element cannot be copied exactly: the result would be filed under another patient or study.
    """
    identity = Dataset()
    for keyword in COPIED:
        if keyword in source and not _is_invalid_description(source, keyword):
            identity[keyword] = _copied(source, keyword)
        elif keyword in _ALWAYS_PRESENT.split():
            setattr(identity, keyword, "")
    return identity


def put_identity(identity: Dataset, target: Dataset) -> None:
    """Put a patient and a study into a target, in place of what is there.

    Parameters
    ----------
    identity : Dataset
        Of `identity_of`.
    target : Dataset
    """
    for keyword in COPIED:
        if keyword in target:
            delattr(target, keyword)
    for tag in list(identity.keys()):
        target[tag] = identity.get_item(tag)
    keep_undecoded(target)


def keep_undecoded(dataset: Dataset) -> None:
    """Make pydicom write elements that were not decoded as they are: it must seem to have read them so."""
    dataset.set_original_encoding(False, True, dataset._character_set)


def _is_invalid_description(source: Dataset, keyword: str) -> bool:
    vr = dictionary_VR(keyword)
    form = _FORMS.get(vr)
    if form is None or keyword not in _DESCRIPTIONS.split():
        return False
    text = raw_text(source, keyword).decode("ascii", "replace")
    return any(part.strip() and not form.fullmatch(part.strip()) for part in text.split("\\"))


def raw_text(source: Dataset, keyword: str) -> bytes:
    """Return the bytes of an element as they stand in the file, without padding; empty if there are none."""
    element = source.get_item(keyword)
    if element is None:
        return b""
    value = element.value if isinstance(element.value, bytes) else str(element.value or "").encode()
    return value.strip(b" \0")


def _copied(source: Dataset, keyword: str) -> DataElement | RawDataElement:
    element, vr = source.get_item(keyword), dictionary_VR(keyword)
    if not isinstance(element, RawDataElement) or vr not in _TEXT:
        return _decoded(source, keyword)
    if element.VR is not None and element.VR not in _OF_ANY_BYTES:
        raise UnreadableRadiographError(f"{keyword} has the wrong type {element.VR} and cannot be copied")
    value = element.value or b""
    value += (b"\0" if vr == "UI" else b" ") * (len(value) % 2)
    return RawDataElement(element.tag, vr, len(value), value, 0, False, True)


def _decoded(source: Dataset, keyword: str) -> DataElement:
    """Return a copy of a sequence or of another element that is not made of text, decoded to its depth."""
    try:
        element = copy.deepcopy(source[keyword])
        for _ in element.value if element.VR == "SQ" else ():
            list(_.iterall())
    except Exception as error:  # pydicom raises nearly anything on a value that breaks its type
        raise UnreadableRadiographError(f"{keyword} is broken and cannot be copied") from error
    if dictionary_VR(keyword) != element.VR:
        raise UnreadableRadiographError(f"{keyword} has the wrong type {element.VR} and cannot be copied")
    return element
