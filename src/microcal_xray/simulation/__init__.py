"""Radiographs whose lines are known: drawn from attenuation physics, written as DICOM with their truth."""

from .anatomy import Anatomy
from .courses import Along, Course, Helix, Side
from .detector import Detector
from .dicom import dicom_dataset, write_dicom
from .exposure import Exposure
from .limbs import Position, View
from .lines import Fissure, Line, MicrocallusLine, Surface, Target, Thickening
from .many import simulate_folder
from .mimics import Mimic, MimicTruth
from .output import Output, Relationship
from .pairs import Change, line_from_the_side, line_later, simulate_pair, simulate_views
from .plan import Family
from .simulate import USUAL_DETECTOR, SimulatedRadiograph, simulate_limb
from .true_line import TrueLine
from .truth import Relation, truth_record, write_truth

__all__ = [
    "USUAL_DETECTOR",
    "Along",
    "Anatomy",
    "Change",
    "Course",
    "Detector",
    "Exposure",
    "Family",
    "Fissure",
    "Helix",
    "Line",
    "MicrocallusLine",
    "Mimic",
    "MimicTruth",
    "Output",
    "Position",
    "Relation",
    "Relationship",
    "Side",
    "SimulatedRadiograph",
    "Surface",
    "Target",
    "Thickening",
    "TrueLine",
    "View",
    "dicom_dataset",
    "line_from_the_side",
    "line_later",
    "simulate_folder",
    "simulate_limb",
    "simulate_pair",
    "simulate_views",
    "truth_record",
    "write_dicom",
    "write_truth",
]
