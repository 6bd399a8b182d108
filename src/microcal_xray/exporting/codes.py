"""The coded words of the results: what a line looks like and where it lies, never what it is.

Where DICOM's dictionary (PS3.16 annex D) or the SNOMED CT terms that DICOM may use have a word, it is taken.
The rest is of a coding scheme of our own; docs/dicom.md lists it.
"""

from dataclasses import dataclass

from ..bump import BumpCaution
from ..findings import CandidateCaution, Kind, Tier
from ..radiograph import ImageCaution, SpacingSource
from ..reader_verdicts import ReaderVerdict, Reason

OWN_SCHEME = "99MICROCALX"
OWN_SCHEME_NAME = "Words of microcal_xray for the appearance of lines"


@dataclass(frozen=True)
class Concept:
    """A coded word (PS3.3 8.1): at most 16 characters of value and scheme, 64 of meaning."""

    value: str
    scheme: str
    meaning: str


def own_word(value: str, meaning: str) -> Concept:
    """Return a word of our own scheme."""
    return Concept(value, OWN_SCHEME, meaning)


LINE = Concept("112061", "DCM", "Abnormal lines (1D)")
APPEARANCE = own_word("APPEARANCE", "Appearance of the line")
APPEARANCES = {
    Kind.LUCENT: Concept("112062", "DCM", "Abnormal lucency"),
    Kind.SCLEROTIC: Concept("112033", "DCM", "Abnormal opacity"),
}
TIER = own_word("TIER", "How the line is drawn")
TIERS = {
    Tier.STRONG: own_word("STRONG", "Strong, drawn solid"),
    Tier.WEAK: own_word("WEAK", "Weak, drawn dashed: listed, but only just"),
}
CAUTION = own_word("CAUTION", "Reason to trust this less")
RESULT = own_word("RESULT", "Result of the search for lines")
SOME_LISTED = own_word("LISTED", "Candidates are listed, for a reviewer to judge")
NONE_LISTED = own_word("NONE_LISTED", "No candidate is listed, which excludes nothing")
SOME_ACCEPTED = own_word("REVIEWED", "Lines are listed as reviewers left them")
NONE_ACCEPTED = own_word("NONE_ACCEPTED", "Reviewers left no line, which excludes nothing")
VERDICT = own_word("VERDICT", "Verdict of the reviewers")
VERDICTS = {
    ReaderVerdict.ACCEPT: own_word("ACCEPTED", "Accepted"),
    ReaderVerdict.REJECT: own_word("REJECTED", "Rejected"),
    ReaderVerdict.UNSURE: own_word("UNSURE", "Unsure, or reviewers disagree"),
}
REASON = own_word("REASON", "Reason of the verdict")
ORIGIN = own_word("ORIGIN", "Where the line comes from")
DRAWN = own_word("DRAWN", "Drawn or moved by a reviewer")
LEFT_OUT = own_word("LEFT_OUT", "Candidates that reviewers did not accept")
READERS = own_word("READERS", "Number of reviewers")
QUALITATIVE_EVALUATIONS = Concept("C0034375", "UMLS", "Qualitative Evaluations")
PROCEDURE = Concept("363679005", "SCT", "Imaging procedure")  # CID 100 has no word for radiography

MILLIMETRE = Concept("mm", "UCUM", "mm")
PIXELS = Concept("{pixels}", "UCUM", "Pixels")
DEGREE = Concept("deg", "UCUM", "Degree")
NO_UNITS = Concept("1", "UCUM", "no units")

PATH_LENGTH = Concept("121211", "DCM", "Path length")
WIDTH = Concept("103355008", "SCT", "Width")
EQUIVALENT_WIDTH = own_word("EQUIVALENT_WIDTH", "Equivalent width")
LENGTH_LOW = own_word("LENGTH_LOW", "Path length, lower end of its 95 % interval")
LENGTH_HIGH = own_word("LENGTH_HIGH", "Path length, upper end of its 95 % interval")
EQUIVALENT_LOW = own_word("EQUIVALENT_LOW", "Equivalent width, lower end of its 95 % interval")
EQUIVALENT_HIGH = own_word("EQUIVALENT_HIGH", "Equivalent width, upper end of its 95 % interval")
# Short, since viewers write them beside the line; docs/dicom.md says what they mean.
ANGLE_TO_BONE = own_word("ANGLE_TO_BONE", "Angle to bone axis")
CONTRAST = own_word("CONTRAST_SD", "Contrast in noise SD")
FALSE_MARKS = own_word("FALSE_MARKS", "Expected false marks")
SCORE = own_word("SCORE", "Strength")
CANDIDATES = own_word("CANDIDATES", "Number of candidates listed")
FALSE_MARKS_ASKED = own_word("FALSE_MARKS_ASK", "False marks asked for")

