"""The words of a header that may reach an output: closed lists, and nothing else.

They are the defined terms of the standard (body parts: PS3.16 annex L) and the few more that devices write.

A code string can hold a name as well as any free text (a technician types into the wrong field), so whether
it is made of the right letters proves nothing.
"""

from pydicom.dataset import Dataset

from .header import code

_MODALITIES = "BMD CR CT DX ES GM IO IVUS MG MR NM OCT OP OT PT PX RF RG RTIMAGE SM US XA XC"
_VIEWS_OF_CR = "AP PA LL RL RLD LLD RLO LLO"  # PS3.3 C.8.1.1, CR Series module
_OTHER_VIEWS = "AX AXIAL LAO LAT LATERAL LM LPO ML OBL OBLIQUE RAO RPO"
_BODY_PARTS = """
    ABDOMEN ABDOMENPELVIS ACJOINT ANKLE ARM AXILLA BACK BREAST BUTTOCK CALCANEUS CALF CHEST CHESTABDOMEN
    CHESTABDPELVIS CLAVICLE COCCYX CSPINE CTSPINE ELBOW EXTREMITY FACE FEMUR FIBULA FINGER FOOT FOREARM HAND
    HEAD HEADNECK HEEL HIP HUMERUS ILIUM JAW JOINT KNEE LEG LOWERARM LOWERLEG LOWERLIMB LSPINE LSSPINE
    MANDIBLE MAXILLA METACARPUS METATARSUS NECK ORBIT PATELLA PELVIS RADIUS RADIUSULNA RIB SACRUM SCAPULA
    SCJOINT SHOULDER SIJOINT SINUS SKULL SPINE SSPINE STERNUM TARSUS THIGH THORAX THUMB TIBIA TIBIAFIBULA
    TLSPINE TMJ TOE TRUNK TSPINE ULNA UPPERARM UPPERLEG UPPERLIMB WHOLEBODY WRIST ZYGOMA
"""

LATERALITIES = frozenset({"L", "R", "U", "B"})
MODALITIES = frozenset(_MODALITIES.split())  # of pictures: a secondary capture names what it was taken from
VIEWS = frozenset(f"{_VIEWS_OF_CR} {_OTHER_VIEWS}".split())
BODY_PARTS = frozenset(_BODY_PARTS.split())  # bones, joints and regions; neither vessels nor organs


def defined_term(dataset: Dataset, keyword: str, terms: frozenset[str]) -> str | None:
    """Return the first code string of an element if it is one of the terms; None otherwise.

    Spaces and underlines that some devices put between words are taken out.

    Examples
    --------
    >>> header = Dataset()
    >>> header.BodyPartExamined = "LOWER LEG"
    >>> defined_term(header, "BodyPartExamined", BODY_PARTS)
    'LOWERLEG'
    """
    text = (code(dataset, keyword) or "").replace(" ", "").replace("_", "")
    return text if text in terms else None
