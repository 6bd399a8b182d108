"""The coded words for bumps of an outline and for clusters: shapes and places, never a cause."""

from ..bump import BumpKind
from ..cluster import ClusterPattern
from .codes import Concept, own_word

BUMP_KINDS = {
    BumpKind.BUMP: own_word("BUMP", "Bump of the outline of a bone"),
    BumpKind.PERIOSTEAL: own_word("PERIOSTEAL", "Layer of bone along the outside of the cortex"),
}
CLUSTER = own_word("CLUSTER", "Findings that lie close together on one bone")
CLUSTER_PATTERN = own_word("PATTERN", "How they lie")
CLUSTER_PATTERNS = {
    ClusterPattern.CLOSE: own_word("CLOSE", "Close together, no more"),
    ClusterPattern.GROWTH_ARREST: own_word(
        "GROWTH_ARREST", "Parallel and even near a bone's end, as Harris lines"
    ),
}
BUMPS = own_word("BUMPS", "Number of bumps of outlines listed")
CLUSTERS = own_word("CLUSTERS", "Number of clusters listed")
MEMBERS = own_word("MEMBERS", "Number of members")

SQUARE_MILLIMETRE = Concept("mm2", "UCUM", "mm2")
SQUARE_PIXELS = Concept("{square_pixels}", "UCUM", "Square pixels")

HEIGHT = Concept("121207", "DCM", "Height")
LENGTH = Concept("410668003", "SCT", "Length")
AREA = Concept("42798000", "SCT", "Area")
DIAMETER = Concept("81827009", "SCT", "Diameter")
RATIO = own_word("DIAMETER_RATIO", "Diameter with the bump over that without")
INWARD = own_word("INWARD", "Cortex farther inwards than beside the bump")
BRIGHTNESS = own_word("BRIGHTNESS", "Brightness as a share of the step to cortex")
GAP = own_word("GAP", "Darker gap as a share of the shell")
FALSE_BUMPS = own_word("FALSE_BUMPS", "Expected false bumps")
EXTENT = own_word("EXTENT", "Greatest distance between two members")
SPACING = own_word("MEMBER_SPACING", "Median distance from member to member")

_LOW, _HIGH = "lower end of its 95 % interval", "upper end of its 95 % interval"
ENDS = {
    field: (own_word(f"{stem}_LOW", f"{words}, {_LOW}"), own_word(f"{stem}_HIGH", f"{words}, {_HIGH}"))
    for field, stem, words in (
        ("height", "HEIGHT", "Height"),
        ("length", "BUMP_LENGTH", "Length"),
        ("area", "AREA", "Area"),
        ("shaft", "DIAMETER", "Diameter"),
        ("callus_index", "RATIO", "Ratio of diameters"),
        ("endosteal", "INWARD", "Cortex inwards"),
    )
}
