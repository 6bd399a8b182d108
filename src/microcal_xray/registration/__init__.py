"""One radiograph laid on another by its bones, however it was turned, shifted, flipped, cropped or scaled."""

from .alignment import Alignment
from .bone_picture import BonePicture, bone_picture
from .laying import Laid, lay
from .matching import MatchedPair, as_sharp, before_shrinking, matched_pair, sampled
from .paired import PairedHeight, paired_height
from .skirts import Across

__all__ = [
    "Across",
    "Alignment",
    "BonePicture",
    "Laid",
    "MatchedPair",
    "PairedHeight",
    "as_sharp",
    "before_shrinking",
    "bone_picture",
    "lay",
    "matched_pair",
    "paired_height",
    "sampled",
]
