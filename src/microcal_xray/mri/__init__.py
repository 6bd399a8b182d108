"""Magnetic resonance beside the radiograph: series read as volumes, and what they show of one bone."""

from .bone import MRBone
from .companion import LineOfSeries, MRFindings, measure_mri
from .dark_line import DarkLineSignal
from .descriptors import Descriptor, State
from .marrow import MarrowSignal
from .normal import NormalMarrow
from .place import PlaceComparison, RadiographPlace, compare_places
from .read import MRSeries, list_mri, read_mri, read_mri_all
from .segmentation import BoneAsk, find_bone
from .surface import CortexSignal, SurfaceSignal
from .volume import MR_CAUTIONS, MRAcquisition, MRCaution, MRVolume, Weighting
from .walls import BoneNotFoundError

__all__ = [
    "MR_CAUTIONS",
    "BoneAsk",
    "BoneNotFoundError",
    "CortexSignal",
    "DarkLineSignal",
    "Descriptor",
    "LineOfSeries",
    "MRAcquisition",
    "MRBone",
    "MRCaution",
    "MRFindings",
    "MRSeries",
    "MRVolume",
    "MarrowSignal",
    "NormalMarrow",
    "PlaceComparison",
    "RadiographPlace",
    "State",
    "SurfaceSignal",
    "Weighting",
    "compare_places",
    "find_bone",
    "list_mri",
    "measure_mri",
    "read_mri",
    "read_mri_all",
]