# What a millimetre means; it stands beside each one.
SPACING_BASES = {
    SpacingSource.DETECTOR: own_word("MM_DETECTOR", "mm in the plane of the detector, magnification unknown"),
    SpacingSource.FIDUCIAL: own_word("MM_FIDUCIAL", "mm calibrated by an object of known size"),
    SpacingSource.GEOMETRY: own_word("MM_GEOMETRY", "mm corrected for the known magnification"),
    SpacingSource.FILM: own_word("MM_FILM", "mm on the digitised film, by the spacing of the scanner"),
    SpacingSource.USER: own_word("MM_USER", "mm by a pixel spacing that the user gave"),
}

# PS3.16 annex L, the terms of BodyPartExamined that show bone.
_SITES = {
    "ANKLE": ("70258002", "Ankle joint"),
    "CALCANEUS": ("80144004", "Calcaneus"),
    "CLAVICLE": ("51299004", "Clavicle"),
    "COCCYX": ("64688005", "Coccyx"),
    "CSPINE": ("122494005", "Cervical spine"),
    "ELBOW": ("16953009", "Elbow joint"),
    "FEMUR": ("71341001", "Femur"),
    "FIBULA": ("87342007", "Fibula"),
    "FINGER": ("7569003", "Finger"),
    "FOOT": ("56459004", "Foot"),
    "FOREARM": ("14975008", "Forearm"),
    "HAND": ("85562004", "Hand"),
    "HIP": ("24136001", "Hip joint"),
    "HUMERUS": ("85050009", "Humerus"),
    "KNEE": ("72696002", "Knee"),
    "LEG": ("30021000", "Lower leg"),
    "LOWERLEG": ("30021000", "Lower leg"),
    "LSPINE": ("122496007", "Lumbar spine"),
    "MANDIBLE": ("91609006", "Mandible"),
    "METATARSUS": ("280711000", "Metatarsus"),
    "PATELLA": ("64234005", "Patella"),
    "RADIUS": ("62413002", "Radius"),
    "RADIUSULNA": ("110535000", "Radius and ulna"),
    "RIB": ("113197003", "Rib"),
    "SACRUM": ("54735007", "Sacrum"),
    "SCAPULA": ("79601000", "Scapula"),
    "SHOULDER": ("16982005", "Shoulder"),
    "SKULL": ("89546000", "Skull"),
    "SPINE": ("421060004", "Spine"),
    "STERNUM": ("56873002", "Sternum"),
    "THIGH": ("68367000", "Thigh"),
    "THUMB": ("76505004", "Thumb"),
    "TIBIA": ("12611008", "Tibia"),
    "TIBIAFIBULA": ("110536004", "Tibia and fibula"),
    "TOE": ("29707007", "Toe"),
    "TSPINE": ("122495006", "Thoracic spine"),
    "ULNA": ("23416004", "Ulna"),
    "UPPERARM": ("40983000", "Upper arm"),
    "WRIST": ("74670003", "Wrist joint"),
}
SITES = {term: Concept(value, "SCT", meaning) for term, (value, meaning) in _SITES.items()}
# CID 29; what is none of them is another modality.
_MODALITIES = {
    "CR": "Computed Radiography",
    "DX": "Digital Radiography",
    "IO": "Intra-oral Radiography",
    "PX": "Panoramic X-Ray",
    "RF": "Radiofluoroscopy",
    "RG": "Radiographic imaging",
    "XA": "X-Ray Angiography",
}
LATERALITIES = {
    "L": Concept("7771000", "SCT", "Left"),
    "R": Concept("24028007", "SCT", "Right"),
    "B": Concept("51440002", "SCT", "Right and left"),
}


def modality_concept(modality: str | None) -> Concept:
    """Return the coded word of a modality.

    Examples
    --------
    >>> modality_concept("CR").meaning, modality_concept(None).value
    ('Computed Radiography', 'OT')
    """
    value = modality if modality in _MODALITIES else "OT"
    return Concept(value, "DCM", _MODALITIES.get(value, "Other Modality"))


def caution_concept(caution: CandidateCaution | ImageCaution | BumpCaution) -> Concept:
    """Return the coded word of one caution, in the words of docs/output.md.

    Examples
    --------
    >>> caution_concept(ImageCaution.NO_SPACING)
    Concept(value='NOSPACING', scheme='99MICROCALX', meaning='no spacing')
    """
    name = str(caution.name)
    return own_word(name.replace("_", "")[:16], name.lower().replace("_", " "))


def reason_concept(reason: Reason) -> Concept:
    """Return the coded word of a reviewer's reason.

    Examples
    --------
    >>> reason_concept(Reason.NUTRIENT_CANAL)
    Concept(value='NUTRIENTCANAL', scheme='99MICROCALX', meaning='nutrient canal')
    """
    return own_word(reason.name.replace("_", "")[:16], reason.value.replace("_", " "))


CAUTIONS = {
    caution_concept(caution).value: caution for caution in (*CandidateCaution, *ImageCaution, *BumpCaution)
}
